"""A state that a full disk cut off, with the file that Terraform then leaves beside it. The copy made before the apply
is put back; what the apply made since is found in the cloud by its marks, and adopted."""

from __future__ import annotations

import re
from pathlib import Path

from wizard.provisioning import backups, document, errored
from wizard.setup import files

_LINEAGE = re.compile(rb'"lineage":\s*"([0-9a-f-]+)"')


def mend(state: Path, copies: Path, root: str) -> bool:
    """Take a state that was cut off out of the way, and put the newest copy of it in `copies` in its place, if there
    is one. Whether that was so: what is damaged without Terraform's own file beside it is nobody's to guess.

    The cut-off one is kept beside. Repeatable after a kill, and on a disk that is still full."""
    beside = state.with_name(errored.FILE)
    if not beside.exists() or document.at(state).whole:
        return False
    if errored.left(state.parent) is not None:  # that one goes into the place
        _set_aside(state)
        return False
    copy = backups.newest(copies, root, _lineage(state))
    if copy is None:
        _set_aside(state)
    else:
        made = state.with_name(f"{state.name}.new")
        files.write(made, copy)
        _set_aside(state)
        made.replace(state)
    beside.unlink()
    return True


def _set_aside(state: Path) -> None:
    if state.exists():
        state.replace(_aside(state))


def _aside(state: Path) -> Path:
    return state.with_name(f"{state.name}.cut-off")


def _lineage(state: Path) -> str:
    """As it stands near the beginning of a state, cut off or not; empty where it cannot be told."""
    for path in (state, _aside(state)):
        if path.exists() and (found := _LINEAGE.search(path.read_bytes())):
            return found[1].decode("ascii")
    return ""
