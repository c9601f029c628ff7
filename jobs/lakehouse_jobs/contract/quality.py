"""What a contract says of its rows and of its data as a whole: rules and gates, from the entries of either form."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from lakehouse_jobs.contract import sql
from lakehouse_jobs.contract.located import Path
from lakehouse_jobs.contract.model import Gate, Metric, Operator, Rule, Severity

if TYPE_CHECKING:
    from lakehouse_jobs.contract.views import Column, Table

ENGINE = "lakehouse"  # of a `custom` entry: a rule of ours
BOUNDS: tuple[Operator, ...] = (
    "mustBe", "mustNotBe", "mustBeGreaterThan", "mustBeGreaterOrEqualTo", "mustBeLessThan", "mustBeLessOrEqualTo",
)  # fmt: skip
RANGES: tuple[Operator, ...] = ("mustBeBetween", "mustNotBeBetween")
OPERATORS = (*BOUNDS, *RANGES)
# What ODCS 3.0 called `rule`, and its examples say.
METRICS: dict[str, Metric] = {
    "rowCount": "rowCount", "nullValues": "nullValues", "missingValues": "missingValues",
    "invalidValues": "invalidValues", "duplicateValues": "duplicateValues", "validValues": "invalidValues",
    "duplicateCount": "duplicateValues",
}  # fmt: skip
CELLS = ("nullValues", "missingValues", "invalidValues")  # metrics that count cells of one column
SEVERITIES: dict[str, Severity] = {
    "info": "warning", "warning": "warning", "warn": "warning", "low": "warning",
    "quarantine": "quarantine", "error": "quarantine", "medium": "quarantine", "high": "quarantine",
    "fail": "fail", "critical": "fail", "blocker": "fail",
}  # fmt: skip
FORMATS = {
    "email": r"[^@\s]+@[^@\s]+",
    "uuid": r"[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}",
    "uri": r"[A-Za-z][A-Za-z0-9+.\-]*:\S+",
    "ipv4": r"((25[0-5]|2[0-4]\d|1?\d?\d)(\.(?!$)|$)){4}",
}
USED_OF_ENTRY = frozenset({
    "id", "name", "type", "metric", "rule", "arguments", "query", "engine", "implementation", "description",
    "dimension", "severity", "unit", "validValues", "missingValues", "pattern", *BOUNDS, *RANGES,
})  # fmt: skip
_WHOLE = r"^(?:%s)\z"  # Java's $ would let a line's end follow
_PLACEHOLDER = re.compile(r"\$?\{(object|table|model|schema|property|column)\}")


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a `quality` list, in ODCS's words, whichever form it was written in. `column`: it hangs there."""

    raw: dict[str, Any]
    path: Path
    column: Column | None = None

    @property
    def kind(self) -> Literal["row", "metric", "query", "kept"]:
        """`row`: a rule of ours in SQL. `kept`: a text, or meant for another engine."""
        written = self.raw.get("type")
        if written == "custom":
            return "row" if self.raw.get("engine") == ENGINE else "kept"
        if written == "sql":
            return "query"
        return "metric" if written in (None, "library") and self.metric_key in self.raw else "kept"

    @property
    def metric_key(self) -> str:
        return "metric" if "metric" in self.raw else "rule"

    @property
    def metric(self) -> Metric | None:
        return METRICS.get(str(self.raw.get(self.metric_key)))

    @property
    def operators(self) -> list[Operator]:
        order = list(self.raw)
        return sorted((operator for operator in OPERATORS if operator in self.raw), key=order.index)

    @property
    def by_row(self) -> bool:
        """Whether it judges each row: none may have a null, missing or invalid cell."""
        if self.kind != "metric":
            return self.kind == "row"
        if self.column is None or self.argument("predicate") is not None:
            return False
        return self.metric in CELLS and self.operators == ["mustBe"] and self.raw["mustBe"] == 0

    def argument(self, name: str) -> Any:
        """From `arguments`, or beside it as ODCS 3.0 has it."""
        arguments = self.raw.get("arguments")
        return arguments.get(name) if isinstance(arguments, dict) and name in arguments else self.raw.get(name)

    @property
    def implementation(self) -> dict[str, Any]:
        """Of a rule of ours: `predicate` or `reference`, and what else it says."""
        written = self.raw.get("implementation")
        return written if isinstance(written, dict) else {"predicate": written}


def rules(table: Table) -> tuple[Rule, ...]:
    """The row rules in their order in the file, then those that follow from columns; each has a name of its own."""
    found = [_rule(entry) for entry in table.entries if entry.by_row]
    found += [rule for column in flat(table.columns) for rule in _implied(column)]
    return tuple(_unique(found))


def gates(table: Table) -> tuple[Gate, ...]:
    """The gates in their order in the file, then those of unique columns. A key's column is unique by itself."""
    found = [_gate(entry) for entry in table.entries if entry.kind in ("metric", "query") and not entry.by_row]
    keys = [column for column in table.columns if column.key_position is not None]
    for column in table.columns:
        alone = keys == [column] and table.settings.get("write", "merge") == "merge"
        if column.unique and not alone:
            found.append(Gate(f"{column.full_name}.unique", "duplicateValues", "mustBe", 0, fields=(column.name,)))
    return tuple(_unique(found))


def flat(columns: list[Column]) -> Iterator[Column]:
    """The columns and those inside objects; what lists hold has no name in SQL."""
    for column in columns:
        yield column
        yield from flat(column.fields)


def _unique(found: list[Any]) -> list[Any]:
    seen: dict[str, int] = {}
    named = []
    for one in found:
        seen[one.name] = number = seen.get(one.name, 0) + 1
        named.append(one if number == 1 else type(one)(**{**_fields(one), "name": f"{one.name}_{number}"}))
    return named


