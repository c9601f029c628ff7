"""What Azure Resource Manager refuses, and what it makes by itself."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.sandbox.arm_support import (
    ACCOUNT,
    CONNECTOR,
    CONTAINER,
    GROUP,
    NAMESPACE,
    SUBNET,
    VNET,
    WATCHER,
    WORKSPACE,
    Azure,
    as_identity,
    refused,
)
from wizard.sandbox.domain import arm_compute, arm_names, arm_providers
from wizard.sandbox.domain.arm_kind import take_name
from wizard.sandbox.domain.authorization import ASSIGNMENT
from wizard.sandbox.domain.cloud import Cloud
from wizard.sandbox.domain.core import SYSTEM, Body, CloudError
from wizard.sandbox.domain.databricks import RULES

BUDGET = "Microsoft.Consumption/budgets"
NSG = "Microsoft.Network/networkSecurityGroups"
GATEWAY = "Microsoft.Network/natGateways"
ADDRESS = "Microsoft.Network/publicIPAddresses"


def network(azure: Azure) -> Body:
    azure.make(VNET, "vnet", properties={"addressSpace": {"addressPrefixes": ["10.0.0.0/16"]}})
    azure.make(NSG, "nsg")
    for number, name in enumerate(("public", "private")):
        azure.make(
            SUBNET,
            "vnet",
            name,
            properties={
                "addressPrefix": f"10.0.{number}.0/24",
                "networkSecurityGroup": {"id": azure.id(NSG, "nsg")},
                "delegations": [{"name": "databricks", "properties": {"serviceName": WORKSPACE}}],
            },
        )
    return azure.workspace(
        customVirtualNetworkId=azure.id(VNET, "vnet"),
        customPublicSubnetName="public",
        customPrivateSubnetName="private",
    )


def test_a_namespace_must_be_registered_and_is_so_at_the_second_look(cloud: Cloud) -> None:
    azure = as_identity(cloud, "lakehouse-wizard")
    azure.group()
    with pytest.raises(CloudError) as error:
        azure.account()
    assert refused(error) == (409, "MissingSubscriptionRegistration")
    ask = (cloud, azure.caller, azure.subscription, "microsoft.storage")
    assert arm_providers.register_provider(*ask)["registrationState"] == "Registering"
    with pytest.raises(CloudError):
        azure.account()
    assert arm_providers.provider(*ask)["registrationState"] == "Registered"
    assert arm_providers.register_provider(*ask)["registrationState"] == "Registered"
    azure.account()
    with pytest.raises(CloudError) as error:
        arm_providers.unregister_provider(*ask)
    assert error.value.code == "CannotUnregisterNamespace"


def test_a_resource_needs_its_group_and_its_parent(azure: Azure) -> None:
    with pytest.raises(CloudError) as error:
        azure.account(group="nowhere")
    assert refused(error) == (404, "ResourceGroupNotFound")
    with pytest.raises(CloudError) as error:
        azure.make(CONTAINER, "stadrisk", "raw")
    assert refused(error) == (404, "ParentResourceNotFound")
    with pytest.raises(CloudError) as error:
        azure.cloud.kind(ACCOUNT).read(azure.caller, azure.id(ACCOUNT, "stadrisk"))
    assert refused(error) == (404, "ResourceNotFound")


@pytest.mark.parametrize(
    ("make", "code"),
    [
        (lambda azure: azure.account("Not-Legal"), "AccountNameInvalid"),
        (lambda azure: azure.make(NAMESPACE, "short", sku={"name": "Standard"}), "BadRequest"),
        (lambda azure: azure.group("ends-with."), "InvalidResourceGroupName"),
        (lambda azure: azure.make(ACCOUNT, "stadrisk", kind="StorageV2"), "InvalidRequestContent"),
        (lambda azure: azure.group("far", location="Atlantis"), "LocationNotAvailableForResourceType"),
        (lambda azure: azure.make(NSG, "nsg", location=None), "LocationRequired"),
    ],
)
def test_bodies_that_azure_refuses(azure: Azure, make: Callable[[Azure], Body], code: str) -> None:
    with pytest.raises(CloudError) as error:
        make(azure)
    assert error.value.code == code


def test_names_of_others_are_taken_and_ours_are_too(azure: Azure) -> None:
    with pytest.raises(CloudError) as error:
        azure.account("stadtaken")
    assert refused(error) == (409, "StorageAccountAlreadyTaken")
    take_name(azure.cloud, NAMESPACE, "ethdours")
    with pytest.raises(CloudError) as error:
        azure.make(NAMESPACE, "ethdours", sku={"name": "Standard"})
    assert refused(error) == (400, "BadRequest")
    ask = (azure.cloud, azure.caller, azure.subscription)
    assert arm_names.storage(*ask, "stadrisk") == {"nameAvailable": True}
    azure.account()
    assert arm_names.storage(*ask, "stadrisk")["reason"] == "AlreadyExists"
    assert arm_names.storage(*ask, "No")["reason"] == "AccountNameInvalid"
    assert arm_names.event_hubs(*ask, "ethdtaken")["reason"] == "NameInUse"
    assert arm_names.event_hubs(*ask, "ethdfree")["nameAvailable"] is True
    azure.group("other")
    with pytest.raises(CloudError) as error:
        azure.account(group="other")
    assert error.value.code == "StorageAccountAlreadyTaken"


def test_a_put_of_the_same_changes_nothing_and_a_fixed_property_cannot_change(azure: Azure) -> None:
    first = azure.account(isHnsEnabled=True)
    assert first["properties"]["primaryEndpoints"]["dfs"] == "https://stadrisk.dfs.core.windows.net/"
    before = azure.cloud.store.dump()
    assert azure.account() == first
    assert azure.cloud.store.dump() == before
    with pytest.raises(CloudError) as error:
        azure.account(isHnsEnabled=False)
    assert refused(error) == (409, "AccountPropertyCannotBeUpdated")
    with pytest.raises(CloudError) as error:
        azure.make(ACCOUNT, "stadrisk", sku={"name": "Standard_LRS"}, kind="StorageV2", location="eastus2")
    assert refused(error) == (409, "InvalidResourceLocation")


def test_ids_are_found_without_case_and_told_as_they_were_made(azure: Azure) -> None:
    made = azure.account()
    found = azure.cloud.kind(ACCOUNT).read(azure.caller, made["id"].upper().replace("/SUBSCRIPTIONS", "/subscriptions"))
    assert found == made


def test_a_patch_merges_properties_and_replaces_tags(azure: Azure) -> None:
    azure.make(ACCOUNT, "stadrisk", sku={"name": "Standard_LRS"}, kind="StorageV2", tags={"a": "1", "b": "2"})
    patched = azure.cloud.kind(ACCOUNT).update(
        azure.caller, azure.id(ACCOUNT, "stadrisk"), {"tags": {"c": "3"}, "properties": {"accessTier": "Cool"}}
    )
    assert patched["tags"] == {"c": "3"}
    assert (patched["properties"]["accessTier"], patched["properties"]["minimumTlsVersion"]) == ("Cool", "TLS1_2")


def test_a_container_is_a_folder(azure: Azure) -> None:
    azure.account()
    made = azure.make(CONTAINER, "stadrisk", "raw")
    folder = azure.cloud.container_folder("stadrisk", "raw")
    (folder / "in").mkdir()
    assert azure.cloud.storage_folder("abfss://raw@stadrisk.dfs.core.windows.net/in") == folder / "in"
    azure.cloud.kind(CONTAINER).delete(azure.caller, made["id"])
    assert not folder.exists()


def test_the_first_network_brings_a_watcher(azure: Azure) -> None:
    watchers = azure.cloud.kind(WATCHER)
    assert watchers.list(azure.caller) == []
    azure.make(VNET, "one", properties={"addressSpace": {"addressPrefixes": ["10.0.0.0/16"]}})
    azure.make(VNET, "two", properties={"addressSpace": {"addressPrefixes": ["10.1.0.0/16"]}})
    (watcher,) = watchers.list(azure.caller)
    assert watcher["name"] == "NetworkWatcher_brazilsouth"
    assert "/resourceGroups/NetworkWatcherRG/" in watcher["id"]


def test_the_opt_out_of_watchers_works_once_the_provider_is_registered_again(azure: Azure) -> None:
    ask = (azure.cloud, azure.caller, azure.subscription, "Microsoft.Network")
    name = "DisableNetworkWatcherAutocreation"
    assert arm_providers.feature(*ask, name)["properties"]["state"] == "NotRegistered"
    assert arm_providers.register_feature(*ask, name)["properties"]["state"] == "Registering"
    assert arm_providers.feature(*ask, name)["properties"]["state"] == "Registered"
    arm_providers.register_provider(*ask)
    azure.make(VNET, "one", properties={"addressSpace": {"addressPrefixes": ["10.0.0.0/16"]}})
    assert azure.cloud.kind(WATCHER).list(azure.caller) == []


def test_a_workspace_comes_with_port_account_record_and_managed_group(azure: Azure) -> None:
    made = azure.workspace()
    number = made["properties"]["workspaceId"]
    record = azure.cloud.kind("account.workspace").read(SYSTEM, number)
    assert made["properties"]["workspaceUrl"] == f"127.0.0.1:{record['_port']}"
    assert (record["_resource_id"], record["workspace_status"]) == (made["id"], "RUNNING")
    managed = azure.cloud.kind(GROUP).read(azure.caller, azure.group_id("rg-managed"))
    assert managed["managedBy"] == made["id"]
    gateways = azure.cloud.kind(GATEWAY).list(azure.caller, group="rg-managed", subscription=azure.subscription)
    assert [gateway["name"] for gateway in gateways] == ["nat-gateway"]
    with pytest.raises(CloudError) as error:
        azure.cloud.kind(GROUP).delete(azure.caller, managed["id"])
    assert refused(error) == (403, "DenyAssignmentAuthorizationFailed")


def test_the_managed_groups_name_must_be_free(azure: Azure) -> None:
    azure.group("rg-managed")
    before = azure.cloud.store.dump()
    with pytest.raises(CloudError) as error:
        azure.workspace()
    assert refused(error) == (409, "ApplianceProvisioningFailed")
    assert azure.cloud.store.dump() == before


def test_deleting_a_group_takes_everything_in_it(azure: Azure) -> None:
    azure.account()
    azure.make(CONTAINER, "stadrisk", "raw")
    connector = azure.make(CONNECTOR, "adbdrisk-mi", identity={"type": "SystemAssigned"})
    principal = connector["identity"]["principalId"]
    azure.assign("Storage Blob Data Contributor", principal, azure.id(ACCOUNT, "stadrisk"))
    workspace = network(azure)
    kept = azure.group("kept")
    azure.cloud.kind(GROUP).delete(azure.caller, azure.group_id())
    assert [
        group["id"] for group in azure.cloud.kind(GROUP).list(azure.caller) if group["name"] != "NetworkWatcherRG"
    ] == [kept["id"]]
    dump = azure.cloud.store.dump()
    assert not {ACCOUNT, CONTAINER, CONNECTOR, WORKSPACE, VNET, SUBNET, NSG, "account.workspace"} & set(dump)
    assert principal not in dump["entra.servicePrincipal"]
    assert all(body["properties"]["principalId"] != principal for body in dump[ASSIGNMENT].values())
    assert not azure.cloud.container_folder("stadrisk", "raw").exists()
    with pytest.raises(CloudError):
        azure.cloud.kind("account.workspace").read(SYSTEM, workspace["properties"]["workspaceId"])


def test_a_subnet_in_use_cannot_be_deleted_nor_what_it_needs(azure: Azure) -> None:
    network(azure)
    for kind, names, code in (
        (SUBNET, ("vnet", "public"), "InUseSubnetCannotBeDeleted"),
        (VNET, ("vnet",), "InUseSubnetCannotBeDeleted"),
        (NSG, ("nsg",), "InUseNetworkSecurityGroupCannotBeDeleted"),
    ):
        with pytest.raises(CloudError) as error:
            azure.cloud.kind(kind).delete(azure.caller, azure.id(kind, *names))
        assert refused(error) == (400, code)
    azure.cloud.kind(WORKSPACE).delete(azure.caller, azure.id(WORKSPACE, "adbdrisk"))
    azure.cloud.kind(VNET).delete(azure.caller, azure.id(VNET, "vnet"))
    azure.cloud.kind(NSG).delete(azure.caller, azure.id(NSG, "nsg"))


def test_a_gateway_holds_its_address_and_a_subnet_its_gateway(azure: Azure) -> None:
    azure.make(ADDRESS, "ip", sku={"name": "Standard"})
    addresses = [{"id": azure.id(ADDRESS, "ip")}]
    azure.make(GATEWAY, "nat", sku={"name": "Standard"}, properties={"publicIpAddresses": addresses})
    azure.make(VNET, "vnet", properties={"addressSpace": {"addressPrefixes": ["10.0.0.0/16"]}})
    gateway = {"id": azure.id(GATEWAY, "nat")}
    azure.make(SUBNET, "vnet", "a", properties={"addressPrefix": "10.0.0.0/24", "natGateway": gateway})
    shown = azure.cloud.kind(GATEWAY).read(azure.caller, gateway["id"])
    assert shown["properties"]["subnets"] == [{"id": azure.id(SUBNET, "vnet", "a")}]
    for kind, name, code in (
        (GATEWAY, "nat", "InUseNatGatewayCannotBeDeleted"),
        (ADDRESS, "ip", "PublicIPAddressCannotBeDeleted"),
    ):
        with pytest.raises(CloudError) as error:
            azure.cloud.kind(kind).delete(azure.caller, azure.id(kind, name))
        assert refused(error) == (400, code)


@pytest.mark.parametrize(
    ("prefix", "code"),
    [
        ("10.9.0.0/24", "NetcfgSubnetRangeOutsideVnet"),
        ("10.0.0.128/25", "NetcfgSubnetRangesOverlap"),
        ("10.0.0.1/24", "InvalidCIDRNotation"),
    ],
)
def test_subnets_lie_in_their_network_and_apart(azure: Azure, prefix: str, code: str) -> None:
    azure.make(VNET, "vnet", properties={"addressSpace": {"addressPrefixes": ["10.0.0.0/16"]}})
    azure.make(SUBNET, "vnet", "a", properties={"addressPrefix": "10.0.0.0/24"})
    with pytest.raises(CloudError) as error:
        azure.make(SUBNET, "vnet", "b", properties={"addressPrefix": prefix})
    assert error.value.code == code


def test_a_network_put_without_subnets_keeps_them(azure: Azure) -> None:
    space = {"addressSpace": {"addressPrefixes": ["10.0.0.0/16"]}}
    inline = [{"name": "a", "properties": {"addressPrefix": "10.0.0.0/24"}}]
    azure.make(VNET, "vnet", properties={**space, "subnets": inline})
    kept = azure.make(VNET, "vnet", properties=space, tags={"x": "y"})
    assert [subnet["name"] for subnet in kept["properties"]["subnets"]] == ["a"]
    emptied = azure.make(VNET, "vnet", properties={**space, "subnets": []})
    assert emptied["properties"]["subnets"] == []


def budget(**changes: object) -> Body:
    notification = {"operator": "GreaterThan", "threshold": 80, "enabled": True, "contactEmails": ["a@example.com"]}
    return {
        "amount": 200,
        "timePeriod": {"startDate": "2026-11-01T00:00:00Z"},
        "notifications": {"most": notification},
        **changes,
    }


def test_a_budget_stands_on_a_group_or_a_subscription(azure: Azure) -> None:
    for scope in (azure.scope, azure.group_id()):
        id = f"{scope}/providers/{BUDGET}/monthly"
        made = azure.cloud.kind(BUDGET).create(azure.caller, {"id": id, "properties": budget()})
        assert made["properties"]["timeGrain"] == "Monthly"
        changed = azure.cloud.kind(BUDGET).update(azure.caller, id, {"properties": {"amount": 300}})
        assert changed["eTag"] != made["eTag"]
        with pytest.raises(CloudError) as error:
            azure.cloud.kind(BUDGET).create(azure.caller, {"id": id, "eTag": made["eTag"], "properties": budget()})
        assert error.value.status == 409


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"amount": 0}, "amount"),
        ({"timePeriod": {"startDate": "2026-11-02T00:00:00Z"}}, "first day of a month"),
        ({"timePeriod": {"startDate": "soon"}}, "not a date"),
        ({"notifications": {"n": {"operator": "GreaterThan", "threshold": 80}}}, "needs a contact"),
        ({"notifications": {"n": {"operator": "About", "threshold": 80}}}, "operator"),
    ],
)
def test_budgets_that_are_refused(azure: Azure, changes: dict[str, object], word: str) -> None:
    id = f"{azure.scope}/providers/{BUDGET}/monthly"
    with pytest.raises(CloudError) as error:
        azure.cloud.kind(BUDGET).create(azure.caller, {"id": id, "properties": budget(**changes)})
    assert error.value.status == 400
    assert word in error.value.message


def test_quota_counts_the_cores_of_running_clusters(azure: Azure) -> None:
    ask = (azure.cloud, azure.subscription, "Brazil South", "Standard_F4s")
    assert arm_compute.free_cores(*ask) == 10
    azure.cloud.store.put("ws.cluster", "1/c", {"node_type_id": "Standard_F4s", "num_workers": 0, "state": "RUNNING"})
    assert arm_compute.free_cores(*ask) == 6
    arm_compute.set_quota(azure.cloud, azure.subscription, "brazilsouth", "cores", 4)
    assert arm_compute.free_cores(*ask) == 0
    listed = {
        usage["name"]["value"]: (usage["currentValue"], usage["limit"])
        for usage in arm_compute.usages(azure.cloud, azure.caller, azure.subscription, "brazilsouth")
    }
    assert listed["cores"] == (4, 4)
    assert listed["standardFSFamily"] == (4, 10)


def test_azure_knows_every_node_type_of_databricks() -> None:
    for node in RULES["compute"]["node_types"]:
        size = arm_compute.sizes()[node["node_type_id"]]
        assert (size.cores, size.memory_gb * 1024) == (node["num_cores"], node["memory_mb"])


def test_restricted_sizes_say_why(azure: Azure) -> None:
    found = {sku["name"]: sku for sku in arm_compute.skus(azure.cloud, azure.caller, azure.subscription, "brazilsouth")}
    assert found["Standard_DS3_v2"]["restrictions"] == []
    assert found["Standard_D4as_v4"]["restrictions"][0]["reasonCode"] == "QuotaId"
    assert found["Standard_NC6"]["restrictions"][0]["reasonCode"] == "NotAvailableForSubscription"
    (zone,) = found["Standard_F8s_v2"]["restrictions"]
    assert (zone["type"], zone["restrictionInfo"]["zones"]) == ("Zone", ["3"])


def test_what_is_not_modelled_is_refused_loudly(azure: Azure) -> None:
    with pytest.raises(CloudError) as error:
        azure.cloud.kind("Microsoft.Web/sites")
    assert error.value.status == 501
