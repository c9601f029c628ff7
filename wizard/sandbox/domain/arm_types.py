"""The rules of each ARM resource type, read from data/arm_types.yaml."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

import yaml

from wizard.sandbox.domain.core import Body, CloudError

DATA = Path(__file__).parent.parent / "data"

ErrorForm = tuple[int, str, str]


@dataclass(frozen=True, slots=True)
class NameRule:
    """`taken` is the answer for a globally unique name that others hold; None where names are local.

    `held` are names that somebody outside the tenant holds."""

    pattern: re.Pattern[str]
    code: str
    message: str
    taken: ErrorForm | None
    held: frozenset[str] = frozenset()

    def check(self, name: str) -> None:
        """Raises CloudError 400 for an illegal name."""
        if not self.pattern.fullmatch(name):
            raise CloudError(400, self.code, self.message.format(name=name))


@dataclass(frozen=True, slots=True)
class ArmType:
    """One resource type. `levels` 0 means that it stands directly in a resource group (or at any scope)."""

    type: str
    action: str
    location: Literal["required", "global", "none"]
    levels: int
    anywhere: bool
    name: NameRule
    required: tuple[str, ...]
    defaults: Body
    fixed: tuple[str, ...]
    fixed_error: ErrorForm
    slow_delete: bool = False
    billable: bool = False
    created: int = 201  # the HTTP status of a first PUT

    @property
    def namespace(self) -> str:
        return self.type.partition("/")[0]


NOT_CHANGEABLE: ErrorForm = (400, "PropertyChangeNotAllowed", "Changing property '{path}' is not allowed.")


def _error(value: list[Any] | None) -> ErrorForm | None:
    return (int(value[0]), str(value[1]), str(value[2])) if value else None


def _type(type: str, item: dict[str, Any]) -> ArmType:
    name = item["name"]
    return ArmType(
        type=type,
        action=item.get("action", type),
        location=item["location"],
        levels=item.get("levels", 0),
        anywhere=item.get("anywhere", False),
        name=NameRule(
            pattern=re.compile(name["pattern"]),
            code=name["code"],
            message=name["message"],
            taken=_error(name.get("taken")),
            held=frozenset(name.get("held", ())),
        ),
        required=tuple(item.get("required", ())),
        defaults=item.get("defaults", {}),
        fixed=tuple(item.get("fixed", ())),
        fixed_error=_error(item.get("fixed_error")) or NOT_CHANGEABLE,
        slow_delete=item.get("slow_delete", False),
        billable=item.get("billable", False),
        created=item.get("created", 201),
    )


@lru_cache(maxsize=1)
def _data() -> dict[str, Any]:
    data: dict[str, Any] = yaml.safe_load((DATA / "arm_types.yaml").read_text(encoding="utf-8"))
    return data


@lru_cache(maxsize=1)
def arm_types() -> Mapping[str, ArmType]:
    """All types by their name."""
    return {name: _type(name, item) for name, item in _data()["types"].items()}


@lru_cache(maxsize=1)
def _lowered() -> Mapping[str, str]:
    return {name.lower(): name for name in (*arm_types(), "Microsoft.Authorization/roleAssignments")}


def canonical(type: str) -> str | None:
    """The type's name in its official spelling, found without case; None for a type that is not modelled."""
    return _lowered().get(type.lower())


def namespaces() -> Mapping[str, bool]:
    """Namespace -> whether it is registered from the start."""
    return {name: bool(item.get("free")) for name, item in _data()["namespaces"].items()}


def api_versions(namespace: str) -> list[str]:
    """The API versions that a namespace names; requests are answered whatever version they ask for."""
    return list(_data()["namespaces"][namespace]["versions"])


def namespace_of(name: str) -> str | None:
    """A namespace in its official spelling, or None."""
    return next((known for known in namespaces() if known.lower() == name.lower()), None)


def locations() -> Mapping[str, str]:
    """Name -> display name of each region."""
    found: Mapping[str, str] = _data()["locations"]
    return found


def geography(location: str) -> str:
    """The group of regions that one lies in."""
    groups: Mapping[str, list[str]] = _data()["geographies"]
    return next(name for name, members in groups.items() if location in members)


def paired(location: str) -> list[str]:
    """The regions paired with one: one, or none."""
    return [other for pair in _data()["pairs"] if location in pair for other in pair if other != location]


def normal_location(text: str) -> str:
    """`Brazil South` -> `brazilsouth`."""
    return text.replace(" ", "").lower()
