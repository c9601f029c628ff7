"""What the input brings beyond the contract, where the contract says to take it in: columns as text, wider types."""

from __future__ import annotations

import re
from dataclasses import replace

from lakehouse_jobs.contract.model import Field, Model
from lakehouse_jobs.layers import tables
from lakehouse_jobs.layers.batch import EXTRA, Batch
from lakehouse_jobs.layers.typing import PLAIN, typed
from lakehouse_jobs.privacy import protect
from lakehouse_jobs.sources.files import PATH, RESCUED, quoted

_NAME = re.compile(r"[^_\W]\w{0,127}")  # a name that Delta takes, and none of ours


def evolved(batch: Batch) -> Batch:
    """Change silver as the contract allows; the batch with the model as silver is then."""
    evolution = batch.hop.model.evolution
    if batch.rescued and evolution.column == "evolve":
        batch = _columns(batch)
    if evolution.type == "evolve":
        batch = _types(batch)
    return batch


def _columns(batch: Batch) -> Batch:
    """Add the columns that came and that no one knows."""
    model = batch.hop.model
    known = {field.name.lower() for field in model.fields} | {PATH}
    names = batch.rows().selectExpr(f"explode(map_keys(from_json({RESCUED}, 'map<string,string>'))) as name").distinct()
    new: dict[str, str] = {}
    for (name,) in sorted(names.collect()):
        if name.lower() not in known and _NAME.fullmatch(name):
            new.setdefault(name.lower(), name)
    if not new:
        return batch
    tables.add(batch.hop, list(new.values()))
    extra = tuple(Field(name, "string", PLAIN, description=EXTRA) for name in new.values())
    return _with(batch, replace(model, fields=(*model.fields, *extra)))


def _types(batch: Batch) -> Batch:
    """Widen each column to the narrowest type that takes most of what does not fit; what is no number stays for the
    rules. A pass over the columns that can be widened."""
    asked = [(field, kind, how) for field in batch.hop.model.fields for kind, how in _steps(field)]
    if not asked:
        return batch
    found = batch.rows().selectExpr(*(how for *_, how in asked)).first()
    most: dict[str, tuple[int, str]] = {}
    for (field, kind, _), value in zip(asked, found or (), strict=False):
        wanted = _decimal(field.spark_type, value) if kind == "DECIMAL" else kind
        count = value[0] if kind == "DECIMAL" else value
        if wanted and count > most.get(field.name, (0, ""))[0]:
            most[field.name] = (count, wanted)
    if not most:
        return batch
    for name, (_, kind) in most.items():
        tables.widen(batch.hop, name, kind)
    changed = tuple(replace(f, spark_type=most[f.name][1]) if f.name in most else f for f in batch.hop.model.fields)
    return _with(batch, replace(batch.hop.model, fields=changed))


def _steps(field: Field) -> list[tuple[str, str]]:
    """The types a column may become, the narrowest first, each with an aggregate of how many values that would take
    in. None may lose a digit. Of a decimal also the digits before and after the point."""
    if protect.protects(field) or field.format:
        return []
    cell = quoted(field.name)
    fails = f"{cell} is not null and {typed(field)} is null"
    number = r"trim(" + cell + r") rlike '^[+-]?[0-9]+([.][0-9]+)?$'"
    if field.spark_type.startswith("DECIMAL"):
        plain = rf"regexp_replace(trim({cell}), '^[+-]?0*', '')"
        whole, part = f"length(split_part({plain}, '.', 1))", f"length(split_part({plain}, '.', 2))"
        digits = [f"max(if({fails} and {number}, {length}, 0))" for length in (whole, part)]
        return [("DECIMAL", f"struct(count_if({fails} and {number}), {', '.join(digits)})")]
    exact = f"length(regexp_replace({cell}, '[^0-9]', '')) <= 15"
    steps = {
        "INT": [("BIGINT", f"try_cast({cell} as bigint) is not null"), ("DOUBLE", f"{number} and {exact}")],
        "BIGINT": [("DECIMAL(38,0)", f"trim({cell}) rlike '^[+-]?[0-9]{{1,38}}$'")],
    }
    return [(kind, f"count_if({fails} and {takes})") for kind, takes in steps.get(field.spark_type, [])]


def _decimal(kind: str, needed: tuple[int, int, int]) -> str | None:
    """The decimal that has room for both; None if there is none."""
    precision, scale = map(int, re.findall(r"\d+", kind))
    _, whole, part = needed
    part = max(scale, part)
    total = max(precision - scale, whole) + part
    return f"DECIMAL({total},{part})" if total <= 38 else None


def _with(batch: Batch, model: Model) -> Batch:
    return replace(batch, hop=replace(batch.hop, model=model))
