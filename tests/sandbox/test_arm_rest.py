"""Azure's own clients, unmodified, against the sandbox over HTTPS."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from azure.core.exceptions import (
    HttpResponseError,
    ResourceExistsError,
    ResourceNotFoundError,
)
from azure.mgmt.authorization.v2022_04_01 import AuthorizationManagementClient
from azure.mgmt.authorization.v2022_04_01.models import RoleAssignmentCreateParameters
from azure.mgmt.costmanagement import CostManagementClient
from azure.mgmt.costmanagement.models import QueryDataset, QueryDefinition
from azure.mgmt.eventhub import EventHubManagementClient
from azure.mgmt.resource.features import FeatureClient
from azure.mgmt.resource.resources import ResourceManagementClient
from azure.mgmt.resource.subscriptions import SubscriptionClient
from azure.mgmt.storage import StorageManagementClient

from tests.sandbox.conftest import ARM_SCOPE, Http, secret_credential
from wizard.sandbox.domain import arm_operations
from wizard.sandbox.domain.cloud import Cloud
from wizard.sandbox.process import Connection

GROUP = "rg-arm-rest"
VNET = "Microsoft.Network/virtualNetworks"
WATCHERS = "resourceType eq 'Microsoft.Network/networkWatchers'"
API = "2024-05-01"


class Clients:
    """The clients of one sandbox, signed in as the given principal."""

    def __init__(self, connection: Connection) -> None:
        info = connection.info
        self.subscription: str = info["subscription_id"]
        self.scope = f"/subscriptions/{self.subscription}"
        self.credential = secret_credential(info)
        self.base_url: str = info["endpoints"]["arm"]
        self.options: dict[str, Any] = {
            "base_url": self.base_url,
            "credential_scopes": [ARM_SCOPE],
            "connection_verify": info["ca_file"],
            "polling_interval": 0.1,
        }

    def of(self, client: Any) -> Any:
        return client(self.credential, self.subscription, **self.options)

    @property
    def token(self) -> str:
        return self.credential.get_token(ARM_SCOPE).token


def code_of(error: HttpResponseError) -> str | None:
    """The service's own code, as the client understood it."""
    return error.error.code if error.error else None


@pytest.fixture(scope="module")
def clients(sandbox: Connection) -> Iterator[Clients]:
    """With the namespaces registered; what the tests make is deleted after them."""
    made = Clients(sandbox)
    resources = made.of(ResourceManagementClient)
    for namespace in ("Microsoft.Storage", "Microsoft.EventHub", "Microsoft.Network", "Microsoft.Compute"):
        resources.providers.register(namespace)
        assert resources.providers.get(namespace).registration_state == "Registered"
    resources.resource_groups.create_or_update(GROUP, {"location": "Brazil South", "tags": {"suite": "arm"}})
    yield made
    for group in (GROUP, "NetworkWatcherRG"):
        if resources.resource_groups.check_existence(group):
            resources.resource_groups.begin_delete(group).result()


@pytest.fixture
def resources(clients: Clients) -> Any:
    return clients.of(ResourceManagementClient)


def test_only_subscriptions_with_a_role_are_listed(clients: Clients, sandbox: Connection, http: Http) -> None:
    options = {key: value for key, value in clients.options.items() if key != "polling_interval"}
    (found,) = SubscriptionClient(clients.credential, **options).subscriptions.list()
    assert (found.subscription_id, found.state) == (clients.subscription, "Enabled")
    assert http("GET", f"{clients.base_url}/subscriptions?api-version=2022-12-01").status == 401


def test_groups_are_made_listed_and_told_apart(clients: Clients, resources: Any) -> None:
    group = resources.resource_groups.get(GROUP)
    assert (group.location, group.tags) == ("brazilsouth", {"suite": "arm"})
    found = resources.resource_groups.list(filter="tagName eq 'suite' and tagValue eq 'arm'")
    assert [one.name for one in found] == [GROUP]
    with pytest.raises(ResourceNotFoundError) as error:
        resources.resource_groups.get("nowhere")
    assert code_of(error.value) == "ResourceGroupNotFound"


