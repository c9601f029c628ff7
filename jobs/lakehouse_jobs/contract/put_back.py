"""What no part of this version uses (`Contract.kept`), back to its place in the ODCS data that are written."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from lakehouse_jobs.contract.located import Path, parted
from lakehouse_jobs.contract.odcs import REFERENCE
from lakehouse_jobs.contract.odcs_shape import SHAPE

_CUSTOM = "customProperties"


def put_back(data: dict[str, Any], kept: dict[str, Any]) -> None:
    """Each part to where it stood; those of the reference form into a custom property of their own."""
    reference: dict[str, Any] = {}
    entries: dict[Path, dict[Path, Any]] = defaultdict(dict)
    for path, value in kept.items():
        parts = parted(path)
        before, custom, name = path.partition(f"{_CUSTOM}.")
        quality = parts.index("quality") if "quality" in parts else len(parts)
        if parts[0] not in SHAPE.keys:
            put(reference, parts, value)
        elif custom and quality == len(parts):
            holder = at(data, parted(before.rstrip(".")))
            if isinstance(holder, dict):
                holder.setdefault(_CUSTOM, []).append({"property": name, "value": value})
        elif quality < len(parts):
            entries[parts[: quality + 2]][parts[quality + 2 :]] = value
        elif parts[0] == "slaProperties" and isinstance(parts[1], str):
            _level(data, parts[1], parts[2:], value)
        elif parts[0] == "support":
            data.setdefault("support", []).insert(int(parts[1]), value)
        else:
            put(data, parts, value)
    _entries(data, entries)
    if reference:
        data.setdefault(_CUSTOM, []).append({"property": REFERENCE, "value": reference})


def _level(data: dict[str, Any], name: str, rest: Path, value: Any) -> None:
    """A service level of that name, or a part of it."""
    levels = data.setdefault("slaProperties", [])
    if not rest:
        levels.append(value)
    for level in levels:
        if rest and level.get("property") == name:
            put(level, rest, value)


def _entries(data: dict[str, Any], found: dict[Path, dict[Path, Any]]) -> None:
    """Quality entries that are no rules of ours, at their numbers; then what else the others say, where a list holds
    entries of one kind: gates and rules are written apart, so that the numbers of a mixed one mean nothing."""
    whole = {place: leaves for place, leaves in found.items() if ("type",) in leaves}
    for place, leaves in sorted(whole.items(), key=lambda one: str(one[0])):
        entry: dict[str, Any] = {}
        for path, value in leaves.items():
            put(entry, path, value)
        holder = at(data, place[:-2])
        if isinstance(holder, dict):
            holder.setdefault("quality", []).insert(int(place[-1]), entry)
    for place, leaves in found.items():
        entries = at(data, place[:-1])
        if place in whole or not isinstance(entries, list) or int(place[-1]) >= len(entries):
            continue
        if len({entry.get("type") for entry in entries}) == 1 or len(entries) == 1:
            for path, value in leaves.items():
                put(entries[int(place[-1])], path, value)


def at(data: Any, path: Path) -> Any:
    """What stands at a path; None if nothing does."""
    for part in path:
        if isinstance(data, dict):
            data = data.get(str(part))
        elif isinstance(data, list) and isinstance(part, int) and part < len(data):
            data = data[part]
        else:
            return None
    return data


def put(data: Any, path: Path, value: Any) -> None:
    """Set the value at a path, making the maps and lists above it. A list that is too short grows by one."""
    for number, part in enumerate(path):
        last = number == len(path) - 1
        inner: Any = value if last else [] if isinstance(path[number + 1], int) else {}
        if isinstance(data, list) and isinstance(part, int):
            if part >= len(data):
                data.append(inner)
            elif last:
                data[part] = value
            data = data[min(part, len(data) - 1)]
        elif isinstance(data, dict) and isinstance(part, str):
            if last:
                data[part] = value
            data = data.setdefault(part, inner)
        else:
            return
