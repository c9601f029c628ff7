"""A model's rules and gates as `quality` entries and keys of columns: the words every ODCS tool knows where they say
the same, SQL of ours elsewhere. Whatever is written so is read as the same rule; each form is tried before it is used.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from lakehouse_jobs.contract import quality
from lakehouse_jobs.contract.model import Field, Gate, Model, Rule
from lakehouse_jobs.contract.quality import CELLS, ENGINE, Entry
from lakehouse_jobs.contract.views import Column, Table

_IN = r" IN \((.*)\)$"
_WHOLE = r" RLIKE '\^\(\?:(.*)\)\\\\z'$"
# Keys of a column that are rules, and how their SQL looks.
_KEYS = {
    "enum": _IN, "format": _WHOLE, "exclusiveMinimum": r" > (.*)$", "exclusiveMaximum": r" < (.*)$",
    "multipleOf": r" % (\S+) = 0$",
}  # fmt: skip


@dataclass(slots=True)
class Written:
    """`entries` of the model; of columns, by their full names: `by_column`, `limits` (into logicalTypeOptions), `enums`
    and the `unique` ones."""

    entries: list[dict[str, Any]] = field(default_factory=list)
    by_column: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    limits: dict[str, dict[str, Any]] = field(default_factory=dict)
    enums: dict[str, list[Any]] = field(default_factory=dict)
    unique: set[str] = field(default_factory=set)


def written(model: Model) -> Written:
    """At the columns they are about; all at the model where their order would be another one then."""
    columns = [_column(each) for each in model.fields]
    for column in columns:
        column.nest()
    known = {column.full_name: column for column in quality.flat(columns)}
    found = _placed(model, known)
    if _read(model, columns, known, found) != (model.rules, model.gates):
        found = Written([*(_gate(each) for each in model.gates), *(_own(each) for each in model.rules)])
    return found


def _column(each: Field) -> Column:
    return Column(
        name=each.name, path=(), resolved=(each.type, each.spark_type), type_path=(), key_position=each.key_position,
        fields=[_column(inner) for inner in each.fields], items=_column(each.items) if each.items else None,
    )  # fmt: skip


def _placed(model: Model, known: dict[str, Column]) -> Written:
    found = Written()
    for gate in model.gates:
        column = known.get(gate.fields[0]) if len(gate.fields) == 1 else None
        if column and gate == Gate(f"{gate.fields[0]}.unique", "duplicateValues", "mustBe", 0, fields=gate.fields):
            found.unique.add(gate.fields[0])
        elif column and gate.metric != "rowCount":
            found.by_column.setdefault(column.full_name, []).append(_gate_at(gate, column))
        else:
            found.entries.append(_gate(gate))
    for rule in model.rules:
        column = known.get(rule.field or "")
        if column is None:
            found.entries.append(_own(rule))
        elif not _implied(rule, column, found):
            found.by_column.setdefault(column.full_name, []).append(_at_column(rule, column))
    return found


def _read(model: Model, columns: list[Column], known: dict[str, Column], found: Written) -> tuple[Any, Any]:
    """The rules and gates that a reader gets of it."""
    for name, column in known.items():
        column.limits = dict(found.limits.get(name, {}))
        if name in found.enums:
            column.limits["enum"] = found.enums[name]
        column.unique = name in found.unique
    entries = [Entry(each, ()) for each in found.entries]
    entries += [Entry(each, (), column) for name, column in known.items() for each in found.by_column.get(name, ())]
    table = Table(model.name, (), columns, "", settings={"write": model.write}, entries=entries)
    return quality.rules(table), quality.gates(table)


def _said(one: Rule | Gate, default: str) -> dict[str, Any]:
    parts = {"severity": one.severity, "dimension": one.dimension, "description": one.description}
    name = {} if one.name == default else {"name": one.name}
    return {**name, **{key: value for key, value in parts.items() if value is not None}}


def _entry(one: Rule | Gate, default: str, **parts: Any) -> dict[str, Any]:
    said = _said(one, default)
    name = {"name": said.pop("name")} if "name" in said else {}
    return {**name, **{key: value for key, value in parts.items() if value not in (None, [], {})}, **said}


def _own(rule: Rule, *, at_column: bool = False) -> dict[str, Any]:
    """A rule of ours, which says its column where it does not stand there."""
    more = {
        "reference": rule.reference,
        "field": None if at_column else rule.field,
        "nullPasses": True if rule.null_passes else None,
    }
    given = {key: value for key, value in more.items() if value is not None}
    how = {**({"predicate": rule.predicate} if rule.predicate else {}), **given} if given else rule.predicate
    return _entry(rule, "", type="custom", engine=ENGINE, implementation=how)


def _at_column(rule: Rule, column: Column) -> dict[str, Any]:
    for metric, arguments in _meant(rule.predicate or "", nulls=rule.null_passes):
        entry = _entry(rule, f"{column.full_name}.{metric}", type="library", metric=metric, arguments=arguments)
        entry |= {"mustBe": 0}
        if _rules(column, [entry]) == (rule,):
            return entry
    return _own(rule, at_column=True)


def _rules(column: Column, entries: list[dict[str, Any]]) -> tuple[Rule, ...]:
    bare = Column(column.name, (), column.resolved, (), full_name=column.full_name)
    return quality.rules(Table("", (), [], "", entries=[Entry(each, (), bare) for each in entries]))


def _meant(predicate: str, *, nulls: bool) -> Iterator[tuple[str, dict[str, Any]]]:
    """Metrics that may have given the predicate; `nulls`: it lets them pass."""
    if predicate.endswith(" IS NOT NULL"):
        yield "nullValues", {}
        yield "missingValues", {"missingValues": [None]}
    elif match := re.search(r" NOT IN \((.*)\)$", predicate, re.DOTALL):
        yield "missingValues", {}
        values = _values(match[1])
        yield "missingValues", {"missingValues": values if nulls else [None, *values]}
    elif match := re.search(_IN, predicate, re.DOTALL):
        yield "invalidValues", {"validValues": _values(match[1])}
    elif match := re.search(_WHOLE, predicate, re.DOTALL):
        yield "invalidValues", {"pattern": _plain(match[1])}


def _values(listed: str) -> list[Any]:
    """The values of an IN list."""
    found: list[Any] = []
    for text, number, flag in re.findall(r"'((?:[^'\\]|\\.)*)'|(-?\d+(?:\.\d+)?)|(TRUE|FALSE)", listed, re.DOTALL):
        if number:
            found.append(float(number) if "." in number else int(number))
        else:
            found.append(flag == "TRUE" if flag else _plain(text))
    return found


def _plain(text: str) -> str:
    """What an SQL literal says."""
    return re.sub(r"\\(.)", r"\1", text, flags=re.DOTALL)


def _implied(rule: Rule, column: Column, found: Written) -> bool:
    """Whether the rule follows from a key of its column; then it is put there."""
    key = rule.name.removeprefix(f"{column.full_name}.")
    match = re.search(_KEYS.get(key, "(?!)"), rule.predicate or "", re.DOTALL)
    if not match:
        return False
    value: Any = next(iter(_values(match[1])), None)
    if key == "enum":
        value = _values(match[1])
    elif key == "format":
        value = next((name for name, pattern in quality.FORMATS.items() if pattern == _plain(match[1])), None)
    if value is None or value == []:
        return False
    bare = Column(column.name, (), column.resolved, (), limits={key: value})
    bare.full_name = column.full_name
    if quality.rules(Table("", (), [bare], "")) != (rule,):
        return False
    if key == "enum":
        found.enums[column.full_name] = value
    else:
        found.limits.setdefault(column.full_name, {})[key] = value
    return True


def _bound(gate: Gate) -> dict[str, Any]:
    values = [int(each) if each == int(each) else each for each in (gate.value, gate.upper) if each is not None]
    return {gate.operator: values if gate.upper is not None else values[0]}


def _gate(gate: Gate, *, at_column: bool = False, arguments: dict[str, Any] | None = None) -> dict[str, Any]:
    """A library metric or a query, which says its columns where it does not stand at one."""
    query = gate.metric == "query"
    if arguments is None:
        arguments = {"properties": [] if at_column else list(gate.fields), "predicate": gate.predicate}
    given = {key: value for key, value in arguments.items() if value not in (None, [])}
    where = gate.fields[0] + "." if at_column else ""
    return _entry(
        gate, f"{where}{gate.metric}", type="sql" if query else "library", metric=None if query else gate.metric,
        query=gate.query, arguments=given, unit="percent" if gate.unit == "percent" else None,
    ) | _bound(gate)  # fmt: skip


def _gate_at(gate: Gate, column: Column) -> dict[str, Any]:
    predicate = gate.predicate or ""
    passed = re.match(r"\S+ IS NULL OR ", predicate)
    for metric, arguments in _meant(predicate[passed.end() :] if passed else predicate, nulls=bool(passed)):
        entry = _gate(gate, at_column=True, arguments=arguments)
        if metric == gate.metric and _gates(column, entry) == (gate,):
            return entry
    if gate.metric in CELLS and gate.predicate is None:
        return _gate(gate)
    return _gate(gate, at_column=True)


def _gates(column: Column, entry: dict[str, Any]) -> tuple[Gate, ...]:
    bare = Column(column.name, (), column.resolved, (), full_name=column.full_name)
    return quality.gates(Table("", (), [], "", entries=[Entry(entry, (), bare)]))
