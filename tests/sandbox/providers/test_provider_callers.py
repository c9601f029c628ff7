"""Who calls is what ConfigureProvider carries, for each connection on its own."""

from __future__ import annotations

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import grpc
import pytest
from tf.gen import tfplugin_pb2 as pb
from tf.gen.tfplugin_pb2_grpc import ProviderStub

from tests.sandbox.providers.conftest import Served, Terraform
from wizard.sandbox.domain.build import assign_role
from wizard.sandbox.domain.core import SYSTEM
from wizard.sandbox.providers.schema import load
from wizard.sandbox.providers.values import encode

Make = Callable[..., Terraform]
APPLY = ("apply", "-auto-approve", "-input=false")


def azure(served: Served, name: str, block: str = "features {}") -> str:
    return f"""
provider "azurerm" {{
  {block}
  subscription_id = "{served.subscription}"
  tenant_id       = var.tenant_id
  client_id       = var.client_id
  client_secret   = var.client_secret
}}
resource "azurerm_resource_group" "it" {{
  name     = "{name}"
  location = "brazilsouth"
}}
"""


def another_principal(served: Served) -> dict[str, str]:
    """A second service principal that may make resource groups."""
    cloud = served.cloud
    application = cloud.kind("entra.application").create(SYSTEM, {"displayName": "second"})
    principals: Any = cloud.kind("entra.servicePrincipal")
    principal = principals.create(SYSTEM, {"appId": application["appId"]})
    secret = principals.add_password(SYSTEM, principal["id"], {"displayName": "proof"})["secretText"]
    assign_role(cloud, f"/subscriptions/{served.subscription}", "Contributor", principal["id"], "app")
    return {"client_id": application["appId"], "client_secret": secret}


def test_two_callers_at_once_are_told_apart(served: Served, terraform: Make) -> None:
    second = another_principal(served)
    roots = [terraform(azure(served, "rg-first")), terraform(azure(served, "rg-second"), **second)]
    with ThreadPoolExecutor(2) as both:
        list(both.map(Terraform.apply, roots))
    groups = served.cloud.kind("Microsoft.Resources/resourceGroups").list(SYSTEM)
    made = {one["name"]: one["systemData"]["createdBy"] for one in groups}
    assert made["rg-first"] == served.caller.name
    assert made["rg-second"] == second["client_id"]
    applied = {who for _, rpc, _, who, ok in served.seen.records if rpc == "ApplyResourceChange" and ok}
    assert applied == {served.caller.name, second["client_id"]}


def test_a_wrong_secret_is_refused_with_entras_words(served: Served, terraform: Make) -> None:
    said = terraform(azure(served, "rg"), client_secret="not-the-secret").fails(*APPLY)
    assert "AuthenticationFailed" in said
    assert "AADSTS7000215" in said
    assert "not-the-secret" not in said


def test_missing_credentials_are_named(served: Served, terraform: Make) -> None:
    bare = azure(served, "rg").replace("client_secret   = var.client_secret", "")
    said = terraform(bare).fails(*APPLY)
    assert "AuthenticationFailed" in said
    assert "missing: client_secret" in said


def test_azurerm_needs_its_features_block_and_a_subscription(served: Served, terraform: Make) -> None:
    assert 'At least 1 "features" blocks are required' in terraform(azure(served, "rg", "")).fails("validate")
    unknown = azure(served, "rg").replace(served.subscription, "00000000-0000-0000-0000-000000000001")
    assert "SubscriptionNotFound" in terraform(unknown).fails(*APPLY)


@pytest.mark.parametrize("host", ["https://127.0.0.1:9", "accounts"])
def test_databricks_needs_a_host_that_is_there_and_the_account_that_is_its_own(
    served: Served, terraform: Make, host: str
) -> None:
    address = served.cloud.hosts.url("accounts") if host == "accounts" else host
    root = terraform(
        f"""
provider "databricks" {{
  host                = "{address}"
  account_id          = "00000000-0000-0000-0000-000000000001"
  azure_tenant_id     = var.tenant_id
  azure_client_id     = var.client_id
  azure_client_secret = var.client_secret
}}
data "databricks_user" "it" {{
  user_name = "nobody"
}}
"""
    )
    said = root.fails(*APPLY)
    assert ("invalid Databricks Account configuration" in said) == (host == "accounts")
    assert ("no workspace answers at" in said) == (host != "accounts")


def connected(served: Served, name: str) -> tuple[grpc.Channel, ProviderStub]:
    address = served.reattach[f"registry.terraform.io/hashicorp/{name}"]["Addr"]["String"]
    # Without a pool of its own a second channel would share the first one's connection.
    channel = grpc.insecure_channel(address, options=[("grpc.use_local_subchannel_pool", 1)])
    return channel, ProviderStub(channel)


def read_client(stub: ProviderStub) -> Any:
    block = load("azuread").data_sources["azuread_client_config"]
    config = pb.DynamicValue(msgpack=encode({}, block))
    return stub.ReadDataSource(pb.ReadDataSource.Request(type_name="azuread_client_config", config=config))


def configure(stub: ProviderStub, served: Served) -> Any:
    config = encode(dict(served.variables()), load("azuread").provider)
    return stub.ConfigureProvider(pb.ConfigureProvider.Request(config=pb.DynamicValue(msgpack=config)))


def test_a_connection_that_never_configured_is_refused_beside_one_that_did(served: Served) -> None:
    (first, configured), (second, bare) = connected(served, "azuread"), connected(served, "azuread")
    with first, second:
        assert not configure(configured, served).diagnostics
        assert not read_client(configured).diagnostics
        (refused,) = read_client(bare).diagnostics
        assert "AuthenticationFailed" in refused.summary


def test_a_new_connection_on_an_old_port_starts_without_a_caller(served: Served) -> None:
    channel, stub = connected(served, "azuread")
    with channel:
        configure(stub, served)
        stub.GetProviderSchema(pb.GetProviderSchema.Request())
        (refused,) = read_client(stub).diagnostics
        assert "AuthenticationFailed" in refused.summary


def test_secrets_are_in_no_plan_and_no_state(served: Served, terraform: Make) -> None:
    root = terraform(azure(served, "rg"))
    root.apply()
    root.plan()
    secret = served.variables()["client_secret"].encode()
    holders = [path for path in root.folder.rglob("*") if path.is_file() and secret in path.read_bytes()]
    assert holders == []
    assert secret.decode() not in json.dumps(served.cloud.store.dump())
