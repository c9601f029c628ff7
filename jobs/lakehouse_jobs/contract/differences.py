"""What one piece of plain data says that another does not, in a form that can be put back. Lists are compared whole.

`rest` is what is said nowhere else, as a tree. `Spelling`s are what both say in their own ways: where the other way
has been changed meanwhile, the change counts, not the spelling."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from lakehouse_jobs.contract.located import Path, dotted, parted

_ABSENT = object()


@dataclass(frozen=True, slots=True)
class Spelling:
    """At `path`, the keys and values of `here` stand for those of `there`."""

    path: Path
    there: dict[str, Any]
    here: dict[str, Any]

    @property
    def data(self) -> dict[str, Any]:
        found = {"at": dotted(self.path)} if self.path else {}
        return {**found, "for": self.there, "as": self.here}

    @classmethod
    def of(cls, data: dict[str, Any]) -> Spelling:
        return cls(parted(data["at"]) if "at" in data else (), data["for"], data["as"])


def differences(wanted: dict[str, Any], made: dict[str, Any]) -> tuple[list[tuple[Path, Any]], list[Spelling]]:
    """What has to be done to `made` to get `wanted`: the rest by path, and spellings."""
    ours, theirs = dict(branches(wanted)), dict(branches(made))
    missing: dict[Path, dict[str, Any]] = defaultdict(dict)
    extra: dict[Path, dict[str, Any]] = defaultdict(dict)
    for path, value in ours.items():
        if not same(theirs.get(path, _ABSENT), value):
            missing[path[:-1]][str(path[-1])] = value
    for path, value in theirs.items():
        if not same(ours.get(path, _ABSENT), value):
            extra[path[:-1]][str(path[-1])] = value
    rest: list[tuple[Path, Any]] = []
    spellings: list[Spelling] = []
    for parent in [*extra, *(parent for parent in missing if parent not in extra)]:
        here, there = missing.get(parent, {}), extra.get(parent, {})
        for key in [key for key in there if key in here]:
            spellings.append(Spelling(parent, {key: there.pop(key)}, {key: here.pop(key)}))
        if there:
            spellings.append(Spelling(parent, there, here))
        else:
            rest += [((*parent, key), value) for key, value in here.items()]
    return rest, spellings


def restore(made: dict[str, Any], rest: list[tuple[Path, Any]], spellings: list[Spelling]) -> None:
    """Make `made` what it was made from, but for what has been changed in it."""
    for spelling in spellings:
        holder = _at(made, spelling.path)
        if holder is not None and all(same(holder.get(k, _ABSENT), v) for k, v in spelling.there.items()):
            for key in spelling.there:
                del holder[key]
            holder.update(spelling.here)
    _prune(made, [spelling.path for spelling in spellings])
    for path, value in rest:
        put(made, path, value)


def tree(rest: list[tuple[Path, Any]]) -> dict[str, Any]:
    """The rest as one piece of data; `branches` is the way back."""
    found: dict[str, Any] = {}
    for path, value in rest:
        put(found, path, value)
    return found


def put(data: dict[str, Any], path: Path, value: Any) -> None:
    """Set a value that is not there yet, making the maps above it."""
    for part in path[:-1]:
        data = data.setdefault(str(part), {})
        if not isinstance(data, dict):
            return
    data.setdefault(str(path[-1]), value)


def same(one: Any, other: Any) -> bool:
    """Equal and of one kind: True is not 1, and 1.0 is not 1."""
    if type(one) is not type(other):
        return False
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(same(value, other[key]) for key, value in one.items())
    if isinstance(one, list):
        return len(one) == len(other) and all(same(a, b) for a, b in zip(one, other, strict=True))
    return bool(one == other)


def branches(value: dict[str, Any], path: Path = ()) -> list[tuple[Path, Any]]:
    """Each leaf with its path. A list is one leaf, and so is an empty map."""
    found = []
    for key, inner in value.items():
        if isinstance(inner, dict) and inner:
            found += branches(inner, (*path, key))
        else:
            found.append(((*path, key), inner))
    return found


def _at(data: Any, path: Path) -> dict[str, Any] | None:
    for part in path:
        data = data.get(part) if isinstance(data, dict) else None
    return data if isinstance(data, dict) else None


def _prune(data: dict[str, Any], paths: list[Path]) -> None:
    """Take away the maps that have become empty."""
    for path in sorted(paths, key=len, reverse=True):
        for length in range(len(path), 0, -1):
            holder = _at(data, path[: length - 1])
            if holder is not None and holder.get(str(path[length - 1])) == {}:
                del holder[str(path[length - 1])]
