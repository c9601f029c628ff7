"""PlanResourceChange: what the configuration asks for, against what stands."""

from __future__ import annotations

from typing import Any

from wizard.sandbox.providers.converters import equivalent, location
from wizard.sandbox.providers.schema import Attribute, Block, NestedBlock
from wizard.sandbox.providers.spec import Spec
from wizard.sandbox.providers.values import UNKNOWN, Values, as_set, by_attribute, empty

Path = tuple[str | int, ...]


def planned(spec: Spec, prior: Values | None, config: Values) -> Values:
    """The state to come. Computed values are unknown on create and stay as they are on update; what the
    real provider sees as equal stays as it is."""
    return _block(spec, spec.block, prior, config, "")


def _block(spec: Spec, block: Block, prior: Values | None, config: Values, prefix: str) -> Values:
    plan = {
        name: _attribute(spec, attribute, prior, config.get(name), prefix + name)
        for name, attribute in block.attributes.items()
    }
    for name, nested in block.blocks.items():
        plan[name] = _nested(spec, nested, (prior or {}).get(name), config.get(name), prefix + name)
    return plan


def _attribute(spec: Spec, attribute: Attribute, prior: Values | None, wanted: Any, path: str) -> Any:
    if attribute.write_only:
        return None
    before = None if prior is None else prior.get(attribute.name)
    compare = spec.compare.get(path)
    if wanted is None and path in spec.defaults:
        wanted = by_attribute(spec.defaults[path], attribute)
    if wanted is not None:
        if prior is not None and equivalent(before, wanted, compare):
            return before
        return location(wanted) if compare == "location" and wanted is not UNKNOWN else wanted
    if attribute.computed:
        return UNKNOWN if prior is None else before
    return before if prior is not None and empty(before) else None


def _nested(spec: Spec, nested: NestedBlock, prior: Any, wanted: Any, path: str) -> Any:
    if wanted is UNKNOWN:
        return UNKNOWN
    if nested.nesting in ("single", "group"):
        return wanted
    if not wanted:
        return prior if prior is not None and path in spec.computed_blocks else wanted
    if nested.nesting == "map":
        return {k: _block(spec, nested.block, (prior or {}).get(k), v, f"{path}.") for k, v in wanted.items()}
    before = list(prior or [])
    items = [
        _block(spec, nested.block, _before(nested, before, index, item), item, f"{path}.")
        for index, item in enumerate(wanted)
    ]
    return as_set(items) if nested.nesting == "set" else items


def _before(nested: NestedBlock, before: list[Values], index: int, item: Values) -> Values | None:
    """The element of before that this one continues: by place in a list, by its given values in a set."""
    if nested.nesting == "list":
        return before[index] if index < len(before) else None
    given = {name: value for name, value in item.items() if not empty(value)}
    return next((old for old in before if all(equivalent(old.get(k), v) for k, v in given.items())), None)


def replaces(spec: Spec, prior: Values, plan: Values) -> list[Path]:
    """The paths whose change the service does not take on an existing object."""
    paths = []
    for name in spec.force_new:
        steps, old, new = _walk(spec.block, name, prior, plan)
        if not equivalent(old, new, spec.compare.get(name)) and not spec.takes(name, old, new):
            paths.append(steps)
    return paths


def _walk(block: Block, name: str, old: Any, new: Any) -> tuple[Path, Any, Any]:
    steps: list[str | int] = []
    for part in name.split("."):
        steps.append(part)
        old, new = (side.get(part) if isinstance(side, dict) else None for side in (old, new))
        nested = block.blocks.get(part)
        if nested is not None:
            block = nested.block
            if nested.nesting == "list" and nested.max_items == 1 and part != name.rsplit(".", 1)[-1]:
                steps.append(0)
                old, new = (side[0] if isinstance(side, list) and side else None for side in (old, new))
    return tuple(steps), old, new
