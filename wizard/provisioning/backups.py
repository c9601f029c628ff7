"""Copies of a root's state, made before it is changed: private, and not more than the newest few."""

from __future__ import annotations

from pathlib import Path

from wizard.provisioning import document
from wizard.setup import files

KEPT = 10  # of each root


def keep(place: Path, root: str, state: bytes) -> Path:
    """Write `state` to `<root>-<time>.tfstate` (0600) in `place`, and drop the oldest of that root beyond KEPT."""
    place.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = place / f"{root}-{files.moment()}.tfstate"
    files.write(path, state)
    for old in sorted(place.glob(f"{root}-*.tfstate"))[:-KEPT]:
        old.unlink(missing_ok=True)
    return path


def newest(place: Path, root: str, lineage: str) -> bytes | None:
    """The newest copy of a root's state that is whole and of `lineage` (of any, where that is empty)."""
    for path in sorted(place.glob(f"{root}-*.tfstate"), reverse=True):
        held = path.read_bytes()
        found = document.read(held).lineage
        if found and lineage in ("", found):
            return held
    return None
