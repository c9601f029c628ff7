"""YAML as a person would write it: short parts on one line, quotes where they are needed, lists indented.

The same data give the same text. What `located.parse` reads of it is the data again; YAML 1.1 readers, to whom `yes`,
`0071` and `2026-01-01` are no text, read the same.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from io import StringIO
from typing import Any

import yaml

from lakehouse_jobs.contract.located import SCALARS

WIDTH = 120  # columns


class _Dumper(yaml.SafeDumper):
    """PyYAML's own, but for what it finds needless to ask."""

    def ignore_aliases(self, data: Any) -> bool:
        return True

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        super().increase_indent(flow, False)

    def choose_scalar_style(self) -> str:
        style = str(super().choose_scalar_style())
        value = self.event.value if isinstance(self.event, yaml.ScalarEvent) else ""
        return '"' if style == "'" and not re.search(r"[\"\\]", value) else style


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.Node:
    lines = "\n" in text.strip("\n") and not re.search("[\r\x85\u2028\u2029\ufeff]| \n", text)
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|" if lines else None)


for _tag, _pattern, _first in SCALARS:
    _Dumper.add_implicit_resolver(
        f"tag:yaml.org,2002:{_tag}", re.compile(f"^(?:{_pattern})$"), ["" if c == "\0" else c for c in _first]
    )
_Dumper.add_representer(str, _text)


def emit(data: dict[str, Any], opened: Collection[str] = ()) -> str:
    """The data as YAML text; keys in their order. Holds maps, lists, text, numbers, flags and None. What stands under
    a key of `opened` has a line for each of its parts."""
    dumper = _Dumper(StringIO(), sort_keys=False)
    node = dumper.represent_data(data)
    _lay_out(node, 0, frozenset(opened))
    text: str = yaml.serialize(node, Dumper=_Dumper, width=float("inf"), allow_unicode=True)
    return text


def _lay_out(node: yaml.Node, column: int, opened: frozenset[str], *, block: bool = True) -> None:
    """Choose flow or block for a node that begins at `column`; `block` leaves no choice."""
    if not isinstance(node, yaml.CollectionNode):
        return
    node.flow_style = not block and _flows(node, opened) and column + _length(node) <= WIDTH
    if node.flow_style:
        _flow(node)
    elif isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            # A list of things described each by a map is a block, so that one more is one more line.
            many = isinstance(value, yaml.SequenceNode) and _many(value)
            begins = column + 2 + (0 if many else _length(key))
            _lay_out(value, begins, opened, block=many or (key.value in opened and bool(value.value)))
    else:
        for value in node.value:
            _lay_out(value, column + 2, opened, block=False)


def _many(node: yaml.SequenceNode) -> bool:
    """It holds maps, and more than a single pair of name and value."""
    maps = [value for value in node.value if isinstance(value, yaml.MappingNode)]
    return bool(maps) and (len(node.value) > 1 or len(maps[0].value) > 2)


def _flow(node: yaml.Node) -> None:
    if isinstance(node, yaml.CollectionNode):
        node.flow_style = True
        for value in node.value:
            for part in value if isinstance(value, tuple) else (value,):
                _flow(part)


def _flows(node: yaml.Node, opened: frozenset[str]) -> bool:
    """Nothing in it is text of several lines, or to be opened."""
    if isinstance(node, yaml.MappingNode):
        return all(key.value not in opened and _flows(value, opened) for key, value in node.value)
    if isinstance(node, yaml.SequenceNode):
        return all(_flows(value, opened) for value in node.value)
    return "\n" not in str(node.value)


def _length(node: yaml.Node) -> int:
    """About how many columns it takes on one line."""
    if isinstance(node, yaml.MappingNode):
        return sum(_length(key) + _length(value) + 4 for key, value in node.value)
    if isinstance(node, yaml.SequenceNode):
        return sum(_length(value) + 2 for value in node.value)
    plain = node.tag != "tag:yaml.org,2002:str" or re.fullmatch(r"[A-Za-z][\w ./@()-]*", node.value)
    return len(str(node.value)) + (0 if plain else 2)
