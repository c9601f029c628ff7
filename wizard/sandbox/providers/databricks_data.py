"""databricks' data sources: principals, metastores, runtimes, node types, catalogs."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from wizard.sandbox.domain.cloud import Cloud
from wizard.sandbox.domain.core import Body, CloudError
from wizard.sandbox.providers.peers import Session
from wizard.sandbox.providers.values import Values


def _principals(cloud: Cloud, session: Session, kind: str, **keys: Any) -> list[Body]:
    """Of the account for its admins; in a workspace for whoever may enter it."""
    from wizard.sandbox.domain.principals import workspace_level

    of_kind: Any = cloud.kind(kind)
    if not session.caller.workspace:
        return list(of_kind.list(session.caller, **keys))
    workspace_level(cloud, session.caller)
    return list(of_kind.find(**keys))


def _one(found: list[Body], what: str, name: Any) -> Body:
    if not found:
        raise CloudError(404, "NotFound", f"cannot find {what} {name}")
    if len(found) > 1:
        raise CloudError(400, "INVALID_PARAMETER_VALUE", f"there is more than one {what} {name}")
    return found[0]


def _places(name: str) -> Values:
    """Where a principal's files are in a workspace, and its name without special characters."""
    flat = re.sub(r"[^a-z0-9]+", "_", name.partition("@")[0].lower())
    return {"home": f"/Users/{name}", "repos": f"/Repos/{name}", "alphanumeric": flat}


def user(cloud: Cloud, session: Session, config: Values) -> Values:
    name, id = config.get("user_name"), config.get("user_id")
    keys = {"userName": name} if name else {"id": id}
    found = _one(_principals(cloud, session, "account.user", **keys), "user", name or id)
    return {
        **_places(found["userName"]),
        "id": found["id"],
        "user_name": found["userName"],
        "display_name": found.get("displayName"),
        "external_id": found.get("externalId"),
        "application_id": "",
        "active": found.get("active", True),
        "acl_principal_id": f"users/{found['userName']}",
    }


def service_principal(cloud: Cloud, session: Session, config: Values) -> Values:
    keys = {"application_id": "applicationId", "display_name": "displayName", "scim_id": "id", "sp_id": "id"}
    given = {rest: config[name] for name, rest in keys.items() if config.get(name)}
    if len(given) != 1:
        said = "exactly one of application_id, display_name or scim_id must be given"
        raise CloudError(400, "INVALID_PARAMETER_VALUE", said)
    found = _principals(cloud, session, "account.servicePrincipal", **given)
    one = _one(found, "service principal", next(iter(given.values())))
    return {
        **{key: value for key, value in _places(one["applicationId"]).items() if key != "alphanumeric"},
        "id": one["id"],
        "sp_id": one["id"],
        "scim_id": one["id"],
        "application_id": one["applicationId"],
        "display_name": one.get("displayName"),
        "external_id": one.get("externalId"),
        "active": one.get("active", True),
        "acl_principal_id": f"servicePrincipals/{one['applicationId']}",
    }


def group(cloud: Cloud, session: Session, config: Values) -> Values:
    name = config["display_name"]
    found = _one(_principals(cloud, session, "account.group", displayName=name), "group", name)
    members = [str(member["value"]) for member in found.get("members") or []]
    held = {entry.get("value") for entry in found.get("entitlements") or []}

    def of(kind: str) -> list[str]:
        return [id for id in members if cloud.store.get(kind, id) is not None]

    return {
        "id": found["id"],
        "external_id": found.get("externalId"),
        "acl_principal_id": f"groups/{name}",
        "members": members,
        "users": of("account.user"),
        "service_principals": of("account.servicePrincipal"),
        "child_groups": of("account.group"),
        "groups": [str(one["value"]) for one in found.get("groups") or []],
        "roles": [str(one["value"]) for one in found.get("roles") or []],
        "instance_profiles": [],
        "workspace_access": "workspace-access" in held,
        "databricks_sql_access": "databricks-sql-access" in held,
    }


