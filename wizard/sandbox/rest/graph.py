"""Microsoft Graph v1.0: users, groups, applications, principals, and the roles they hold."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial
from typing import Any, cast

from wizard.sandbox.domain import entra_federated
from wizard.sandbox.domain.core import Body, CloudError
from wizard.sandbox.domain.entra_apps import Applications, Secretive, ServicePrincipals
from wizard.sandbox.domain.entra_objects import bad_request, directory_object, matching, owned_by, reference
from wizard.sandbox.domain.entra_rights import (
    APP_ROLE,
    APPLICATION,
    DIRECTORY_ROLE,
    DOMAIN,
    ELIGIBILITY,
    GROUP,
    MEMBER,
    PRINCIPAL,
    USER,
    directory_data,
)
from wizard.sandbox.domain.entra_users import Groups, described
from wizard.sandbox.rest.route import Call, Handler, Reply, Route

TERM = re.compile(r"\s*(?P<field>\w+)\s+eq\s+(?:'(?P<text>(?:[^']|'')*)'|(?P<word>true|false|null|[0-9a-fA-F-]+))\s*")


def parse_filter(text: str) -> dict[str, Any]:
    """`a eq 'x' and b eq true` as {a: x, b: True}; raises CloudError 400 for anything else."""
    found: dict[str, Any] = {}
    position = 0
    while True:
        match = TERM.match(text, position)
        if match is None:
            raise bad_request(f"Invalid filter clause: {text!r}; the sandbox models 'eq' joined by 'and'.")
        words = {"true": True, "false": False, "null": None}
        quoted, word = match["text"], match["word"]
        found[match["field"]] = quoted.replace("''", "'") if quoted is not None else words.get(word, word)
        position = match.end()
        if position >= len(text):
            return found
        if not text.startswith("and ", position):
            raise bad_request(f"Invalid filter clause: {text!r}; the sandbox models 'eq' joined by 'and'.")
        position += len("and ")


def page(call: Call, bodies: list[Body]) -> Reply:
    """A list's answer, filtered by `$filter`."""
    if call.query.get("$filter"):
        wanted = parse_filter(call.query["$filter"])
        bodies = [body for body in bodies if matching(body, wanted)]
    context = f"{call.base_url}/v1.0/$metadata#{call.url_path.removeprefix('/v1.0/')}"
    return Reply(body={"@odata.context": context, "value": bodies})


def list_all(kind: str) -> Handler:
    async def handle(call: Call) -> Reply:
        filters = parse_filter(call.query["$filter"]) if call.query.get("$filter") else {}
        return page(call, call.cloud.kind(kind).list(call.caller, **filters))

    return handle


def read_one(kind: str) -> Handler:
    async def handle(call: Call) -> Reply:
        return Reply(body=call.cloud.kind(kind).read(call.caller, call.path["id"]))

    return handle


def create_one(kind: str) -> Handler:
    async def handle(call: Call) -> Reply:
        return Reply(201, call.cloud.kind(kind).create(call.caller, _object(call)))

    return handle


def update_one(kind: str) -> Handler:
    async def handle(call: Call) -> Reply:
        call.cloud.kind(kind).update(call.caller, call.path["id"], _object(call))
        return Reply(204)

    return handle


def delete_one(kind: str) -> Handler:
    async def handle(call: Call) -> Reply:
        call.cloud.kind(kind).delete(call.caller, call.path["id"])
        return Reply(204)

    return handle


async def me(call: Call) -> Reply:
    if call.caller.kind == "app":
        raise CloudError(400, "BadRequest", "/me request is only valid with delegated authentication flow.")
    return Reply(body=call.cloud.kind(USER).read(call.caller, call.caller.oid))


async def principal_by_app_id(call: Call) -> Reply:
    principals = cast(ServicePrincipals, call.cloud.kind(PRINCIPAL))
    return Reply(body=principals.by_app_id(call.caller, call.path["app_id"]))


def add_password(kind: str) -> Handler:
    async def handle(call: Call) -> Reply:
        holder = cast(Secretive, call.cloud.kind(kind))
        wanted = _object(call).get("passwordCredential") or {}
        return Reply(body=holder.add_password(call.caller, call.path["id"], wanted))

    return handle


