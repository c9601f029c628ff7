"""Values that are resolved once and then kept in config.yaml, so that later plans stay empty."""

from __future__ import annotations

import threading
from collections.abc import Callable

from wizard.setup.folder import Folder

KEY = "pinned"
_lock = threading.Lock()


def read(folder: Folder, name: str) -> str | None:
    """The kept value, or None."""
    kept = folder.config().get(KEY)
    value = kept.get(name) if isinstance(kept, dict) else None
    return str(value) if value else None


def read_or(folder: Folder, name: str, resolve: Callable[[], str]) -> str:
    """The kept value, else what it would be now. Keeps nothing: a check changes nothing."""
    return read(folder, name) or resolve()


def keep(folder: Folder, values: dict[str, str]) -> None:
    """Keep `values` in config.yaml under `pinned`; what is kept already stays as it is."""
    with _lock:
        kept = folder.config().get(KEY)
        before = kept if isinstance(kept, dict) else {}
        folder.update_config({KEY: {**values, **before}})
