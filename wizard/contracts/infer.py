"""A contract proposed from a sample: what every column is, and what speaks for it.

The proposal takes every row of the sample: what is not certain stays text, and is told. Nothing is asked of the
cloud, and no value of a column that may be personal is in what comes back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from pathlib import Path

from lakehouse_jobs.contract import types
from lakehouse_jobs.contract.model import Contract, Field, Model, WriteMode

from wizard.contracts import columnar, delimited, keys, names, objects, personal, values
from wizard.contracts.frame import Column, Frame
from wizard.contracts.proposal import Proposal, Seen, Unreadable
from wizard.contracts.sample import PARQUET, read
from wizard.contracts.values import Typed
from wizard.text import _, _n

__all__ = ["Proposal", "Seen", "Unreadable", "infer"]

VERSION = "0.1.0"
LOOKED_FOR = {"csv": "*.csv*", "json": "*.json*", "parquet": "*.parquet"}  # by jobs: lakehouse_jobs.sources.files
FEW = 20  # so many different values are worth telling


def infer(path: Path, *, name: str | None = None) -> Proposal:
    """The contract that fits a csv, json or parquet file, of one model called `name` (default: as the file).

    Raises Unreadable, with what, why and the next action."""
    found = _frame(path)
    model = names.legal(name, 1) if name is not None else names.of_file(path.name)
    legal = names.legal_all([column.name for column in found.columns])
    comma = any(_of_text(column).format for column in found.columns if column.declared is None)
    told = {own: _propose(column, own, own, comma) for own, column in zip(legal, found.columns, strict=True)}
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
    told_of_file = (*found.told, *_unseen(path, found), *_without_key(found, chosen.keys))
    return Proposal(contract, evidence, seen, found.rows, told_of_file)


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


def _unseen(path: Path, found: Frame) -> tuple[str, ...]:
    """Whether jobs would pass over a file of that name."""
    pattern = LOOKED_FOR[found.source.format]
    if fnmatchcase(path.name, pattern):
        return ()
    return (_("jobs look for {pattern} and pass over a file of this name: rename it", pattern=pattern),)


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


def _propose(column: Column, name: str, place: str, comma: bool) -> _Proposed:
    nested = _nested(column, place, comma)
    if unnamed := next((each.field for each in nested if _nameless(each.field)), None):
        return _as_json_text(column, name, place, unnamed, nested)
    suspicion = None if nested else personal.suspected(column.name, column.trimmed)
    kind = column.declared or _of_text(column, comma_file=comma)
    if suspicion is not None and suspicion.digits and column.declared is None:
        kind = values.text()
    if kind.format is not None and kind.type != "number" and column.spaced:
        kind = values.text(_("kept as text: blanks around a date"))
    if kind.format is not None and place != name:
        kind = values.text(_("kept as text: within an object only dates as yyyy-MM-dd are read"))
    fields = tuple(each.field for each in nested) if column.items is None else ()
    items = nested[0].field if column.items is not None else None
    field = Field(
        name=name,
        type=kind.type,
        spark_type=_spark_type(kind, fields, items),
        required=column.filled == len(column.cells) > 0,
        format=kind.format,
        pii=suspicion.protection if suspicion else None,
        fields=fields,
        items=items,
        source_name=column.name if column.name != name else None,
    )
    why = [*([suspicion.why] if suspicion else ()), *kind.why]
    return _with_evidence(field, column, place, why, nested)


def _spark_type(kind: Typed, fields: tuple[Field, ...], items: Field | None) -> str:
    if fields:
        return types.struct([(field.name, field.spark_type) for field in fields])
    return types.array(items.spark_type) if items is not None else kind.spark_type


def _nameless(field: Field) -> bool:
    """Whether it is called so in the input that no field of a table's object may be."""
    return field.source_name is not None


def _as_json_text(column: Column, name: str, place: str, unnamed: Field, nested: Sequence[_Proposed]) -> _Proposed:
    """An object with a key that no field may have: its text loses nothing. Personal as a whole if anything in it is."""
    why = [_("kept as JSON text: its key {key} is no name of a column", key=repr(unnamed.source_name))]
    personal_part = any(_is_personal(each.field) for each in nested)
    if personal_part:
        why.insert(0, _("something in it looks personal"))
    field = Field(
        name=name,
        type="string",
        spark_type="STRING",
        required=column.filled == len(column.cells) > 0,
        pii="redacted" if personal_part else None,
        source_name=column.name if column.name != name else None,
    )
    return _with_evidence(field, column, place, why, ())


def _is_personal(field: Field) -> bool:
    inner = (*field.fields, *((field.items,) if field.items else ()))
    return field.pii is not None or any(map(_is_personal, inner))


def _with_evidence(field: Field, column: Column, place: str, why: list[str], nested: Sequence[_Proposed]) -> _Proposed:
    called = [_("called {name} in the file", name=repr(column.name))] if field.source_name is not None else []
    counts = _counts(column, nested=bool(nested) or field.items is not None)
    seen = Seen(column.name, column.filled, len(column.cells) - column.filled, len(column.trimmed), column.longest)
    evidence, told = {place: (*called, *why, *counts)}, {place: seen}
    for each in nested:
        evidence.update(each.evidence)
        told.update(each.seen)
    return _Proposed(field, evidence, told)


def _nested(column: Column, place: str, comma: bool) -> list[_Proposed]:
    if column.items is not None:
        return [_propose(column.items, "item", f"{place}[]", comma)]
    legal = names.legal_all([each.name for each in column.fields])
    return [_propose(each, own, f"{place}.{own}", comma) for own, each in zip(legal, column.fields, strict=True)]


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
    if field.name not in key:
        return field
    # Redacted or masked, two keys would be one.
    return replace(field, key_position=key.index(field.name) + 1, pii="hash" if field.pii else None)
