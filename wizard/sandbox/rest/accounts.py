"""The Databricks account host."""

from __future__ import annotations

from typing import Any

from wizard.sandbox.domain.account import Metastores
from wizard.sandbox.domain.core import Body, Caller, CloudError
from wizard.sandbox.domain.databricks import account_id, not_modelled, other_accounts
from wizard.sandbox.domain.identity_sync import resolve
from wizard.sandbox.domain.principals import NAME_KEYS
from wizard.sandbox.domain.scim import Principals
from wizard.sandbox.domain.scim_protocol import page
from wizard.sandbox.domain.unity import StorageCredentials
from wizard.sandbox.rest.databricks_calls import body_of, flag
from wizard.sandbox.rest.databricks_calls import route as plain
from wizard.sandbox.rest.route import Call, Handler, Reply, Route

A = "/api/2.0/accounts/{account}"
NOT_A_PAGE = b"<!doctype html><html><head><title>Databricks - Sign In</title></head><body></body></html>"
PLACES = {"Users": "account.user", "Groups": "account.group", "ServicePrincipals": "account.servicePrincipal"}
IDENTITIES = {"users": "account.user", "service-principals": "account.servicePrincipal"}
ASSIGNMENT = "account.metastoreAssignment"
ACCESS = "account.permissionAssignment"


def _ours(handler: Handler) -> Handler:
    """An id that no account has is answered as by the real host: by a web page, or by refusing a POST."""

    async def handle(call: Call) -> Reply:
        account = call.path["account"]
        if account == account_id(call.cloud):
            return await handler(call)
        if account in (others := other_accounts(call.cloud)):
            return _another(call, others[account])
        if call.method == "GET":
            return Reply(200, NOT_A_PAGE, {"Content-Type": "text/html"})
        raise CloudError(405, "METHOD_NOT_ALLOWED", f"HTTP method {call.method} is not supported by this URL")

    return handle


def _another(call: Call, admins: tuple[str, ...]) -> Reply:
    """Somebody else's account: it has no workspace, and lets its own admins in alone."""
    if call.caller.oid not in admins:
        raise CloudError(403, "PERMISSION_DENIED", f"{call.caller.name} is not an account admin of this account.")
    if call.method == "GET" and call.url_path.endswith("/workspaces"):
        return Reply(200, [])
    raise not_modelled("more of another account than its list of workspaces")


def route(operation: str, method: str, path: str, answer: Any) -> Route:
    made = plain(operation, method, A + path, answer)
    return Route(made.operation, made.method, made.path, _ours(made.handler))


# Metadata


def _metadata(call: Call) -> Body:
    account = account_id(call.cloud)
    return {
        "host_type": "account",
        "account_id": account,
        "cloud": "Azure",
        "oidc_endpoint": f"{call.cloud.hosts.url('login')}/oidc/accounts/{account}",
    }


def _no_aad(call: Call) -> Body:
    raise CloudError(404, "NOT_FOUND", "This host has no /aad/auth.")


# Metastores


def _wrapped(body: Body) -> Body:
    return {"metastore_info": body}


def _metastore(call: Call) -> Metastores:
    kind = call.cloud.kind("account.metastore")
    assert isinstance(kind, Metastores)
    return kind


def _users_of(call: Call) -> Body:
    call.cloud.kind("account.metastore").read(call.caller, call.path["metastore"])
    found = call.cloud.kind(ASSIGNMENT).list(call.caller, metastore_id=call.path["metastore"])
    return {"workspace_ids": [body["workspace_id"] for body in found]}


def _info(call: Call, key: str) -> Body:
    body = body_of(call)
    inner = body.get(key, body)
    return inner if isinstance(inner, dict) else {}


# The metastore's own storage credentials ("data access")


def _credentials(call: Call) -> StorageCredentials:
    kind = call.cloud.kind("uc.storageCredential")
    assert isinstance(kind, StorageCredentials)
    return kind


def _metastore_caller(call: Call) -> Caller:
    """The account's call as one for the metastore itself: checked here, then done by the cloud for the caller."""
    call.cloud.kind("account.metastore").read(call.caller, call.path["metastore"])
    return call.caller


