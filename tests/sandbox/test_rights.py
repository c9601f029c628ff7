"""Every operation of Azure Resource Manager and of Graph asks for a right, by tables whose rows name their source."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import yaml

from tests.clouds import of_its_own
from tests.sandbox.arm_support import SUBNET, VNET, as_identity, refused, register_all
from tests.sandbox.conftest import ARM_SCOPE, Http, secret_credential
from wizard.sandbox.domain.authorization_actions import links, noting, operations
from wizard.sandbox.domain.build import grant_graph_roles
from wizard.sandbox.domain.cloud import Cloud
from wizard.sandbox.domain.core import SYSTEM, CloudError
from wizard.sandbox.domain.entra_rights import DATA
from wizard.sandbox.domain.entra_rights import operations as graph_operations
from wizard.sandbox.domain.world import world
from wizard.sandbox.process import Connection
from wizard.sandbox.rest import arm, graph
from wizard.sandbox.rest.route import Call, Reply, Route

MakeCloud = Callable[[str], Cloud]
VALUES = {
    "namespace": "Microsoft.Storage",
    "location": "brazilsouth",
    "group": "rg",
    "name": "11111111-1111-4111-8111-111111111111",
    "operation": "11111111-1111-4111-8111-111111111111",
    "rest:.*providers/.*": "resourceGroups/rg/providers/Microsoft.Storage/storageAccounts/stad",
    "rest:.*": "resourceGroups/rg/providers/Microsoft.Storage/storageAccounts/stad",
}


@pytest.fixture(scope="module")
def stranger(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Connection]:
    """A sandbox whose application has no right in Azure nor in the directory."""
    state = tmp_path_factory.mktemp("stranger") / "state"
    with of_its_own(state, "reference") as connection:
        yield connection


def test_the_table_names_every_operation_of_resource_manager_and_its_source() -> None:
    assert {route.operation for route in arm.ROUTES} == set(operations())
    assert all(row.source.startswith("https://learn.microsoft.com/") for row in operations().values())
    assert all(link.source.startswith("https://learn.microsoft.com/") for link in links())
    assert [name for name, row in operations().items() if row.action is None] == ["subscriptions.list"]


@pytest.mark.parametrize("route", arm.ROUTES, ids=lambda route: f"{route.method} {route.path}")
def test_no_operation_of_resource_manager_answers_somebody_without_a_role(route: Route, stranger: Connection) -> None:
    info = stranger.info
    values = {**VALUES, "subscription": info["subscription_id"], "scope:.*": f"subscriptions/{info['subscription_id']}"}
    path = route.path
    for name, value in values.items():
        path = path.replace("{" + name + "}", value)
    assert "{" not in path, path
    token = secret_credential(info).get_token(ARM_SCOPE).token
    body = {"name": "stad"} if route.method in ("PUT", "POST", "PATCH") else None
    answer = Http(info["ca_file"])(route.method, info["endpoints"]["arm"] + path, token=token, body=body)
    if route.operation == "subscriptions.list":
        assert answer.json["value"] == []
        return
    assert answer.status == 403, answer.text
    wanted = str(operations()[route.operation].action)
    told = wanted.format(namespace="Microsoft.Storage", type="Microsoft.Storage/storageAccounts")
    assert stranger.requests()[-1]["rights"] == [told]


def test_each_row_of_graphs_table_names_its_source_and_who_may() -> None:
    rows = yaml.safe_load((DATA / "entra_operations.yaml").read_text(encoding="utf-8"))["operations"]
    assert [name for name, row in rows.items() if not row["source"].startswith("https://learn.microsoft.com/")] == []
    assert all(rule.app_roles and rule.directory_roles for rule in graph_operations().values())


@pytest.mark.parametrize("route", graph.ROUTES, ids=lambda route: f"{route.method} {route.path}")
def test_no_operation_of_graph_answers_an_application_without_permissions(route: Route, make_cloud: MakeCloud) -> None:
    cloud = make_cloud("reference")
    bare = as_identity(cloud, "lakehouse-wizard").caller
    ids = objects(cloud)
    named = [name for name in ids if f"/{name}" in route.path]
    kind = min(named, key=route.path.index, default="users")
    call = Call(
        cloud=cloud,
        caller=bare,
        method=route.method,
        base_url="https://graph",
        url_path=route.path,
        path={"id": ids[kind], "assignment": ids["appRoleAssignments"], "member": ids["users"], "app_id": ids["appId"],
              "credential": "none"},
        query={},
        headers={},
        body=BODIES.get(kind, {}) | {"@odata.id": f"https://graph/v1.0/users/{ids['users']}"},
    )  # fmt: skip
    asked: set[str] = set()
    if route.operation == "graph.me":  # of an application there is none
        with pytest.raises(CloudError) as error, noting(asked):
            asyncio.run(as_coroutine(route, call))
        assert error.value.status == 400
        return
    with pytest.raises(CloudError) as error, noting(asked):
        asyncio.run(as_coroutine(route, call))
    assert (error.value.status, error.value.code) == (403, "Authorization_RequestDenied"), error.value.message
    assert asked
    assert asked <= set(graph_operations())


async def as_coroutine(route: Route, call: Call) -> Reply:
    return await route.handler(call)


BODIES: dict[str, dict[str, Any]] = {"servicePrincipals": {"appId": "none"}}


def objects(cloud: Cloud) -> dict[str, str]:
    """An object of each kind, by its collection's name; none is the caller's own."""
    user = as_identity(cloud, "operator").caller.oid
    body = {"displayName": "other", "mailNickname": "other", "mailEnabled": False, "securityEnabled": True}
    group = cloud.kind("entra.group").create(SYSTEM, {**body, "members": [user]})
    application = cloud.kind("entra.application").create(SYSTEM, {"displayName": "other"})
    principal = cloud.kind("entra.servicePrincipal").create(SYSTEM, {"appId": application["appId"]})
    grant_graph_roles(cloud, principal["id"], ["User.Read.All"])
    (app_role,) = cloud.kind("entra.appRoleAssignment").list(SYSTEM, principalId=principal["id"])
    (role, *_rest) = cloud.kind("entra.directoryRoleAssignment").list(SYSTEM)
    wanted = {"principalId": user, "roleDefinitionId": role["roleDefinitionId"]}
    return {
        "users": user,
        "groups": group["id"],
        "applications": application["id"],
        "servicePrincipals": principal["id"],
        "appRoleAssignments": app_role["id"],
        "appId": application["appId"],
        "domains": world(cloud).domain,
        "roleAssignments": role["id"],
        "roleEligibilitySchedules": cloud.kind("entra.roleEligibility").create(SYSTEM, wanted)["id"],
    }


def test_what_a_resource_joins_must_be_the_callers_to_join(cloud: Cloud) -> None:
    register_all(cloud)
    owner, little = as_identity(cloud, "lakehouse-wizard"), as_identity(cloud, "outsider")
    owner.group()
    owner.group("theirs")
    owner.make(VNET, "net", properties={"addressSpace": {"addressPrefixes": ["10.0.0.0/16"]}})
    rules = owner.make("Microsoft.Network/networkSecurityGroups", "rules", group="theirs")
    owner.assign("Contributor", little.caller.oid, owner.group_id())
    properties = {"addressPrefixes": ["10.0.1.0/24"], "networkSecurityGroup": {"id": rules["id"]}}
    with pytest.raises(CloudError) as error:
        little.make(SUBNET, "net", "host", properties=properties)
    assert refused(error) == (403, "LinkedAuthorizationFailed")
    assert "Microsoft.Network/networkSecurityGroups/join/action" in error.value.message
    owner.assign("Contributor", little.caller.oid, rules["id"])
    assert little.make(SUBNET, "net", "host", properties=properties)["name"] == "host"
