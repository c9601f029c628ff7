"""What a root would make, before it can be planned: from its own files, every resource, named where that is known."""

from __future__ import annotations

import re

import pytest

from wizard import assets
from wizard.provisioning.listing import resources

ROOTS = ("foundation", "identity", "unity_catalog", "compute")


@pytest.mark.parametrize("root", ROOTS)
def test_every_resource_block_of_a_shipped_root_is_listed(root: str) -> None:
    source = assets.path("terraform") / root
    text = "".join(path.read_text(encoding="utf-8") for path in source.glob("*.tf"))
    blocks = {".".join(found) for found in re.findall(r'resource "(\w+)" "(\w+)"', text)}
    assert {each.address for each in resources(source, {})} == blocks != set()


def test_names_and_keys_are_told_where_they_are_known_and_nowhere_else() -> None:
    found = {each.address: each for each in resources(assets.path("terraform") / "unity_catalog", {"catalog": "crisk"})}
    assert found["databricks_catalog.lakehouse"].name == "crisk"
    assert found["databricks_storage_credential.lakehouse"].name == "crisk-credential"
    assert found["databricks_group.engineers"].name is None  # its variable was not given
    assert found["databricks_schema.lakehouse"].each == ("bronze", "silver", "gold", "ops")
    assert found["databricks_external_location.lakehouse"].each == ("raw", "log", "catalog")
    people = found["databricks_group_member.people"]
    assert (people.each, people.many) == ((), True)