def _credential_create(call: Call) -> Body:
    caller = _metastore_caller(call)
    made = _credentials(call).create_in(caller, call.path["metastore"], _info(call, "credential_info"))
    return {"credential_info": made}


def _credential_read(call: Call) -> Body:
    _metastore_caller(call)
    return {"credential_info": _credentials(call).read_in(call.path["metastore"], call.path["name"])}


def _credential_delete(call: Call) -> None:
    _metastore_caller(call)
    _credentials(call).delete_in(call.path["metastore"], call.path["name"])


# Assignments


def _assign(call: Call) -> None:
    body = {**_info(call, "metastore_assignment")}
    ids = {"workspace_id": call.path["workspace"], "metastore_id": call.path["metastore"]}
    call.cloud.kind(ASSIGNMENT).create(call.caller, {**body, **ids})


def _assignment(call: Call) -> Body:
    return {"metastore_assignment": call.cloud.kind(ASSIGNMENT).read(call.caller, call.path["workspace"])}


def _unassign(call: Call) -> None:
    kind = call.cloud.kind(ASSIGNMENT)
    if kind.read(call.caller, call.path["workspace"])["metastore_id"] != call.path["metastore"]:
        raise CloudError(404, "METASTORE_DOES_NOT_EXIST", "The metastore is not assigned to this workspace.")
    kind.delete(call.caller, call.path["workspace"])


def _access_put(call: Call) -> Body:
    body = {**body_of(call), "workspace_id": call.path["workspace"], "principal_id": call.path["principal"]}
    made = call.cloud.kind(ACCESS).create(call.caller, body)
    return {"principal": made["principal"], "permissions": made["permissions"]}


def _access_list(call: Call) -> Body:
    call.cloud.kind("account.workspace").read(call.caller, call.path["workspace"])
    found = call.cloud.kind(ACCESS).list(call.caller, workspace_id=call.path["workspace"])
    return {"permission_assignments": [{k: body[k] for k in ("principal", "permissions")} for body in found]}


def _access_delete(call: Call) -> None:
    call.cloud.kind(ACCESS).delete(call.caller, f"{call.path['workspace']}|{call.path['principal']}")


# SCIM


def principals(call: Call) -> Principals:
    kind = call.cloud.kind(PLACES[call.path["place"]])
    assert isinstance(kind, Principals)
    return kind


def _scim_list(call: Call) -> Body:
    query = call.query
    found = principals(call).list(call.caller, filter=query.get("filter", ""))
    return page(found, query.get("startIndex"), query.get("count"), query.get("excludedAttributes", ""))


def _scim_create(call: Call) -> Reply:
    return Reply(201, principals(call).create(call.caller, body_of(call)))


def _scim_delete(call: Call) -> Reply:
    principals(call).delete(call.caller, call.path["id"])
    return Reply(204)


def _scim() -> list[Route]:
    place, one = (
        "/scim/v2/{place:Users|Groups|ServicePrincipals}",
        "/scim/v2/{place:Users|Groups|ServicePrincipals}/{id}",
    )
    return [
        route("account.scim.create", "POST", place, _scim_create),
        route("account.scim.list", "GET", place, _scim_list),
        route("account.scim.get", "GET", one, lambda c: principals(c).read(c.caller, c.path["id"])),
        route("account.scim.put", "PUT", one, lambda c: principals(c).replace(c.caller, c.path["id"], body_of(c))),
        route("account.scim.patch", "PATCH", one, lambda c: principals(c).update(c.caller, c.path["id"], body_of(c))),
        route("account.scim.delete", "DELETE", one, _scim_delete),
    ]


# Identities by their id in Entra


def _resolved(call: Call, external_id: str) -> tuple[Body, Body]:
    """(what both forms tell alike, the account's body)."""
    place = call.path["place"]
    body = resolve(call.cloud, call.caller, IDENTITIES[place], external_id)
    status = "ACTIVE" if body.get("active", True) else "INACTIVE"
    if place == "users":
        return {"username": body["userName"], "account_user_status": status}, body
    told = {"application_id": body["applicationId"], "display_name": body.get("displayName")}
    return {**told, "account_sp_status": status}, body


