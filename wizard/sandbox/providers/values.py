"""Terraform values: msgpack and JSON on the wire, plain Python inside.

Objects are dicts with every key of the schema, lists and sets are lists (sets sorted and without
doubles, so that equal sets are equal lists), null is None, what is not known yet is UNKNOWN."""

from __future__ import annotations

import json
from typing import Any, Final

from wizard.sandbox.providers.schema import Attribute, Block, Nested, NestedBlock, Type


class Unknown:
    """A value that is known only after apply."""

    _only: Unknown | None = None

    def __new__(cls) -> Unknown:
        cls._only = cls._only or super().__new__(cls)
        return cls._only

    def __deepcopy__(self, memo: dict[int, Any]) -> Unknown:
        return self

    def __repr__(self) -> str:
        return "UNKNOWN"


UNKNOWN: Final = Unknown()
Values = dict[str, Any]


def _order(value: Any) -> str:
    return json.dumps(value, sort_keys=True, default=repr)


def as_set(items: list[Any]) -> list[Any]:
    """Sorted, without doubles."""
    return [item for _, item in sorted({_order(item): item for item in items}.items())]


def _by_type(value: Any, type: Type) -> Any:
    if value is None or value is UNKNOWN:
        return value
    if isinstance(type, str):
        return _scalar(value, type)
    kind, part = type[0], type[1]
    if kind == "map":
        return {key: _by_type(item, part) for key, item in value.items()}
    if kind == "object":
        return {name: _by_type(value.get(name), inner) for name, inner in part.items()}
    items = [_by_type(item, part) for item in value]
    return as_set(items) if kind == "set" else items


def _scalar(value: Any, type: str) -> Any:
    if type == "string":
        return value if isinstance(value, str) else json.dumps(value) if isinstance(value, bool) else str(value)
    if type == "bool":
        return value if isinstance(value, bool) else str(value).lower() == "true"
    if type == "number":
        if isinstance(value, int):
            return value
        number = float(value)
        return int(number) if number.is_integer() else number
    return value


def _by_nested(value: Any, nested: Nested) -> Any:
    if value is None or value is UNKNOWN:
        return value

    def one(item: Any) -> Any:
        return {name: by_attribute(item.get(name), part) for name, part in nested.attributes.items()}

    match nested.nesting:
        case "single":
            return one(value)
        case "map":
            return {key: one(item) for key, item in value.items()}
        case "set":
            return as_set([one(item) for item in value])
    return [one(item) for item in value]


def by_attribute(value: Any, attribute: Attribute) -> Any:
    """`value` in the form that the attribute's type asks for."""
    if attribute.nested is not None:
        return _by_nested(value, attribute.nested)
    return _by_type(value, attribute.type or "string")


def _by_nested_block(value: Any, nested: NestedBlock) -> Any:
    if value is UNKNOWN:
        return UNKNOWN
    match nested.nesting:
        case "single" | "group":
            return None if value is None else by_block(value, nested.block)
        case "map":
            return {key: by_block(item, nested.block) for key, item in (value or {}).items()}
        case "set":
            return as_set([by_block(item, nested.block) for item in value or []])
    return [by_block(item, nested.block) for item in value or []]


def by_block(value: Values, block: Block) -> Values:
    """`value` with exactly the keys of the block, each in its type's form."""
    shaped = {name: by_attribute(value.get(name), attribute) for name, attribute in block.attributes.items()}
    shaped |= {name: _by_nested_block(value.get(name), nested) for name, nested in block.blocks.items()}
    return shaped


def decode(message: Any, block: Block) -> Values | None:
    """A DynamicValue as values; None for null."""
    import msgpack

    if message.msgpack:
        raw = msgpack.unpackb(message.msgpack, ext_hook=lambda code, data: UNKNOWN, strict_map_key=False)
    else:
        raw = json.loads(message.json) if message.json else None
    return None if raw is None else by_block(raw, block)


def from_json(text: bytes, block: Block) -> Values | None:
    """A state file's JSON as values; what the schema no longer has is dropped."""
    raw = json.loads(text) if text else None
    return None if raw is None else by_block(raw, block)


def encode(value: Values | None, block: Block) -> bytes:
    """Values as the msgpack of a DynamicValue."""
    import msgpack

    unknown = msgpack.ExtType(0, b"\0")

    def default(part: Any) -> Any:
        if part is UNKNOWN:
            return unknown
        raise TypeError(f"not a Terraform value: {part!r}")

    shaped = None if value is None else by_block(value, block)
    packed: bytes = msgpack.packb(shaped, default=default)
    return packed


def known(value: Any) -> Any:
    """The value with every unknown part null."""
    if value is UNKNOWN:
        return None
    if isinstance(value, dict):
        return {key: known(item) for key, item in value.items()}
    if isinstance(value, list):
        return [known(item) for item in value]
    return value


def has_unknown(value: Any) -> bool:
    if isinstance(value, dict):
        return any(has_unknown(item) for item in value.values())
    if isinstance(value, list):
        return any(has_unknown(item) for item in value)
    return value is UNKNOWN


def empty(value: Any) -> bool:
    """Whether the value is what an unset attribute reads as in the real providers."""
    return value is None or value is False or value in ("", 0, [], {})
