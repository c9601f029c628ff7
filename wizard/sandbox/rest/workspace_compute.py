"""Clusters, policies, permissions, secrets and settings, as a workspace serves them."""

from __future__ import annotations

import base64
from collections.abc import Callable

from wizard.sandbox.domain.core import Body
from wizard.sandbox.domain.databricks import RULES
from wizard.sandbox.domain.principals import workspace_level
from wizard.sandbox.domain.workspace_access import Permissions, ScopeSecrets
from wizard.sandbox.domain.workspace_compute import Clusters, node_types
from wizard.sandbox.rest.databricks_calls import body_of, query_of, route
from wizard.sandbox.rest.route import Call, Route

CLUSTERS, POLICIES, SECRETS = "/api/2.1/clusters", "/api/2.0/policies/clusters", "/api/2.0/secrets"


def _clusters(call: Call) -> Clusters:
    kind = call.cloud.kind("ws.cluster")
    assert isinstance(kind, Clusters)
    return kind


def _id(call: Call) -> str:
    return str(body_of(call).get("cluster_id", ""))


def _on_cluster(does: Callable[[Clusters, Call], None]) -> Callable[[Call], None]:
    return lambda call: does(_clusters(call), call)


def _node_types(call: Call) -> Body:
    workspace_level(call.cloud, call.caller)
    return {"node_types": node_types()}


def _runtimes(call: Call) -> Body:
    workspace_level(call.cloud, call.caller)
    return {"versions": RULES["compute"]["runtimes"]}


def _cluster_list(call: Call) -> Body:
    pinned = call.query.get("filter_by.is_pinned")
    filters = {} if pinned is None else {"is_pinned": pinned.lower() == "true"}
    found = _clusters(call).list(call.caller, **filters)
    start, size = int(call.query.get("page_token") or 0), int(call.query.get("page_size") or 20)
    answer: Body = {"clusters": found[start : start + size]}
    if start + size < len(found):
        answer["next_page_token"] = str(start + size)
    return answer


def _cluster_create(call: Call) -> Body:
    return {"cluster_id": _clusters(call).create(call.caller, body_of(call))["cluster_id"]}


def _cluster_edit(call: Call) -> None:
    _clusters(call).update(call.caller, _id(call), body_of(call))


def _install(call: Call) -> None:
    _clusters(call).install(call.caller, _id(call), body_of(call).get("libraries") or [])


def _uninstall(call: Call) -> None:
    _clusters(call).uninstall(call.caller, _id(call), body_of(call).get("libraries") or [])


def _library_status(call: Call) -> Body:
    id = query_of(call, "cluster_id")
    return {"cluster_id": id, "library_statuses": _clusters(call).libraries(call.caller, id)}


def _cluster_routes() -> list[Route]:
    return [
        route("clusters.node-types", "GET", f"{CLUSTERS}/list-node-types", _node_types),
        route("clusters.runtimes", "GET", f"{CLUSTERS}/spark-versions", _runtimes),
        route("clusters.create", "POST", f"{CLUSTERS}/create", _cluster_create),
        route(
            "clusters.get",
            "GET",
            f"{CLUSTERS}/get",
            lambda c: _clusters(c).read(c.caller, query_of(c, "cluster_id")),
        ),
        route("clusters.list", "GET", f"{CLUSTERS}/list", _cluster_list),
        route("clusters.edit", "POST", f"{CLUSTERS}/edit", _cluster_edit),
        route("clusters.start", "POST", f"{CLUSTERS}/start", _on_cluster(lambda k, c: k.start(c.caller, _id(c)))),
        route("clusters.stop", "POST", f"{CLUSTERS}/delete", _on_cluster(lambda k, c: k.stop(c.caller, _id(c)))),
        route("clusters.pin", "POST", f"{CLUSTERS}/pin", _on_cluster(lambda k, c: k.pin(c.caller, _id(c), True))),
        route("clusters.unpin", "POST", f"{CLUSTERS}/unpin", _on_cluster(lambda k, c: k.pin(c.caller, _id(c), False))),
        route(
            "clusters.permanent-delete",
            "POST",
            f"{CLUSTERS}/permanent-delete",
            _on_cluster(lambda k, c: k.delete(c.caller, _id(c))),
        ),
        route("libraries.install", "POST", "/api/2.0/libraries/install", _install),
        route("libraries.uninstall", "POST", "/api/2.0/libraries/uninstall", _uninstall),
        route("libraries.status", "GET", "/api/2.0/libraries/cluster-status", _library_status),
    ]


def _policy_edit(call: Call) -> None:
    body = body_of(call)
    call.cloud.kind("ws.policy").update(call.caller, str(body.get("policy_id", "")), body)


def _policy_delete(call: Call) -> None:
    call.cloud.kind("ws.policy").delete(call.caller, str(body_of(call).get("policy_id", "")))


def _policy_create(call: Call) -> Body:
    return {"policy_id": call.cloud.kind("ws.policy").create(call.caller, body_of(call))["policy_id"]}


def _permissions(call: Call) -> Permissions:
    kind = call.cloud.kind("ws.permissions")
    assert isinstance(kind, Permissions)
    return kind