def _external(call: Call) -> Body:
    place, id = call.path["place"], call.path["id"]
    told, body = _resolved(call, id)
    name = f"accounts/{call.path['account']}/external-{place}/{id}"
    key = f"external_{place.replace('-', '_').removesuffix('s')}_id"
    return {"name": name, "account_id": call.path["account"], "internal_id": body["id"], key: id, **told}


def _resolve(call: Call) -> Body:
    id = str(body_of(call).get("external_id") or "")
    told, body = _resolved(call, id)
    noun = call.path["place"].replace("-", "_").removesuffix("s")
    own = "user_id" if noun == "user" else "service_principal_id"
    return {noun: {own: body["id"], "account_id": call.path["account"], "external_id": id, **told}}


def _identities() -> list[Route]:
    root = "/api/2.0/identity/accounts/{account}"
    made = (
        plain("account.identity.external", "GET", root + "/external-{place:users|service-principals}/{id}", _external),
        plain(
            "account.identity.resolve",
            "POST",
            root + "/{place:users|service-principals}/resolve-by-external-id",
            _resolve,
        ),
    )
    return [Route(each.operation, each.method, each.path, _ours(each.handler)) for each in made]


def _workspaces() -> list[Route]:
    kind = "account.workspace"
    access = "/workspaces/{workspace}/permissionassignments"
    one = access + "/principals/{principal}"
    return [
        route("account.workspaces.list", "GET", "/workspaces", lambda c: c.cloud.kind(kind).list(c.caller)),
        route(
            "account.workspaces.get",
            "GET",
            "/workspaces/{workspace}",
            lambda c: c.cloud.kind(kind).read(c.caller, c.path["workspace"]),
        ),
        route("account.metastore-assignment.create", "POST", "/workspaces/{workspace}/metastores/{metastore}", _assign),
        route("account.metastore-assignment.update", "PUT", "/workspaces/{workspace}/metastores/{metastore}", _assign),
        route("account.metastore-assignment.get", "GET", "/workspaces/{workspace}/metastore", _assignment),
        route(
            "account.metastore-assignment.delete", "DELETE", "/workspaces/{workspace}/metastores/{metastore}", _unassign
        ),
        route("account.workspace-access.put", "PUT", one, _access_put),
        route("account.workspace-access.list", "GET", access, _access_list),
        route("account.workspace-access.delete", "DELETE", one, _access_delete),
    ]


def _metastores() -> list[Route]:
    one, credential = "/metastores/{metastore}", "/metastores/{metastore}/storage-credentials"
    return [
        route(
            "account.metastores.create",
            "POST",
            "/metastores",
            lambda c: _wrapped(_metastore(c).create(c.caller, _info(c, "metastore_info"))),
        ),
        route("account.metastores.list", "GET", "/metastores", lambda c: {"metastores": _metastore(c).list(c.caller)}),
        route(
            "account.metastores.get",
            "GET",
            one,
            lambda c: _wrapped(_metastore(c).read(c.caller, c.path["metastore"])),
        ),
        route(
            "account.metastores.update",
            "PUT",
            one,
            lambda c: _wrapped(_metastore(c).update(c.caller, c.path["metastore"], _info(c, "metastore_info"))),
        ),
        route(
            "account.metastores.delete",
            "DELETE",
            one,
            lambda c: _metastore(c).delete(c.caller, c.path["metastore"], force=flag(c, "force")),
        ),
        route("account.metastores.workspaces", "GET", one + "/workspaces", _users_of),
        route("account.data-access.create", "POST", credential, _credential_create),
        route("account.data-access.get", "GET", credential + "/{name}", _credential_read),
        route("account.data-access.delete", "DELETE", credential + "/{name}", _credential_delete),
    ]


async def metadata(call: Call) -> Reply:
    return Reply(200, _metadata(call))


async def no_aad(call: Call) -> Reply:
    return Reply(200, _no_aad(call))


ROUTES: list[Route] = [
    Route("account.metadata", "GET", "/.well-known/databricks-config", metadata, public=True),
    Route("account.aad-auth", "GET", "/aad/auth", no_aad, public=True),
    *_workspaces(),
    *_metastores(),
    *_scim(),
    *_identities(),
]

assert set(PLACES.values()) == set(NAME_KEYS)
