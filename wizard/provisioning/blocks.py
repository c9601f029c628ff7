"""The resource blocks of a root module, found in its own files: the roots are ours and in canonical format, so blocks
are known by their indentation, and nothing is evaluated."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

_BLOCK = re.compile(r'^resource "(\w+)" "(\w+)" \{\n(.*?)^\}', re.MULTILINE | re.DOTALL)


@dataclass(frozen=True, slots=True)
class Block:
    """`address` as azurerm_subnet.cluster; `body` is the text between the braces."""

    address: str
    body: str


def text(folder: Path) -> str:
    """All files of the module, in the order of their names."""
    return "\n".join(path.read_text(encoding="utf-8") for path in sorted(folder.glob("*.tf")))


def resources(module: str) -> tuple[Block, ...]:
    """The blocks in a module's text, as they come."""
    return tuple(Block(f"{kind}.{label}", body) for kind, label, body in _BLOCK.findall(module))
