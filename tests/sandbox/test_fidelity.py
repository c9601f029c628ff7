"""The sandbox says what it leaves out, and which of its POSTs only read."""

from __future__ import annotations

from wizard.sandbox.fidelity import not_modelled, read_posts
from wizard.sandbox.providers.spec import modelled


def test_gaps_are_named_by_area_and_hold_nothing_that_is_modelled() -> None:
    gaps = not_modelled()
    assert {"Entra", "Azure Resource Manager", "Databricks"} <= set(gaps)
    assert all(gaps.values())
    for provider in ("azurerm", "azuread", "databricks"):
        left_out = set(gaps[f"Terraform {provider}: resources"])
        assert left_out
        assert not left_out & set(modelled(provider))


def test_signing_in_is_a_post_that_only_reads_and_making_a_group_is_not() -> None:
    published = read_posts()
    assert "login POST /{tenant}/oauth2/v2.0/token" in published
    assert not [one for one in published if one.startswith("graph ")]
