"""The form of a contract file as data, and the walk that tells every departure from it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from lakehouse_jobs.contract.located import Defect, Located, Path, nearest


@dataclass(frozen=True, slots=True)
class Shape:
    """What may stand at one place. `keys` for a map with fixed keys, `item` for a list or a map of free names."""

    kind: Literal["map", "names", "list", "text", "whole", "number", "bool", "any"]
    keys: Mapping[str, Shape] = field(default_factory=dict)
    item: Shape | None = None
    required: bool = False
    choices: tuple[str, ...] = ()
    pattern: str | None = None
    why: str = ""  # of the pattern or of being required
    remedy: str = ""

    @property
    def needed(self) -> Shape:
        return replace(self, required=True)


ANY = Shape("any")
TEXT = Shape("text")
WHOLE = Shape("whole")
NUMBER = Shape("number")
FLAG = Shape("bool")
TEXTS = Shape("list", item=TEXT)
IDENTIFIER = Shape(
    "text",
    pattern=r"[A-Za-z][A-Za-z0-9_]{0,127}",
    why="it becomes the name of a table or column",
    remedy="begin with a letter and use letters, digits and _",
)


def mapping(**keys: Shape) -> Shape:
    return Shape("map", keys=keys)


def listing(item: Shape) -> Shape:
    return Shape("list", item=item)


def names(item: Shape) -> Shape:
    return Shape("names", item=item)


_MOST_LISTED = 15
_WORDS: dict[str, tuple[str, tuple[type, ...]]] = {
    "map": ("a mapping", (dict,)),
    "names": ("a mapping", (dict,)),
    "list": ("a list", (list,)),
    "text": ("text", (str,)),
    "whole": ("a whole number", (int,)),
    "number": ("a number", (int, float)),
    "bool": ("true or false", (bool,)),
}


def walk(located: Located, shape: Shape, path: Path = ()) -> list[Defect]:
    """Every place of the file that does not have the shape."""
    return _Walk(located).at(located.data, shape, path)


def walk_at(located: Located, shape: Shape, path: Path, value: Any) -> list[Defect]:
    """The same of the value that stands at `path`."""
    return _Walk(located).at(value, shape, path)


class _Walk:
    def __init__(self, located: Located) -> None:
        self._located = located

    def at(self, value: Any, shape: Shape, path: Path) -> list[Defect]:
        if shape.kind == "any":
            return []
        words, types = _WORDS[shape.kind]
        fits: bool = isinstance(value, types) and (shape.kind == "bool" or not isinstance(value, bool))
        if not fits:
            shown = "nothing" if value is None else _shown(value)
            remedy = f'quote it: "{value}"' if shape.kind == "text" and _plain(value) else f"write {words}"
            return [self._located.defect(path, f"is {shown}", f"{words} belongs here", remedy)]
        if shape.kind == "map":
            return self._map(value, shape, path)
        if shape.kind == "text":
            return self._text(value, shape, path)
        if shape.item is None:
            return []
        pairs = enumerate(value) if isinstance(value, list) else value.items()
        return [d for part, inner in pairs for d in self.at(inner, shape.item, (*path, part))]

    def _map(self, value: dict[str, Any], shape: Shape, path: Path) -> list[Defect]:
        found: list[Defect] = []
        for key, inner in value.items():
            if key in shape.keys:
                if inner is not None or shape.keys[key].required:
                    found += self.at(inner, shape.keys[key], (*path, key))
                continue
            meant = nearest(key, [k for k in shape.keys if k not in value])
            known = f"known keys: {', '.join(shape.keys)}" if len(shape.keys) <= _MOST_LISTED else "remove it"
            remedy = f"did you mean {meant}?" if meant else known
            found.append(self._located.defect((*path, key), "is not a known key", "nothing reads it", remedy, key=True))
        guessed = {nearest(k, shape.keys) for k in value if k not in shape.keys}
        for key, inner in shape.keys.items():
            if inner.required and key not in value and key not in self._located.lost and key not in guessed:
                why, remedy = inner.why or "the contract needs it", inner.remedy or f"add {key}: …"
                found.append(self._located.defect((*path, key), "is missing", why, remedy))
        return found

    def _text(self, value: str, shape: Shape, path: Path) -> list[Defect]:
        if shape.choices and value not in shape.choices:
            meant = nearest(value, shape.choices)
            remedy = f"did you mean {meant}?" if meant else f"choose one of {', '.join(shape.choices)}"
            return [self._located.defect(path, f"is {value!r}", "it is none of the known values", remedy)]
        if shape.pattern and not re.fullmatch(shape.pattern, value):
            return [self._located.defect(path, f"is {value!r}", shape.why, shape.remedy)]
        return []


def _plain(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _shown(value: Any) -> str:
    if isinstance(value, (dict, list)):
        return "a mapping" if isinstance(value, dict) else "a list"
    return repr(value)
