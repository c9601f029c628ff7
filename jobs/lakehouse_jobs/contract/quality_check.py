"""What is wrong with the rules and gates of a model, entry by entry."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from lakehouse_jobs.contract import limits, quality, sql_check
from lakehouse_jobs.contract.governing import NESTED, names
from lakehouse_jobs.contract.located import Defect, Located, Path, nearest
from lakehouse_jobs.contract.quality import CELLS, OPERATORS, RANGES, SEVERITIES, Entry
from lakehouse_jobs.contract.views import Column, Table

IMPLEMENTATION = ("predicate", "reference", "field", "nullPasses")


def problems(located: Located, table: Table, tables: list[Table]) -> Iterator[Defect]:
    """All of it; `tables` are those that a rule may refer to."""
    named: dict[str, str] = {}
    for entry in sorted(table.entries, key=lambda one: located.where(one.path)):
        if entry.kind == "kept" and entry.raw.get("type") not in (None, "library"):
            continue
        key = "name" if entry.raw.get("name") else "id"
        name = str(entry.raw.get(key) or "")
        if name and name.lower() in named:
            why = "a rule is told by its name, which another of the model has"
            yield located.defect((*entry.path, key), f"is {name!r}", why, "give it another")
        named[name.lower()] = name
        yield from _Entry(located, table, entry).problems(tables)
    yield from _inside_lists(located, table.columns, False)


def _inside_lists(located: Located, columns: list[Column], listed: bool) -> Iterator[Defect]:
    for column in columns:
        for key in ("enum", "multipleOf", "exclusiveMinimum", "exclusiveMaximum"):
            if listed and key in column.limits:
                why = "no rule reaches into a list"
                yield located.defect(column.place(key), "stands inside a list", why, "remove it")
        yield from _inside_lists(located, column.fields, listed)
        yield from _inside_lists(located, [column.items] if column.items else [], True)


class _Entry:
    def __init__(self, located: Located, table: Table, entry: Entry) -> None:
        self._located, self._table, self._entry = located, table, entry
        self._raw = entry.raw

    def problems(self, tables: list[Table]) -> Iterator[Defect]:
        entry = self._entry
        if entry.kind == "kept":
            yield self._at("metric", "is missing", "an entry without a type counts by one", self._metric_remedy())
            return
        yield from self._severity()
        if entry.column is not None and entry.column.in_list:
            why = "a list's items have no name in SQL"
            yield self._at("", "asks something of a list's items", why, "ask it of the whole list, in SQL")
        elif entry.kind == "row":
            yield from self._row(tables)
        elif entry.kind == "query":
            yield from self._query()
            yield from self._bounds()
        else:
            yield from self._metric()
            yield from self._bounds()

    def _at(self, key: str, what: str, why: str, remedy: str) -> Defect:
        path: Path = (*self._entry.path, key) if key else self._entry.path
        return self._located.defect(path, what, why, remedy)

    def _severity(self) -> Iterator[Defect]:
        written = self._raw.get("severity")
        if not isinstance(written, str):
            return
        if written.lower() not in SEVERITIES:
            meant = nearest(written, SEVERITIES)
            remedy = f"did you mean {meant}?" if meant else "choose warning, quarantine or fail"
            yield self._at("severity", f"is {written!r}", "it says not what is to be done", remedy)
        elif written.lower() == "quarantine" and not self._entry.by_row:
            why = "a gate judges the data as a whole and has no row to set aside"
            yield self._at("severity", "is 'quarantine'", why, "write fail or warning")

    def _row(self, tables: list[Table]) -> Iterator[Defect]:
        for key in (key for key in ("metric", "query", *OPERATORS) if key in self._raw):
            why = "a rule in SQL is true or false for a row, and has no number"
            yield self._located.defect((*self._entry.path, key), "is not read here", why, "remove it", key=True)
        written = self._raw.get("implementation")
        if not isinstance(written, str | dict):
            why = "engine lakehouse judges rows by it"
            yield self._at("implementation", "is missing" if written is None else f"is {written!r}", why, "write SQL")
            return
        place: Path = (*self._entry.path, "implementation")
        how = self._entry.implementation
        for key in (key for key in how if key not in IMPLEMENTATION):
            meant = nearest(key, IMPLEMENTATION)
            remedy = f"did you mean {meant}?" if meant else f"known keys: {', '.join(IMPLEMENTATION)}"
            yield self._located.defect((*place, key), "is not a known key", "nothing reads it", remedy, key=True)
            return
        if ("predicate" in how) == ("reference" in how):
            why = "a rule judges by a predicate or by a reference"
            yield self._at("implementation", f"has {'both' if 'predicate' in how else 'neither'}", why, "write one")
        elif not isinstance(how.get("nullPasses", False), bool):
            at = (*place, "nullPasses")
            yield self._located.defect(at, f"is {how['nullPasses']!r}", "it is true or false", "write true or false")
        elif "reference" in how:
            yield from self._reference(how, place, tables)
        else:
            at = (*place, "predicate") if isinstance(written, dict) else place
            yield from self._predicate(how["predicate"], at)

    def _predicate(self, written: Any, at: Path) -> Iterator[Defect]:
        if not isinstance(written, str):
            yield self._located.defect(at, f"is {written!r}", "a predicate is SQL", "write it as text")
            return
        for fault in sql_check.predicate(quality.placed(written, self._entry), names(self._table)):
            yield self._located.defect(at, *fault)

    def _reference(self, how: dict[str, Any], place: Path, tables: list[Table]) -> Iterator[Defect]:
        written, at = how["reference"], (*place, "reference")
        match = re.fullmatch(r"(\w+)\.(\w+)", written) if isinstance(written, str) else None
        if not match:
            yield self._located.defect(
                at, f"is {written!r}", "it names no column of a table", "write it as table.column"
            )
            return
        column = self._entry.column
        if column is None:
            by_name = {c.full_name: c for c in quality.flat(self._table.columns)}
            column = by_name.get(str(how.get("field")))
            if column is None:
                key = "field" if "field" in how else "reference"
                what = f"is {how.get('field')!r}" if "field" in how else "is of no column"
                why, remedy = "its values are looked up", f"write field: one of {', '.join(by_name)}"
                yield self._located.defect((*place, key), what, why, remedy)
                return
        other = next((table for table in tables if table.name == match[1]), None)
        if other is None:
            return  # a table of another contract may well be there
        target = next((c for c in other.columns if c.name == match[2]), None)
        if target is None:
            meant = nearest(match[2], [c.name for c in other.columns])
            remedy = (
                f"did you mean {match[1]}.{meant}?" if meant else f"columns: {', '.join(c.name for c in other.columns)}"
            )
            yield self._located.defect(at, f"is {written!r}", f"{match[1]} has no such column", remedy)
        elif (target.pii or None) != (column.pii or None):
            why = (
                f"{written} is protected by {target.pii or 'nothing'}, {column.full_name} by {column.pii or 'nothing'}"
            )
            yield self._located.defect(at, f"is {written!r}", why, "protect both alike, best by hash")

    def _query(self) -> Iterator[Defect]:
        written = self._raw.get("query")
        if not isinstance(written, str):
            yield self._at("query", "is missing", "type sql asks by it", "write SELECT count(*) FROM {object} WHERE …")
            return
        for fault in sql_check.query(quality.placed(written, self._entry)):
            yield self._at("query", *fault)

    def _metric_remedy(self) -> str:
        return "choose one of rowCount, nullValues, missingValues, invalidValues, duplicateValues"

    def _metric(self) -> Iterator[Defect]:
        entry, key = self._entry, self._entry.metric_key
        metric = entry.metric
        if metric is None:
            if key == "rule":  # the form tells it of `metric`
                yield self._at("rule", f"is {self._raw['rule']!r}", "it is no known metric", self._metric_remedy())
            return
        if metric == "rowCount":
            if entry.column is not None:
                yield self._at(
                    key, "is rowCount", "a column has no rows of its own", "put it below the model's quality"
                )
            return
        columns = self._columns()
        known = {c.full_name: c for c in quality.flat(self._table.columns)}
        unknown = next((name for name in columns if name not in known), None)
        if unknown is not None or len(columns) == 0 or (metric in CELLS and len(columns) > 1):
            what = f"names {unknown!r}" if unknown is not None else f"is {metric}"
            why = f"{self._table.name} has no such column" if unknown is not None else "it is of no column"
            remedy = f"put it below a column, or write arguments: {{properties: [{', '.join(known)}]}}"
            meant = nearest(unknown, known) if unknown is not None else None
            at = self._argument("properties") if unknown is not None else (*entry.path, key)
            yield self._located.defect(at, what, why, f"did you mean {meant}?" if meant else remedy)
            return
        for name in columns:
            if metric != "nullValues" and known[name].logical in NESTED:
                why = f"{name} is {known[name].logical}"
                yield self._at(key, f"is {metric}", why, "ask it of a field in it, or in SQL")
        if metric in CELLS and entry.argument("predicate") is None:
            yield from self._arguments(metric, known[columns[0]])

    def _columns(self) -> list[str]:
        if self._entry.column is not None:
            return [self._entry.column.full_name]
        written = self._entry.argument("properties")
        return [str(name) for name in written] if isinstance(written, list) else []

    def _argument(self, name: str) -> Path:
        arguments = self._raw.get("arguments")
        inside = isinstance(arguments, dict) and name in arguments
        return (*self._entry.path, "arguments", name) if inside else (*self._entry.path, name)

    def _arguments(self, metric: str, column: Column) -> Iterator[Defect]:
        entry = self._entry
        values, pattern = entry.argument("validValues"), entry.argument("pattern")
        missing = entry.argument("missingValues")
        if metric == "missingValues" and missing is not None and not (isinstance(missing, list) and missing):
            why = "it lists what stands for no value"
            yield self._located.defect(self._argument("missingValues"), f"is {missing!r}", why, 'write [null, "", N/A]')
        if metric != "invalidValues":
            return
        if values is None and pattern is None:
            why = "nothing says what is valid"
            yield self._at(
                entry.metric_key, "is invalidValues", why, "add arguments: {validValues: […]} or {pattern: …}"
            )
        if values is not None and not (isinstance(values, list) and set(map(str, values)) - {"None"}):
            at = self._argument("validValues")
            yield self._located.defect(at, f"is {values!r}", "it lists the values that are valid", "write a list")
        elif values is not None and column.resolved:
            odd = next((value for value in values if value is not None and not limits.fits(value, column)), None)
            if odd is not None:
                why = f"the column is of type {column.logical}"
                yield self._located.defect(
                    self._argument("validValues"), f"has {odd!r}", why, "list values of its type"
                )
        if pattern is not None:
            fault = limits.broken(pattern) if isinstance(pattern, str) else "it is not text"
            if fault:
                why = f"it is no regular expression: {fault}"
                yield self._located.defect(self._argument("pattern"), f"is {pattern!r}", why, "correct it")

    def _bounds(self) -> Iterator[Defect]:
        found = self._entry.operators
        if not found:
            why = "a number is held against a bound"
            yield self._at("", "has no bound", why, "add one, as mustBe: 0")
            return
        for second in found[1:]:
            at = (*self._entry.path, second)
            why = f"{found[0]} is there already"
            yield self._located.defect(at, "is one bound too many", why, "write an entry for each", key=True)
        operator = found[0]
        written = self._raw[operator]
        if operator in RANGES:
            good = isinstance(written, list) and len(written) == 2 and all(_number(each) for each in written)
            if not good or written[0] >= written[1]:
                why = "a range is two numbers, the smaller one first"
                yield self._at(operator, f"is {written!r}", why, "write it as [10, 20]")
        elif _number(written) and self._entry.kind == "metric" and _never(operator, written):
            yield self._at(operator, f"is {written}", "a count is never below 0", "correct the bound")
        unit = self._raw.get("unit")
        if unit is not None and unit not in ("rows", "percent", "%"):
            yield self._at("unit", f"is {unit!r}", "rows are counted, or their share", "write rows or percent")
        elif unit in ("percent", "%") and self._entry.metric in (None, "rowCount"):
            yield self._at("unit", "is percent", "there is nothing that it would be a share of", "remove it")


def _number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and value == value  # noqa: PLR0124 - NaN


def _never(operator: str, bound: float) -> bool:
    return (operator in ("mustBe", "mustBeLessOrEqualTo") and bound < 0) or (
        operator == "mustBeLessThan" and bound <= 0
    )
