"""A contract proposed from a sample: what every column is, and what speaks for it.

The proposal takes every row of the sample: what is not certain stays text, and is told. Nothing is asked of the
cloud, and no value of a column that may be personal is in what comes back."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from lakehouse_jobs.contract.model import Contract, Field, Model, WriteMode

from wizard.contracts import columnar, delimited, keys, names, objects, personal, values
from wizard.contracts.frame import Column, Frame
from wizard.contracts.proposal import Proposal, Seen, Unreadable
from wizard.contracts.sample import PARQUET, read
from wizard.contracts.values import Typed
from wizard.text import _, _n

__all__ = ["Proposal", "Seen", "Unreadable", "infer"]

VERSION = "0.1.0"
FEW = 20  # so many different values are worth telling


def infer(path: Path, *, name: str | None = None) -> Proposal:
    """The contract that fits a csv, json or parquet file, of one model called `name` (default: as the file).

    Raises Unreadable, with what, why and the next action."""
    found = _frame(path)
    model = names.legal(name, 1) if name is not None else names.of_file(path.name)
    legal = names.legal_all([column.name for column in found.columns])
    comma = any(_of_text(column).format for column in found.columns if column.declared is None)
    told = {own: _propose(column, own, own, found, comma) for own, column in zip(legal, found.columns, strict=True)}
    fields = tuple(each.field for each in told.values())
    chosen = keys.chosen(found, fields)
    write: WriteMode = "merge" if chosen.keys else "append"
    for own, why in chosen.why.items():
        told[own].evidence[own] += (why,)
    contract = Contract(
        id=f"urn:datacontract:{model}",
        title=model,
        version=VERSION,
        models=(
            Model(
                name=model,
                fields=tuple(_keyed(field, chosen.keys) for field in fields),
                source=found.source,
                sequence=chosen.sequence,
                write=write,
            ),
        ),
    )
    evidence = {place: why for each in told.values() for place, why in each.evidence.items()}
    seen = {place: one for each in told.values() for place, one in each.seen.items()}
    return Proposal(contract, evidence, seen, found.rows, (*found.told, *_without_key(found, chosen.keys)))


def _frame(path: Path) -> Frame:
    sample = read(path)
    if sample.content.startswith(PARQUET):
        found = columnar.frame(sample)
    else:
        found = objects.frame(sample) if objects.looks_like(sample) else delimited.frame(sample)
    if not found.columns:
        raise Unreadable(
            _("{file} has no columns", file=path.name),
            _("there would be nothing to ingest"),
            _("name a file with a header and some rows"),
        )
    return found


def _without_key(found: Frame, key: tuple[str, ...]) -> tuple[str, ...]:
    if not found.rows:
        return (_("no rows: every column is proposed as text, and none as key"),)
    return () if key else (_("no column is unique, filled and named like a key: rows are appended"),)


@dataclass(frozen=True, slots=True)
class _Proposed:
    """One column with what is nested in it; evidence and what was seen by dotted place."""

    field: Field
    evidence: dict[str, tuple[str, ...]]
    seen: dict[str, Seen]


def _propose(column: Column, name: str, place: str, found: Frame, comma: bool) -> _Proposed:
    nested = _nested(column, place, found, comma)
    suspicion = None if nested else personal.suspected(column.name, column.trimmed)
    kind = column.declared or _of_text(column, comma_file=comma)
    if suspicion is not None and suspicion.digits and column.declared is None:
        kind = values.text()
    fields = tuple(each.field for each in nested) if column.items is None else ()
    items = nested[0].field if column.items is not None else None
    required = column.filled == len(column.cells) > 0
    field = Field(
        name=name,
        type=kind.type,
        spark_type=kind.spark_type,
        required=required,
        format=kind.format,
        pii=suspicion.protection if suspicion else None,
        fields=fields,
        items=items,
        source_name=column.name if column.name != name and found.source.header is not (column.name == name) else None,
    )
    why = [*kind.why, *_counts(column, nested=bool(nested))]
    if field.source_name is not None:
        why.insert(0, _("called {name} in the file", name=repr(column.name)))
    if suspicion is not None:
        why.insert(0, suspicion.why)
    seen = Seen(column.name, column.filled, len(column.cells) - column.filled, len(column.trimmed), column.longest)
    evidence, told = {place: tuple(why)}, {place: seen}
    for each in nested:
        evidence.update(each.evidence)
        told.update(each.seen)
    return _Proposed(field, evidence, told)


def _nested(column: Column, place: str, found: Frame, comma: bool) -> list[_Proposed]:
    if column.items is not None:
        return [_propose(column.items, "items", f"{place}[]", found, comma)]
    legal = names.legal_all([each.name for each in column.fields])
    return [_propose(each, own, f"{place}.{own}", found, comma)
            for own, each in zip(legal, column.fields, strict=True)]  # fmt: skip


def _of_text(column: Column, *, comma_file: bool = False) -> Typed:
    if not column.textual:
        return values.typed(column.trimmed, column.name, comma_file=comma_file)
    # The format knows numbers and truth values, so what it writes as a text is one; dates it has no other way for.
    found = values.typed(column.trimmed, column.name)
    return found if found.type in ("date", "timestamp", "time") else values.text()


def _counts(column: Column, *, nested: bool) -> list[str]:
    """How many rows have a value, and how many different ones, where that says something."""
    rows, filled = len(column.cells), column.filled
    if not rows:
        return [_("no value seen")]
    told = [_("{n} filled", n=filled) if filled == rows else _("{n} of {rows} filled", n=filled, rows=rows)]
    if nested or not filled:
        return told
    distinct = len(column.trimmed)
    if distinct == rows > 1:
        told.append(_("all different"))
    elif distinct <= FEW:
        told.append(_n("{n} value", "{n} values", distinct))
    return told


def _keyed(field: Field, key: tuple[str, ...]) -> Field:
    return replace(field, key_position=key.index(field.name) + 1) if field.name in key else field
