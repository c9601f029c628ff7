"""§5: Azure Resource Manager and the storage data plane, by Azure's own clients."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from typing import Any

import pytest
from azure.core.exceptions import HttpResponseError, ResourceExistsError
from azure.mgmt.authorization.v2022_04_01 import AuthorizationManagementClient
from azure.mgmt.authorization.v2022_04_01.models import RoleAssignmentCreateParameters
from azure.mgmt.costmanagement import CostManagementClient
from azure.mgmt.eventhub import EventHubManagementClient
from azure.mgmt.resource.features import FeatureClient
from azure.mgmt.resource.resources import ResourceManagementClient
from azure.mgmt.resource.subscriptions import SubscriptionClient
from azure.mgmt.storage import StorageManagementClient
from azure.storage.blob import BlobServiceClient
from azure.storage.filedatalake import DataLakeServiceClient

from tests.operations.running import GROUP, HUBS, LOCATION, STORAGE, Surface

NAMESPACES = ("Storage", "EventHub", "Network", "Compute", "Databricks", "ManagedIdentity", "Consumption")
BLOB_CONTRIBUTOR = "ba92f5b4-2d11-453d-a403-e96b0029c9fe"
NETWORK, DATABRICKS = "2024-05-01", "2024-05-01"
COST = {"type": "ActualCost", "timeframe": "MonthToDate", "dataset": {"granularity": "None"}}


def code_of(error: HttpResponseError) -> str | None:
    return error.error.code if error.error else None


def names(found: Iterable[Any]) -> list[str]:
    return [str(one.name) for one in found]


def subscriptions_and_their_providers(s: Surface) -> None:
    client = s.arm(SubscriptionClient, tenant_wide=True)
    (one,) = client.subscriptions.list()
    assert (one.subscription_id, one.state) == (s.info["subscription_id"], "Enabled")
    assert client.subscriptions.get(one.subscription_id).display_name == one.display_name
    assert LOCATION in names(client.subscriptions.list_locations(one.subscription_id))
    providers = s.arm(ResourceManagementClient).providers
    for short in NAMESPACES:
        namespace = f"Microsoft.{short}"
        providers.register(namespace)
        while providers.get(namespace).registration_state != "Registered":
            continue
    assert providers.get("Microsoft.Storage").resource_types[0].api_versions
    assert "Microsoft.Databricks" in [one.namespace for one in providers.list()]
    providers.register("Microsoft.KeyVault")
    assert providers.unregister("Microsoft.KeyVault").registration_state in ("Unregistering", "NotRegistered")


def resource_groups(s: Surface) -> None:
    groups = s.arm(ResourceManagementClient).resource_groups
    assert not groups.check_existence(GROUP)
    groups.create_or_update(GROUP, {"location": LOCATION, "tags": {"suite": "operations"}})
    assert groups.get(GROUP).location == LOCATION
    assert groups.update(GROUP, {"tags": {"suite": "all"}}).tags == {"suite": "all"}
    assert names(groups.list(filter="tagName eq 'suite' and tagValue eq 'all'")) == [GROUP]


def roles_are_given_and_taken(s: Surface) -> None:
    client = s.arm(AuthorizationManagementClient)
    assert [one.role_name for one in client.role_definitions.list(s.scope, filter="roleName eq 'Owner'")] == ["Owner"]
    (reader,) = client.role_definitions.list(s.scope, filter="roleName eq 'Reader'")
    assert client.role_definitions.get_by_id(reader.id).role_name == "Reader"
    outsider = s.info["identities"]["outsider"]["object_id"]
    wanted = RoleAssignmentCreateParameters(role_definition_id=reader.id, principal_id=outsider, principal_type="User")
    made = client.role_assignments.create(s.scope, str(uuid.uuid4()), wanted)
    assert made.scope == s.scope
    with pytest.raises(ResourceExistsError) as exists:
        client.role_assignments.create(s.scope, str(uuid.uuid4()), wanted)
    assert code_of(exists.value) == "RoleAssignmentExists"
    found = client.role_assignments.list_for_subscription(filter=f"principalId eq '{outsider}'")
    assert [(one.scope, one.principal_type) for one in found] == [(s.scope, "User")]
    assert made.id in [one.id for one in client.role_assignments.list_for_scope(s.scope, filter="atScope()")]
    assert client.role_assignments.get(s.scope, made.name).id == made.id
    assert client.role_assignments.delete(s.scope, made.name).id == made.id
    assert client.role_assignments.delete(s.scope, made.name) is None
    nobody = RoleAssignmentCreateParameters(
        role_definition_id=reader.id, principal_id=str(uuid.uuid4()), principal_type="ServicePrincipal"
    )
    with pytest.raises(HttpResponseError) as unknown:
        client.role_assignments.create(s.scope, str(uuid.uuid4()), nobody)
    assert (unknown.value.status_code, code_of(unknown.value)) == (400, "PrincipalNotFound")


def roles_at_the_root(s: Surface) -> None:
    """An Owner of the subscription holds nothing at the root, and is told so in Azure's words."""
    client = s.arm(AuthorizationManagementClient)
    base, version = "/providers/Microsoft.Authorization", {"api-version": "2022-04-01"}
    arm = s.pipeline("arm")
    role, assignment = f"{base}/roleDefinitions/{BLOB_CONTRIBUTOR}", f"{base}/roleAssignments/{uuid.uuid4()}"
    wanted = RoleAssignmentCreateParameters(
        role_definition_id=role, principal_id=s.principal["object_id"], principal_type="ServicePrincipal"
    )
    for refused in (
        lambda: arm.send("GET", f"{base}/roleDefinitions", query=version),
        lambda: arm.send("GET", f"{base}/roleAssignments", query=version),
        lambda: client.role_definitions.get_by_id(role),
        lambda: client.role_assignments.get_by_id(assignment),
        lambda: client.role_assignments.create_by_id(assignment, wanted),
        lambda: client.role_assignments.delete_by_id(assignment),
    ):
        with pytest.raises(HttpResponseError) as error:
            refused()
        assert (error.value.status_code, code_of(error.value)) == (403, "AuthorizationFailed")


