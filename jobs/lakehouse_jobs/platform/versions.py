"""Whether a table is as it was: by the newest entry of its log, where that lies in a folder of this machine."""

from __future__ import annotations

from pathlib import Path


def newest(location: str) -> str | None:
    """The name of the newest commit of a Delta table; None where `location` is no such folder, as in Unity Catalog."""
    try:
        names = [path.name for path in Path(location, "_delta_log").iterdir() if path.suffix == ".json"]
    except OSError:
        return None
    return max(names, default=None)
