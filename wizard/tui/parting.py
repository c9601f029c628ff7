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
    where = "" if folder == Path() else f" --folder {shlex.quote(str(folder))}"
    return _("To go on from here: {command}", command=f"lakehouse-wizard{where}")
