"""The Databricks account: who is in it, its metastores, who may enter a workspace."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.sandbox.arm_support import as_identity, refused
from tests.sandbox.databricks_support import OUTSIDER, OWNER, PRINCIPAL, lake
from wizard.sandbox.domain.account import first_login
from wizard.sandbox.domain.cloud import Cloud
from wizard.sandbox.domain.core import SYSTEM, CloudError
from wizard.sandbox.domain.principals import workspace_level
from wizard.sandbox.domain.scim import Principals

GUEST = "lakehouse.owner_example.com#EXT#@lakehousesandbox.onmicrosoft.com"


def people(cloud: Cloud) -> Principals:
    kind = cloud.kind("account.user")
    assert isinstance(kind, Principals)
    return kind


def test_only_account_admins_work_in_the_account(cloud: Cloud) -> None:
    outsider = as_identity(cloud, OUTSIDER).caller
    for kind in ("account.user", "account.group", "account.metastore", "account.workspace"):
        with pytest.raises(CloudError) as refusal:
            cloud.kind(kind).list(outsider)
        assert refused(refusal) == (403, "PERMISSION_DENIED")


def test_a_guest_is_found_by_a_filter_with_its_hash_and_without_case(cloud: Cloud) -> None:
    people(cloud).create(SYSTEM, {"userName": GUEST, "entitlements": [{}]})
    found = people(cloud).list(SYSTEM, filter=f"userName eq '{GUEST.upper()}'")
    assert [body["userName"] for body in found] == [GUEST]
    assert found[0]["entitlements"] == []
    assert found[0]["active"] is True


def test_what_is_taken_is_refused_in_the_words_the_provider_compares(cloud: Cloud) -> None:
    cloud.kind("account.group").create(SYSTEM, {"displayName": "data_engineer"})
    for kind, body, words in (
        ("account.group", {"displayName": "Data_Engineer"}, "Group with name Data_Engineer already exists."),
        (
            "account.servicePrincipal",
            {"applicationId": as_identity(cloud, PRINCIPAL).caller.name},
            f"Service principal with application ID {as_identity(cloud, PRINCIPAL).caller.name} already exists.",
        ),
    ):
        with pytest.raises(CloudError) as refusal:
            cloud.kind(kind).create(SYSTEM, body)
        assert (refusal.value.status, refusal.value.message) == (409, words)


def test_a_put_that_drops_the_roles_loses_account_admin_but_not_the_memberships(cloud: Cloud) -> None:
    person = people(cloud).create(SYSTEM, {"userName": GUEST, "roles": [{"value": "account_admin"}]})
    group = cloud.kind("account.group").create(SYSTEM, {"displayName": "g", "members": [{"value": person["id"]}]})
    after = people(cloud).replace(SYSTEM, person["id"], {"userName": GUEST, "displayName": "Owner"})
    assert not after.get("roles")
    assert [entry["value"] for entry in after["groups"]] == [group["id"]]


def test_patches_of_roles_members_and_activity(cloud: Cloud) -> None:
    person = people(cloud).create(SYSTEM, {"userName": GUEST})
    add = {"op": "add", "path": "roles", "value": [{"value": "account_admin"}]}
    assert people(cloud).update(SYSTEM, person["id"], {"Operations": [add, add]})["roles"] == add["value"]
    gone = {"op": "remove", "path": 'roles[value eq "account_admin"]'}
    assert people(cloud).update(SYSTEM, person["id"], {"Operations": [gone]})["roles"] == []
    off = {"op": "replace", "path": "active", "value": [{"value": "false"}]}
    assert people(cloud).update(SYSTEM, person["id"], {"Operations": [off]})["active"] is False
    groups = cloud.kind("account.group")
    group = groups.create(SYSTEM, {"displayName": "g"})
    join = {"op": "add", "path": "members", "value": [{"value": person["id"]}]}
    assert [m["value"] for m in groups.update(SYSTEM, group["id"], {"Operations": [join]})["members"]] == [person["id"]]
    leave = {"op": "remove", "path": f'members[value eq "{person["id"]}"]'}
    assert groups.update(SYSTEM, group["id"], {"Operations": [leave]})["members"] == []


def test_one_metastore_a_region(cloud: Cloud) -> None:
    here = lake(cloud)
    with pytest.raises(CloudError) as refusal:
        cloud.kind("account.metastore").create(here.principal, {"name": "second", "region": "Brazil South"})
    assert "reached the limit for metastores in region brazilsouth" in refusal.value.message
    other = cloud.kind("account.metastore").create(here.principal, {"name": "second", "region": "eastus"})
    with pytest.raises(CloudError) as refusal:
        cloud.kind("account.metastoreAssignment").create(
            here.principal, {"workspace_id": here.workspace, "metastore_id": other["metastore_id"]}
        )
    assert "same region" in refusal.value.message


def test_a_metastore_in_use_is_not_deleted_without_force(cloud: Cloud) -> None:
    here = lake(cloud)
    here.catalog()
    with pytest.raises(CloudError) as refusal:
        cloud.kind("account.metastore").delete(here.principal, here.metastore)
    assert refusal.value.code == "METASTORE_NOT_EMPTY"


def test_a_principal_with_rights_on_the_azure_resource_joins_a_workspace_once(cloud: Cloud) -> None:
    here = lake(cloud)
    with pytest.raises(CloudError) as refusal:
        workspace_level(cloud, here.caller(PRINCIPAL))  # without the two headers
    assert refused(refusal) == (403, "PERMISSION_DENIED")
    assert workspace_level(cloud, here.principal) == "ADMIN"
    before = cloud.store.dump()
    assert workspace_level(cloud, here.caller(PRINCIPAL)) == "ADMIN"
    assert workspace_level(cloud, here.principal) == "ADMIN"
    assert cloud.store.dump() == before


def test_the_headers_help_nobody_without_rights_in_azure(cloud: Cloud) -> None:
    here = lake(cloud)
    with pytest.raises(CloudError) as refusal:
        workspace_level(cloud, here.caller(OUTSIDER, management=True))
    assert refusal.value.status == 403


def test_a_group_in_a_group_brings_its_members_into_the_workspace(cloud: Cloud) -> None:
    here = lake(cloud)
    inner = here.group("inner", OWNER)
    outer = cloud.kind("account.group").create(SYSTEM, {"displayName": "outer", "members": [{"value": inner["id"]}]})
    access = {"workspace_id": here.workspace, "principal_id": outer["id"], "permissions": ["USER"]}
    cloud.kind("account.permissionAssignment").create(SYSTEM, access)
    assert workspace_level(cloud, here.caller(OWNER)) == "USER"


def test_a_deleted_workspace_takes_its_own_objects_along_and_leaves_the_catalog(cloud: Cloud) -> None:
    here = lake(cloud)
    here.catalog()
    here.make("ws.secretScope", scope="kv")
    here.make("ws.secret", scope="kv", key="k", string_value="canary-value")
    cloud.kind("Microsoft.Databricks/workspaces").delete(
        SYSTEM, here.azure.id("Microsoft.Databricks/workspaces", "adbdrisk")
    )
    assert [kind for kind in cloud.store.kinds() if kind.startswith("ws.")] == []
    assert cloud.store.items("account.permissionAssignment") == []
    assert cloud.store.items("account.metastoreAssignment") == []
    assert "canary-value" not in (cloud.state / "secrets.json").read_text()
    assert len(cloud.store.items("uc.catalog")) == 1


def test_a_global_administrator_becomes_account_admin_by_the_first_login(cloud: Cloud) -> None:
    owner = as_identity(cloud, OWNER).caller
    with pytest.raises(CloudError) as refusal:
        first_login(cloud, owner)
    assert refusal.value.status == 403
    role = {
        "principalId": owner.oid,
        "roleDefinitionId": "62e90394-69f5-4237-9190-012177145e10",
        "directoryScopeId": "/",
    }
    cloud.kind("entra.directoryRoleAssignment").create(SYSTEM, role)
    assert first_login(cloud, owner)["roles"] == [{"value": "account_admin"}]
    assert cloud.kind("account.workspace").list(replace(owner)) == []
