"""ARM's REST door for role definitions and role assignments, at any scope."""

from __future__ import annotations

import re

from wizard.sandbox.domain.arm_assignments import role_definitions
from wizard.sandbox.domain.arm_id import parse_id
from wizard.sandbox.domain.authorization import ASSIGNMENT
from wizard.sandbox.domain.authorization_eligibility import instances
from wizard.sandbox.domain.core import CloudError
from wizard.sandbox.rest.arm_filters import lowered, parse_filter
from wizard.sandbox.rest.route import Call, Handler, Reply, Route

DEFINITIONS = "/providers/Microsoft.Authorization/roleDefinitions"
ELIGIBLE = "/providers/Microsoft.Authorization/roleEligibilityScheduleInstances"
ASSIGNMENTS = "/providers/Microsoft.Authorization/roleAssignments"


def scope_of(call: Call) -> str:
    """The scope in front of `/providers/`, `` for the root."""
    scope = call.path.get("scope", "").strip("/")
    return f"/{scope}" if scope else ""


async def list_definitions(call: Call) -> Reply:
    terms = parse_filter(call.query.get("$filter"), ("atScopeAndBelow", "atScope"))
    wanted = lowered(terms, "roleName", "type", "atScopeAndBelow()", "atScope()")
    if wanted.get("type", "BuiltInRole").lower() != "builtinrole":
        return Reply(200, {"value": []})
    return Reply(
        200, {"value": list(role_definitions(call.cloud, call.caller, scope_of(call), wanted.get("rolename")))}
    )


async def get_definition(call: Call) -> Reply:
    for body in role_definitions(call.cloud, call.caller, scope_of(call)):
        if body["name"] == call.path["name"].lower():
            return Reply(200, body)
    id = call.path["name"].replace("-", "")
    raise CloudError(404, "RoleDefinitionDoesNotExist", f"The specified role definition with ID '{id}' does not exist.")


async def list_assignments(call: Call) -> Reply:
    terms = parse_filter(call.query.get("$filter"), ("atScope", "assignedTo"))
    wanted = lowered(terms, "principalId", "atScope()", "assignedTo()")
    found = call.cloud.kind(ASSIGNMENT).list(
        call.caller,
        scope=scope_of(call) or "/",
        principal_id=wanted.get("principalid"),
        at_scope="atscope()" in wanted,
        reaching=wanted.get("assignedto()"),
    )
    return Reply(200, {"value": found})


async def get_assignment(call: Call) -> Reply:
    return Reply(200, call.cloud.kind(ASSIGNMENT).read(call.caller, call.url_path))


async def put_assignment(call: Call) -> Reply:
    rid = parse_id(call.url_path)
    if not isinstance(call.body, dict):
        raise CloudError(400, "InvalidRequestContent", "The request content was invalid: a JSON object is expected.")
    existed = call.cloud.store.get(ASSIGNMENT, rid.key) is not None
    answer = call.cloud.kind(ASSIGNMENT).create(call.caller, {**call.body, "id": rid.text})
    return Reply(200 if existed else 201, answer)


async def delete_assignment(call: Call) -> Reply:
    """200 with what was deleted, 204 where nothing was."""
    rid = parse_id(call.url_path)
    body = call.cloud.store.get(ASSIGNMENT, rid.key)
    try:
        call.cloud.kind(ASSIGNMENT).delete(call.caller, rid.text)
    except CloudError as error:
        if error.code == "RoleAssignmentNotFound":
            return Reply(204)
        raise
    return Reply(200, body)


ASSIGNED_TO = re.compile(r"\s*assignedTo\('([^']+)'\)\s*", re.IGNORECASE)


async def list_eligible(call: Call) -> Reply:
    """`assignedTo('id')` counts the principal's groups too."""
    wanted = call.query.get("$filter")
    found = ASSIGNED_TO.fullmatch(wanted or "")
    if wanted and not found:
        raise CloudError(501, "NotImplemented", f"the sandbox does not model the filter {wanted}")
    return Reply(200, {"value": instances(call.cloud, call.caller, scope_of(call), found[1] if found else None)})


def _both(operation: str, method: str, path: str, handler: Handler) -> list[Route]:
    """The route at the root and at any scope."""
    return [Route(operation, method, path, handler), Route(operation, method, "/{scope:.*}" + path, handler)]


ROUTES = [
    *_both("roleDefinitions.list", "GET", DEFINITIONS, list_definitions),
    *_both("roleDefinitions.get", "GET", DEFINITIONS + "/{name}", get_definition),
    Route("roleEligibilityScheduleInstances.list", "GET", "/{scope:.*}" + ELIGIBLE, list_eligible),
    *_both("roleAssignments.list", "GET", ASSIGNMENTS, list_assignments),
    *_both("roleAssignments.get", "GET", ASSIGNMENTS + "/{name}", get_assignment),
    *_both("roleAssignments.create", "PUT", ASSIGNMENTS + "/{name}", put_assignment),
    *_both("roleAssignments.delete", "DELETE", ASSIGNMENTS + "/{name}", delete_assignment),
]