def current_user(cloud: Cloud, session: Session, config: Values) -> Values:
    from wizard.sandbox.domain.principals import account_record, workspace_level

    _need_workspace(session, "databricks_current_user")
    workspace_level(cloud, session.caller)
    found = account_record(cloud, session.caller)
    id = found[0] if found else session.caller.oid
    name = session.caller.name
    area = "users" if session.caller.kind == "user" else "servicePrincipals"
    return {
        **_places(name),
        "id": id,
        "user_name": name,
        "external_id": (found[1] if found else {}).get("externalId"),
        "acl_principal_id": f"{area}/{name}",
        "workspace_url": session.host,
    }


def current_metastore(cloud: Cloud, session: Session, config: Values) -> Values:
    from wizard.sandbox.domain.grants import Privileges

    _need_workspace(session, "databricks_current_metastore")
    found = Privileges(cloud, session.caller).metastore
    return {"id": found["metastore_id"], "metastore_info": [found]}


def metastore(cloud: Cloud, session: Session, config: Values) -> Values:
    keys = {name: config[name] for name in ("metastore_id", "name", "region") if config.get(name)}
    found = _one(
        cloud.kind("account.metastore").list(session.caller, **keys), "metastore", next(iter(keys.values()), "")
    )
    shown = {name: found[name] for name in ("metastore_id", "name", "region")}
    return {**shown, "id": found["metastore_id"], "metastore_info": [found]}


def spark_version(cloud: Cloud, session: Session, config: Values) -> Values:
    """The newest runtime that fits, by its number."""
    from wizard.sandbox.domain.databricks import RULES

    _need_workspace(session, "databricks_spark_version")
    scala, version = config.get("scala"), config.get("spark_version")
    fitting = [
        one["key"]
        for one in RULES["compute"]["runtimes"]
        if ("LTS" in one["name"]) >= bool(config.get("long_term_support"))
        and ("-ml-" in one["key"]) == bool(config.get("ml"))
        and ("-gpu-" in one["key"]) == bool(config.get("gpu"))
        and ("Beta" in one["name"]) <= bool(config.get("beta"))
        and (not scala or f"scala{scala}" in one["key"])
        and (not version or f"Apache Spark {version}" in one["name"])
    ]
    if not fitting:
        raise CloudError(
            404, "NotFound", "spark versions query returned no results. Please change your search criteria"
        )
    newest = max(fitting, key=lambda key: [int(number) for number in re.findall(r"\d+", key)])
    return {"id": newest}


def node_type(cloud: Cloud, session: Session, config: Values) -> Values:
    """The smallest that fits, by memory and cores."""
    from wizard.sandbox.domain.workspace_compute import node_types

    _need_workspace(session, "databricks_node_type")
    cores, memory = config.get("min_cores") or 0, config.get("min_memory_gb") or 0
    fitting = [
        one
        for one in node_types()
        if one["num_cores"] >= cores
        and one["memory_mb"] >= memory * 1024
        and one["num_gpus"] >= (config.get("min_gpus") or 0)
        and (not config.get("category") or str(config["category"]).lower() in str(one["category"]).lower())
        and (not config.get("local_disk") or one["node_instance_type"]["local_disks"])
        and one["node_instance_type"]["local_disk_size_gb"] >= (config.get("local_disk_min_size") or 0)
        and one["memory_mb"] >= one["num_cores"] * (config.get("gb_per_core") or 0) * 1024
    ]
    if not fitting:
        raise CloudError(404, "NotFound", "cannot determine smallest node type with given criteria")
    smallest = min(fitting, key=lambda one: (one["memory_mb"], one["num_cores"], one["node_type_id"]))
    return {"id": smallest["node_type_id"]}


def catalog(cloud: Cloud, session: Session, config: Values) -> Values:
    _need_workspace(session, "databricks_catalog")
    found = cloud.kind("uc.catalog").read(session.caller, str(config["name"]))
    return {"id": found["name"], "catalog_info": [found]}


def _need_workspace(session: Session, type: str) -> None:
    if not session.caller.workspace:
        raise CloudError(400, "INVALID_PARAMETER_VALUE", f"{type} needs a workspace's host")


DATA_SOURCES: dict[str, Callable[[Cloud, Session, Values], Values]] = {
    "databricks_user": user,
    "databricks_service_principal": service_principal,
    "databricks_group": group,
    "databricks_current_user": current_user,
    "databricks_current_metastore": current_metastore,
    "databricks_metastore": metastore,
    "databricks_spark_version": spark_version,
    "databricks_node_type": node_type,
    "databricks_catalog": catalog,
}
