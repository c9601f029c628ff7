"""Terraform's values survive the wire, and equal sets are equal."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from wizard.sandbox.providers.schema import load
from wizard.sandbox.providers.values import UNKNOWN, decode, encode, from_json, has_unknown, known

GRANTS = load("databricks").resources["databricks_grants"]
GROUP = load("azurerm").resources["azurerm_resource_group"]


def over_the_wire(state: dict[str, Any] | None, block: Any) -> dict[str, Any] | None:
    return decode(SimpleNamespace(msgpack=encode(state, block), json=b""), block)


def test_what_is_missing_becomes_null_and_what_is_unknown_stays_unknown() -> None:
    state = over_the_wire({"name": "rg", "id": UNKNOWN, "tags": {"a": UNKNOWN}}, GROUP)
    assert state is not None
    assert state["location"] is None
    assert state["id"] is UNKNOWN
    assert has_unknown(state["tags"])
    assert known(state)["tags"] == {"a": None}


def test_null_is_null() -> None:
    assert over_the_wire(None, GROUP) is None


def test_sets_compare_without_order_and_hold_nothing_twice() -> None:
    one = {
        "catalog": "c",
        "grant": [{"principal": "b", "privileges": ["Y", "X", "X"]}, {"principal": "a", "privileges": []}],
    }
    other = {
        "catalog": "c",
        "grant": [{"principal": "a", "privileges": []}, {"principal": "b", "privileges": ["X", "Y"]}],
    }
    assert over_the_wire(one, GRANTS) == over_the_wire(other, GRANTS)


def test_an_older_state_loses_what_the_schema_no_longer_has() -> None:
    state = from_json(b'{"name": "rg", "location": "brazilsouth", "gone": 1}', GROUP)
    assert state is not None
    assert state["name"] == "rg"
    assert "gone" not in state


def test_numbers_keep_all_their_digits() -> None:
    block = load("databricks").resources["databricks_mws_permission_assignment"]
    state = over_the_wire({"workspace_id": 999999999999999, "principal_id": 123456789012345678}, block)
    assert state is not None
    assert (state["workspace_id"], state["principal_id"]) == (999999999999999, 123456789012345678)
