"""What the objects of a root will be called, read from its files and variables: to read a plan as data for that would
start every provider once more."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

from wizard.provisioning import blocks

_NAME = re.compile(r"^  (?:display_)?name +=\s(.+)$", re.MULTILINE)  # of the object, not of a block in it
_PART = re.compile(r"\$\{([^}]*)\}")
_ADDRESS = re.compile(r'(?:.*\.)?(\w+\.\w+)(?:\[(?:"(.*)"|\d+)\])?')


class Names:
    """Names of the objects of the root in `folder`, with the variables in the file `variables` there."""

    def __init__(self, folder: Path, variables: str) -> None:
        self._folder, self._file = folder, variables

    def of(self, address: str) -> str | None:
        """The name of the object at `address`; None where it has none, or only the cloud knows it."""
        found = _ADDRESS.fullmatch(address)
        expression = self._expressions.get(found[1]) if found else None
        if found is None or expression is None:
            return None
        if not expression.startswith('"'):
            return self._value(expression, found[2])
        parts = _PART.split(expression.strip('"'))  # text and expression by turns
        values = [self._value(part, found[2]) if at % 2 else part for at, part in enumerate(parts)]
        return None if None in values else "".join(map(str, values))

    @cached_property
    def _expressions(self) -> Mapping[str, str]:
        """Each resource that has a name, as azurerm_subnet.cluster, and what stands for it."""
        made = blocks.resources(blocks.text(self._folder))
        return {block.address: name[1].strip() for block in made if (name := _NAME.search(block.body)) is not None}

    @cached_property
    def _variables(self) -> Mapping[str, Any]:
        try:
            kept = json.loads((self._folder / self._file).read_text(encoding="utf-8"))
        except (OSError, ValueError):  # a plan is told without names all the same
            return {}
        return kept if isinstance(kept, dict) else {}

    def _value(self, expression: str, key: str | None) -> str | None:
        if expression == "each.key":
            return key
        value = self._variables.get(expression.removeprefix("var."))
        return value if isinstance(value, str) else None
