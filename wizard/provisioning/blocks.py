"""The resource blocks of a root module, found in its own files: the roots are ours and in canonical format, so blocks
are known by their indentation, and nothing is evaluated but a plain string of known variables."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

NAMES = ("name", "display_name", "cluster_name")  # what an object is called by
_BLOCK = re.compile(r'^resource "(\w+)" "(\w+)" \{\n(.*?)^\}', re.MULTILINE | re.DOTALL)
_SETTING = re.compile(r"^  (\w+) += (.+)$", re.MULTILINE)  # of the object, not of a block in it
_PART = re.compile(r"\$\{(var\.\w+|each\.key)\}")


@dataclass(frozen=True, slots=True)
class Block:
    """`address` as azurerm_subnet.cluster; `settings` by name, each with its expression."""

    address: str
    settings: Mapping[str, str]

    def name(self, known: Mapping[str, Any], key: str | None = None) -> str | None:
        """What its object is called, with the values of variables and the key of one of several; None where it has no
        name, or the files alone do not tell it."""
        expression = next((self.settings[each] for each in NAMES if each in self.settings), "")
        if not expression.startswith('"'):
            expression = f"${{{expression}}}"
        values = {f"var.{name}": value for name, value in known.items() if isinstance(value, str)}
        if key is not None:
            values["each.key"] = key
        told = _PART.sub(lambda part: values.get(part[1], part[0]), expression.strip('"'))
        return None if "${" in told else told


def text(folder: Path) -> str:
    """All files of the module, in the order of their names."""
    return "\n".join(path.read_text(encoding="utf-8") for path in sorted(folder.glob("*.tf")))


def resources(module: str) -> tuple[Block, ...]:
    """The blocks in a module's text, as they come."""
    found = _BLOCK.findall(module)
    return tuple(Block(f"{kind}.{label}", dict(_SETTING.findall(body))) for kind, label, body in found)