def _object(call: Call) -> str:
    return f"{call.path['type']}/{call.path['id']}"


def _policy_routes() -> list[Route]:
    acl = "/api/2.0/permissions/{type}/{id}"
    return [
        route("policies.create", "POST", f"{POLICIES}/create", _policy_create),
        route(
            "policies.get",
            "GET",
            f"{POLICIES}/get",
            lambda c: c.cloud.kind("ws.policy").read(c.caller, query_of(c, "policy_id")),
        ),
        route(
            "policies.list",
            "GET",
            f"{POLICIES}/list",
            lambda c: {"policies": c.cloud.kind("ws.policy").list(c.caller)},
        ),
        route("policies.edit", "POST", f"{POLICIES}/edit", _policy_edit),
        route("policies.delete", "POST", f"{POLICIES}/delete", _policy_delete),
        route("permissions.get", "GET", acl, lambda c: _permissions(c).read(c.caller, _object(c))),
        route("permissions.set", "PUT", acl, lambda c: _permissions(c).replace(c.caller, _object(c), body_of(c))),
        route("permissions.update", "PATCH", acl, lambda c: _permissions(c).update(c.caller, _object(c), body_of(c))),
    ]


def _made(kind: str) -> Callable[[Call], None]:
    def make(call: Call) -> None:
        call.cloud.kind(kind).create(call.caller, body_of(call))

    return make


def _secret_list(call: Call) -> Body:
    found = call.cloud.kind("ws.secret").list(call.caller, scope=query_of(call, "scope"))
    return {"secrets": [{k: body[k] for k in ("key", "last_updated_timestamp")} for body in found]}


def _secret_value(call: Call) -> Body:
    kind = call.cloud.kind("ws.secret")
    assert isinstance(kind, ScopeSecrets)
    value = kind.value(call.caller, f"{query_of(call, 'scope')}/{query_of(call, 'key')}")
    return {"key": query_of(call, "key"), "value": base64.b64encode(value.encode()).decode()}


def _secret_delete(call: Call) -> None:
    body = body_of(call)
    call.cloud.kind("ws.secret").delete(call.caller, f"{body.get('scope')}/{body.get('key')}")


def _scope_delete(call: Call) -> None:
    call.cloud.kind("ws.secretScope").delete(call.caller, str(body_of(call).get("scope", "")))


def _acl(body: Body) -> Body:
    return {key: body[key] for key in ("principal", "permission")}


def _acl_get(call: Call) -> Body:
    id = f"{query_of(call, 'scope')}|{query_of(call, 'principal')}"
    return _acl(call.cloud.kind("ws.secretAcl").read(call.caller, id))


def _acl_list(call: Call) -> Body:
    found = call.cloud.kind("ws.secretAcl").list(call.caller, scope=query_of(call, "scope"))
    return {"items": [_acl(body) for body in found]}


def _acl_delete(call: Call) -> None:
    body = body_of(call)
    call.cloud.kind("ws.secretAcl").delete(call.caller, f"{body.get('scope')}|{body.get('principal')}")


def _secret_routes() -> list[Route]:
    return [
        route("secrets.scopes.create", "POST", f"{SECRETS}/scopes/create", _made("ws.secretScope")),
        route(
            "secrets.scopes.list",
            "GET",
            f"{SECRETS}/scopes/list",
            lambda c: {"scopes": c.cloud.kind("ws.secretScope").list(c.caller)},
        ),
        route("secrets.scopes.delete", "POST", f"{SECRETS}/scopes/delete", _scope_delete),
        route("secrets.put", "POST", f"{SECRETS}/put", _made("ws.secret")),
        route("secrets.list", "GET", f"{SECRETS}/list", _secret_list),
        route("secrets.get", "GET", f"{SECRETS}/get", _secret_value),
        route("secrets.delete", "POST", f"{SECRETS}/delete", _secret_delete),
        route("secrets.acls.put", "POST", f"{SECRETS}/acls/put", _made("ws.secretAcl")),
        route("secrets.acls.get", "GET", f"{SECRETS}/acls/get", _acl_get),
        route("secrets.acls.list", "GET", f"{SECRETS}/acls/list", _acl_list),
        route("secrets.acls.delete", "POST", f"{SECRETS}/acls/delete", _acl_delete),
    ]


def _setting_delete(call: Call) -> Body:
    call.cloud.kind("ws.setting").delete(call.caller, call.path["type"])
    return {"etag": call.cloud.guid()}


def _setting_routes() -> list[Route]:
    path = "/api/2.0/settings/types/{type}/names/default"
    kind = "ws.setting"
    return [
        route("settings.get", "GET", path, lambda c: c.cloud.kind(kind).read(c.caller, c.path["type"])),
        route(
            "settings.update",
            "PATCH",
            path,
            lambda c: c.cloud.kind(kind).update(c.caller, c.path["type"], body_of(c)),
        ),
        route("settings.delete", "DELETE", path, _setting_delete),
    ]


ROUTES: list[Route] = [*_cluster_routes(), *_policy_routes(), *_secret_routes(), *_setting_routes()]
