"""The clients against the sandbox's hosts: the official SDKs, unmodified, over HTTPS with verification on."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from azure.core.exceptions import ClientAuthenticationError, HttpResponseError

from tests.sandbox.arm_support import cost_by
from tests.steps.early import Setup, open_setup
from wizard.cloud.databricks import host_metadata
from wizard.cloud.graph import GRAPH_APP_ID, GraphClient, read_error
from wizard.cloud.prices import PriceClient
from wizard.cloud.world import Login
from wizard.sandbox.process import Connection
from wizard.steps.problems import from_exception

NOWHERE = "00000000-0000-4000-8000-000000000000"


@pytest.fixture
def setup(sandbox: Connection, tmp_path: Path) -> Setup:
    return open_setup(sandbox, tmp_path)


@pytest.fixture
def graph(setup: Setup) -> GraphClient:
    return setup.world.graph(setup.context("test"), "operator")


def test_a_client_is_made_once_and_its_tokens_are_struck_out_of_texts(setup: Setup) -> None:
    ctx = setup.context("test")
    assert setup.world.arm(ctx, "operator") is setup.world.arm(ctx, "operator")
    login = setup.world.login(ctx, "operator")
    assert str(login.client_secret) not in repr(login)
    fresh = open_setup(setup.connection, setup.folder.root.parent)
    ctx = fresh.context("test")
    token = fresh.world.credential(ctx, "operator").get_token(setup.world.target.endpoints.arm_scope).token
    assert ctx.secrets.redact(f"Bearer {token}") == "Bearer •••"


def test_the_hosts_ca_is_trusted_whatever_the_environment_says(
    setup: Setup, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = tmp_path / "other.pem"
    other.write_text("", encoding="utf-8")
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(other))
    before = dict(os.environ)
    ctx = setup.context("test")
    assert setup.arm.subscriptions()
    assert setup.world.graph(ctx, "operator").default_domain()
    account = setup.world.account_by_id(ctx, setup.connection.info["account_id"], "operator")
    assert list(account.metastores.list()) == []
    assert dict(os.environ) == before


def test_the_persons_own_databricks_settings_are_not_looked_at(setup: Setup, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABRICKS_HOST", "https://127.0.0.1:1")
    monkeypatch.setenv("DATABRICKS_TOKEN", "of-another-workspace")
    monkeypatch.setenv("ARM_CLIENT_ID", NOWHERE)
    account = setup.world.account_by_id(setup.context("test"), setup.connection.info["account_id"], "operator")
    assert list(account.workspaces.list()) == []


def test_arm_tells_subscriptions_quota_sizes_and_names(setup: Setup) -> None:
    arm = setup.arm
    assert [item.id for item in arm.subscriptions()] == [setup.connection.info["subscription_id"]]
    assert arm.role_id("Owner") == "8e3af657-a8ff-443c-a75c-2fe8c4bcb635"
    held = arm.role_assignments(setup.connection.info["identities"]["lakehouse-wizard"]["object_id"])
    assert "8e3af657-a8ff-443c-a75c-2fe8c4bcb635" in {item.role_id for item in held}
    assert arm.resource(f"{arm.scope}/resourceGroups/nothing", "2024-03-01") is None
    assert arm.resources("Microsoft.Network/networkWatchers") == []
    assert arm.feature_state("Microsoft.Network", "DisableNetworkWatcherAutocreation") == "NotRegistered"


def test_cost_rows_are_read_by_column_name(setup: Setup) -> None:
    for row in setup.arm.cost(setup.arm.scope, cost_by("MeterCategory")):
        assert {"Cost", "MeterCategory"} <= set(row)


def test_only_a_scope_at_or_above_the_subscription_counts(setup: Setup) -> None:
    arm = setup.arm
    assert arm.covers(arm.scope)
    assert arm.covers(arm.scope.upper())
    assert arm.covers("/")
    assert arm.covers("/providers/Microsoft.Management/managementGroups/all")
    assert not arm.covers(f"{arm.scope}/resourceGroups/rsgdrisk")
    assert not arm.covers(f"/subscriptions/{NOWHERE}")


def test_graph_finds_a_guest_by_a_name_with_a_hash(graph: GraphClient, sandbox: Connection) -> None:
    owner = sandbox.info["identities"]["owner"]
    found = graph.user(owner["upn"])
    assert found is not None
    assert found["id"] == owner["object_id"]
    assert graph.user("nobody@example.com") is None
    assert graph.default_domain() == sandbox.info["tenant_domain"]


def test_graph_tells_what_a_principal_holds(graph: GraphClient, sandbox: Connection) -> None:
    principal = sandbox.info["identities"]["lakehouse-wizard"]
    found = graph.service_principal(principal["client_id"])
    assert found is not None
    assert found["id"] == principal["object_id"]
    microsoft = graph.service_principal(GRAPH_APP_ID)
    assert microsoft is not None
    assert {item["resourceId"] for item in graph.app_roles(found["id"])} == {microsoft["id"]}
    assert graph.directory_roles(found["id"]) == []


def test_an_application_has_no_me_and_the_refusal_is_read(graph: GraphClient) -> None:
    with pytest.raises(HttpResponseError) as refused:
        graph.me()
    assert refused.value.status_code == 400
    told = read_error(refused.value)
    assert told.code
    assert told.message


def test_what_a_person_repairs_is_seen_at_once(setup: Setup, graph: GraphClient) -> None:
    """MSAL keeps a 400 of the login host for 60 seconds; a wizard that watches must not."""
    application = graph.create_application("repaired-meanwhile", "a test's", "a-test")
    try:
        secret = graph.add_password(application["id"], "a test's", "2040-01-01T00:00:00Z")
        info = setup.connection.info
        login = Login("client_secret", info["tenant_id"], info["subscription_id"], application["appId"], secret)
        credential = setup.world.credential_of(setup.context("test"), login)
        scope = setup.world.target.endpoints.arm_scope
        with pytest.raises(ClientAuthenticationError):  # it has no service principal in the tenant
            credential.get_token(scope)
        graph.create_service_principal(application["appId"], "a-test")
        assert credential.get_token(scope).token
    finally:
        graph.delete_application(application["id"])


def test_a_wrong_account_id_answers_with_a_web_page_and_is_told(setup: Setup) -> None:
    account = setup.world.account_by_id(setup.context("test"), NOWHERE, "operator")
    with pytest.raises(ValueError, match="Expecting value") as refused:
        list(account.metastores.list())
    assert from_exception(refused.value).what == "The Databricks account did not understand the request"


def test_the_account_host_says_what_it_is_without_a_login(sandbox: Connection) -> None:
    endpoints = sandbox.target.endpoints
    assert host_metadata(endpoints, endpoints.accounts).account_id == sandbox.info["account_id"]
    with pytest.raises(ValueError, match="host metadata"):
        host_metadata(endpoints, endpoints.graph)


def test_a_price_is_read_and_an_unknown_one_is_none(sandbox: Connection) -> None:
    prices = PriceClient(sandbox.target.endpoints)
    known = {"serviceName": "Azure Databricks", "armRegionName": "brazilsouth"}
    found = prices.lowest(**known, meterName="Premium All-purpose Compute DBU")
    assert found is not None
    assert found.amount > 0
    assert found.unit
    assert prices.lowest(**known, meterName="Premium Unheard-of DBU") is None
    assert prices.lowest(**known, meterName="premium all-purpose compute dbu") is None
    assert prices.find(armRegionName="the king's") == [], "a quote within a name ends no filter"
