"""Rules on each row, as SQL: those that follow from the fields, and those that the contract declares.

They are asked of typed rows: each field stands there under its own name in its type, and one that is not a STRING
also as the text it was read from, under `raw(name)`. A rule by reference also needs the column `found(number)`."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from lakehouse_jobs.contract.model import Field, Model, Reaction, Rule, Severity
from lakehouse_jobs.contract.sql import literal
from lakehouse_jobs.contract.sql import quoted as path
from lakehouse_jobs.privacy.words import raises
from lakehouse_jobs.sources.files import quoted
from lakehouse_jobs.sources.nested import lost

BITS = 63  # in one BIGINT; the sign is left alone
Reached = Literal[Severity, "discard"]  # discard: the row is left out and counted, as the evolution says
BLOCKING: tuple[Reached, ...] = ("quarantine", "fail", "discard")
_TYPE: dict[Reaction | None, Reached] = {"freeze": "fail", "discard_row": "discard"}
_NUMBER = re.compile(r"[+-]?\d+(\.\d+)?")
_NUMBERS = ("TINYINT", "SMALLINT", "INT", "BIGINT", "FLOAT", "DOUBLE", "DECIMAL")
_FLOATING = ("FLOAT", "DOUBLE")


@dataclass(frozen=True, slots=True)
class Check:
    """`failed` is SQL over one typed row: true or false, never null."""

    name: str
    severity: Reached
    failed: str


@dataclass(frozen=True, slots=True)
class Place:
    """A field of a row or of an object or list within it. `around` makes of a test of this cell one of the row;
    `present` says that what holds the cell is there."""

    field: Field
    name: str
    cell: str
    present: str | None
    around: Callable[[str], str]


def raw(name: str) -> str:
    """The column that has the text which a field was read from."""
    return quoted(f"_raw_{name}")


def found(number: int) -> str:
    """The column that is true where the rule of that number by reference found its value."""
    return f"_found_{number}"


def mask(number: int) -> str:
    """The column of 63 checks' results: a bit is set where its check failed."""
    return f"_mask_{number}"


def references(model: Model) -> tuple[Rule, ...]:
    """The rules that look a value up in another table, in the order of their `found` columns."""
    return tuple(rule for rule in model.rules if rule.reference)


def checks(model: Model) -> tuple[Check, ...]:
    """All checks of a row, in the order of their bits; each has a name of its own."""
    listed = [check for field in model.fields for check in _of_field(field, model)]
    looked_up = references(model)
    for rule in model.rules:
        failed = _unfound(rule, looked_up.index(rule)) if rule.reference else _untrue(rule)
        listed.append(Check(rule.name, rule.severity, failed))
    names: dict[str, int] = {}
    named = []
    for check in listed:
        names[check.name] = number = names.get(check.name, 0) + 1
        name = check.name if number == 1 else f"{check.name} ({number})"
        named.append(Check(name, check.severity, check.failed))
    return tuple(named)


def masks(checks: Sequence[Check]) -> tuple[str, ...]:
    """A BIGINT expression for each 63 checks; at least one. A frame that has them as columns evaluates each once."""
    return tuple(
        " | ".join(f"if({check.failed}, {1 << bit}L, 0L)" for bit, check in enumerate(part)) or "0L"
        for part in _parts(checks)
    )


def failing(checks: Sequence[Check], severities: Collection[Reached] = BLOCKING) -> str:
    """SQL over the mask columns: whether a check of one of these severities failed. Never null."""
    tests = []
    for number, part in enumerate(_parts(checks)):
        bits = sum(1 << bit for bit, check in enumerate(part) if check.severity in severities)
        if bits:
            tests.append(f"({mask(number)} & {bits}L) <> 0L")
    return f"({' OR '.join(tests)})" if tests else "false"


def named(checks: Sequence[Check], severities: Collection[Reached] = BLOCKING) -> str:
    """SQL over the mask columns: the names of the failed checks of these severities, ARRAY<STRING> in their order."""
    names = [
        f"if({test}, {literal(check.name)}, null)" for check, test in _bits(checks) if check.severity in severities
    ]
    return f"array_compact(array({', '.join(names)}))" if names else "cast(array() as array<string>)"


def counted(checks: Sequence[Check]) -> dict[str, str]:
    """Aggregates over the mask columns: name of a check -> how many rows failed it."""
    return {check.name: f"count_if({test})" for check, test in _bits(checks)}


