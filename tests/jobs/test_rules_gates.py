"""Gates: each counts what it must in a batch, and passes within its bounds alone."""

from __future__ import annotations

from decimal import Decimal

import pytest
from lakehouse_jobs.contract.model import Gate, Operator
from lakehouse_jobs.quality.gates import aggregate, judged, statement, stops
from pyspark.sql import SparkSession

# Ten rows: a has two nulls and three of 1, b has one empty cell and one null.
ROWS = "VALUES (1,'x'),(1,'x'),(1,'y'),(2,''),(3,null),(4,'z'),(5,'z'),(null,'z'),(null,'z'),(6,'w') AS t(a, b)"
GATES: tuple[tuple[Gate, float], ...] = (
    (Gate("rows", "rowCount", "mustBe", 10), 10),
    (Gate("nulls", "nullValues", "mustBe", 0, fields=("a",)), 2),
    (Gate("either", "nullValues", "mustBe", 0, fields=("a", "b")), 3),
    (Gate("nulls %", "nullValues", "mustBe", 0, fields=("a",), unit="percent"), 20),
    (Gate("rows %", "rowCount", "mustBe", 0, unit="percent"), 100),
    (Gate("missing", "missingValues", "mustBe", 0, fields=("b",), predicate="b not in ('') -- empty"), 2),
    (Gate("invalid", "invalidValues", "mustBe", 0, fields=("b",), predicate="b is null or b in ('x', 'y', 'z')"), 2),
    (Gate("doubles", "duplicateValues", "mustBe", 0, fields=("a",)), 2),
    (Gate("pairs", "duplicateValues", "mustBe", 0, fields=("a", "b")), 1),
)
# Of each operator: bound, upper bound, and what a value below, at and above the bound, at and above the upper one gets.
BOUNDS: dict[Operator, tuple[bool, bool, bool, bool, bool]] = {
    "mustBe": (False, True, False, False, False),
    "mustNotBe": (True, False, True, True, True),
    "mustBeGreaterThan": (False, False, True, True, True),
    "mustBeGreaterOrEqualTo": (False, True, True, True, True),
    "mustBeLessThan": (True, False, False, False, False),
    "mustBeLessOrEqualTo": (True, True, False, False, False),
    "mustBeBetween": (False, True, True, True, False),
    "mustNotBeBetween": (True, False, False, False, True),
}
VALUES = (1.0, 2.0, 3.0, 4.0, 5.0)


def test_each_gate_counts_what_it_must(spark: SparkSession) -> None:
    columns = ", ".join(f"{aggregate(gate)} AS `{gate.name}`" for gate, _ in GATES)
    row = spark.sql(f"SELECT {columns} FROM {ROWS}").first()
    assert row is not None
    assert row.asDict() == {gate.name: value for gate, value in GATES}
    none = spark.sql(f"SELECT {columns} FROM {ROWS} WHERE a > 100").first()
    assert none is not None
    assert set(none) == {0}


def test_a_gate_with_a_query_reads_the_batch(spark: SparkSession) -> None:
    query = "SELECT max(a) FROM {model} WHERE a < (SELECT max(a) FROM {model})"
    gate = Gate("most", "query", "mustBeLessThan", 7, query=query)
    assert aggregate(gate) is None
    spark.sql(f"SELECT * FROM {ROWS}").createOrReplaceTempView("a_batch")
    row = spark.sql(statement(gate, "a_batch")).first()
    assert row is not None
    assert row[0] == 5


@pytest.mark.parametrize("operator", BOUNDS)
def test_bounds_are_as_their_names_say(operator: Operator) -> None:
    gate = Gate("g", "rowCount", operator, 2, 4)
    assert tuple(judged(gate, value).passed for value in VALUES) == BOUNDS[operator]


def test_no_number_is_no_pass() -> None:
    for operator in BOUNDS:
        gate = Gate("g", "query", operator, 2, 4, severity="warning")
        for nothing in (None, float("nan")):
            told = judged(gate, nothing)
            assert (told.gate, told.value, told.passed, told.severity) == ("g", None, False, "warning")
    assert judged(Gate("g", "query", "mustBe", 2.5), Decimal("2.5")).value == 2.5
    assert judged(Gate("g", "query", "mustBeBetween", 2), 2.0).passed


def test_only_a_failed_gate_of_severity_fail_stops() -> None:
    fails, warns = Gate("f", "rowCount", "mustBe", 1), Gate("w", "rowCount", "mustBe", 1, severity="warning")
    results = [judged(gate, value) for gate in (fails, warns) for value in (1, 2)]
    assert [(each.gate, each.value) for each in stops(results)] == [("f", 2)]
