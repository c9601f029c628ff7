"""What a column's cells must be, as people say it, and where the contract keeps it: a limit of the column, a rule on
each row, or a gate on all of them."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

import yaml
from lakehouse_jobs.contract import sql
from lakehouse_jobs.contract.model import Field, Gate, Model, Rule

from wizard.text import N_, _


class RuleKind(StrEnum):
    NOT_BLANK = "not_blank"
    UNIQUE = "unique"
    BETWEEN = "between"
    ONE_OF = "one_of"
    MATCHES = "matches"
    SQL = "sql"
    REFERENCE = "reference"  # to another table: shown here, written in the file


WORDS = {
    RuleKind.NOT_BLANK: N_("not blank"),
    RuleKind.UNIQUE: N_("unique"),
    RuleKind.BETWEEN: N_("between"),
    RuleKind.ONE_OF: N_("one of"),
    RuleKind.MATCHES: N_("matches"),
    RuleKind.SQL: N_("SQL"),
    RuleKind.REFERENCE: N_("found in"),
}
ORDERED = ("integer", "number", "date", "timestamp")  # types that have limits
_IN = re.compile(r"(?P<cell>`[^`]+`) IN \((?P<values>.*)\)", re.DOTALL)
_LIKE = re.compile(r"(?P<cell>`[^`]+`) RLIKE '\^\(\?:(?P<pattern>.*)\)\\\\z'", re.DOTALL)
_WHOLE = r"^(?:%s)\z"
_VALUE = re.compile(r"CAST\('((?:[^'\\]|\\.)*)' AS \w+\)|'((?:[^'\\]|\\.)*)'|([^,\s][^,]*)")


@dataclass(frozen=True, slots=True)
class ColumnRule:
    """One rule as it is shown. `text` is what a person types to set it; `where`: limit, pattern, rule, gate or key (a
    key is unique by itself, and no rule says so); `name` of a rule or gate."""

    kind: RuleKind
    text: str
    where: str
    name: str = ""

    @property
    def words(self) -> str:
        return f"{_(WORDS[self.kind])} {self.text}".rstrip()


class RuleUnreadable(Exception):  # noqa: N818 - what was typed, told with its remedy
    """What was typed is no such rule."""


def kinds(field: Field) -> tuple[RuleKind, ...]:
    """The rules that a column of this type can have."""
    if field.type in ("object", "array"):
        return (RuleKind.SQL,)
    found = [RuleKind.NOT_BLANK] if field.type == "string" else []
    found += [RuleKind.UNIQUE, *([RuleKind.BETWEEN] if field.type in ORDERED else []), RuleKind.ONE_OF]
    found += [RuleKind.MATCHES] if field.type == "string" else []
    return (*found, RuleKind.SQL)


def found(model: Model, at: int) -> tuple[ColumnRule, ...]:
    """The rules of the column at a position, those first that a person meets first."""
    field = model.fields[at]
    told = []
    if model.keys == (field.name,) and model.write == "merge":
        told.append(ColumnRule(RuleKind.UNIQUE, "", "key"))
    told += [_of_rule(rule, field) for rule in model.rules if rule.field == field.name]
    told += [ColumnRule(RuleKind.UNIQUE, "", "gate", gate.name) for gate in model.gates if _unique(gate, field.name)]
    if field.minimum is not None or field.maximum is not None:
        told.append(ColumnRule(RuleKind.BETWEEN, f"{field.minimum or ''}, {field.maximum or ''}", "limit"))
    if field.pattern is not None:
        told.append(ColumnRule(RuleKind.MATCHES, field.pattern, "pattern"))
    return tuple(told)


def _unique(gate: Gate, name: str) -> bool:
    return gate.metric == "duplicateValues" and gate.operator == "mustBe" and gate.value == 0 and gate.fields == (name,)


def offered(model: Model, at: int) -> tuple[ColumnRule, ...]:
    """What a person chooses from: the rules that are there, and one of each kind that is not, of SQL always one more.
    `where` is empty for one that is not there."""
    there, told = found(model, at), []
    for kind in kinds(model.fields[at]):
        own = [rule for rule in there if rule.kind is kind]
        told += own
        if not own or kind is RuleKind.SQL:
            told.append(ColumnRule(kind, "", ""))
    return tuple(told)


def _of_rule(rule: Rule, field: Field) -> ColumnRule:
    if rule.reference is not None:
        return ColumnRule(RuleKind.REFERENCE, rule.reference, "rule", rule.name)
    predicate, cell = rule.predicate or "", sql.quoted(field.name)
    if predicate == _not_blank(field.name):
        return ColumnRule(RuleKind.NOT_BLANK, "", "rule", rule.name)
    if (within := _IN.fullmatch(predicate)) and within["cell"] == cell:
        return ColumnRule(RuleKind.ONE_OF, ", ".join(map(_typed, _values(within["values"]))), "rule", rule.name)
    if (like := _LIKE.fullmatch(predicate)) and like["cell"] == cell:
        return ColumnRule(RuleKind.MATCHES, _unescaped(like["pattern"]), "rule", rule.name)
    return ColumnRule(RuleKind.SQL, predicate, "rule", rule.name)


def _not_blank(name: str) -> str:
    return f"trim({sql.quoted(name)}) <> ''"


def _values(text: str) -> list[str]:
    return [_unescaped(cast or quoted) or bare.strip() for cast, quoted, bare in _VALUE.findall(text)]


def _typed(value: str) -> str:
    """A value as it stands in a list of YAML, in quotes where it needs them."""
    whole: str = yaml.safe_dump([value], default_flow_style=True, width=10_000, allow_unicode=True)
    plain = whole.strip()[1:-1]
    return value if plain.strip("'\"") == value and re.fullmatch(r"[^,'\"\[\]{}#:]+", value) else plain


def _unescaped(text: str) -> str:
    return re.sub(r"\\(.)", r"\1", text)


def put(model: Model, at: int, kind: RuleKind, text: str, name: str | None = None) -> Model:
    """The model with this rule on a column, in place of one of the same kind, whose severity stays; of several in
    place of the one of this `name`, or beside them where it is empty. A value that is not there passes: that
    there is one, `required` says. Raises RuleUnreadable."""
    names = {rule.name for rule in _of_kind(model, at, kind, name) if rule.where == "rule"}
    before = next((rule for rule in model.rules if rule.name in names), None)
    model = drop(model, at, kind, name)
    field = model.fields[at]
    if kind is RuleKind.UNIQUE:
        gate = Gate(f"{field.name}.unique", "duplicateValues", "mustBe", 0, fields=(field.name,))
        return replace(model, gates=(*model.gates, gate)) if not found_key(model, at) else model
    if kind is RuleKind.BETWEEN:
        least, most = _limits(text, field)
        return _with_field(model, at, replace(field, minimum=least, maximum=most))
    if kind is RuleKind.MATCHES and before is None:
        return _with_field(model, at, replace(field, pattern=_pattern(text)))
    if kind is RuleKind.NOT_BLANK:
        model = _with_field(model, at, replace(field, required=True))
    rule = _written(model, field, kind, text)
    # All but its SQL is as it was.
    rule = rule if before is None else replace(before, predicate=rule.predicate)
    return replace(model, rules=(*model.rules, rule))


def _written(model: Model, field: Field, kind: RuleKind, text: str) -> Rule:
    """A rule on each row. Raises RuleUnreadable."""
    cell = sql.quoted(field.name)
    if kind is RuleKind.NOT_BLANK:
        return Rule(f"{field.name}.notBlank", _not_blank(field.name), null_passes=True, field=field.name)
    if kind is RuleKind.ONE_OF:
        values = ", ".join(sql.constant(value, field.spark_type) for value in _listed(text, field))
        return Rule(f"{field.name}.enum", f"{cell} IN ({values})", null_passes=True, field=field.name)
    if kind is RuleKind.MATCHES:
        predicate = f"{cell} RLIKE {sql.literal(_WHOLE % _pattern(text))}"
        return Rule(f"{field.name}.matches", predicate, null_passes=True, field=field.name)
    if not text.strip():
        raise RuleUnreadable(_("nothing is written; write what is true for a good row, as {example}",
                               example=f"{cell} <> ''"))  # fmt: skip
    return Rule(_free(model, f"{field.name}.rule"), text.strip(), field=field.name)


def found_key(model: Model, at: int) -> bool:
    """Whether a column is unique by itself, as the only one of the key."""
    return any(rule.where == "key" for rule in found(model, at))


def _of_kind(model: Model, at: int, kind: RuleKind, name: str | None) -> list[ColumnRule]:
    """The rules of this kind on a column; with a `name` the one of it alone."""
    return [rule for rule in found(model, at) if rule.kind is kind and name in (None, rule.name)]


def drop(model: Model, at: int, kind: RuleKind, name: str | None = None) -> Model:
    """The model without the rules of this kind on a column; with a `name` without that one."""
    gone = _of_kind(model, at, kind, name)
    rules = {rule.name for rule in gone if rule.where == "rule"}
    gates = {rule.name for rule in gone if rule.where == "gate"}
    model = replace(
        model,
        rules=tuple(rule for rule in model.rules if rule.name not in rules),
        gates=tuple(gate for gate in model.gates if gate.name not in gates),
    )
    field = model.fields[at]
    if any(rule.where == "limit" for rule in gone):
        field = replace(field, minimum=None, maximum=None)
    if any(rule.where == "pattern" for rule in gone):
        field = replace(field, pattern=None)
    return _with_field(model, at, field)


def _with_field(model: Model, at: int, field: Field) -> Model:
    return replace(model, fields=(*model.fields[:at], field, *model.fields[at + 1 :]))


def _free(model: Model, name: str) -> str:
    taken = {rule.name for rule in model.rules}
    return next(each for n in range(1, len(taken) + 2) if (each := name if n == 1 else f"{name}_{n}") not in taken)


def _limits(text: str, field: Field) -> tuple[str | None, str | None]:
    parts = [part.strip() or None for part in text.split(",")]
    if len(parts) != 2 or parts == [None, None]:
        raise RuleUnreadable(_("two limits are expected; write them as 0, 100, and leave one out where there is none"))
    least, most = parts
    read: Callable[[str], Any] = float if field.type in ("integer", "number") else str
    try:
        empty = least is not None and most is not None and read(least) > read(most)
    except ValueError:
        raise RuleUnreadable(_("{text} is no pair of numbers; write them as 0, 100", text=text)) from None
    if empty:
        raise RuleUnreadable(_("no value is between {least} and {most}; write the smaller one first",
                               least=least, most=most))  # fmt: skip
    return least, most


def _pattern(text: str) -> str:
    try:
        re.compile(text)
    except re.error as error:
        raise RuleUnreadable(_("it is no regular expression: {error}", error=error)) from None
    if not text:
        raise RuleUnreadable(_("nothing is written; write a regular expression that the whole text matches"))
    return text


def _listed(text: str, field: Field) -> list[Any]:
    try:
        values = yaml.load(f"[{text}]", Loader=yaml.BaseLoader)  # text alone: 0071 stays as it is
    except yaml.YAMLError:
        values = None
    if not values or any(not isinstance(value, str) for value in values):
        raise RuleUnreadable(_("it cannot be read; write it as {form}", form="a, b"))
    if field.type not in ("integer", "number"):
        return list(values)
    try:
        return [int(value) if field.type == "integer" else _number(value) for value in values]
    except ValueError:
        raise RuleUnreadable(_("not all of it are numbers; write it as {form}", form="1, 2, 3")) from None


def _number(text: str) -> int | float:
    number = float(text)
    return int(number) if number.is_integer() else number
