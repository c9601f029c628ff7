"""Unity Catalog, as a workspace serves it."""

from __future__ import annotations

from typing import Any

from wizard.sandbox.domain.core import Body
from wizard.sandbox.domain.databricks import public
from wizard.sandbox.domain.grants import Grants, Privileges
from wizard.sandbox.domain.unity_kind import UnityKind
from wizard.sandbox.rest.databricks_calls import body_of, flag, route
from wizard.sandbox.rest.route import Call, Route

UC = "/api/2.1/unity-catalog"
PAGE = 1000
# Path segment -> kind, key of the list, filters a list needs.
KINDS: dict[str, tuple[str, str, tuple[str, ...]]] = {
    "storage-credentials": ("uc.storageCredential", "storage_credentials", ()),
    "external-locations": ("uc.externalLocation", "external_locations", ()),
    "catalogs": ("uc.catalog", "catalogs", ()),
    "schemas": ("uc.schema", "schemas", ("catalog_name",)),
    "volumes": ("uc.volume", "volumes", ("catalog_name", "schema_name")),
    "tables": ("uc.table", "tables", ("catalog_name", "schema_name")),
}


def _kind(call: Call, name: str) -> UnityKind:
    kind = call.cloud.kind(name)
    assert isinstance(kind, UnityKind)
    return kind


def paged(call: Call, key: str, items: list[Body], size: int = PAGE) -> Body:
    """One page of a list; `next_page_token` only where there is more."""
    start = int(call.query.get("page_token") or 0)
    asked = int(call.query.get("max_results") or 0)
    step = min(asked, size) if asked > 0 else size
    answer: Body = {key: items[start : start + step]}
    if start + step < len(items):
        answer["next_page_token"] = str(start + step)
    return answer


def _routes_of(segment: str) -> list[Route]:
    name, key, filters = KINDS[segment]
    many, one = f"{UC}/{segment}", f"{UC}/{segment}/{{name}}"

    def listed(call: Call) -> Body:
        given: Body = {filter: call.query[filter] for filter in filters if call.query.get(filter)}
        if filters and "catalog_name" in given:
            call.cloud.kind("uc.catalog").read(call.caller, given["catalog_name"])
        if flag(call, "include_unbound"):
            given["unbound"] = True
        return paged(call, key, _kind(call, name).list(call.caller, **given))

    def delete(call: Call) -> None:
        _kind(call, name).delete(call.caller, call.path["name"], force=flag(call, "force"))

    made = [
        route(f"{name}.list", "GET", many, listed),
        route(f"{name}.get", "GET", one, lambda c: _kind(c, name).read(c.caller, c.path["name"])),
        route(f"{name}.update", "PATCH", one, lambda c: _kind(c, name).update(c.caller, c.path["name"], body_of(c))),
        route(f"{name}.delete", "DELETE", one, delete),
    ]
    if segment != "tables":  # tables are made by Spark
        made.append(route(f"{name}.create", "POST", many, lambda c: _kind(c, name).create(c.caller, body_of(c))))
    return made


def _summary(call: Call) -> Body:
    metastore = public(Privileges(call.cloud, call.caller).metastore)
    return {key: value for key, value in metastore.items() if key != "storage_root_credential_name"}


def _assignment(call: Call) -> Body:
    metastore = Privileges(call.cloud, call.caller).metastore
    found = call.cloud.store.get("account.metastoreAssignment", str(call.caller.workspace)) or {}
    return {
        "workspace_id": int(str(call.caller.workspace)),
        "metastore_id": metastore["metastore_id"],
        "default_catalog_name": found.get("default_catalog_name", ""),
    }


def _table_exists(call: Call) -> Body:
    name = call.path["name"]
    rights = Privileges(call.cloud, call.caller)
    present = call.cloud.store.get("uc.table", rights.key(name)) is not None
    return {"table_exists": present and rights.visible("table", name)}


def _place(call: Call) -> str:
    return f"{call.path['type']}/{call.path['name']}"


def _grants(call: Call) -> Body:
    return call.cloud.kind("uc.grants").read(call.caller, _place(call))


def _effective(call: Call) -> Body:
    kind = call.cloud.kind("uc.grants")
    assert isinstance(kind, Grants)
    assignments = kind.effective(call.caller, _place(call))
    wanted = call.query.get("principal", "").lower()
    return {"privilege_assignments": [one for one in assignments if not wanted or one["principal"].lower() == wanted]}


def _grant(call: Call) -> Body:
    return call.cloud.kind("uc.grants").update(call.caller, _place(call), body_of(call))


def _bindings(call: Call) -> Any:
    return call.cloud.kind("uc.binding").read(call.caller, _place(call))


def _bind(call: Call) -> Any:
    return call.cloud.kind("uc.binding").update(call.caller, _place(call), body_of(call))


ROUTES: list[Route] = [
    route("uc.metastore.summary", "GET", f"{UC}/metastore_summary", _summary),
    route("uc.metastore.current", "GET", f"{UC}/current-metastore-assignment", _assignment),
    route("uc.table.exists", "GET", f"{UC}/tables/{{name}}/exists", _table_exists),
    *(made for segment in KINDS for made in _routes_of(segment)),
    route("uc.grants.get", "GET", f"{UC}/permissions/{{type}}/{{name:.+}}", _grants),
    route("uc.grants.effective", "GET", f"{UC}/effective-permissions/{{type}}/{{name:.+}}", _effective),
    route("uc.grants.update", "PATCH", f"{UC}/permissions/{{type}}/{{name:.+}}", _grant),
    route("uc.binding.get", "GET", f"{UC}/bindings/{{type}}/{{name}}", _bindings),
    route("uc.binding.update", "PATCH", f"{UC}/bindings/{{type}}/{{name}}", _bind),
]
