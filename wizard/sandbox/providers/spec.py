"""What the schemas do not say about a resource type, from data/resources/*.yaml."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from wizard.sandbox.providers.mapping import Mapping
from wizard.sandbox.providers.schema import PROVIDERS, Block, Provider, load
from wizard.sandbox.providers.values import Values

_NOT_STORED = ("id", "timeouts", "provider_config", "api")


@dataclass(frozen=True, slots=True)
class Spec:
    """One resource type. `id` is the template of Terraform's id and of the import id; `cloud_id` that of
    the kind's id, where it differs. `setup_id`: tags, description, comment, properties or parent.
    `handled` are attributes that the handler maps by itself."""

    type: str
    provider: Provider
    block: Block
    kind: str
    title: str
    id: str
    cloud_id: str
    import_id: str
    natural_key: tuple[str, ...]
    setup_id: str
    handler: str
    handled: frozenset[str]
    update: str
    force_new: tuple[str, ...]
    in_place: dict[str, list[str]]
    defaults: dict[str, Any]
    compare: dict[str, str]
    computed_blocks: tuple[str, ...]
    body: dict[str, Any]
    mapping: Mapping

    def takes(self, path: str, old: object, new: object) -> bool:
        """Whether a force-new attribute may change from `old` to `new` all the same."""
        for rule in self.in_place.get(path, ()):
            ways = [part.strip() for part in rule.replace("=", ">").split(">")]
            if old in ways and new in ways and ("=" in rule or ways.index(str(old)) < ways.index(str(new))):
                return True
        return False

    def unstored(self) -> Iterator[str]:
        """Settable attributes and blocks that REST has no place for: they live in the body's `_terraform`."""
        named = self.mapping.names() | self.handled
        for name, attribute in self.block.attributes.items():
            settable = attribute.required or attribute.optional
            if settable and not attribute.write_only and name not in named and name not in _NOT_STORED:
                yield name
        yield from (name for name in self.block.blocks if name not in named and name not in _NOT_STORED)

    def unmapped(self) -> Iterator[str]:
        """`unstored`, and the same inside of blocks that REST has a place for: those stand in the state only."""
        yield from self.unstored()
        for name, inner in self.mapping.blocks.items():
            yield from _inner(self.block.blocks[name].block, inner, f"{name}.")

    def parse_id(self, id: str) -> Values | None:
        """The attributes that stand in an id; None if it has another form."""
        pattern, position = "", 0
        template = self.id or self.import_id
        for found in re.finditer(r"{(\w+)}", template):
            name = found[1]
            wide = name.endswith("_id") or name == "scope"
            pattern += re.escape(template[position : found.start()]) + f"(?P<{name}>{'.+' if wide else '[^/|]+'})"
            position = found.end()
        matched = re.fullmatch(pattern + re.escape(template[position:]), id, re.IGNORECASE)
        return None if matched is None else {k: v for k, v in matched.groupdict().items() if k in self.block.attributes}


def _inner(block: Block, mapping: Mapping, prefix: str) -> Iterator[str]:
    named = mapping.names()
    for name, attribute in block.attributes.items():
        if (attribute.required or attribute.optional) and name not in named:
            yield prefix + name
    for name, nested in block.blocks.items():
        if name not in named:
            yield prefix + name
        elif name in mapping.blocks:
            yield from _inner(nested.block, mapping.blocks[name], f"{prefix}{name}.")


def spec_of(provider: Provider, type: str, given: dict[str, Any]) -> Spec:
    """The entry as read from data/resources. What fixes Terraform's behaviour must be said, even where it is none."""
    id = given.get("id", "")
    return Spec(
        type=type,
        provider=provider,
        block=load(provider).resources[type],
        kind=given["kind"],
        title=given["title"],
        id=id,
        cloud_id=given.get("cloud_id", id),
        import_id=given.get("import_id", id),
        natural_key=tuple(given["natural_key"]),
        setup_id=given["setup_id"],
        handler=given.get("handler", "plain"),
        handled=frozenset(given.get("handled", ())),
        update=given.get("update", "put" if provider == "azurerm" else "patch"),
        force_new=tuple(given["force_new"]),
        in_place=given.get("in_place", {}),
        defaults=given["defaults"],
        compare=given.get("compare", {}),
        computed_blocks=tuple(given.get("computed_blocks", ())),
        body=given.get("body", {}),
        mapping=Mapping.parse(given.get("attributes", {}), given.get("same", []), given.get("joined", {})),
    )


@cache
def _data(provider: Provider) -> dict[str, Any]:
    text = (files("wizard.sandbox") / "data" / "resources" / f"{provider}.yaml").read_text("utf-8")
    data: dict[str, Any] = yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    return {type: given for type, given in data.items() if not type.startswith(".")}


@cache
def spec(provider: Provider, type: str) -> Spec | None:
    """None for a type that the schema has and the sandbox does not model."""
    given = _data(provider).get(type)
    return None if given is None else spec_of(provider, type, given)


def modelled(provider: Provider) -> list[str]:
    return sorted(_data(provider))


def unmapped() -> dict[str, list[str]]:
    """Per modelled type, the settable attributes without a place in REST; per provider, the types not modelled."""
    lists: dict[str, list[str]] = {}
    for provider in PROVIDERS:
        for type in modelled(provider):
            found = spec(provider, type)
            if found is not None and (names := sorted(found.unmapped())):
                lists[type] = names
        lists[provider] = sorted(load(provider).resources.keys() - set(modelled(provider)))
    return lists
