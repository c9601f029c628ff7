"""What stays on the terminal when the app is gone."""

from __future__ import annotations

import shlex
from pathlib import Path

from wizard.text import _
from wizard.tui.store import Store


def words(store: Store, folder: Path) -> str:
    """Where the receipt is, or how to go on; nothing where nothing was run."""
    if store.last_mode not in ("run", "destroy"):
        return ""
    if store.summary is not None and store.summary.get("receipt"):
        return _("Receipt: {path}", path=store.summary["receipt"])
    if store.result in ("done", "planned"):
        return ""
    return _("To go on from here: {command}", command=command(folder))


def command(folder: Path, *words: str) -> str:
    """What to type for this folder, from where the app was started."""
    where = () if folder == Path() else ("--folder", str(folder))
    return shlex.join(("lakehouse-wizard", *words, *where))
