"""The keys that the steps know are those that the roots make."""

from __future__ import annotations

import re

import pytest

from wizard import assets
from wizard.provisioning.listing import resources
from wizard.steps.layout import CONTAINERS, SCHEMAS, SUBNETS, VOLUMES

KEYS = {
    "foundation": {"azurerm_storage_container.lakehouse": CONTAINERS, "azurerm_subnet.cluster": SUBNETS},
    "unity_catalog": {
        "databricks_external_location.lakehouse": CONTAINERS,
        "databricks_schema.lakehouse": SCHEMAS,
        "databricks_volume.lakehouse": tuple(VOLUMES),
    },
}


@pytest.mark.parametrize("root", KEYS)
def test_the_roots_make_what_the_steps_look_for(root: str) -> None:
    made = {one.address: one.each for one in resources(assets.path("terraform") / root, {})}
    assert {address: made[address] for address in KEYS[root]} == KEYS[root]


def test_each_volume_is_in_its_schema() -> None:
    text = (assets.path("terraform") / "unity_catalog" / "main.tf").read_text()
    assert dict(re.findall(r'^    (\w+) += \{ schema = "(\w+)"', text, re.MULTILINE)) == VOLUMES
