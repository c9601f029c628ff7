"""The rows that a model's tables hold: counted, or as they were counted where no commit came since."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

from lakehouse_jobs.layers.ledger import replace
from lakehouse_jobs.platform import Platform
from lakehouse_jobs.platform.versions import newest

KEPT = "tables.json"  # in the model's checkpoint folder: table -> [newest commit, rows]


def counted(platform: Platform, checkpoint: str, names: Iterable[str]) -> tuple[dict[str, int], dict[str, str]]:
    """Rows and places of those tables that are there, by name."""
    path = Path(checkpoint) / KEPT
    kept, rows, places = _kept(path), dict[str, int](), dict[str, str]()
    now: dict[str, list[str | int]] = {}
    for name in names:
        if not platform.exists(name):
            continue
        places[name] = platform.location(name)
        version = newest(places[name])  # before the count: a commit after it is counted again next time
        if version is None or kept.get(name, [None])[0] != version:
            row = platform.session().sql(f"SELECT count(*) FROM {platform.table(name)}").first()
            rows[name] = int(row[0]) if row else 0
        else:
            rows[name] = int(kept[name][1])
        if version is not None:
            now[name] = [version, rows[name]]
    if now != kept:
        replace(path, json.dumps(now))
    return rows, places


def _kept(path: Path) -> dict[str, list[str | int]]:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}
