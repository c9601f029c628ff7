"""What a root module would make, read from its own files: for a plan that cannot be made yet.

Terraform itself cannot list it: a plan needs every variable, and `terraform graph` gives no names."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from wizard.provisioning import blocks
from wizard.provisioning.blocks import Block
from wizard.text import _

_LOCAL = re.compile(r"^  (\w+) += (\{\n.*?^  \}|.+?)$", re.MULTILINE | re.DOTALL)
_KEY = re.compile(r"^    (\w+) +=", re.MULTILINE)
_LIST = re.compile(r'toset\(\[("[^\]]*")\]\)')


@dataclass(frozen=True, slots=True)
class Listed:
    """One resource block. `name` is the object's, where known variables make it up; `each` the keys it is made for,
    as far as the files tell; `many` says that it may be none or several."""

    address: str
    name: str | None = None
    each: tuple[str, ...] = ()
    many: bool = False

    @property
    def words(self) -> str:
        text = _("create {address}", address=self.address)
        if self.name:
            text = _("{what}, named {name}", what=text, name=self.name)
        if self.each:
            return _("{what}, one for each of {keys}", what=text, keys=", ".join(self.each))
        return _("{what}, as many as its inputs say", what=text) if self.many else text


def resources(source: Path, known: Mapping[str, str]) -> tuple[Listed, ...]:
    """The resource blocks of the module in `source`, in the order of its files; `known` are variables' values."""
    text = blocks.text(source)
    keys = _keys(text)
    return tuple(_listed(block, keys, known) for block in blocks.resources(text))


def _listed(block: Block, keys: Mapping[str, tuple[str, ...]], known: Mapping[str, str]) -> Listed:
    each = block.settings.get("for_each", "")
    return Listed(
        address=block.address,
        name=block.name(known),
        each=keys.get(each.removeprefix("local."), ()) if each.startswith("local.") else _members(each),
        many="count" in block.settings or bool(each),
    )


def _keys(text: str) -> dict[str, tuple[str, ...]]:
    """The keys of each local map or set that stands in plain words."""
    local = re.findall(r"^locals \{\n(.*?)^\}", text, re.MULTILINE | re.DOTALL)
    found = [match for block in local for match in _LOCAL.findall(block)]
    return {name: tuple(_KEY.findall(value)) or _members(value) for name, value in found}


def _members(expression: str) -> tuple[str, ...]:
    match = _LIST.search(expression)
    return tuple(re.findall(r'"([^"]*)"', match[1])) if match else ()