def _fields(one: Rule | Gate) -> dict[str, Any]:
    return {name: getattr(one, name) for name in one.__slots__}


def _said(entry: Entry) -> dict[str, Any]:
    return {"dimension": entry.raw.get("dimension"), "description": entry.raw.get("description")}


def _name(entry: Entry, what: str) -> str:
    given = entry.raw.get("name") or entry.raw.get("id")
    return str(given) if given else f"{entry.column.full_name}.{what}" if entry.column else what


def _rule(entry: Entry) -> Rule:
    severity = SEVERITIES[str(entry.raw.get("severity", "quarantine")).lower()]
    column = entry.column.full_name if entry.column else None
    if entry.kind == "metric" and entry.metric:
        good, null_passes = _good_cell(entry)
        return Rule(
            _name(entry, entry.metric), good, field=column, severity=severity, null_passes=null_passes, **_said(entry)
        )
    how = entry.implementation
    reference: str | None = how.get("reference")
    column = column or how.get("field")
    predicate: str | None = None if reference else placed(how["predicate"], entry)
    name = _name(entry, "reference" if reference else "rule")
    passes = how.get("nullPasses") is True
    return Rule(name, predicate, reference, column, severity, passes, **_said(entry))


def _gate(entry: Entry) -> Gate:
    operator = entry.operators[0]
    bound = entry.raw[operator]
    value, upper = (bound[0], bound[1]) if isinstance(bound, list) else (bound, None)
    metric: Metric = "query" if entry.kind == "query" or entry.metric is None else entry.metric
    fields: tuple[str, ...] = (entry.column.full_name,) if entry.column else tuple(entry.argument("properties") or ())
    predicate = entry.argument("predicate")
    if metric in CELLS and predicate is None:
        cell, null_passes = _good_cell(entry)
        predicate = f"{sql.quoted(fields[0])} IS NULL OR {cell}" if null_passes else cell
    warned = SEVERITIES[str(entry.raw.get("severity", "fail")).lower()] == "warning"
    return Gate(
        _name(entry, metric), metric, operator, float(value), None if upper is None else float(upper), fields,
        query=placed(entry.raw["query"], entry) if metric == "query" else None, predicate=predicate,
        unit="percent" if entry.raw.get("unit") in ("percent", "%") else "rows",
        severity="warning" if warned else "fail", **_said(entry),
    )  # fmt: skip


def placed(text: str, entry: Entry) -> str:
    """ODCS's placeholders as ours: `{object}` is the batch, `{property}` the column."""

    def put(match: re.Match[str]) -> str:
        if match[1] in ("property", "column"):
            return sql.quoted(entry.column.full_name) if entry.column else match[0]
        return "{model}"

    return _PLACEHOLDER.sub(put, text).strip()


def _good_cell(entry: Entry) -> tuple[str, bool]:
    """SQL that is true for a cell that the metric does not count, and whether a null is one."""
    assert entry.column is not None  # `problems` tells it
    cell = sql.quoted(entry.column.full_name)
    if entry.metric == "nullValues":
        return f"{cell} IS NOT NULL", False
    if entry.metric == "missingValues":
        values = entry.argument("missingValues")
        values = [None, ""] if values is None else values
        return _without([v for v in values if v is not None], entry.column), None not in values
    parts = []
    if entry.argument("validValues"):
        parts.append(_among(entry.argument("validValues"), entry.column))
    if entry.argument("pattern"):
        parts.append(_whole(entry.argument("pattern"), entry.column))
    return " AND ".join(parts), True


def _implied(column: Column) -> Iterator[Rule]:
    """Rules that a column's own keys mean and that `Field` has no place for. They judge values, so null passes."""
    cell, limits = sql.quoted(column.full_name), column.limits
    told: dict[str, str] = {}
    if limits.get("enum"):
        told["enum"] = _among(limits["enum"], column)
    if (known := FORMATS.get(str(limits.get("format")))) and column.logical == "string":
        told["format"] = _whole(known, column)
    for key, operator in (("exclusiveMinimum", ">"), ("exclusiveMaximum", "<")):
        if key in limits:
            told[key] = f"{cell} {operator} {sql.constant(limits[key], column.spark_type)}"
    if "exclusiveMinimum" in told and column.spark_type in ("FLOAT", "DOUBLE"):
        told["exclusiveMinimum"] += f" AND NOT isnan({cell})"  # Spark holds NaN for greater than any number
    if "multipleOf" in limits:
        told["multipleOf"] = f"{cell} % {limits['multipleOf']} = 0"
    for key, predicate in told.items():
        yield Rule(f"{column.full_name}.{key}", predicate, field=column.full_name, null_passes=True)


def _text(column: Column) -> str:
    cell = sql.quoted(column.full_name)
    return cell if column.spark_type == "STRING" else f"CAST({cell} AS STRING)"


def _among(values: list[Any], column: Column) -> str:
    """A null in the list says what is so anyway: that a null passes."""
    known = [sql.constant(value, column.spark_type) for value in values if value is not None]
    return f"{sql.quoted(column.full_name)} IN ({', '.join(known)})"


def _without(values: list[Any], column: Column) -> str:
    """What stands for "missing" is text, whatever the column's type."""
    present = f"{sql.quoted(column.full_name)} IS NOT NULL"
    return f"{_text(column)} NOT IN ({', '.join(sql.literal(str(v)) for v in values)})" if values else present


def _whole(pattern: str, column: Column) -> str:
    return f"{_text(column)} RLIKE {sql.literal(_WHOLE % pattern)}"
