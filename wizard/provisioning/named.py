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
from wizard.provisioning.blocks import Block
from wizard.provisioning.workplace import VARIABLES

_ADDRESS = re.compile(r'(?:.*\.)?(\w+\.\w+)(?:\[(?:"(.*)"|\d+)\])?')


class Names:
    """Names of the objects of the root in `folder`, with the variables of its last plan."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def of(self, address: str) -> str | None:
        """The name of the object at `address`; None where it has none, or only the cloud knows it."""
        found = _ADDRESS.fullmatch(address)
        block = self._blocks.get(found[1]) if found else None
        return block.name(self._variables, found[2]) if found and block else None

    @cached_property
    def _blocks(self) -> Mapping[str, Block]:
        return {block.address: block for block in blocks.resources(blocks.text(self._folder))}

    @cached_property
    def _variables(self) -> Mapping[str, Any]:
        try:
            kept = json.loads((self._folder / VARIABLES).read_text(encoding="utf-8"))
        except (OSError, ValueError):  # a plan is told without names all the same
            return {}
        return kept if isinstance(kept, dict) else {}
