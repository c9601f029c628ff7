"""Who calls, who is in the workspace, and the metadata that needs no login."""

from __future__ import annotations

from wizard.sandbox.domain.core import Body
from wizard.sandbox.domain.databricks import account_id
from wizard.sandbox.domain.principals import workspace_level
from wizard.sandbox.domain.scim_protocol import page
from wizard.sandbox.domain.workspace_scim import WorkspacePrincipals
from wizard.sandbox.rest.accounts import PLACES, no_aad
from wizard.sandbox.rest.databricks_calls import body_of, route
from wizard.sandbox.rest.route import Call, Reply, Route

SCIM = "/api/2.0/preview/scim/v2"
MANY = f"{SCIM}/{{place:Users|Groups|ServicePrincipals}}"


def _principals(call: Call) -> WorkspacePrincipals:
    kind = call.cloud.kind("ws.principal")
    assert isinstance(kind, WorkspacePrincipals)
    return kind


def _id(call: Call) -> str:
    return f"{PLACES[call.path['place']]}/{call.path['id']}"


def _me(call: Call) -> Reply:
    body = _principals(call).me(call.caller)
    hidden = call.query.get("excludedAttributes", "").split(",")
    shown = {key: value for key, value in body.items() if key not in hidden}
    return Reply(200, shown, {"X-Databricks-Org-Id": str(call.caller.workspace)})


def _list(call: Call) -> Body:
    query = call.query
    kind = PLACES[call.path["place"]]
    found = _principals(call).list(call.caller, kind=kind, filter=query.get("filter", ""))
    return page(found, query.get("startIndex"), query.get("count"), query.get("excludedAttributes", ""))


def _create(call: Call) -> Reply:
    body = {**body_of(call), "_kind": PLACES[call.path["place"]]}
    return Reply(201, _principals(call).create(call.caller, body))


def _put(call: Call) -> Body:
    kept = {key: value for key, value in body_of(call).items() if key not in ("roles", "groups", "id")}
    return _principals(call).update(call.caller, _id(call), kept)


def _delete(call: Call) -> Reply:
    _principals(call).delete(call.caller, _id(call))
    return Reply(204)


def _introspect(call: Call) -> Body:
    workspace_level(call.cloud, call.caller)
    scope = {"account_id": account_id(call.cloud), "workspace_id": int(str(call.caller.workspace))}
    return {"principal_context": {"authentication_scope": scope}}


async def _metadata(call: Call) -> Reply:
    workspace = str(call.caller.workspace)
    return Reply(
        200,
        {
            "host_type": "workspace",
            "account_id": account_id(call.cloud),
            "workspace_id": workspace,
            "cloud": "Azure",
            "oidc_endpoint": f"{call.cloud.hosts.url('login')}/oidc/workspaces/{workspace}",
        },
    )


ROUTES: list[Route] = [
    Route("workspace.metadata", "GET", "/.well-known/databricks-config", _metadata, public=True),
    Route("workspace.aad-auth", "GET", "/aad/auth", no_aad, public=True),
    route("workspace.introspect", "GET", "/api/2.0/tokens/introspect", _introspect),
    route("workspace.me", "GET", f"{SCIM}/Me", _me),
    route("workspace.scim.list", "GET", MANY, _list),
    route("workspace.scim.create", "POST", MANY, _create),
    route("workspace.scim.get", "GET", MANY + "/{id}", lambda c: _principals(c).read(c.caller, _id(c))),
    route("workspace.scim.put", "PUT", MANY + "/{id}", _put),
    route(
        "workspace.scim.patch", "PATCH", MANY + "/{id}", lambda c: _principals(c).update(c.caller, _id(c), body_of(c))
    ),
    route("workspace.scim.delete", "DELETE", MANY + "/{id}", _delete),
]
