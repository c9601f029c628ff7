"""Which action an operation of Azure Resource Manager asks for (data/arm_operations.yaml); a note of those asked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from wizard.sandbox.domain.core import Body

DATA = Path(__file__).parent.parent / "data" / "arm_operations.yaml"
PAGES = "https://learn.microsoft.com/azure/role-based-access-control/permissions/"
_asked: ContextVar[set[str] | None] = ContextVar("asked", default=None)


@dataclass(frozen=True, slots=True)
class Row:
    """`action` is None for what only shows the caller its own."""

    action: str | None
    source: str


@dataclass(frozen=True, slots=True)
class Link:
    """Who writes a resource of `type` needs `action` on the resource that its body names at `path`."""

    type: str
    path: str
    action: str
    source: str

    def named(self, body: Body) -> Iterator[str]:
        """The ids that the body names."""
        yield from _reached(body, self.path.replace("[]", ".[]").split("."))


@lru_cache(maxsize=1)
def _data() -> Mapping[str, Any]:
    data: dict[str, Any] = yaml.safe_load(DATA.read_text(encoding="utf-8"))
    return data


@lru_cache(maxsize=1)
def operations() -> Mapping[str, Row]:
    return {name: Row(row.get("action"), _address(row["source"])) for name, row in _data()["operations"].items()}


@lru_cache(maxsize=1)
def links() -> tuple[Link, ...]:
    return tuple(Link(**{**row, "source": _address(row["source"])}) for row in _data()["linked"])


def action_of(operation: str, **values: str) -> str:
    """The action of an operation, with the resource's own `type` or `namespace`."""
    action = operations()[operation].action
    assert action is not None, f"{operation} asks for no action"
    return action.format(**values)


@contextmanager
def noting(asked: set[str]) -> Iterator[None]:
    """Put the rights that are asked for within into `asked`: actions of Azure, operations of entra_operations.yaml."""
    token = _asked.set(asked)
    try:
        yield
    finally:
        _asked.reset(token)


def note(right: str) -> None:
    """That a right was asked for, whether it is held or not."""
    if (asked := _asked.get()) is not None:
        asked.add(right)


def _address(source: str) -> str:
    return source if source.startswith("https://") else PAGES + source


def _reached(value: Any, path: list[str]) -> Iterator[str]:
    if not path:
        if isinstance(value, str) and value:
            yield value
    elif path[0] == "[]":
        for item in value if isinstance(value, list) else ():
            yield from _reached(item, path[1:])
    elif isinstance(value, Mapping):
        yield from _reached(value.get(path[0]), path[1:])
