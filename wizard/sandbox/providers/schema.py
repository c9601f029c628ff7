"""The real providers' schemas, from data: as Python objects, and as the message that Terraform asks for."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any, Literal

Provider = Literal["azurerm", "azuread", "databricks"]
PROVIDERS: tuple[Provider, ...] = ("azurerm", "azuread", "databricks")
Type = str | list[Any]
"""A cty type in JSON: "string", ["list", T], ["object", {name: T}]."""

# Field 11 (write_only) of Schema.Attribute is younger than the generated message classes; they keep unknown fields.
_WRITE_ONLY = b"\x58\x01"


@dataclass(frozen=True, slots=True)
class Attribute:
    name: str
    type: Type | None
    nested: Nested | None
    required: bool
    optional: bool
    computed: bool
    sensitive: bool
    write_only: bool
    deprecated: bool


@dataclass(frozen=True, slots=True)
class Nested:
    """The type of a protocol-6 nested attribute."""

    nesting: str
    attributes: dict[str, Attribute]


@dataclass(frozen=True, slots=True)
class Block:
    attributes: dict[str, Attribute] = field(default_factory=dict)
    blocks: dict[str, NestedBlock] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class NestedBlock:
    name: str
    nesting: str
    block: Block
    min_items: int
    max_items: int


@dataclass(frozen=True, slots=True)
class ProviderSchema:
    provider: Block
    resources: dict[str, Block]
    data_sources: dict[str, Block]


def _attribute(name: str, given: dict[str, Any]) -> Attribute:
    nested = given.get("nested")
    return Attribute(
        name,
        given.get("type"),
        None if nested is None else Nested(nested["nesting"], _attributes(nested["attributes"])),
        required=bool(given.get("required")),
        optional=bool(given.get("optional")),
        computed=bool(given.get("computed")),
        sensitive=bool(given.get("sensitive")),
        write_only=bool(given.get("write_only")),
        deprecated=bool(given.get("deprecated")),
    )


def _attributes(data: dict[str, Any]) -> dict[str, Attribute]:
    return {name: _attribute(name, given) for name, given in data.items()}


def _block(data: dict[str, Any]) -> Block:
    return Block(
        _attributes(data.get("attributes", {})),
        {
            name: NestedBlock(
                name, given["nesting"], _block(given), given.get("min_items", 0), given.get("max_items", 0)
            )
            for name, given in data.get("blocks", {}).items()
        },
    )


@cache
def load(provider: Provider) -> ProviderSchema:
    """The provider's schema; parsed once."""
    text = (files("wizard.sandbox") / "data" / "schemas" / f"{provider}.json").read_text("utf-8")
    data = json.loads(text)
    return ProviderSchema(
        _block(data["provider_config"]),
        {name: _block(block) for name, block in data["resources"].items()},
        {name: _block(block) for name, block in data["data_sources"].items()},
    )


def _attribute_message(pb: Any, attribute: Attribute) -> Any:
    message = pb.Schema.Attribute(
        name=attribute.name,
        required=attribute.required,
        optional=attribute.optional,
        computed=attribute.computed,
        sensitive=attribute.sensitive,
        deprecated=attribute.deprecated,
    )
    if attribute.nested is not None:
        message.nested_type.nesting = pb.Schema.Object.NestingMode.Value(attribute.nested.nesting.upper())
        message.nested_type.attributes.extend(
            _attribute_message(pb, one) for one in attribute.nested.attributes.values()
        )
    else:
        message.type = json.dumps(attribute.type).encode()
    if attribute.write_only:
        message.MergeFromString(_WRITE_ONLY)
    return message


def _block_message(pb: Any, block: Block) -> Any:
    return pb.Schema.Block(
        attributes=[_attribute_message(pb, attribute) for attribute in block.attributes.values()],
        block_types=[
            pb.Schema.NestedBlock(
                type_name=nested.name,
                block=_block_message(pb, nested.block),
                nesting=pb.Schema.NestedBlock.NestingMode.Value(nested.nesting.upper()),
                min_items=nested.min_items,
                max_items=nested.max_items,
            )
            for nested in block.blocks.values()
        ],
    )


@cache
def schema_response(provider: Provider) -> bytes:
    """GetProviderSchema.Response, serialised once: it is large and never changes."""
    from tf.gen import tfplugin_pb2 as pb

    schema = load(provider)
    response = pb.GetProviderSchema.Response(
        provider=pb.Schema(block=_block_message(pb, schema.provider)),
        resource_schemas={n: pb.Schema(block=_block_message(pb, b)) for n, b in schema.resources.items()},
        data_source_schemas={n: pb.Schema(block=_block_message(pb, b)) for n, b in schema.data_sources.items()},
    )
    serialised: bytes = response.SerializeToString()
    return serialised