def remove_password(kind: str) -> Handler:
    async def handle(call: Call) -> Reply:
        holder = cast(Secretive, call.cloud.kind(kind))
        holder.remove_password(call.caller, call.path["id"], str(_object(call).get("keyId")))
        return Reply(204)

    return handle


async def federated(call: Call) -> Reply:
    return page(call, list(cast(Applications, call.cloud.kind(APPLICATION)).federated(call.caller, call.path["id"])))


async def one_federated(call: Call) -> Reply:
    applications = cast(Applications, call.cloud.kind(APPLICATION))
    applications.federated(call.caller, call.path["id"])
    return Reply(body=entra_federated.find(applications.stored(call.path["id"]), call.path["credential"]))


async def add_federated(call: Call) -> Reply:
    add = partial(entra_federated.add, call.cloud, body=_object(call))
    return Reply(201, _change_federated(call, add))


async def update_federated(call: Call) -> Reply:
    _change_federated(call, partial(entra_federated.change, id_or_name=call.path["credential"], patch=_object(call)))
    return Reply(204)


async def remove_federated(call: Call) -> Reply:
    _change_federated(call, partial(entra_federated.remove, id_or_name=call.path["credential"]))
    return Reply(204)


def _change_federated(call: Call, change: Callable[[Body], Body | None]) -> Body | None:
    applications = cast(Applications, call.cloud.kind(APPLICATION))
    return applications.change_federated(call.caller, call.path["id"], change)


def app_roles(side: str) -> Handler:
    """Assignments of a principal (`principalId`) or on a resource (`resourceId`)."""

    async def handle(call: Call) -> Reply:
        call.cloud.kind(PRINCIPAL).read(call.caller, call.path["id"])
        return page(call, call.cloud.kind(APP_ROLE).list(call.caller, **{side: call.path["id"]}))

    return handle


async def grant_app_role(call: Call) -> Reply:
    return Reply(201, call.cloud.kind(APP_ROLE).create(call.caller, _object(call)))


async def withdraw_app_role(call: Call) -> Reply:
    call.cloud.kind(APP_ROLE).delete(call.caller, call.path["assignment"])
    return Reply(204)


async def members(call: Call) -> Reply:
    found = call.cloud.kind(MEMBER).list(call.caller, groupId=call.path["id"])
    return page(call, [described(*directory_object(call.cloud, one["memberId"])) for one in found])


async def add_member(call: Call) -> Reply:
    member = reference(str(_object(call).get("@odata.id") or ""))
    call.cloud.kind(MEMBER).create(call.caller, {"groupId": call.path["id"], "memberId": member})
    return Reply(204)


async def remove_member(call: Call) -> Reply:
    call.cloud.kind(MEMBER).delete(call.caller, f"{call.path['id']}/{call.path['member']}")
    return Reply(204)


async def owners(call: Call) -> Reply:
    return page(call, cast(Groups, call.cloud.kind(GROUP)).owners(call.caller, call.path["id"]))


async def add_owner(call: Call) -> Reply:
    owner = reference(str(_object(call).get("@odata.id") or ""))
    cast(Groups, call.cloud.kind(GROUP)).add_owner(call.caller, call.path["id"], owner)
    return Reply(204)


async def groups_of(call: Call) -> Reply:
    """The groups that a user is in, as the directory objects that `memberOf` lists."""
    call.cloud.kind(USER).read(call.caller, call.path["id"])
    mine = [one["groupId"] for one in call.cloud.kind(MEMBER).list(call.caller, memberId=call.path["id"])]
    return page(call, [described(*directory_object(call.cloud, group)) for group in mine])


async def owned_objects(call: Call) -> Reply:
    call.cloud.kind(PRINCIPAL).read(call.caller, call.path["id"])
    return page(call, [described(*directory_object(call.cloud, id)) for id in owned_by(call.cloud, call.path["id"])])


async def role_definitions(call: Call) -> Reply:
    call.cloud.kind(DIRECTORY_ROLE).list(call.caller)
    roles = directory_data()["directory_roles"]
    return page(
        call,
        [
            {"id": role, "templateId": role, "displayName": name, "isBuiltIn": True, "isEnabled": True}
            for name, role in roles.items()
        ],
    )


def _object(call: Call) -> Body:
    if not isinstance(call.body, dict):
        raise bad_request("The request body must be a JSON object.")
    return call.body


