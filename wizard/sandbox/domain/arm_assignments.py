"""Role definitions and role assignments."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator
from typing import Any

from wizard.sandbox.domain import arm_providers
from wizard.sandbox.domain.arm_body import merged, public, without_none
from wizard.sandbox.domain.arm_id import ResourceId, parse_id
from wizard.sandbox.domain.arm_kind import ArmKind, require_group
from wizard.sandbox.domain.arm_types import NOT_CHANGEABLE, ArmType, NameRule, canonical
from wizard.sandbox.domain.authorization import ASSIGNMENT, Role, covers, role_of, roles
from wizard.sandbox.domain.authorization_actions import action_of
from wizard.sandbox.domain.authorization_condition import ConditionError, parse
from wizard.sandbox.domain.cloud import Cloud
from wizard.sandbox.domain.core import SYSTEM, Body, Caller, CloudError
from wizard.sandbox.domain.world import world

PRINCIPALS = {"entra.user": "User", "entra.group": "Group", "entra.servicePrincipal": "ServicePrincipal"}
UNCHANGEABLE = ("principalId", "roleDefinitionId", "scope")


def _rules() -> ArmType:
    name = NameRule(re.compile(".*"), "InvalidRoleAssignmentId", "{name}", None)
    return ArmType(ASSIGNMENT, ASSIGNMENT, "none", 0, True, name, (), {}, (), NOT_CHANGEABLE)


def attributes(properties: Body) -> dict[str, str]:
    """What a condition may look at, of the assignment that is written or deleted."""
    names = {"RoleDefinitionId": "roleDefinitionId", "PrincipalId": "principalId", "PrincipalType": "principalType"}
    found = {f"{ASSIGNMENT}:{name}": str(properties.get(key, "")) for name, key in names.items()}
    found[f"{ASSIGNMENT}:RoleDefinitionId"] = found[f"{ASSIGNMENT}:RoleDefinitionId"].rsplit("/", 1)[-1]
    return found


class Assignments(ArmKind):
    """Ids are `{scope}/providers/Microsoft.Authorization/roleAssignments/{guid}`; the scope may be `/`."""

    def __init__(self, cloud: Cloud) -> None:
        super().__init__(cloud, _rules())

    def create(self, caller: Caller, body: Body) -> Body:
        rid = self.parse(body["id"])
        properties = dict(without_none(body.get("properties") or {}))
        existing = self.find(rid)
        kind = self._principal_type(properties.get("principalId", ""))
        properties = {**properties, "principalType": properties.get("principalType") or kind or ""}
        self._allow(caller, "create", rid, request=properties, resource=(existing or {}).get("properties", {}))
        self._check(rid, properties, kind)
        if existing is not None:
            self._check_update(existing["properties"], properties)
        else:
            self._check_unique(rid, properties)
        now = self.cloud.now().strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        role = role_of(properties["roleDefinitionId"])
        assert role is not None
        stored = {
            "id": existing["id"] if existing else rid.text,
            "name": rid.name,
            "type": ASSIGNMENT,
            "properties": {
                "roleDefinitionId": definition_id(rid, role),
                "principalId": properties["principalId"],
                "principalType": kind,
                "scope": rid.scope or "/",
                "condition": properties.get("condition"),
                "conditionVersion": properties.get("conditionVersion"),
                "description": properties.get("description"),
                "createdOn": existing["properties"]["createdOn"] if existing else now,
                "createdBy": existing["properties"]["createdBy"] if existing else caller.oid,
            },
        }
        self.cloud.store.put(self.name, rid.key, stored)
        return public(stored)

    def stored(self, rid: ResourceId) -> Body:
        body = self.find(rid)
        if body is None:
            raise CloudError(404, "RoleAssignmentNotFound", f"The role assignment '{rid.name}' is not found.")
        return body

    def update(self, caller: Caller, id: str, patch: Body) -> Body:
        body = merged(self.stored(self.parse(id)), {key: patch[key] for key in ("properties",) if key in patch})
        return self.create(caller, body)

    def delete(self, caller: Caller, id: str) -> None:
        rid = self.parse(id)
        body = self.find(rid)
        self._allow(caller, "delete", rid, resource=(body or {}).get("properties", {}))
        self.cloud.store.delete(self.name, self.parse(self.stored(rid)["id"]).key)

    def list(self, caller: Caller, **filters: Any) -> list[Body]:
        """Filters: scope (required for others than the cloud), principal_id, at_scope, reaching.

        All assignments at, above and below the scope; at_scope leaves those below out; reaching has those of a
        principal and of its groups."""
        scope = str(filters.get("scope") or "/")
        self.cloud.authorization.require(caller, action_of("roleAssignments.list"), scope)
        principal, reaching = filters.get("principal_id"), filters.get("reaching")
        reached = self.cloud.authorization.principals_of(str(reaching)) if reaching else None
        found = []
        for body in self.bodies():
            assigned = body["properties"]["scope"]
            near = covers(assigned, scope) or (not filters.get("at_scope") and covers(scope, assigned))
            holder = body["properties"]["principalId"]
            if near and principal in (None, holder) and (reached is None or holder in reached):
                found.append(public(body))
        return found

    def _allow(
        self, caller: Caller, verb: str, rid: ResourceId, *, request: Body | None = None, resource: Body
    ) -> None:
        self.cloud.authorization.require(
            caller,
            action_of(f"roleAssignments.{verb}"),
            rid.text,
            request=attributes(request) if request else {},
            resource=attributes(resource) if resource else {},
        )

    def _principal_type(self, id: str) -> str | None:
        return next((named for kind, named in PRINCIPALS.items() if self.cloud.store.get(kind, id) is not None), None)

    def _check(self, rid: ResourceId, properties: Body, kind: str | None) -> None:
        try:
            uuid.UUID(rid.name)
        except ValueError:
            raise CloudError(
                400,
                "InvalidRoleAssignmentId",
                f"The role assignment ID '{rid.name}' is not valid. The role assignment ID must be a GUID.",
            ) from None
        check_scope(self.cloud, rid)
        if role_of(properties.get("roleDefinitionId", "")) is None:
            wanted = str(properties.get("roleDefinitionId", "")).rsplit("/", 1)[-1].replace("-", "")
            raise CloudError(
                404, "RoleDefinitionDoesNotExist", f"The specified role definition with ID '{wanted}' does not exist."
            )
        if kind is None:
            raise CloudError(
                400,
                "PrincipalNotFound",
                f"Principal {properties.get('principalId', '').replace('-', '')} does not exist in the directory "
                f"{world(self.cloud).tenant_id}. Check that you have the correct principal ID. If you are "
                "creating this principal and then immediately assigning a role, this error might be related to a "
                "replication delay. In this case, set the role assignment principalType property to a value, such as "
                "ServicePrincipal, User, or Group. See https://aka.ms/docs-principaltype",
            )
        if properties["principalType"] != kind:
            raise CloudError(
                400,
                "UnmatchedPrincipalType",
                f"The PrincipalId '{properties['principalId']}' has type '{kind}', which is different from specified "
                f"PrincipalType '{properties['principalType']}'.",
            )
        _check_condition(properties)

    def _check_update(self, old: Body, new: Body) -> None:
        for key in UNCHANGEABLE:
            before, after = str(old[key]), str(new.get(key, old[key]))
            if before.rsplit("/", 1)[-1].lower() != after.rsplit("/", 1)[-1].lower():
                raise CloudError(
                    400,
                    "RoleAssignmentUpdateNotPermitted",
                    "Tenant ID, application ID, principal ID, and scope are not allowed to be updated.",
                )

    def _check_unique(self, rid: ResourceId, properties: Body) -> None:
        for body in self.bodies():
            other = body["properties"]
            if (
                other["scope"].lower() == (rid.scope or "/").lower()
                and other["principalId"] == properties["principalId"]
                and role_of(other["roleDefinitionId"]) == role_of(properties["roleDefinitionId"])
            ):
                raise CloudError(
                    409,
                    "RoleAssignmentExists",
                    "The role assignment already exists. The ID of the existing role assignment is "
                    f"{body['name'].replace('-', '')}.",
                )


def _check_condition(properties: Body) -> None:
    condition, version = properties.get("condition"), properties.get("conditionVersion")
    if not condition:
        return
    try:
        parse(condition)
    except ConditionError as error:
        raise CloudError(
            400, "InvalidRoleAssignmentCondition", f"The given role assignment condition is invalid: {error}."
        ) from error
    if version != "2.0":
        raise CloudError(
            400,
            "InvalidRoleAssignmentCondition",
            "The given role assignment condition is invalid: its version must be 2.0.",
        )


def check_scope(cloud: Cloud, rid: ResourceId) -> None:
    """Raises CloudError 404 where the scope of an assignment does not exist."""
    if not rid.scope:
        return
    if rid.subscription:
        arm_providers.require_subscription(cloud, rid.subscription)
    if rid.group:
        require_group(cloud, rid)
    if "/providers/" in rid.scope.lower():
        target = parse_id(rid.scope)
        kind = canonical(target.type)
        if kind is not None:
            cloud.kind(kind).read(SYSTEM, rid.scope)


def definition_id(rid: ResourceId, role: Role) -> str:
    """The role definition as seen from the subscription of an id."""
    prefix = f"/subscriptions/{rid.subscription}" if rid.subscription else ""
    return f"{prefix}/providers/Microsoft.Authorization/roleDefinitions/{role.id}"


def role_definitions(cloud: Cloud, caller: Caller, scope: str, name: str | None = None) -> Iterator[Body]:
    """The role definitions that may be assigned at a scope; `name` selects one, case not mattering."""
    cloud.authorization.require(caller, action_of("roleDefinitions.list"), scope or "/")
    subscription = scope.split("/")[2] if scope.lower().startswith("/subscriptions/") else None
    prefix = f"/subscriptions/{subscription}" if subscription else ""
    for role in roles().values():
        if name is None or role.name.lower() == name.lower():
            yield {
                "id": f"{prefix}/providers/Microsoft.Authorization/roleDefinitions/{role.id}",
                "name": role.id,
                "type": "Microsoft.Authorization/roleDefinitions",
                "properties": {
                    "roleName": role.name,
                    "type": "BuiltInRole",
                    "description": role.description,
                    "assignableScopes": ["/"],
                    "permissions": [
                        {
                            "actions": list(role.actions),
                            "notActions": list(role.not_actions),
                            "dataActions": list(role.data_actions),
                            "notDataActions": [],
                        }
                    ],
                },
            }