def storage_and_event_hubs(s: Surface) -> None:
    storage = s.arm(StorageManagementClient)
    kind = "Microsoft.Storage/storageAccounts"
    asked = {"name": STORAGE, "type": kind}
    assert storage.storage_accounts.check_name_availability(asked).name_available
    parameters = {"location": LOCATION, "sku": {"name": "Standard_LRS"}, "kind": "StorageV2"}
    storage.storage_accounts.begin_create(GROUP, STORAGE, {**parameters, "properties": {"isHnsEnabled": True}}).result()
    assert storage.storage_accounts.check_name_availability(asked).reason == "AlreadyExists"
    wrong = storage.storage_accounts.check_name_availability({"name": "Not-Legal", "type": kind})
    assert wrong.reason == "AccountNameInvalid"
    for container in ("raw", "catalog"):
        storage.blob_containers.create(GROUP, STORAGE, container, {})
    assert sorted(names(storage.blob_containers.list(GROUP, STORAGE))) == ["catalog", "raw"]
    assert storage.storage_accounts.update(GROUP, STORAGE, {"tags": {"suite": "all"}}).tags == {"suite": "all"}
    hubs = s.arm(EventHubManagementClient)
    assert hubs.namespaces.check_name_availability({"name": HUBS}).name_available
    sku = {"name": "Standard", "tier": "Standard", "capacity": 1}
    hubs.namespaces.begin_create_or_update(GROUP, HUBS, {"location": LOCATION, "sku": sku}).result()
    hubs.event_hubs.create_or_update(GROUP, HUBS, "events", {"properties": {"partitionCount": 1}})
    assert hubs.namespaces.check_name_availability({"name": HUBS}).reason == "NameInUse"
    hubs.namespaces.begin_delete(GROUP, HUBS).result()


def generic_resources_and_the_watcher(s: Surface) -> None:
    client = s.arm(ResourceManagementClient).resources
    vnet = f"{s.scope}/resourceGroups/{GROUP}/providers/Microsoft.Network/virtualNetworks/vnet"
    body = {"location": LOCATION, "properties": {"addressSpace": {"addressPrefixes": ["10.0.0.0/16"]}}}
    client.begin_create_or_update_by_id(vnet, body, api_version=NETWORK).result()
    assert client.begin_update_by_id(vnet, {"tags": {"suite": "all"}}, api_version=NETWORK).result().tags
    assert client.get_by_id(vnet, api_version=NETWORK).name == "vnet"
    assert client.check_existence_by_id(vnet, api_version=NETWORK)
    assert "vnet" in names(client.list_by_resource_group(GROUP))
    (watcher,) = client.list(filter="resourceType eq 'Microsoft.Network/networkWatchers'")
    assert watcher.name == f"NetworkWatcher_{LOCATION}"
    poller = client.begin_delete_by_id(watcher.id, api_version=NETWORK)
    poller.result()
    assert poller.status() == "Succeeded"
    client.begin_delete_by_id(vnet, api_version=NETWORK).result()
    assert not client.check_existence_by_id(vnet, api_version=NETWORK)


def features(s: Surface) -> None:
    client = s.arm(FeatureClient).features
    name = ("Microsoft.Network", "DisableNetworkWatcherAutocreation")
    assert client.get(*name).properties.state == "NotRegistered"
    client.register(*name)
    while client.get(*name).properties.state != "Registered":
        continue


