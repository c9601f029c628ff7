"""What the parts of the sandbox's Databricks share: its errors' words, its rules, its bodies."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from wizard.sandbox.domain.core import Body, Caller, CloudError
from wizard.sandbox.domain.world import load_scenario, world

if TYPE_CHECKING:
    from wizard.sandbox.domain.cloud import Cloud

Bodies = list[Body]  # in classes where `list` is an operation

RULES: dict[str, Any] = yaml.safe_load(
    (Path(__file__).parent.parent / "data" / "databricks_rules.yaml").read_text(encoding="utf-8")
)


def denied(message: str) -> CloudError:
    return CloudError(403, "PERMISSION_DENIED", message)


def invalid(message: str, code: str = "INVALID_PARAMETER_VALUE") -> CloudError:
    return CloudError(400, code, message)


def exists(message: str, code: str = "RESOURCE_ALREADY_EXISTS") -> CloudError:
    return CloudError(400, code, message)


def missing(message: str, code: str = "RESOURCE_DOES_NOT_EXIST") -> CloudError:
    return CloudError(404, code, message)


def not_modelled(what: str) -> CloudError:
    return CloudError(501, "NOT_IMPLEMENTED", f"the sandbox does not model {what}")


def public(body: Body) -> Body:
    """`body` without the sandbox's own keys, which begin with `_`."""
    return {key: value for key, value in body.items() if not key.startswith("_")}


def required(body: Body, *keys: str) -> None:
    """Refuse a body that lacks one of `keys`, or has it empty."""
    for key in keys:
        if body.get(key) in (None, "", {}):
            raise invalid(f"Missing required field: {key}")


def legal_name(rule: str, noun: str, name: str) -> None:
    """Refuse a name against `names.<rule>` of the rules."""
    limits = RULES["names"][rule]
    if len(name) > limits["longest"] or not re.match(limits["pattern"], name):
        raise invalid(f"{noun} name '{name}' is not a valid name.")


def account_id(cloud: Cloud) -> str:
    """The one Databricks account of the scenario."""
    return world(cloud).account_id


def other_accounts(cloud: Cloud) -> dict[str, tuple[str, ...]]:
    """The accounts of others that the scenario has beside its own: their id, and the object ids of who administers
    them among the scenario's identities."""
    data = load_scenario(world(cloud).scenario)
    return {
        other["id"]: tuple(data["identities"][name]["object_id"] for name in other["account_admins"])
        for other in data["databricks"].get("others", ())
    }


def changed(old: Body, new: Body, keys: Iterable[str] = ("updated_at", "updated_by")) -> bool:
    """Whether two bodies differ in more than who touched them last."""
    skip = set(keys)
    return {k: v for k, v in old.items() if k not in skip} != {k: v for k, v in new.items() if k not in skip}


def clean_list(value: Any) -> Any:
    """Drop the empty elements the Terraform provider sends in lists (`"entitlements": [{}]`)."""
    return [item for item in value if item not in ({}, "", None)] if isinstance(value, list) else value


class StoredKind:
    """A kind whose bodies lie in the store under its own name; `key` makes the store's id of an API id."""

    name: str

    def __init__(self, cloud: Cloud) -> None:
        self.cloud = cloud

    def key(self, caller: Caller, id: str) -> str:
        return id

    def absent(self, id: str) -> CloudError:
        return missing(f"{self.name} '{id}' does not exist.")

    def load(self, caller: Caller, id: str) -> Body:
        """The stored body with its private keys, or the kind's own "does not exist"."""
        body = self.cloud.store.get(self.name, self.key(caller, id))
        if body is None:
            raise self.absent(id)
        return body

    def save(self, caller: Caller, id: str, body: Body) -> Body:
        self.cloud.store.put(self.name, self.key(caller, id), body)
        return public(body)

    def remove(self, caller: Caller, id: str) -> None:
        self.cloud.store.delete(self.name, self.key(caller, id))

    # What a kind does not offer is refused by name; each kind overrides what it does.
    def create(self, caller: Caller, body: Body) -> Body:
        raise not_modelled(f"create of {self.name}")

    def read(self, caller: Caller, id: str) -> Body:
        return public(self.load(caller, id))

    def update(self, caller: Caller, id: str, patch: Body) -> Body:
        raise not_modelled(f"update of {self.name}")

    def delete(self, caller: Caller, id: str) -> None:
        raise not_modelled(f"delete of {self.name}")

    def list(self, caller: Caller, **filters: Any) -> Bodies:
        raise not_modelled(f"list of {self.name}")
