"""YAML that remembers where everything stands, and tells all that is wrong with a file at once.

Scalars follow YAML 1.2's core schema: only true/false are booleans, a number with a leading zero and a date
stay text. Mapping keys are always text. Anchors, aliases and `<<` work; a value that contains itself does not.
"""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import yaml

Path = tuple[str | int, ...]
Place = tuple[int, int]
MERGE = "tag:yaml.org,2002:merge"
_MOST_REPAIRS = 50
# In these contexts the parser notices the fault long after the line that has it.
_EARLIER = ("while scanning a simple key", "while scanning a quoted scalar", "while parsing a flow")


@dataclass(frozen=True, slots=True, order=True)
class Defect:
    """One thing wrong in a file; line and column count from 1."""

    file: str
    line: int
    column: int
    field: str
    what: str
    why: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column} {self.field}: {self.what}, {self.why}, {self.remedy}"


class _Loader(yaml.SafeLoader):
    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}  # noqa: RUF012 - PyYAML's own hook


# Tag, what its scalars look like, what they begin with (\0: nothing).
SCALARS = (
    ("bool", r"true|True|TRUE|false|False|FALSE", "tTfF"),
    ("null", r"~|null|Null|NULL|", "~nN\0"),
    ("int", r"[-+]?(0|[1-9][0-9]*)", "-+0123456789"),
    (
        "float",
        r"[-+]?(\.[0-9]+|(0|[1-9][0-9]*)(\.[0-9]*)?)([eE][-+]?[0-9]+)?|[-+]?\.(inf|Inf)|\.(nan|NaN)",
        "-+.0123456789",
    ),
    ("merge", r"<<", "<"),
)
for _tag, _pattern, _first in SCALARS:
    _Loader.add_implicit_resolver(
        f"tag:yaml.org,2002:{_tag}", re.compile(f"^(?:{_pattern})$"), ["" if c == "\0" else c for c in _first]
    )


@dataclass(slots=True)
class Located:
    """A parsed file: plain data, a place for each part of it, and what was wrong with it.

    Lines that do not parse are left out of `data` and told in `defects`; `lost` names the keys they held, so that
    nobody reports them as missing too."""

    name: str
    data: Any = None
    defects: list[Defect] = field(default_factory=list)
    lost: set[str] = field(default_factory=set)
    _root: yaml.Node | None = None

    def where(self, path: Path = (), *, key: bool = False) -> Place:
        """Line and column of the value at `path` (or of its key); of the nearest parent if there is none."""
        node, place = self._root, (1, 1)
        if node is not None:
            place = _place(node.start_mark)
        for part in path:
            found = _child(node, part)
            if found is None:
                return place
            key_node, node = found
            place = _place((key_node if key and key_node is not None else node).start_mark)
        return place

    def value(self, path: Path) -> Any:
        """What stands at `path`; None if there is no such place."""
        found = self.data
        for part in path:
            try:
                found = found[part]
            except (KeyError, IndexError, TypeError):
                return None
        return found

    def defect(self, path: Path, what: str, why: str, remedy: str, *, key: bool = False) -> Defect:
        """A defect placed at `path`."""
        line, column = self.where(path, key=key)
        return Defect(self.name, line, column, dotted(path), what, why, remedy)


def dotted(path: Path) -> str:
    """`("schema", 0, "name")` as `schema[0].name`; the whole file is `(file)`. A key with dots or brackets is quoted,
    as `servers["a.b"]`, so that two paths never look alike; `parted` is the way back."""
    text = ""
    for part in path:
        if isinstance(part, int):
            text += f"[{part}]"
        elif part and not re.search(r'[.\[\]"\\\r\n]', part):
            text += f".{part}" if text else part
        else:
            text += f"[{json.dumps(part, ensure_ascii=False)}]"
    return text or "(file)"


def parted(text: str) -> Path:
    """The path that `dotted` wrote."""
    found: list[str | int] = []
    for index, quoted, plain in re.findall(r'\[(\d+)\]|\[("(?:[^"\\]|\\.)*")\]|([^.\[\]"]+)', text):
        found.append(int(index) if index else json.loads(quoted) if quoted else plain)
    return tuple(found)


def nearest(word: str, choices: Iterable[str]) -> str | None:
    """The choice that was probably meant, or None."""
    matches = difflib.get_close_matches(word.lower(), {c.lower(): c for c in choices}, n=1, cutoff=0.6)
    return {c.lower(): c for c in choices}[matches[0]] if matches else None


def parse(text: str, name: str) -> Located:
    """Read one YAML document; never raises for what the text contains."""
    located = Located(name)
    for _ in range(_MOST_REPAIRS):
        try:
            located._root = yaml.compose(text, Loader=_Loader)
        except yaml.reader.ReaderError as error:
            text = _mend_character(text, error, located)
        except yaml.MarkedYAMLError as error:
            text = _mend_line(text, error, located)
        except RecursionError:
            located.defects.append(
                Defect(name, 1, 1, "(file)", "is nested too deeply", "it cannot be read", "flatten it")
            )
            return located
        else:
            break
    if located._root is not None:
        located.data = _Builder(located).build(located._root, ())
    located.defects.sort()
    return located


def _place(mark: yaml.Mark) -> Place:
    return mark.line + 1, mark.column + 1


