"""What both contract forms have in common: models and columns with their places, checked and made into `Model`s."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any, get_args

from lakehouse_jobs.contract.located import Defect, Located, Path, dotted
from lakehouse_jobs.contract.model import FORMATS, Field, Gate, LogicalType, Model, Protection, Source


@dataclass(slots=True)
class Column:
    """One column as written. `resolved` is None where its type is unknown (told by the form itself)."""

    name: str
    path: Path
    resolved: tuple[LogicalType, str] | None
    type_path: Path
    required: bool = False
    key_position: int | None = None
    max_length: Any = None
    max_length_path: Path = ()
    format: str | None = None
    classification: str | None = None
    pii: Protection | None = None
    description: str | None = None
    examples: tuple[str, ...] = ()


@dataclass(slots=True)
class Table:
    """One model as written; `key_remedy` says how this form marks a primary key."""

    name: str
    path: Path
    columns: list[Column]
    key_remedy: str
    source: dict[str, Any] = field(default_factory=dict)
    source_path: Path = ()
    sequence: list[Any] = field(default_factory=list)
    sequence_path: Path = ()
    gates: tuple[Gate, ...] = ()
    description: str | None = None


def problems(located: Located, tables: list[Table]) -> Iterator[Defect]:
    """What is wrong with models, whichever form they were written in."""
    if not tables and not located.lost:
        yield located.defect((), "has no model", "there would be nothing to ingest", "describe at least one")
    seen: set[str] = set()
    for table in tables:
        if table.name.lower() in seen:
            yield located.defect(table.path, f"{table.name} stands twice", "a table has one model", "remove one")
        seen.add(table.name.lower())
        yield from _columns(located, table)
        yield from _source(located, table)
        if not any(c.key_position is not None for c in table.columns) and not located.lost:
            why = "rows are deduplicated and merged by it"
            yield located.defect(table.path, "has no primary key", why, table.key_remedy)
        names = [c.name for c in table.columns]
        for number, name in enumerate(table.sequence):
            if name not in names:
                path = (*table.sequence_path, number)
                why = "the newest row of a key is found by it"
                yield located.defect(path, f"{name!r} is no column of {table.name}", why, f"choose of {names}")


def _columns(located: Located, table: Table) -> Iterator[Defect]:
    seen: set[str] = set()
    if not table.columns and not located.lost:
        yield located.defect(table.path, "has no columns", "there would be nothing to ingest", "describe them")
    for column in table.columns:
        if column.name.lower() in seen:
            yield located.defect(column.path, f"{column.name} stands twice", "case does not count", "rename one")
        seen.add(column.name.lower())
        if column.max_length is not None and (isinstance(column.max_length, bool) or column.max_length < 1):
            why, remedy = "a length is 1 or more", "write a whole number above 0"
            yield located.defect(column.max_length_path, f"is {column.max_length!r}", why, remedy)
        zeros = next((e for e in column.examples if re.fullmatch(r"0\d+", e)), None)
        if zeros and column.resolved and column.resolved[0] in ("integer", "number"):
            why = f"the example {zeros} would lose its zeros"
            yield located.defect(column.type_path, "is a number", why, "make it a string")


def _source(located: Located, table: Table) -> Iterator[Defect]:
    kind = table.source.get("type") or table.source.get("source") or "adls"
    key = "type" if "type" in table.source else "source"
    if kind not in ("adls", "file"):
        known = kind in ("eventhub",)
        what = f"is {kind!r}"
        why = "this version reads files only" if known else "it is no known source"
        yield located.defect((*table.source_path, key), what, why, "use adls")
    shape = table.source.get("format", "csv")
    if shape not in FORMATS:
        remedy = f"choose one of {', '.join(FORMATS)}"
        yield located.defect((*table.source_path, "format"), f"is {shape!r}", "it cannot be read", remedy)
    delimiter = table.source.get("delimiter", ",")
    if not isinstance(delimiter, str) or len(delimiter) != 1:
        path = (*table.source_path, "delimiter")
        yield located.defect(path, f"is {delimiter!r}", "cells are parted by one character", 'write it as ","')


def to_model(table: Table) -> Model:
    """The model of a table without defects."""
    source = table.source
    return Model(
        name=table.name,
        fields=tuple(_to_field(column) for column in table.columns),
        source=Source(
            type=source.get("type") or source.get("source") or "adls",
            format=source.get("format", "csv"),
            header=source.get("header", True),
            delimiter=source.get("delimiter", ","),
            multiline=source.get("multiline", source.get("format", "csv") == "csv"),
            encoding=source.get("encoding", "UTF-8"),
        ),
        sequence=tuple(table.sequence),
        gates=table.gates,
        description=table.description,
    )


def _to_field(column: Column) -> Field:
    if column.resolved is None:
        raise ValueError(f"column {column.name} has no known type")
    return Field(
        name=column.name,
        type=column.resolved[0],
        spark_type=column.resolved[1],
        required=column.required or column.key_position is not None,
        key_position=column.key_position,
        max_length=column.max_length,
        format=column.format,
        classification=column.classification,
        pii=column.pii,
        description=column.description,
        examples=column.examples,
    )


def protection(written: Any) -> Protection | None:
    """How a column is protected. Anything that is no known way is the strongest: no clear value for a typing error."""
    if not written:
        return None
    return next((known for known in get_args(Protection) if known == written), "redacted")


def leaves(value: Any, path: Path = ()) -> Iterator[tuple[str, Any]]:
    """Every leaf of plain data with its dotted path; an empty map or list is a leaf."""
    if isinstance(value, dict) and value:
        for key, inner in value.items():
            yield from leaves(inner, (*path, key))
    elif isinstance(value, list) and value:
        for number, inner in enumerate(value):
            yield from leaves(inner, (*path, number))
    else:
        yield dotted(path), value


def unmapped(data: Any, used: tuple[str, ...]) -> dict[str, Any]:
    """The leaves whose dotted path fits no pattern of `used` (`*` any run of characters, indices left out)."""
    found = {}
    for path, value in leaves(data):
        plain = re.sub(r"\[\d+\]", "", path)
        if not any(fnmatchcase(plain, pattern) for pattern in used):
            found[path] = value
    return found


def mappings(value: Any) -> list[dict[str, Any]]:
    """The mappings of a list that may hold anything, or be anything."""
    return [v for v in value if isinstance(v, dict)] if isinstance(value, list) else []


def listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def mapping_of(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def texts(value: Any) -> tuple[str, ...]:
    return tuple(str(v) for v in value) if isinstance(value, list) else ()