def test_storage_accounts_and_their_names(clients: Clients) -> None:
    storage = clients.of(StorageManagementClient)
    kind = "Microsoft.Storage/storageAccounts"
    assert storage.storage_accounts.check_name_availability({"name": "starmrest", "type": kind}).name_available
    parameters = {
        "location": "brazilsouth",
        "sku": {"name": "Standard_LRS"},
        "kind": "StorageV2",
        "properties": {"isHnsEnabled": True},
    }
    account = storage.storage_accounts.begin_create(GROUP, "starmrest", parameters).result()
    assert account.primary_endpoints.dfs == "https://starmrest.dfs.core.windows.net/"
    storage.blob_containers.create(GROUP, "starmrest", "raw", {})
    assert [one.name for one in storage.blob_containers.list(GROUP, "starmrest")] == ["raw"]
    taken = storage.storage_accounts.check_name_availability({"name": "starmrest", "type": kind})
    assert (taken.name_available, taken.reason) == (False, "AlreadyExists")
    storage.storage_accounts.delete(GROUP, "starmrest")
    storage.storage_accounts.delete(GROUP, "starmrest")


def test_event_hubs(clients: Clients) -> None:
    client = clients.of(EventHubManagementClient)
    assert client.namespaces.check_name_availability({"name": "ethdarmrest"}).name_available
    sku = {"name": "Standard", "tier": "Standard", "capacity": 1}
    made = client.namespaces.begin_create_or_update(GROUP, "ethdarmrest", {"location": "brazilsouth", "sku": sku})
    assert made.result().service_bus_endpoint == "https://ethdarmrest.servicebus.windows.net:443/"
    hub = client.event_hubs.create_or_update(GROUP, "ethdarmrest", "topic", {"properties": {"partitionCount": 1}})
    assert hub.partition_ids == ["0"]
    taken = client.namespaces.check_name_availability({"name": "ethdarmrest"})
    assert (taken.name_available, taken.reason) == (False, "NameInUse")
    client.namespaces.begin_delete(GROUP, "ethdarmrest").result()
    with pytest.raises(ResourceNotFoundError):
        client.namespaces.get(GROUP, "ethdarmrest")


def test_roles_are_found_given_and_taken(clients: Clients, sandbox: Connection) -> None:
    client = clients.of(AuthorizationManagementClient)
    (reader,) = client.role_definitions.list(clients.scope, filter="roleName eq 'Reader'")
    outsider = sandbox.info["identities"]["outsider"]["object_id"]
    wanted = RoleAssignmentCreateParameters(role_definition_id=reader.id, principal_id=outsider, principal_type="User")
    made = client.role_assignments.create(clients.scope, str(uuid.uuid4()), wanted)
    with pytest.raises(ResourceExistsError) as exists:
        client.role_assignments.create(clients.scope, str(uuid.uuid4()), wanted)
    assert code_of(exists.value) == "RoleAssignmentExists"
    mine = list(client.role_assignments.list_for_subscription(filter=f"principalId eq '{outsider}'"))
    assert [(one.id, one.scope) for one in mine] == [(made.id, clients.scope)]
    assert made.id in [one.id for one in client.role_assignments.list_for_scope(clients.scope, filter="atScope()")]
    assert client.role_assignments.get_by_id(made.id).principal_type == "User"
    assert client.role_assignments.delete(clients.scope, made.name).id == made.id
    assert client.role_assignments.delete(clients.scope, made.name) is None
    stranger = RoleAssignmentCreateParameters(
        role_definition_id=reader.id, principal_id=str(uuid.uuid4()), principal_type="ServicePrincipal"
    )
    with pytest.raises(HttpResponseError) as unknown:
        client.role_assignments.create(clients.scope, str(uuid.uuid4()), stranger)
    assert code_of(unknown.value) == "PrincipalNotFound"


def test_resources_by_id_and_the_watcher_that_nobody_asked_for(clients: Clients, resources: Any, http: Http) -> None:
    vnet = f"{clients.scope}/resourceGroups/{GROUP}/providers/{VNET}/vnet"
    body = {"location": "brazilsouth", "properties": {"addressSpace": {"addressPrefixes": ["10.0.0.0/16"]}}}
    made = resources.resources.begin_create_or_update_by_id(vnet, body, api_version=API).result()
    assert made.properties["provisioningState"] == "Succeeded"
    assert resources.resources.check_existence_by_id(vnet, api_version=API)
    (watcher,) = resources.resources.list(filter=WATCHERS)
    assert watcher.name == "NetworkWatcher_brazilsouth"
    listed = f"{clients.base_url}{clients.scope}/providers/Microsoft.Network/networkWatchers?api-version={API}"
    assert [one["id"] for one in http("GET", listed, token=clients.token).json["value"]] == [watcher.id]
    poller = resources.resources.begin_delete_by_id(watcher.id, api_version=API)
    poller.result()
    assert poller.status() == "Succeeded"
    assert list(resources.resources.list(filter=WATCHERS)) == []
    resources.resources.begin_delete_by_id(vnet, api_version=API).result()
    assert not resources.resources.check_existence_by_id(vnet, api_version=API)


