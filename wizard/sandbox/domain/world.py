"""What a scenario fixes for good: tenant, subscriptions and the Databricks account. Kept in the store."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import yaml

from wizard.sandbox import scenarios
from wizard.sandbox.domain.cloud import Cloud
from wizard.sandbox.store import Store

KIND, ID = "sandbox.settings", "world"


class UnknownScenario(Exception):  # noqa: N818 - told to the user with its remedy
    """There is no scenario of that name; the text names those that exist."""


@dataclass(frozen=True, slots=True)
class World:
    """`subscriptions` maps id -> display name; `domain` is the tenant's default domain."""

    scenario: str
    tenant_id: str
    domain: str
    account_id: str
    subscriptions: dict[str, str]


def world_of(store: Store) -> World:
    """The world of a seeded store."""
    body = store.get(KIND, ID)
    if body is None:
        raise LookupError("this sandbox has not been seeded")
    return World(**body)


def world(cloud: Cloud) -> World:
    return world_of(cloud.store)


def load_scenario(name: str) -> dict[str, Any]:
    """One scenario as plain data; raises UnknownScenario. What it `extends` gives the keys that it lacks."""
    if name not in scenarios.names():
        raise UnknownScenario(f"there is no scenario {name!r}; there are: {', '.join(scenarios.names())}")
    data: dict[str, Any] = yaml.safe_load((scenarios.FOLDER / f"{name}.yaml").read_text(encoding="utf-8"))
    base = data.pop("extends", None)
    return {**load_scenario(base), **data} if base else data
