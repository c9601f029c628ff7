"""A state as Terraform keeps it: a JSON document, read here and nowhere else. It is never written by us."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

STATE = "terraform.tfstate"
BACKUP = f"{STATE}.backup"


@dataclass(frozen=True, slots=True)
class Document:
    """`body` is the whole of it; empty where there is no state, or a damaged one."""

    body: Mapping[str, Any] = field(default_factory=dict)

    @property
    def whole(self) -> bool:
        return bool(self.body)

    @property
    def lineage(self) -> str:
        """Which line of states it belongs to; empty of none."""
        return str(self.body.get("lineage") or "")

    @property
    def serial(self) -> int:
        return int(self.body.get("serial") or 0)

    @property
    def resources(self) -> list[Mapping[str, Any]]:
        """Each with its mode, type, name and instances."""
        return list(self.body.get("resources", ()))

    @property
    def managed(self) -> list[Mapping[str, Any]]:
        """The resources that were made; not what is only read."""
        return [item for item in self.resources if item.get("mode") == "managed"]

    @property
    def names_objects(self) -> bool:
        return any(item.get("instances") for item in self.managed)


def parse(text: bytes | str) -> Document:
    """A state by its text. Raises ValueError where that is no JSON, as when it is empty or cut off."""
    found = json.loads(text)
    return Document(found if isinstance(found, dict) else {})


def read(text: bytes | str) -> Document:
    """As `parse`, but of a damaged state the empty document."""
    try:
        return parse(text)
    except ValueError:
        return Document()


def at(path: Path) -> Document:
    """The state in a file, which may be absent."""
    try:
        return read(path.read_bytes())
    except FileNotFoundError:
        return Document()