def _child(node: yaml.Node | None, part: str | int) -> tuple[yaml.Node | None, yaml.Node] | None:
    if isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
        return None, node.value[part]
    if not isinstance(node, yaml.MappingNode):
        return None
    inherited: tuple[yaml.Node | None, yaml.Node] | None = None
    for key, value in node.value:
        if key.tag == MERGE:
            sources = value.value if isinstance(value, yaml.SequenceNode) else [value]
            inherited = inherited or next((found for s in sources if (found := _child(s, part))), None)
        elif key.value == part:
            return key, value
    return inherited


def _mend_character(text: str, error: yaml.reader.ReaderError, located: Located) -> str:
    """Tell the character that YAML forbids, and go on with a blank in its place."""
    position = next(i for i, c in enumerate(text) if yaml.reader.Reader.NON_PRINTABLE.match(c))
    before = text[:position]
    line, column = before.count("\n") + 1, position - before.rfind("\n")
    what = f"holds the character U+{ord(text[position]):04X}"
    located.defects.append(Defect(located.name, line, column, "(syntax)", what, "YAML forbids it", "remove it"))
    return before + " " + text[position + 1 :]


def _mend_line(text: str, error: yaml.MarkedYAMLError, located: Located) -> str:
    """Tell the fault, and go on without the line that has it and the lines that hang below it."""
    context, mark = error.context or "", error.problem_mark
    if mark is None or (error.context_mark is not None and context.startswith(_EARLIER)):
        mark = error.context_mark or mark
    line, column = _place(mark) if mark is not None else (1, 1)
    what = error.problem or "cannot be read"
    why = f"the YAML breaks here {context}".rstrip()
    located.defects.append(Defect(located.name, line, column, "(syntax)", what, why, _remedy(f"{context} {what}")))
    lines = text.split("\n")
    if "single document" in context:
        return "\n".join(lines[: line - 1])
    index = min(line, len(lines)) - 1
    while index > 0 and not lines[index].strip():
        index -= 1
    indent = len(lines[index]) - len(lines[index].lstrip())
    last = index + 1
    while last < len(lines) and lines[last].strip() and len(lines[last]) - len(lines[last].lstrip()) > indent:
        last += 1
    for number in range(index, last):
        located.lost.update(re.findall(r"([A-Za-z_][\w-]*)", lines[number].split("#")[0].split(":")[0])[:1])
        lines[number] = ""
    return "\n".join(lines)


def _remedy(problem: str) -> str:
    for sign, remedy in (
        ("mapping values", "quote the value, or put the key on a line of its own"),
        ("'\\t'", "indent with spaces"),
        ("could not find expected ':'", "put a colon and a blank after the key"),
        ("end of stream", "close the quote"),
        ("single document", "keep one document in a file"),
        ("undefined alias", "define the anchor first, or quote the value"),
        ("block end", "align it with the lines above"),
        ("',' or", "close the bracket, or quote the value"),
    ):
        if sign in problem:
            return remedy
    return "correct the line"


class _Builder:
    """Turns nodes into plain data; what cannot be built becomes None and a defect."""

    def __init__(self, located: Located) -> None:
        self._located = located
        self._done: dict[int, Any] = {}
        self._open: set[int] = set()
        self._scalars = yaml.constructor.SafeConstructor()

    def build(self, node: yaml.Node, path: Path) -> Any:
        if id(node) in self._done:
            return self._done[id(node)]
        if id(node) in self._open:
            self._tell(node, path, "contains itself", "an alias leads back to its own anchor", "write it out")
            return None
        self._open.add(id(node))
        value: Any
        if isinstance(node, yaml.MappingNode) and node.tag == "tag:yaml.org,2002:map":
            value = self._mapping(node, path)
        elif isinstance(node, yaml.SequenceNode) and node.tag == "tag:yaml.org,2002:seq":
            value = [self.build(item, (*path, number)) for number, item in enumerate(node.value)]
        else:
            value = self._scalar(node, path)
        self._open.discard(id(node))
        self._done[id(node)] = value
        return value

    def _mapping(self, node: yaml.MappingNode, path: Path) -> dict[str, Any]:
        own: dict[str, Any] = {}
        inherited: dict[str, Any] = {}
        first: dict[str, int] = {}
        for key, value in node.value:
            if key.tag == MERGE:
                sources = value.value if isinstance(value, yaml.SequenceNode) else [value]
                for source in sources:
                    built = self.build(source, path)
                    inherited = {**(built if isinstance(built, dict) else {}), **inherited}
            elif not isinstance(key, yaml.ScalarNode):
                self._tell(key, path, "is not a legal key", "a key is one word", "write the key as text")
            elif key.value in own:
                at = (*path, key.value)
                why = f"line {first[key.value]} has it already"
                self._tell(key, at, "stands twice", why, "keep one of the two")
                self.build(value, at)
            else:
                first[key.value] = key.start_mark.line + 1
                own[key.value] = self.build(value, (*path, key.value))
        return {**inherited, **own}

    def _scalar(self, node: yaml.Node, path: Path) -> Any:
        try:
            return self._scalars.construct_object(node, deep=True)
        except (yaml.YAMLError, ValueError):
            self._tell(node, path, f"has the tag or value {node.tag}", "it cannot be read", "write plain text")
            return None

    def _tell(self, node: yaml.Node, path: Path, what: str, why: str, remedy: str) -> None:
        line, column = _place(node.start_mark)
        self._located.defects.append(Defect(self._located.name, line, column, dotted(path), what, why, remedy))
