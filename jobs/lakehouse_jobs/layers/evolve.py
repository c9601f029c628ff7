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
    """Widen each column to the narrowest type that takes all its values; what no number or date is stays for the
    rules. A pass over the columns that can be widened."""
    fields = batch.hop.model.fields
    open_to = {f.name: tables.wider(f.spark_type) for f in fields if not protect.protects(f)}
    cells, asked = [], []
    for field in fields:
        for kind in open_to.get(field.name, ()):
            cell = quoted(field.name)
            # Of those that do not fit now: how many would, and none may lose digits on the way.
            fits = _exactly(field, kind)
            cells.append(
                f"count_if({cell} is not null and {_exactly(field, field.spark_type)} is null and {fits} is not null)"
            )
            asked.append((field.name, kind))
    if not cells:
        return batch
    counts = batch.rows().selectExpr(*cells).first()
    most: dict[str, tuple[int, str]] = {}
    for (name, kind), count in zip(asked, counts or (), strict=True):
        if count > most.get(name, (0, ""))[0]:
            most[name] = (count, kind)
    if not most:
        return batch
    for name, (_, kind) in most.items():
        tables.widen(batch.hop, name, kind)
    changed = tuple(replace(f, spark_type=most[f.name][1]) if f.name in most else f for f in fields)
    return _with(batch, replace(batch.hop.model, fields=changed))


def _exactly(field: Field, kind: str) -> str:
    return typed(replace(field, spark_type=kind))


def _with(batch: Batch, model: Model) -> Batch:
    return replace(batch, hop=replace(batch.hop, model=model))
