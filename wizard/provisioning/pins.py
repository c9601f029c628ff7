"""Which provider versions a setup's root keeps to, and what this wizard ships: they move on request only."""

from __future__ import annotations

import re
import shutil
from dataclasses import dataclass
from pathlib import Path

from wizard.setup import files

FILE = "versions.tf"
LOCK = ".terraform.lock.hcl"
_NEEDED = re.compile(r'source\s*=\s*"([^"]+)"\s*version\s*=\s*"([^"]+)"')
_LOCKED = re.compile(r'provider "(?:[^"/]+/)?([^"/]+/[^"/]+)" \{\s*version\s*=\s*"([^"]+)"')


@dataclass(frozen=True, slots=True)
class Pin:
    """One provider of one root: the folder's constraint and locked version, and the constraint that is shipped."""

    root: str
    provider: str
    kept: str
    locked: str | None
    shipped: str

    @property
    def moves(self) -> bool:
        return self.kept != self.shipped


def needed(text: str) -> dict[str, str]:
    """Provider to version constraint, of a `versions.tf`."""
    return dict(_NEEDED.findall(text))


def stays(shipped: str, kept: str) -> bool:
    """Whether a folder's `versions.tf` still does: it names the providers that the shipped root needs."""
    return needed(kept).keys() == needed(shipped).keys()


def of(source: Path, folder: Path) -> list[Pin]:
    """The pins of a root whose working folder is there; none before its first plan."""
    try:
        kept = needed((folder / FILE).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return []
    try:
        locked = dict(_LOCKED.findall((folder / LOCK).read_text(encoding="utf-8")))
    except FileNotFoundError:  # providers that are attached from outside are not locked
        locked = {}
    shipped = needed((source / FILE).read_text(encoding="utf-8"))
    return [
        Pin(folder.name, name, kept[name], locked.get(name), shipped[name]) for name in sorted(kept) if name in shipped
    ]


def move(source: Path, folder: Path, copies: Path) -> Path:
    """Take the shipped pins into a root's folder; the next init chooses anew. Returns where the old ones lie."""
    kept = copies / f"{folder.name}-pins-{files.moment()}"
    kept.mkdir(mode=0o700, parents=True)
    for name in (FILE, LOCK):
        if (folder / name).exists():
            shutil.copy2(folder / name, kept / name)
    try:
        (folder / LOCK).unlink(missing_ok=True)
        files.write(folder / FILE, (source / FILE).read_bytes())
    except OSError:
        put_back(folder, kept)
        raise
    return kept


def put_back(folder: Path, kept: Path) -> None:
    """Undo `move`."""
    (folder / LOCK).unlink(missing_ok=True)
    for name in (FILE, LOCK):
        if (kept / name).exists():
            shutil.copy2(kept / name, folder / name)
