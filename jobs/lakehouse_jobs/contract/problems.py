"""What is wrong with models, whichever form they were written in."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator

from lakehouse_jobs.contract import governing, limits, quality_check
from lakehouse_jobs.contract.located import Defect, Located, Path, nearest
from lakehouse_jobs.contract.model import FORMATS
from lakehouse_jobs.contract.views import Column, Table

QUARANTINE = "_quarantine"
# Names of Java's that Python does not know.
_JAVA = ("cp1252", "x-windows-874", "x-utf-32be-bom", "x-utf-32le-bom", "x-utf-16le-bom", "ibm-thai")


def problems(located: Located, tables: list[Table]) -> Iterator[Defect]:
    """All of it."""
    if not tables and _empty(located, ("schema",), ("models",)):
        yield located.defect((), "has no model", "there would be nothing to ingest", "describe at least one")
    seen: set[str] = set()
    for table in tables:
        if table.name.lower() in seen:
            why = "a table has one model, and case does not count"
            yield located.defect(table.path, f"{table.name} stands twice", why, "remove or rename one")
        seen.add(table.name.lower())
        if table.name.lower().endswith(QUARANTINE):
            named = (*table.path, "name")
            path, key = (named, False) if located.value(named) == table.name else (table.path, True)
            why = "silver keeps the rows set aside from another model under such a name"
            yield located.defect(path, f"is {table.name!r}", why, "name it otherwise", key=key)
        if not table.columns and _empty(located, (*table.path, "properties"), (*table.path, "fields")):
            why = "there would be nothing to ingest"
            yield located.defect(table.path, "has no columns", why, "describe them")
        yield from _columns(located, table.columns)
        yield from _source(located, table)
        yield from governing.problems(located, table)
        yield from quality_check.problems(located, table, tables)


def _empty(located: Located, *places: Path) -> bool:
    """Whether a list or mapping with nothing in it stands at one of them; what is missing, the form tells."""
    return any(located.value(place) in ([], {}) for place in places)


def element(located: Located, tables: list[Table], written: str, path: Path) -> Iterator[Defect]:
    """What is wrong with `table.column`, from whose value on a row is kept."""
    if not tables:
        return
    name, _, column_name = written.rpartition(".")
    if "," in written or (not name and len(tables) > 1):
        yield located.defect(path, f"is {written!r}", "a row is kept from one moment on", "write it as table.column")
        return
    table = next((one for one in tables if one.name == name or not name), None)
    column = next((one for one in table.columns if one.name == column_name), None) if table else None
    if table is None or column is None:
        known = [f"{one.name}.{inner.name}" for one in tables for inner in one.columns]
        meant = nearest(written, known)
        remedy = f"did you mean {meant}?" if meant else f"choose of {', '.join(known)}"
        yield located.defect(path, f"is {written!r}", "the contract has no such column", remedy)
    elif column.resolved and column.logical not in limits.MOMENTS:
        why = f"{written} is of type {column.logical}"
        yield located.defect(path, f"is {written!r}", f"{why}, and days are counted from a date", "name a date or time")
    elif column.pii:
        why = f"{written} is protected by {column.pii}, so that no day is left to count from"
        yield located.defect(path, f"is {written!r}", why, "name a column in clear")


def address(located: Located, written: str, path: Path) -> Iterator[Defect]:
    """What is wrong with the address of somebody to tell."""
    if not re.fullmatch(r"(mailto:)?[^@\s]+@[^@\s]+", written):
        yield located.defect(path, f"is {written!r}", "it is no e-mail address", "write it as oncall@example.com")


def _columns(located: Located, columns: list[Column]) -> Iterator[Defect]:
    """Of the columns of a table, or the fields of an object."""
    seen: set[str] = set()
    inputs = {column.name.lower() for column in columns if column.source_name is None}
    for column in columns:
        if column.name.lower() in seen:
            yield located.defect(column.path, f"{column.name} stands twice", "case does not count", "rename one")
        seen.add(column.name.lower())
        if column.source_name is not None and column.source_name.lower() in inputs:
            why = "two columns would read one of the input"
            yield located.defect(column.place("sourceName"), f"is {column.source_name!r}", why, "correct one")
        inputs.add((column.source_name or column.name).lower())
        yield from limits.problems(located, column)
        yield from _columns(located, [*column.fields, *([column.items] if column.items else [])])


def _source(located: Located, table: Table) -> Iterator[Defect]:
    kind = table.source.get("type") or table.source.get("source") or "adls"
    key = "type" if "type" in table.source else "source"
    if kind not in ("adls", "file"):
        why = "this version reads files only" if kind == "eventhub" else "it is no known source"
        yield located.defect((*table.source_path, key), f"is {kind!r}", why, "use adls")
    shape = table.source.get("format", "csv")
    if shape not in FORMATS:
        meant = nearest(str(shape), FORMATS)
        remedy = f"did you mean {meant}?" if meant else f"choose one of {', '.join(FORMATS)}"
        yield located.defect((*table.source_path, "format"), f"is {shape!r}", "it cannot be read", remedy)
    delimiter = table.source.get("delimiter", ",")
    if not isinstance(delimiter, str) or len(delimiter) != 1:
        path = (*table.source_path, "delimiter")
        yield located.defect(path, f"is {delimiter!r}", "cells are parted by one character", 'write it as ","')
    elif delimiter in '"\\\r\n':
        path, why = (*table.source_path, "delimiter"), "quotes and lines need that character"
        yield located.defect(path, f"is {delimiter!r}", why, 'write it as ","')
    encoding = table.source.get("encoding", "UTF-8")
    if isinstance(encoding, str) and not _known(encoding):
        path, why = (*table.source_path, "encoding"), "no encoding has that name"
        yield located.defect(path, f"is {encoding!r}", why, "write UTF-8, ISO-8859-1 or windows-1252")
    if table.source.get("header") is False and shape == "csv":
        for column in table.columns:
            if column.source_name:
                why = "without a header the input names no column"
                yield located.defect(column.place("sourceName"), "names what is not there", why, "remove it")


def _known(encoding: str) -> bool:
    try:
        codecs.lookup(encoding)
    except LookupError:
        return encoding.lower() in _JAVA
    return True