def quota_sizes_cost_and_budget(s: Surface) -> None:
    """No small client has these but the cost: plain requests."""
    arm = s.pipeline("arm")
    usages = arm.send(
        "GET",
        f"{s.scope}/providers/Microsoft.Compute/locations/{LOCATION}/usages",
        query={"api-version": "2024-07-01"},
    )
    assert {"currentValue", "limit", "name"} <= set(usages["value"][0])
    query = {"api-version": "2021-07-01", "$filter": f"location eq '{LOCATION}'"}
    skus = arm.send("GET", f"{s.scope}/providers/Microsoft.Compute/skus", query=query)
    assert {"family", "capabilities"} <= set(skus["value"][0])
    budget = f"{s.scope}/providers/Microsoft.Consumption/budgets/operations"
    properties = {
        "category": "Cost",
        "amount": 200,
        "timeGrain": "Monthly",
        "timePeriod": {"startDate": "2026-11-01T00:00:00Z"},
        "notifications": {
            "most": {"operator": "GreaterThan", "threshold": 80, "enabled": True, "contactEmails": ["a@example.com"]}
        },
    }
    version = {"api-version": "2023-05-01"}
    assert arm.send("PUT", budget, query=version, body={"properties": properties})["eTag"]
    assert arm.send("GET", budget, query=version)["properties"]["amount"] == 200
    arm.send("DELETE", budget, query=version)
    costs = s.arm(CostManagementClient, tenant_wide=True)
    assert costs.query.usage(scope=s.scope.lstrip("/"), parameters=COST) is None, "nothing was billed yet"


def databricks_on_azure(s: Surface) -> None:
    """Connector, its role on the storage account, and the workspace: as generic resources."""
    client = s.arm(ResourceManagementClient).resources
    group = f"{s.scope}/resourceGroups/{GROUP}"
    storage = f"{group}/providers/Microsoft.Storage/storageAccounts/{STORAGE}"
    s.connector = f"{group}/providers/Microsoft.Databricks/accessConnectors/adbdops-mi"
    body: dict[str, Any] = {"location": LOCATION, "identity": {"type": "SystemAssigned"}}
    connector = client.begin_create_or_update_by_id(s.connector, body, api_version=DATABRICKS).result()
    assignments = s.arm(AuthorizationManagementClient).role_assignments
    role = f"{s.scope}/providers/Microsoft.Authorization/roleDefinitions/{BLOB_CONTRIBUTOR}"
    for principal in (connector.identity.principal_id, s.principal["object_id"]):
        wanted = RoleAssignmentCreateParameters(
            role_definition_id=role, principal_id=principal, principal_type="ServicePrincipal"
        )
        assignments.create(storage, str(uuid.uuid4()), wanted)
    s.workspace_resource = f"{group}/providers/Microsoft.Databricks/workspaces/adbdops"
    managed = f"{s.scope}/resourceGroups/{GROUP}-managed"
    body = {"location": LOCATION, "sku": {"name": "premium"}}
    body["properties"] = {"managedResourceGroupId": managed, "parameters": {}}
    made = client.begin_create_or_update_by_id(s.workspace_resource, body, api_version=DATABRICKS).result()
    s.workspace_id = int(made.properties["workspaceId"])
    s.workspace_host = f"https://{made.properties['workspaceUrl']}"


def files_of_a_container(s: Surface) -> None:
    options: dict[str, Any] = {
        "account_url": f"{s.info['endpoints']['storage']}/{STORAGE}",
        "credential": s.credential,
        "connection_verify": s.info["ca_file"],
        "retry_total": 0,
    }
    lake = DataLakeServiceClient(**options).get_file_system_client("raw")
    assert lake.exists()
    assert lake.get_file_system_properties().etag
    lake.get_file_client("in/a.csv").upload_data(b"user_id\n007\n", overwrite=True)
    blobs = BlobServiceClient(**options)
    blob = blobs.get_blob_client("raw", "in/b.json")
    blob.upload_blob(b"{}", overwrite=True)
    assert blobs.get_blob_client("raw", "in/a.csv").get_blob_properties().size == 12
    assert blob.download_blob().readall() == b"{}"
    blob.delete_blob()
    headers = s.send("storage", "HEAD", f"/{STORAGE}/raw", query={"resource": "filesystem"}).headers
    assert {"ETag", "Last-Modified"} <= set(headers)


def prices(s: Surface) -> None:
    """Pages of 1,000; the filter's words are compared with their case."""
    client = s.pipeline("prices")
    query = {"$filter": "serviceName eq 'Azure Databricks'", "currencyCode": "'BRL'"}
    query["api-version"] = "2023-01-01-preview"
    found = client.send("GET", "/api/retail/prices", query=query)
    assert found["Count"] == len(found["Items"]) > 0
    assert {one["currencyCode"] for one in found["Items"]} == {"BRL"}
    assert found["NextPageLink"] is None
    whole = list(client.pages("/api/retail/prices", query={}, items="Items", next_page="NextPageLink"))
    assert len(whole) > 1000
    query["$filter"] = "serviceName eq 'azure databricks'"
    assert client.send("GET", "/api/retail/prices", query=query)["Items"] == []


EXERCISES = [
    subscriptions_and_their_providers,
    resource_groups,
    roles_are_given_and_taken,
    roles_at_the_root,
    storage_and_event_hubs,
    generic_resources_and_the_watcher,
    features,
    quota_sizes_cost_and_budget,
    databricks_on_azure,
    files_of_a_container,
    prices,
]
