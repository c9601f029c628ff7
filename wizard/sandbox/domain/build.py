"""Build the cloud of one state folder, and seed it with its scenario the first time."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from wizard.sandbox.domain import account, arm, entra, unity, workspace
from wizard.sandbox.domain import world as worlds
from wizard.sandbox.domain.arm_compute import set_quota
from wizard.sandbox.domain.arm_kind import take_name
from wizard.sandbox.domain.authorization import Authorization
from wizard.sandbox.domain.authorization import roles as azure_roles
from wizard.sandbox.domain.cloud import Cloud, Hosts
from wizard.sandbox.domain.core import SYSTEM, Body
from wizard.sandbox.domain.entra_apps import ServicePrincipals, first_party_principals
from wizard.sandbox.domain.entra_rights import APP_ROLE, APPLICATION, DIRECTORY_ROLE, PRINCIPAL, USER, directory_data
from wizard.sandbox.domain.entra_secrets import new_secret
from wizard.sandbox.domain.furnish import furnish
from wizard.sandbox.files import make_folder, write_private
from wizard.sandbox.store import Store

if TYPE_CHECKING:
    from wizard.sandbox.spark.host import SparkHost

MODULES = (arm, entra, account, unity, workspace)
ROLE_ASSIGNMENT = "Microsoft.Authorization/roleAssignments"


class OtherScenario(Exception):  # noqa: N818 - told to the user with its remedy
    """The state folder was seeded with another scenario."""


def build_cloud(state: Path, hosts: Hosts, spark: SparkHost, scenario: str) -> Cloud:
    """The cloud whose store lies in `state`; raises OtherScenario or UnknownScenario."""
    store = Store(make_folder(state) / "store.sqlite")
    seeded = store.get(worlds.KIND, worlds.ID)
    if seeded is not None and seeded["scenario"] != scenario:
        store.close()
        raise OtherScenario(f"this sandbox was made with scenario {seeded['scenario']!r}, not {scenario!r}")
    data = worlds.load_scenario(scenario)
    with store.transaction():
        if seeded is None:
            _seed_settings(store, scenario, data)
        cloud = Cloud(store, state, hosts, spark, Authorization(store))
        for module in MODULES:
            module.register(cloud)
        if seeded is None:
            _seed(cloud, data, identity_secrets(state, data))
    return cloud


def identity_secrets(state: Path, data: dict[str, Any]) -> dict[str, str]:
    """The secret or password of each identity: made once per state, kept 0600."""
    path = state / "identities.json"
    try:
        secrets: dict[str, str] = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        secrets = {name: new_secret() for name in data["identities"]}
        write_private(path, json.dumps(secrets, indent=2))
    return secrets


def _seed_settings(store: Store, scenario: str, data: dict[str, Any]) -> None:
    store.put("sandbox.settings", "account", {"account_id": data["databricks"]["account_id"]})
    store.put(
        worlds.KIND,
        worlds.ID,
        {
            "scenario": scenario,
            "tenant_id": data["tenant"]["id"],
            "domain": data["tenant"]["domain"],
            "account_id": data["databricks"]["account_id"],
            "subscriptions": {one["id"]: one["name"] for one in data["subscriptions"]},
        },
    )


def _seed(cloud: Cloud, data: dict[str, Any], secrets: dict[str, str]) -> None:
    for body in first_party_principals(data["first_party_ids"]):
        cloud.store.put(PRINCIPAL, body["id"], body)
    for name, identity in data["identities"].items():
        make = _seed_app if identity["kind"] == "app" else _seed_user
        make(cloud, name, identity, secrets[name])
        _seed_roles(cloud, data, identity)
    for name in data["databricks"]["account_admins"]:
        make_account_admin(cloud, {"display_name": name, **data["identities"][name]})
    for taken in data.get("taken_names", ()):
        take_name(cloud, taken["type"], taken["name"])
    for row in data.get("quota", ()):
        for subscription in data["subscriptions"]:
            set_quota(cloud, subscription["id"], row["location"], row["name"], row["limit"])
    for metastore in data["databricks"]["metastores"]:
        cloud.kind("account.metastore").create(SYSTEM, dict(metastore))
    furnish(cloud, data)


def _seed_app(cloud: Cloud, name: str, identity: Body, secret: str) -> None:
    cloud.kind(APPLICATION).create(
        SYSTEM,
        {"id": identity["application_id"], "appId": identity["client_id"], "displayName": name},
    )
    principals = cloud.kind(PRINCIPAL)
    assert isinstance(principals, ServicePrincipals)
    principals.create(SYSTEM, {"id": identity["object_id"], "appId": identity["client_id"]})
    principals.add_password(SYSTEM, identity["object_id"], {"displayName": "sandbox", "secretText": secret})


def _seed_user(cloud: Cloud, name: str, identity: Body, secret: str) -> None:
    cloud.kind(USER).create(
        SYSTEM,
        {
            "id": identity["object_id"],
            "accountEnabled": True,
            "displayName": identity["display_name"],
            "mailNickname": identity["upn"].partition("@")[0].replace("#", ""),
            "mail": identity.get("mail"),
            "userPrincipalName": identity["upn"],
            "passwordProfile": {"password": secret},
        },
    )


def _seed_roles(cloud: Cloud, data: dict[str, Any], identity: Body) -> None:
    oid = identity["object_id"]
    for role in identity.get("subscription_roles", ()):
        for subscription in data["subscriptions"]:
            assign_role(cloud, f"/subscriptions/{subscription['id']}", role, oid, identity["kind"])
    grant_graph_roles(cloud, oid, identity.get("graph_app_roles", ()))
    for role in identity.get("directory_roles", ()):
        role_id = directory_data()["directory_roles"][role]
        cloud.kind(DIRECTORY_ROLE).create(SYSTEM, {"principalId": oid, "roleDefinitionId": role_id})


def assign_role(cloud: Cloud, scope: str, role: str, oid: str, kind: str) -> Body:
    """Assign a built-in Azure role by name; the same call again changes nothing."""
    role_id = next(one.id for one in azure_roles().values() if one.name == role)
    name = cloud.guid("role assignment", scope, role_id, oid)
    return cloud.kind(ROLE_ASSIGNMENT).create(
        SYSTEM,
        {
            "id": f"{scope}/providers/{ROLE_ASSIGNMENT}/{name}",
            "properties": {
                "roleDefinitionId": f"{scope}/providers/Microsoft.Authorization/roleDefinitions/{role_id}",
                "principalId": oid,
                "principalType": "ServicePrincipal" if kind == "app" else "User",
            },
        },
    )


def grant_graph_roles(cloud: Cloud, oid: str, roles: list[str] | tuple[str, ...]) -> None:
    """Give a principal Graph app roles by name; those it has stay."""
    data = directory_data()
    graph = next(body for _id, body in cloud.store.items(PRINCIPAL) if body["appId"] == data["graph_app_id"])
    held = {one["appRoleId"] for one in cloud.kind(APP_ROLE).list(SYSTEM, principalId=oid)}
    for role in roles:
        if data["graph_app_roles"][role] not in held:
            wanted = {"principalId": oid, "resourceId": graph["id"], "appRoleId": data["graph_app_roles"][role]}
            cloud.kind(APP_ROLE).create(SYSTEM, wanted)


def make_account_admin(cloud: Cloud, identity: Body) -> Body:
    """Put an identity into the Databricks account, if it is not there, with the role account_admin."""
    if identity["kind"] == "app":
        kind, key, value = cloud.kind("account.servicePrincipal"), "applicationId", identity["client_id"]
    else:
        kind, key, value = cloud.kind("account.user"), "userName", identity["upn"]
    found = next((one for one in kind.list(SYSTEM) if str(one.get(key)).casefold() == value.casefold()), None)
    if found is None:
        found = kind.create(SYSTEM, {key: value, "displayName": identity["display_name"], "active": True})
    roles = [role for role in found.get("roles", []) if role["value"] != "account_admin"]
    return kind.update(SYSTEM, found["id"], {"roles": [*roles, {"value": "account_admin"}]})
