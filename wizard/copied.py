"""A setup folder that was copied: one setup in two places, each with a state that does not know the other's work."""

from __future__ import annotations

import json
import os
import socket
from pathlib import Path

from wizard.provisioning.backend import recorded
from wizard.setup.folder import Folder, FolderUnusable
from wizard.text import _

PLACE = "place.json"  # in .wizard: where the folder stood when a wizard worked in it last


class FolderCopied(Exception):  # noqa: N818 - told to the user: exit 2
    """The folder's setup stands in another folder too; nothing was changed."""


def refuse(folder: Folder) -> None:
    """Raises FolderCopied where the folder that this one was copied from is still there.

    Not where both work on one state that is kept elsewhere: there the state's own lock lets one at a time go on."""
    kept = _read(folder)
    if kept is None or kept[1] != socket.gethostname() or _state_is_shared(folder):
        return
    other = Folder(Path(kept[0]))
    if other.root != folder.root and _stands(other, folder):
        raise FolderCopied(
            _(
                "{folder} is a copy of {other}: both hold the setup {id}, but what is done in one the state of the "
                "other does not know. Go on in {other}; where this one is to go on, rename or remove {other} first. "
                "For another lakehouse give answers.yaml and contracts alone to a new --folder. Nothing was changed",
                folder=folder.root,
                other=other.root,
                id=folder.setup_id,
            )
        )


def keep(folder: Folder) -> str | None:
    """Note where the folder stands now; what to tell of a folder that stood elsewhere, else None."""
    kept, here = _read(folder), (str(folder.root), socket.gethostname())
    if kept == here:
        return None
    folder.write(folder.private / PLACE, json.dumps({"root": here[0], "host": here[1]}) + "\n")
    if kept is None:
        return None
    return _(
        "this folder stood at {root} on {host}; if that one is still there, go on in one of the two only",
        root=kept[0],
        host=kept[1],
    )


def _read(folder: Folder) -> tuple[str, str] | None:
    try:
        told = json.loads((folder.private / PLACE).read_text(encoding="utf-8"))
        return str(told["root"]), str(told["host"])
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _stands(other: Folder, folder: Folder) -> bool:
    """Whether the other folder holds the same setup, and is not this one by another path."""
    try:
        if not other.private.is_dir() or other.root.samefile(folder.root):
            return False
        return other.setup_id == folder.setup_id
    except FolderUnusable:  # damaged, or not to be read: it may well be the one that is worked in
        return True
    except OSError:
        return False


def _state_is_shared(folder: Folder) -> bool:
    roots = folder.private / "terraform"
    return roots.is_dir() and any(recorded(Path(root.path)).remote for root in os.scandir(roots) if root.is_dir())
