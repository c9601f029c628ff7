"""Attributes ↔ REST body, both ways, as the data says.

An entry reads `[<|>] path [| converter argument…]`: `<` is only read from REST, `>` only written to it.
Dots in an attribute step into a block that stands once; `{each, attributes}` maps a repeated one."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from wizard.sandbox.domain.core import Body
from wizard.sandbox.providers.converters import ABSENT, CONVERTERS, equivalent
from wizard.sandbox.providers.values import UNKNOWN, Values, empty, known

_MISSING = object()


def get(body: Any, path: str) -> Any:
    """The value at a dotted path, None where there is none; `` is the whole."""
    for step in path.split(".") if path else ():
        if isinstance(body, list):
            body = body[int(step)] if step.isdigit() and int(step) < len(body) else None
        else:
            body = body.get(step) if isinstance(body, dict) else None
    return body


def put(body: Body, path: str, value: Any) -> None:
    """Set the value at a dotted path, making what is missing on the way."""
    *way, last = path.split(".")
    for step in way:
        inner = body.get(step)
        if not isinstance(inner, dict):
            inner = body[step] = {}
        body = inner
    body[last] = value


def remove(body: Body, path: str) -> None:
    *way, last = path.split(".")
    inner = get(body, ".".join(way))
    if isinstance(inner, dict):
        inner.pop(last, None)


@dataclass(frozen=True, slots=True)
class Field:
    attribute: str
    path: str
    direction: str  # "<", ">" or "" for both
    converter: str
    arguments: tuple[str, ...]

    @classmethod
    def parse(cls, attribute: str, text: str) -> Field:
        direction = text[0] if text[:1] in ("<", ">") else ""
        path, _, conversion = text.removeprefix(direction).strip().partition("|")
        converter, *arguments = conversion.split() or ["same"]
        if converter not in CONVERTERS:
            raise ValueError(f"{attribute}: no converter {converter}")
        return cls(attribute, path.strip(), direction, converter, tuple(arguments))

    def to_rest(self, value: Any) -> Any:
        return CONVERTERS[self.converter][0](value, *self.arguments)

    def to_state(self, body: Body) -> Any:
        value = get(body, self.path)
        if value is None:
            return ABSENT.get(self.converter)
        return CONVERTERS[self.converter][1](value, *self.arguments)


@dataclass(frozen=True, slots=True)
class Joined:
    """Several attributes in one REST value: `{account_tier}_{account_replication_type}`."""

    path: str
    template: str

    def names(self) -> list[str]:
        return re.findall(r"{(\w+)}", self.template)

    def parse(self, text: str) -> dict[str, str]:
        pattern = re.sub(r"{(\w+)}", r"(?P<\1>[^_]+)", self.template)
        found = re.fullmatch(pattern, text)
        return found.groupdict() if found else {}


@dataclass(frozen=True, slots=True)
class Each:
    path: str
    mapping: Mapping
    key: str  # template of the REST key where the repeated thing is a map, else ""
    constants: Body


@dataclass(slots=True)
class Mapping:
    fields: list[Field] = field(default_factory=list)
    blocks: dict[str, Mapping] = field(default_factory=dict)
    each: dict[str, Each] = field(default_factory=dict)
    joined: list[Joined] = field(default_factory=list)

    @classmethod
    def parse(cls, attributes: dict[str, Any], same: list[str], joined: dict[str, str]) -> Mapping:
        mapping = cls(joined=[Joined(path, template) for path, template in joined.items()])
        for name, entry in ({name: name for name in same} | attributes).items():
            target, (*way, last) = mapping, name.split(".")
            for step in way:
                target = target.blocks.setdefault(step, cls())
            if isinstance(entry, dict):
                inner = cls.parse(entry.get("attributes", {}), entry.get("same", []), entry.get("joined", {}))
                target.each[last] = Each(entry["each"], inner, entry.get("key", ""), entry.get("constants", {}))
            else:
                target.fields.append(Field.parse(last, entry))
        return mapping

    def names(self) -> set[str]:
        """Attributes and blocks of this level that REST has a place for."""
        named = {one.attribute for one in self.fields} | self.blocks.keys() | self.each.keys()
        return named | {name for one in self.joined for name in one.names()}

    def to_body(self, values: Values, body: Body, prior: Values | None = None) -> Body:
        """Write `values` into `body`; what `prior` had and `values` lacks is removed."""
        before = prior or {}
        for one in self.fields:
            value = values.get(one.attribute)
            if one.direction == "<" or value is UNKNOWN:
                continue
            rest = None if value is None else one.to_rest(value)
            if rest is not None:
                put(body, one.path, rest)
            elif not empty(before.get(one.attribute)):
                remove(body, one.path)
        for joint in self.joined:
            parts = {name: values.get(name) for name in joint.names()}
            if all(isinstance(part, str) for part in parts.values()):
                put(body, joint.path, joint.template.format(**parts))
        for name, inner in self.blocks.items():
            inner.to_body(_single(values.get(name)), body, _single(before.get(name)))
        for name, each in self.each.items():
            items = known(values.get(name)) or []
            if items or not empty(before.get(name)):
                made = [each.mapping.to_body(item, dict(each.constants)) for item in items]
                keys = [each.key.format(**item) for item in items] if each.key else []
                put(body, each.path, dict(zip(keys, made, strict=True)) if each.key else made)
        return body

    def to_state(self, body: Body, base: Values, compare: dict[str, str], prefix: str = "") -> Values:
        """`base` overlaid with what REST says; where the two mean the same, `base` stands as it is."""
        state = dict(base)
        for one in self.fields:
            if one.direction != ">":
                state[one.attribute] = _kept(
                    base, one.attribute, one.to_state(body), compare.get(prefix + one.attribute)
                )
        for joint in self.joined:
            for name, part in joint.parse(str(get(body, joint.path))).items():
                state[name] = _kept(base, name, part, compare.get(prefix + name))
        for name, inner in self.blocks.items():
            state[name] = inner._block_state(body, base.get(name) or [], compare, f"{prefix}{name}.")
        for name, each in self.each.items():
            raw = get(body, each.path) or []
            items = list(raw.values()) if isinstance(raw, dict) else list(raw)
            olds = base.get(name) or []
            news = []
            for index, item in enumerate(items):
                fresh = each.mapping.to_state(item, {}, {})
                news.append(each.mapping.to_state(item, _match(olds, fresh, index), {}))
            state[name] = news if news or base.get(name) is not None else base.get(name)
        return state

    def _block_state(
        self, body: Body, base: list[Values] | Values, compare: dict[str, str], prefix: str
    ) -> list[Values]:
        old = _single(base)
        new = self.to_state(body, old, compare, prefix)
        told = self.present(body)
        return [new] if told or (base and all(empty(old.get(name)) for name in self.names())) else []

    def present(self, body: Body) -> bool:
        """Whether REST holds anything of this block that is not what an unset attribute reads as."""
        own = any(
            one.direction != ">" and get(body, one.path) is not None and not empty(one.to_state(body))
            for one in self.fields
        )
        return (
            own
            or any(inner.present(body) for inner in self.blocks.values())
            or any(get(body, each.path) for each in self.each.values())
        )


def _single(value: Any) -> Values:
    """The one element of a block that stands at most once, or nothing."""
    if isinstance(value, list):
        return value[0] if value else {}
    return value or {}


def _kept(base: Values, name: str, new: Any, compare: str | None) -> Any:
    old = base.get(name, _MISSING)
    if isinstance(old, list) and isinstance(new, list) and _sorted(old) == _sorted(new):
        return old
    return old if old is not _MISSING and old is not None and equivalent(old, new, compare) else new


def _sorted(items: list[Any]) -> list[str]:
    return sorted(map(repr, items))


def _match(olds: list[Values], fresh: Values, index: int) -> Values:
    """The element of before that this one was: by name where there is one, else by place."""
    if "name" in fresh:
        return next((old for old in olds if old.get("name") == fresh["name"]), {})
    alike = (old for old in olds if all(equivalent(old.get(key), value) for key, value in fresh.items()))
    return next(alike, olds[index] if index < len(olds) else {})
