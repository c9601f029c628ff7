"""Rules on a batch as a whole, as SQL: each gives one number, which `judged` holds against its bounds."""

from __future__ import annotations

import math
from collections.abc import Callable
from decimal import Decimal

from lakehouse_jobs.contract.model import Gate, Operator
from lakehouse_jobs.contract.sql import quoted
from lakehouse_jobs.records import Judged

_WITHIN: dict[Operator, Callable[[float, float, float], bool]] = {
    "mustBe": lambda value, bound, _: value == bound,
    "mustNotBe": lambda value, bound, _: value != bound,
    "mustBeGreaterThan": lambda value, bound, _: value > bound,
    "mustBeGreaterOrEqualTo": lambda value, bound, _: value >= bound,
    "mustBeLessThan": lambda value, bound, _: value < bound,
    "mustBeLessOrEqualTo": lambda value, bound, _: value <= bound,
    "mustBeBetween": lambda value, bound, upper: bound <= value <= upper,
    "mustNotBeBetween": lambda value, bound, upper: not bound <= value <= upper,
}


def aggregate(gate: Gate) -> str | None:
    """An aggregate over the batch's typed rows; None for a gate with a query of its own.

    Percentages are of all rows, and 0 where there are none."""
    if gate.metric == "query":
        return None
    rows = _rows(gate)
    return f"coalesce(try_divide({rows} * 100.0D, count(*)), 0.0D)" if gate.unit == "percent" else rows


def statement(gate: Gate, batch: str) -> str:
    """The query of a gate that has one; `batch` is the view or table that `{model}` stands for."""
    return (gate.query or "").replace("{model}", batch)


def judged(gate: Gate, value: float | Decimal | None) -> Judged:
    """No number is no pass."""
    number = None if value is None or math.isnan(value) else float(value)
    upper = gate.value if gate.upper is None else gate.upper
    passed = number is not None and _WITHIN[gate.operator](number, gate.value, upper)
    return Judged(gate.name, number, passed, gate.severity)


def stops(results: list[Judged]) -> list[Judged]:
    """Those that stop promotion."""
    return [result for result in results if result.severity == "fail" and not result.passed]


def _rows(gate: Gate) -> str:
    if gate.metric == "rowCount":
        return "count(*)"
    cells = [quoted(name) for name in gate.fields]
    if gate.metric == "duplicateValues":
        # Rows beyond the first of their values. A null is no duplicate, as in SQL's UNIQUE.
        whole = " and ".join(f"{cell} is not null" for cell in cells)
        return f"(count_if({whole}) - count(distinct {', '.join(cells)}))"
    if gate.predicate is not None:
        return f"count_if(not coalesce((\n{gate.predicate}\n), false))"
    return f"count_if({' or '.join(f'{cell} is null' for cell in cells)})"
