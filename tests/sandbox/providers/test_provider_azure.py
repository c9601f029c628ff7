"""Resources of Azure, by real Terraform: made, changed, replaced, drifted, imported, removed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from tests.sandbox.providers.conftest import Served, Terraform
from wizard.sandbox.domain.core import SYSTEM

Make = Callable[..., Terraform]


@pytest.fixture
def azure(served: Served) -> str:
    return f"""
provider "azurerm" {{
  features {{}}
  subscription_id = "{served.subscription}"
  tenant_id       = var.tenant_id
  client_id       = var.client_id
  client_secret   = var.client_secret
}}
variable "tier" {{
  default = "Hot"
}}
variable "region" {{
  default = "Brazil South"
}}
resource "azurerm_resource_group" "it" {{
  name     = "rg-lake"
  location = var.region
  tags     = {{ domain = "risk" }}
}}
resource "azurerm_storage_account" "it" {{
  name                     = "stlakeproof"
  resource_group_name      = azurerm_resource_group.it.name
  location                 = azurerm_resource_group.it.location
  account_tier             = "Standard"
  account_replication_type = "LRS"
  access_tier              = var.tier
  is_hns_enabled           = true
}}
"""


CONTAINER = """
resource "azurerm_storage_container" "it" {
  name               = "raw"
  storage_account_id = azurerm_storage_account.it.id
}
"""
GROUP, ACCOUNT = "azurerm_resource_group.it", "azurerm_storage_account.it"


def account_id(served: Served) -> str:
    group = f"/subscriptions/{served.subscription}/resourceGroups/rg-lake"
    return f"{group}/providers/Microsoft.Storage/storageAccounts/stlakeproof"


def body(served: Served) -> dict[str, Any]:
    return served.cloud.kind("Microsoft.Storage/storageAccounts").read(SYSTEM, account_id(served))


def test_what_terraform_makes_rest_shows_and_the_next_plan_is_empty(
    azure: str, terraform: Make, served: Served
) -> None:
    root = terraform(azure + CONTAINER + 'output "it" {\n value = azurerm_storage_account.it.primary_dfs_endpoint\n}')
    root.apply()
    shown = body(served)
    assert (shown["sku"]["name"], shown["location"]) == ("Standard_LRS", "brazilsouth")
    assert shown["properties"]["isHnsEnabled"] is True
    assert root.outputs()["it"] == "https://stlakeproof.dfs.core.windows.net/"
    assert root.plan() == []
    root.destroy()
    assert served.cloud.store.items("Microsoft.Storage/storageAccounts") == []


def test_a_change_updates_in_place(azure: str, terraform: Make, served: Served) -> None:
    root = terraform(azure)
    root.apply()
    root.variables["tier"] = "Cool"
    assert root.actions() == {ACCOUNT: ["update"]}
    root.apply()
    assert body(served)["properties"]["accessTier"] == "Cool"
    assert root.plan() == []


def test_a_change_of_a_fixed_attribute_replaces(azure: str, terraform: Make) -> None:
    root = terraform(azure)
    root.apply()
    root.write(azure.replace("is_hns_enabled           = true", "is_hns_enabled           = false"))
    (change,) = root.plan()
    assert change["change"]["actions"] == ["delete", "create"]
    assert change["change"]["replace_paths"] == [["is_hns_enabled"]]


def test_a_region_is_the_same_however_it_is_written(azure: str, terraform: Make) -> None:
    root = terraform(azure)
    root.apply()
    root.variables["region"] = "brazilsouth"
    assert root.plan() == []


def test_a_misspelt_attribute_fails_as_with_the_real_schema(azure: str, terraform: Make) -> None:
    root = terraform(azure.replace("is_hns_enabled", "is_hns_enabeld"))
    assert 'An argument named "is_hns_enabeld" is not expected here' in root.fails("validate")


def test_an_attribute_that_azurerm_5_took_away_fails(azure: str, terraform: Make) -> None:
    root = terraform(
        azure + CONTAINER.replace("storage_account_id = azurerm_storage_account.it.id", 'storage_account_name = "x"')
    )
    said = root.fails("validate")
    assert 'An argument named "storage_account_name" is not expected here' in said


def test_what_is_deleted_through_rest_is_drift_and_is_made_again(azure: str, terraform: Make, served: Served) -> None:
    root = terraform(azure + CONTAINER)
    root.apply()
    served.cloud.kind("Microsoft.Storage/storageAccounts").delete(served.caller, account_id(served))
    assert root.actions() == {ACCOUNT: ["create"], "azurerm_storage_container.it": ["create"]}
    root.apply()
    assert root.plan() == []


def test_what_is_changed_through_rest_is_drift(azure: str, terraform: Make, served: Served) -> None:
    root = terraform(azure)
    root.apply()
    accounts = served.cloud.kind("Microsoft.Storage/storageAccounts")
    accounts.update(served.caller, account_id(served), {"tags": {"by": "hand"}})
    assert root.actions() == {ACCOUNT: ["update"]}
    root.apply()
    assert not body(served).get("tags")


def test_what_exists_already_is_not_overwritten_but_can_be_imported(
    azure: str, terraform: Make, served: Served
) -> None:
    first = terraform(azure)
    first.apply()
    second = terraform(azure)
    said = second.fails("apply", "-auto-approve", "-input=false")
    assert "already exists - to be managed via Terraform this resource needs to be imported" in said
    imports = "".join(
        f'import {{\n to = {address}\n id = "{id}"\n}}\n'
        for address, id in ((GROUP, account_id(served).partition("/providers")[0]), (ACCOUNT, account_id(served)))
    )
    second.write(imports, "imports.tf")
    answer = second.apply()
    assert "2 imported, 0 added, 0 changed, 0 destroyed" in answer
    assert second.plan() == []


def test_an_id_of_another_form_is_not_imported(azure: str, terraform: Make) -> None:
    root = terraform(azure)
    said = root.fails("import", "-input=false", ACCOUNT, "stlakeproof")
    assert "expected the form /subscriptions/{subscription}/resourceGroups/" in said


def test_a_missing_right_is_told_with_code_action_and_request_id(azure: str, terraform: Make, served: Served) -> None:
    assignments = served.cloud.kind("Microsoft.Authorization/roleAssignments")
    for one in assignments.list(SYSTEM):
        assignments.delete(SYSTEM, one["id"])
    said = terraform(azure).fails("apply", "-auto-approve", "-input=false")
    assert "unexpected status 403 (403 Forbidden) with error: AuthorizationFailed: The client" in said
    assert "Microsoft.Resources/subscriptions/resourceGroups" in said
    assert "Request ID: " in said
    assert served.seen.records[-1][3:] == (served.caller.name, False)


def test_a_group_with_other_peoples_resources_is_not_removed(azure: str, terraform: Make, served: Served) -> None:
    root = terraform(azure)
    root.apply()
    other = account_id(served).replace("stlakeproof", "stothers")
    whole = {**body(served), "id": other, "name": "stothers"}
    served.cloud.kind("Microsoft.Storage/storageAccounts").create(SYSTEM, whole)
    said = root.fails("apply", "-destroy", "-auto-approve", "-input=false")
    assert "still contains Resources" in said
    assert "stothers" in said


def test_the_whole_address_of_a_group_is_the_subscriptions_own(azure: str, terraform: Make, served: Served) -> None:
    served.caller = replace(served.caller)
    config = 'data "azurerm_client_config" "me" {}\ndata "azurerm_subscription" "here" {}\n'
    outputs = 'output "me" {\n value = data.azurerm_client_config.me.object_id\n}\n'
    outputs += 'output "here" {\n value = data.azurerm_subscription.here.id\n}\n'
    root = terraform(azure + config + outputs)
    root.apply()
    assert root.outputs() == {"me": served.caller.oid, "here": f"/subscriptions/{served.subscription}"}
