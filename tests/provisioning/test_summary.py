"""A plan in words: what is made, changed and lost, and which attribute is to blame."""

from __future__ import annotations

from typing import Any

from wizard.provisioning import summary


def change(address: str, actions: list[str], **more: Any) -> dict[str, Any]:
    known = {"mode": more.pop("mode", "managed")}
    return {"address": address, "type": address.partition(".")[0], "change": {"actions": actions, **more}, **known}


def plan(*changes: dict[str, Any], **outputs: list[str]) -> dict[str, Any]:
    return {
        "resource_changes": list(changes),
        "output_changes": {name: {"actions": actions} for name, actions in outputs.items()},
    }


def test_counts_tell_a_replacement_apart() -> None:
    found = summary.read(
        plan(
            change("azurerm_subnet.a", ["create"]),
            change("azurerm_subnet.b", ["update"]),
            change("azurerm_subnet.c", ["delete", "create"]),
            change("azurerm_subnet.d", ["create", "delete"]),
            change("azurerm_subnet.e", ["no-op"]),
            change("data.azuread_user.f", ["read"], mode="data"),
        )
    )
    assert found.headline == "1 to add, 1 to change, 0 to destroy, 2 to replace"
    assert len(found.words) == 4


def test_a_replacement_names_the_attribute_and_what_is_lost() -> None:
    found = summary.read(
        plan(
            change(
                "azurerm_databricks_workspace.lakehouse",
                ["delete", "create"],
                before={"name": "adbdrisk", "custom_parameters": [{"no_public_ip": True}]},
                after={"name": "adbdrisk", "custom_parameters": [{"no_public_ip": False}]},
                before_sensitive={"custom_parameters": [{}]},
                after_sensitive={"custom_parameters": [{}]},
                replace_paths=[["custom_parameters", 0, "no_public_ip"]],
            ),
            change("azurerm_nat_gateway.egress[0]", ["delete"], before={"name": "ng"}),
        )
    )
    (danger,) = found.dangers
    assert danger == (
        "replace azurerm_databricks_workspace.lakehouse, because custom_parameters.no_public_ip (true → false) "
        "cannot be changed in place; lost for good: its notebooks, jobs, run history, clusters and secrets"
    )
    assert found.words[0] == danger
    assert found.words[1] == "delete azurerm_nat_gateway.egress[0]"


def test_a_secret_value_is_never_told() -> None:
    found = summary.read(
        plan(
            change(
                "databricks_secret.x",
                ["delete", "create"],
                before={"string_value": "old-secret"},
                after={"string_value": "new-secret"},
                before_sensitive={"string_value": True},
                after_sensitive={"string_value": True},
                replace_paths=[["string_value"]],
            )
        )
    )
    assert found.words == ("replace databricks_secret.x, because string_value cannot be changed in place",)


def test_an_empty_plan_and_one_of_outputs_only() -> None:
    assert summary.read(plan()).headline == "nothing to change"
    assert summary.read(plan(catalog=["update"], schemas=["no-op"])).headline == "1 outputs change"


def test_what_somebody_else_deleted_is_named_first_with_the_data_that_went_with_it() -> None:
    deleted = [change(address, ["delete"]) for address in ("azurerm_subnet.a", "azurerm_storage_account.lake")]
    made = [change(address, ["create"]) for address in ("azurerm_subnet.a", "azurerm_storage_account.lake")]
    found = summary.read({**plan(*made, change("azurerm_subnet.new", ["create"])), "resource_drift": deleted})
    assert found.words == (
        "create azurerm_storage_account.lake anew: it was deleted from outside, "
        "and with it every file in it, the catalog's tables among them",
        "create azurerm_subnet.a anew: it was deleted from outside",
        "create azurerm_subnet.new",
    )
    assert found.losses == ()  # nothing that this plan itself loses


def test_what_is_taken_over_and_changed_is_counted_as_both_and_says_what_changes() -> None:
    account = change(
        "azurerm_storage_account.lake",
        ["update"],
        before={"name": "st", "shared_access_key_enabled": True, "tags": {}},
        after={"name": "st", "shared_access_key_enabled": False, "tags": {"a": "b"}},
    )
    group = change("azurerm_resource_group.rg", ["no-op"], before={"name": "rg"}, after={"name": "rg"})
    for item in (account, group):
        item["change"]["importing"] = {"id": "there"}
    found = summary.read(plan(account, group))
    assert found.headline == "2 to adopt, 0 to add, 1 to change, 0 to destroy, 0 to replace"
    assert found.applied == "2 adopted, 0 added, 1 changed, 0 destroyed, 0 replaced"
    assert found.words == (
        "adopt azurerm_resource_group.rg, which is there already",
        "adopt azurerm_storage_account.lake, which is there already, and change its shared_access_key_enabled and tags",
    )