def test_features_register_in_two_looks(clients: Clients) -> None:
    features = clients.of(FeatureClient).features
    name = ("Microsoft.Network", "SandboxOnlyFeature")
    assert features.get(*name).properties.state == "NotRegistered"
    assert features.register(*name).properties.state == "Registering"
    assert features.get(*name).properties.state == "Registered"


def test_cost_is_silent_while_there_is_none(clients: Clients) -> None:
    options = {key: value for key, value in clients.options.items() if key != "polling_interval"}
    client = CostManagementClient(clients.credential, **options)
    wanted = QueryDefinition(type="ActualCost", timeframe="MonthToDate", dataset=QueryDataset(granularity="None"))
    answer = client.query.usage(scope=f"{clients.scope}/resourceGroups/{GROUP}".lstrip("/"), parameters=wanted)
    assert answer is None


def test_budgets_usages_and_sizes_by_plain_requests(clients: Clients, http: Http) -> None:
    budget = (
        f"{clients.base_url}{clients.scope}/providers/Microsoft.Consumption/budgets/arm-rest?api-version=2023-05-01"
    )
    notification = {"operator": "GreaterThan", "threshold": 80, "enabled": True, "contactEmails": ["a@example.com"]}
    properties = {
        "category": "Cost",
        "amount": 200,
        "timeGrain": "Monthly",
        "timePeriod": {"startDate": "2026-11-01T00:00:00Z"},
        "notifications": {"most": notification},
    }
    assert http("PUT", budget, token=clients.token, body={"properties": properties}).status == 201
    assert http("GET", budget, token=clients.token).json["properties"]["amount"] == 200
    assert http("DELETE", budget, token=clients.token).status == 200
    assert http("GET", budget, token=clients.token).status == 404
    compute = f"{clients.base_url}{clients.scope}/providers/Microsoft.Compute"
    usages = http("GET", f"{compute}/locations/brazilsouth/usages?api-version=2024-07-01", token=clients.token).json
    assert {"cores", "standardDSv2Family"} <= {usage["name"]["value"] for usage in usages["value"]}
    url = f"{compute}/skus?api-version=2021-07-01&$filter=location%20eq%20'brazilsouth'"
    skus = http("GET", url, token=clients.token).json["value"]
    assert {"Standard_DS3_v2", "Standard_D4s_v5", "Standard_F4s"} <= {sku["name"] for sku in skus}


def test_a_token_of_nobody_is_refused(clients: Clients, http: Http) -> None:
    answer = http("GET", f"{clients.base_url}{clients.scope}/resourcegroups", token="forged")
    assert answer.status == 401


def test_a_principal_without_a_role_is_refused_in_azures_words(reference: Connection) -> None:
    """In `reference` the given principal holds nothing yet."""
    stranger = Clients(reference)
    options = {key: value for key, value in stranger.options.items() if key != "polling_interval"}
    assert list(SubscriptionClient(stranger.credential, **options).subscriptions.list()) == []
    with pytest.raises(HttpResponseError) as error:
        stranger.of(ResourceManagementClient).resource_groups.create_or_update("rg", {"location": "brazilsouth"})
    identity = reference.info["identities"]["lakehouse-wizard"]
    assert (error.value.status_code, code_of(error.value)) == (403, "AuthorizationFailed")
    assert identity["client_id"] in error.value.message
    assert identity["object_id"] in error.value.message


def test_an_unknown_operation_is_refused_by_name(clients: Clients, http: Http) -> None:
    site = f"{clients.scope}/resourceGroups/{GROUP}/providers/Microsoft.Web/sites/shop"
    answer = http("PUT", f"{clients.base_url}{site}?api-version=2023-12-01", token=clients.token, body={})
    assert answer.status == 501
    assert "Microsoft.Web/sites" in answer.json["error"]["message"]
    keys = f"{clients.scope}/resourceGroups/{GROUP}/providers/Microsoft.Storage/storageAccounts/x/listKeys"
    assert http("POST", f"{clients.base_url}{keys}?api-version=2023-01-01", token=clients.token, body={}).status == 501


def test_an_operation_ends_at_its_second_look_and_then_leaves_the_store(cloud: Cloud) -> None:
    before = cloud.store.dump()
    operation = arm_operations.begin(cloud)
    states = [arm_operations.poll(cloud, operation)["status"] for _ in range(3)]
    assert states == ["InProgress", "Succeeded", "Succeeded"]
    assert cloud.store.dump() == before
