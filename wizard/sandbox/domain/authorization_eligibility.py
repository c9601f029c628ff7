"""Azure roles that somebody may activate in Privileged Identity Management, but does not hold."""

from __future__ import annotations

from wizard.sandbox.domain.authorization import covers, roles
from wizard.sandbox.domain.authorization_actions import action_of
from wizard.sandbox.domain.cloud import Cloud
from wizard.sandbox.domain.core import Body, Caller

KIND, ACTION = "arm.roleEligibility", "Microsoft.Authorization/roleEligibilityScheduleInstances"


def make(cloud: Cloud, scope: str, role: str, principal: str) -> Body:
    """Let a principal (by object id) activate a built-in role, by its name; again is harmless."""
    role_id = cloud.authorization.role_id(role)
    name = cloud.guid("eligibility", scope, role_id, principal)
    body: Body = {
        "id": f"{scope}/providers/{ACTION}/{name}",
        "name": name,
        "type": ACTION,
        "properties": {
            "scope": scope,
            "roleDefinitionId": f"{scope}/providers/Microsoft.Authorization/roleDefinitions/{role_id}",
            "principalId": principal,
            "status": "Provisioned",
            "memberType": "Direct",
            "expandedProperties": {"roleDefinition": {"displayName": roles()[role_id].name}},
        },
    }
    cloud.store.put(KIND, body["id"].lower(), body)
    return body


def instances(cloud: Cloud, caller: Caller, scope: str, principal: str | None) -> list[Body]:
    """Those at or above a scope, of one principal and the groups it is in, or of all."""
    cloud.authorization.require(caller, action_of("roleEligibilityScheduleInstances.list"), scope or "/")
    reached = cloud.authorization.principals_of(principal) if principal else None
    return [
        body
        for _id, body in cloud.store.items(KIND)
        if covers(body["properties"]["scope"], scope)
        and (reached is None or body["properties"]["principalId"] in reached)
    ]