def tally(checks: Sequence[Check], rows: Collection[tuple[Sequence[int], int]]) -> dict[str, int]:
    """The same from rows grouped by their masks: (masks, how many rows). Checks that no row failed are left out."""
    sums: dict[str, int] = {}
    for values, count in rows:
        for number, part in enumerate(_parts(checks)):
            for bit, check in enumerate(part):
                if values[number] >> bit & 1:
                    sums[check.name] = sums.get(check.name, 0) + count
    return sums


def _parts(checks: Sequence[Check]) -> list[Sequence[Check]]:
    return [checks[start : start + BITS] for start in range(0, len(checks), BITS)] or [checks]


def _bits(checks: Sequence[Check]) -> Iterator[tuple[Check, str]]:
    for number, part in enumerate(_parts(checks)):
        for bit, check in enumerate(part):
            yield check, f"({mask(number)} & {1 << bit}L) <> 0L"


def _untrue(rule: Rule) -> str:
    if raises(rule.predicate or ""):
        raise ValueError(
            f"rule {rule.name} calls a function that raises: Spark would write the row's values into its logs. "
            "Write a predicate that is false instead, or try_ before the function's name"
        )
    # On a line of its own: a comment at its end takes nothing with it.
    return f"not coalesce((\n{rule.predicate}\n), {str(rule.null_passes).lower()})"


def _unfound(rule: Rule, number: int) -> str:
    missing = f"not coalesce({found(number)}, false)"
    return f"({path(rule.field or '')} is not null and {missing})" if rule.null_passes else missing


def _of_field(field: Field, model: Model) -> Iterator[Check]:
    for place in _within(Place(field, field.name, quoted(field.name), None, lambda test: test)):
        if place.present is None:
            yield from _top(field, model)
        elif place.field.required:
            yield _check(place, "required", f"{place.present} and {place.cell} is null")
        for what, test in _tests(place.field, place.cell):
            yield _check(place, what, test)


def _top(field: Field, model: Model) -> Iterator[Check]:
    """What is asked of a column alone: that a value is there, and that its text is one of its type."""
    typed = field.spark_type != "STRING"
    # A value that is discarded leaves nothing behind; a value of another type has its own check.
    there = raw(field.name) if typed and model.evolution.type != "discard_value" else quoted(field.name)
    if field.required or field.key_position is not None:
        yield Check(f"{field.name}.required", "quarantine", f"({there} is null)")
    if typed and model.evolution.type != "discard_value":
        wrong = f"({raw(field.name)} is not null and {quoted(field.name)} is null)"
        if field.fields or field.items:
            wrong = f"coalesce({lost(field, raw(field.name), quoted(field.name))}, false)"
        yield Check(f"{field.name}.type", _TYPE.get(model.evolution.type, "quarantine"), wrong)


def _check(place: Place, what: str, test: str) -> Check:
    return Check(f"{place.name}.{what}", "quarantine", f"coalesce({place.around(test)}, false)")


def _within(place: Place, depth: int = 0) -> Iterator[Place]:
    """A place, then all that is in it."""
    yield place
    cell, around = place.cell, place.around
    for field in place.field.fields:
        inner = f"{cell}.{quoted(field.name)}"
        yield from _within(Place(field, f"{place.name}.{field.name}", inner, f"{cell} is not null", around), depth)
    if place.field.items:
        each = f"_e{depth}"

        def some(test: str) -> str:
            return around(f"exists({cell}, {each} -> {test})")

        yield from _within(Place(place.field.items, f"{place.name}[]", each, "true", some), depth + 1)


def _tests(field: Field, cell: str) -> Iterator[tuple[str, str]]:
    """Names and tests of what a field says of its values: true for one that does not do, false or null else."""
    text = cell if field.spark_type == "STRING" else f"cast({cell} as string)"
    if field.min_length is not None:
        yield "minLength", f"length({text}) < {field.min_length}"
    if field.max_length is not None:
        yield "maxLength", f"length({text}) > {field.max_length}"
    # Spark holds NaN for greater than any number; it lies within no limits.
    nan = f" or isnan({cell})" if field.spark_type in _FLOATING else ""
    if field.minimum is not None:
        yield "minimum", f"({cell} < {_limit(field.minimum, field)}{nan})"
    if field.maximum is not None:
        yield "maximum", f"({cell} > {_limit(field.maximum, field)}{nan})"
    if field.pattern is not None:
        whole = literal(rf"\A(?:{field.pattern})\z")
        yield "pattern", f"not ({text} rlike {whole})"


def _limit(value: str, field: Field) -> str:
    if field.spark_type == "STRING":
        return literal(value)
    if field.spark_type.partition("(")[0] in _NUMBERS and _NUMBER.fullmatch(value):
        return value
    return f"cast({literal(value)} as {field.spark_type})"
