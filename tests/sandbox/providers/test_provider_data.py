"""Every resource type that our Terraform uses is known to the last attribute that matters."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from wizard.sandbox.domain.cloud import Cloud
from wizard.sandbox.domain.core import CloudError
from wizard.sandbox.providers.mapping import Mapping
from wizard.sandbox.providers.plan import replaces
from wizard.sandbox.providers.registry import data_source, resource
from wizard.sandbox.providers.schema import PROVIDERS, Block, Provider, load, schema_response
from wizard.sandbox.providers.spec import Spec, modelled, spec, spec_of, unmapped

ROOTS = Path(__file__).parents[3] / "terraform"
SETUP_ID = {"tags", "description", "comment", "properties", "parent"}


def provider_of(type: str) -> Provider:
    return next(provider for provider in PROVIDERS if type.startswith(f"{provider}_"))


def used(word: str) -> list[str]:
    texts = [path.read_text() for path in ROOTS.rglob("*.tf")]
    return sorted({found for text in texts for found in re.findall(rf'^{word} "(\w+)"', text, re.MULTILINE)})


def all_specs() -> list[tuple[Provider, str]]:
    return [(provider, type) for provider in PROVIDERS for type in modelled(provider)]


def has(block: Block, path: str) -> bool:
    """Whether the schema has the attribute or block at a dotted path."""
    first, _, rest = path.partition(".")
    if first in block.blocks:
        return not rest or has(block.blocks[first].block, rest)
    return first in block.attributes


def mapped(mapping: Mapping, prefix: str = "") -> Iterator[str]:
    yield from (prefix + one.attribute for one in mapping.fields)
    yield from (prefix + name for joint in mapping.joined for name in joint.names())
    for name, inner in mapping.blocks.items():
        yield from mapped(inner, f"{prefix}{name}.")
    yield from (prefix + name for name in mapping.each)


@pytest.mark.parametrize("type", used("resource"))
def test_every_resource_type_of_our_hcl_is_modelled(type: str, cloud: Cloud) -> None:
    found = spec(provider_of(type), type)
    assert found is not None, f"{type} has no entry in data/resources"
    assert resource(cloud, found.provider, type).spec is found
    assert found.kind in cloud.kinds


@pytest.mark.parametrize("type", used("data"))
def test_every_data_source_of_our_hcl_is_modelled(type: str) -> None:
    assert callable(data_source(provider_of(type), type))
    assert type in load(provider_of(type)).data_sources


@pytest.mark.parametrize(("provider", "type"), all_specs())
def test_an_entry_is_complete_and_names_only_what_the_schema_has(provider: Provider, type: str) -> None:
    found = spec(provider, type)
    assert isinstance(found, Spec)
    assert found.title
    assert found.import_id
    assert found.natural_key
    assert found.setup_id in SETUP_ID
    for place in (found.force_new, found.in_place, found.defaults, found.compare, found.computed_blocks, found.handled):
        unknown = [path for path in place if not has(found.block, path)]
        assert not unknown, f"{type}: {unknown}"
    assert [path for path in mapped(found.mapping) if not has(found.block, path)] == []
    named = set(re.findall(r"{(\w+)}", found.id)) | set(found.natural_key)
    assert {name for name in named if not has(found.block, name)} <= {"subscription"}


@pytest.mark.parametrize("key", ["force_new", "defaults", "natural_key", "setup_id"])
def test_an_entry_without_what_terraform_goes_by_is_not_taken(key: str) -> None:
    whole: dict[str, Any] = {"kind": "k", "title": "t", "id": "{name}", "natural_key": ["name"], "setup_id": "tags"}
    whole |= {"force_new": [], "defaults": {}}
    assert spec_of("azurerm", "azurerm_resource_group", whole).import_id == "{name}"
    with pytest.raises(KeyError, match=key):
        spec_of("azurerm", "azurerm_resource_group", {name: given for name, given in whole.items() if name != key})


@pytest.mark.parametrize(("provider", "type"), all_specs())
def test_the_setups_id_has_its_field(provider: Provider, type: str) -> None:
    found = spec(provider, type)
    assert found is not None
    if found.setup_id != "parent":
        assert any(name in found.block.attributes for name in (found.setup_id, f"custom_{found.setup_id}"))


def test_the_network_choice_replaces_the_workspace() -> None:
    found = spec("azurerm", "azurerm_databricks_workspace")
    assert found is not None
    assert {"custom_parameters.no_public_ip", "custom_parameters.virtual_network_id"} <= set(found.force_new)


@pytest.mark.parametrize(
    ("attribute", "old", "new", "replaced"),
    [
        ("account_replication_type", "LRS", "GRS", False),
        ("account_replication_type", "LRS", "ZRS", True),
        ("account_kind", "Storage", "StorageV2", False),
        ("account_kind", "StorageV2", "Storage", True),
        ("is_hns_enabled", True, False, True),
        ("location", "brazilsouth", "Brazil South", False),
    ],
)
def test_some_changes_of_a_fixed_attribute_are_taken(attribute: str, old: object, new: object, replaced: bool) -> None:
    found = spec("azurerm", "azurerm_storage_account")
    assert found is not None
    assert bool(replaces(found, {attribute: old}, {attribute: new})) is replaced


def test_what_is_not_modelled_is_told() -> None:
    lists = unmapped()
    assert "azurerm_key_vault" in lists["azurerm"]
    assert "blob_properties" in lists["azurerm_storage_account"]
    assert (
        "custom_parameters.public_subnet_network_security_group_association_id" in lists["azurerm_databricks_workspace"]
    )
    assert not set(used("resource")) & {type for provider in PROVIDERS for type in lists[provider]}


def test_an_unknown_type_is_refused_loudly(cloud: Cloud) -> None:
    with pytest.raises(CloudError, match="does not model the resource type azurerm_key_vault") as refused:
        resource(cloud, "azurerm", "azurerm_key_vault")
    assert refused.value.status == 501


@pytest.mark.parametrize("provider", PROVIDERS)
def test_the_schema_message_holds_every_type_and_flag(provider: Provider) -> None:
    from tf.gen import tfplugin_pb2 as pb

    message = pb.GetProviderSchema.Response.FromString(schema_response(provider))
    schema = load(provider)
    assert set(message.resource_schemas) == set(schema.resources)
    assert set(message.data_source_schemas) == set(schema.data_sources)
    for type, block in schema.resources.items():
        told = {one.name: one for one in message.resource_schemas[type].block.attributes}
        for name, attribute in block.attributes.items():
            assert told[name].required == attribute.required
            assert told[name].computed == attribute.computed
            assert told[name].sensitive == attribute.sensitive