def _collection(name: str, kind: str, *verbs: str) -> list[Route]:
    path, label = f"/v1.0/{name}", f"graph.{kind.removeprefix('entra.')}"
    every = {
        "list": Route(f"{label}.list", "GET", path, list_all(kind)),
        "create": Route(f"{label}.create", "POST", path, create_one(kind)),
        "read": Route(f"{label}.read", "GET", f"{path}/{{id}}", read_one(kind)),
        "update": Route(f"{label}.update", "PATCH", f"{path}/{{id}}", update_one(kind)),
        "delete": Route(f"{label}.delete", "DELETE", f"{path}/{{id}}", delete_one(kind)),
    }
    return [every[verb] for verb in verbs]


def _secrets(name: str, kind: str) -> list[Route]:
    path, label = f"/v1.0/{name}/{{id}}", f"graph.{kind.removeprefix('entra.')}"
    return [
        Route(f"{label}.addPassword", "POST", f"{path}/addPassword", add_password(kind)),
        Route(f"{label}.removePassword", "POST", f"{path}/removePassword", remove_password(kind)),
    ]


def _federated_routes() -> list[Route]:
    path, label = "/v1.0/applications/{id}/federatedIdentityCredentials", "graph.application.federatedCredential"
    one = f"{path}/{{credential}}"
    return [
        Route(f"{label}.list", "GET", path, federated),
        Route(f"{label}.create", "POST", path, add_federated),
        Route(f"{label}.read", "GET", one, one_federated),
        Route(f"{label}.update", "PATCH", one, update_federated),
        Route(f"{label}.delete", "DELETE", one, remove_federated),
    ]


def _app_role_routes(side: str, segment: str) -> list[Route]:
    path, label = f"/v1.0/servicePrincipals/{{id}}/{segment}", f"graph.servicePrincipal.{segment}"
    return [
        Route(f"{label}.list", "GET", path, app_roles(side)),
        Route(f"{label}.create", "POST", path, grant_app_role),
        Route(f"{label}.delete", "DELETE", f"{path}/{{assignment}}", withdraw_app_role),
    ]


EVERY_VERB = ("list", "create", "read", "update", "delete")

ROUTES: list[Route] = [
    Route("graph.me", "GET", "/v1.0/me", me),
    *_collection("domains", DOMAIN, "list", "read"),
    Route("graph.user.memberOf.list", "GET", "/v1.0/users/{id}/memberOf", groups_of),
    *_collection("users", USER, *EVERY_VERB),
    Route("graph.group.members.list", "GET", "/v1.0/groups/{id}/members", members),
    Route("graph.group.members.add", "POST", "/v1.0/groups/{id}/members/$ref", add_member),
    Route("graph.group.members.remove", "DELETE", "/v1.0/groups/{id}/members/{member}/$ref", remove_member),
    Route("graph.group.owners.list", "GET", "/v1.0/groups/{id}/owners", owners),
    Route("graph.group.owners.add", "POST", "/v1.0/groups/{id}/owners/$ref", add_owner),
    *_collection("groups", GROUP, *EVERY_VERB),
    *_secrets("applications", APPLICATION),
    *_federated_routes(),
    *_collection("applications", APPLICATION, *EVERY_VERB),
    Route(
        "graph.servicePrincipal.readByAppId",
        "GET",
        "/v1.0/servicePrincipals(appId='{app_id:[^']+}')",
        principal_by_app_id,
    ),
    Route(
        "graph.servicePrincipal.ownedObjects.list", "GET", "/v1.0/servicePrincipals/{id}/ownedObjects", owned_objects
    ),
    *_secrets("servicePrincipals", PRINCIPAL),
    *_app_role_routes("principalId", "appRoleAssignments"),
    *_app_role_routes("resourceId", "appRoleAssignedTo"),
    *_collection("servicePrincipals", PRINCIPAL, *EVERY_VERB),
    Route("graph.roleDefinitions.list", "GET", "/v1.0/roleManagement/directory/roleDefinitions", role_definitions),
    *_collection("roleManagement/directory/roleAssignments", DIRECTORY_ROLE, "list", "create", "read", "delete"),
    *_collection("roleManagement/directory/roleEligibilitySchedules", ELIGIBILITY, "list", "read"),
]
