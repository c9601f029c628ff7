"""Azure role-based access control: who may do which action at which scope."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import yaml

from wizard.sandbox.domain.authorization_actions import note
from wizard.sandbox.domain.authorization_condition import Request, parse
from wizard.sandbox.domain.authorization_match import matches_any
from wizard.sandbox.domain.core import SYSTEM, Body, Caller, CloudError
from wizard.sandbox.store import Store

ROLES = Path(__file__).parent.parent / "data" / "roles.yaml"
ASSIGNMENT = "Microsoft.Authorization/roleAssignments"
MEMBER = "entra.groupMember"
NOTHING: Mapping[str, str] = {}


@dataclass(frozen=True, slots=True)
class Role:
    """A role definition. An action is allowed if a pattern of `actions` matches and none of `not_actions`."""

    id: str
    name: str
    description: str
    actions: tuple[str, ...]
    not_actions: tuple[str, ...]
    data_actions: tuple[str, ...]

    def allows(self, action: str, *, data: bool = False) -> bool:
        if data:
            return matches_any(self.data_actions, action)
        return matches_any(self.actions, action) and not matches_any(self.not_actions, action)


@lru_cache(maxsize=1)
def roles() -> Mapping[str, Role]:
    """All role definitions by their id."""
    data = yaml.safe_load(ROLES.read_text(encoding="utf-8"))
    return {
        item["id"]: Role(
            item["id"],
            item["name"],
            item["description"],
            tuple(item.get("actions", ())),
            tuple(item.get("notActions", ())),
            tuple(item.get("dataActions", ())),
        )
        for item in data["roles"]
    }


def role_of(definition_id: str) -> Role | None:
    """The role behind a definition's id, whatever scope it is written with."""
    return roles().get(definition_id.rstrip("/").rsplit("/", 1)[-1].lower())


def covers(assigned: str, scope: str) -> bool:
    """Whether an assignment at `assigned` reaches `scope`: equal to it or above it."""
    above, below = assigned.rstrip("/").lower(), scope.rstrip("/").lower()
    return below == above or below.startswith(above + "/")


class Authorization:
    """Evaluates the assignments in the store; groups count, nested ones too."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def require(
        self,
        caller: Caller,
        action: str,
        scope: str,
        *,
        request: Mapping[str, str] = NOTHING,
        resource: Mapping[str, str] = NOTHING,
    ) -> None:
        """Raises CloudError 403 AuthorizationFailed unless the caller may do `action` at `scope`.

        `request` and `resource` are what a condition may look at."""
        if not self.allows(caller, action, scope, request=request, resource=resource):
            raise CloudError(
                403,
                "AuthorizationFailed",
                f"The client '{caller.name}' with object id '{caller.oid}' does not have authorization to perform "
                f"action '{action}' over scope '{scope}' or the scope is invalid. If access was recently granted, "
                "please refresh your credentials.",
            )

    def allows(
        self,
        caller: Caller,
        action: str,
        scope: str,
        *,
        data: bool = False,
        request: Mapping[str, str] = NOTHING,
        resource: Mapping[str, str] = NOTHING,
    ) -> bool:
        """Whether any assignment grants the action; `data` asks for a data action."""
        note(action)
        if caller.oid == SYSTEM.oid:
            return True
        seen = Request(action, request, resource)
        return any(
            covers(properties["scope"], scope)
            and (role := role_of(properties["roleDefinitionId"])) is not None
            and role.allows(action, data=data)
            and (not properties.get("condition") or parse(properties["condition"])(seen))
            for properties in self.assignments_of(caller.oid)
        )

    def role_id(self, name: str) -> str:
        """The id of a built-in role; raises LookupError for a name the sandbox does not hold."""
        for role in roles().values():
            if role.name.casefold() == name.casefold():
                return role.id
        raise LookupError(f"there is no role {name!r}")

    def touches(self, caller: Caller, scope: str) -> bool:
        """Whether the caller holds any role at, above or below `scope`: what lets it see a subscription."""
        return caller.oid == SYSTEM.oid or any(
            covers(properties["scope"], scope) or covers(scope, properties["scope"])
            for properties in self.assignments_of(caller.oid)
        )

    def assignments_of(self, oid: str) -> Iterator[Body]:
        """The `properties` of every assignment that reaches the principal, by its groups too."""
        reached = self.principals_of(oid)
        for _id, body in self._store.items(ASSIGNMENT):
            if body["properties"]["principalId"] in reached:
                yield body["properties"]

    def principals_of(self, oid: str) -> set[str]:
        """The principal and all groups it is in."""
        groups: dict[str, set[str]] = {}
        for _id, body in self._store.items(MEMBER):
            groups.setdefault(body["memberId"], set()).add(body["groupId"])
        reached, todo = {oid}, [oid]
        while todo:
            new = groups.get(todo.pop(), set()) - reached
            reached |= new
            todo.extend(new)
        return reached
