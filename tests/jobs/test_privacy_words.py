"""No value of a row in the words of an error, and no expression that fails for one."""

from __future__ import annotations

import pytest
from lakehouse_jobs.contract.model import Model, Rule
from lakehouse_jobs.failures import told
from lakehouse_jobs.layers.silver import Unaccounted
from lakehouse_jobs.privacy.words import quiet, raises, without_values
from lakehouse_jobs.quality.rules import checks
from pyspark.sql import SparkSession


@pytest.mark.parametrize(
    "value",
    ["'Maria'", '"Maria"', "maria@example.com", "1990-01-02", "1990-01-02 03:04:05", "12345", "1.234,56", "-98765"],
)
def test_a_foreign_error_loses_what_may_be_a_value(value: str) -> None:
    assert without_values(f"cannot take {value} here") == "cannot take *** here"
    assert told(ValueError(f"invalid literal: {value}")) == "ValueError: invalid literal: ***"


def test_words_without_a_value_stay() -> None:
    assert without_values("Task 3 in stage 4.0 failed 1 times") == "Task 3 in stage 4.0 failed 1 times"
    assert (
        told(Unaccounted("crisk.silver.m, load 12345678: 1 row")) == "Unaccounted: crisk.silver.m, load 12345678: 1 row"
    )


@pytest.mark.parametrize(
    "predicate",
    [
        "raise_error(name)", "if(a > 1, true, Assert_True (a))", "'x' = a and raise_error('')",
        "to_number(a, '999') > 1", "URL_DECODE(a) = 'x'", "variant_get(parse_json(a), '$.b', 'int') > 1",
    ],
)  # fmt: skip
def test_a_predicate_that_raises_is_refused(predicate: str) -> None:
    assert raises(predicate)
    with pytest.raises(ValueError, match="rule r calls a function that raises"):
        checks(Model("m", (), rules=(Rule("r", predicate),)))


@pytest.mark.parametrize(
    "predicate",
    [
        "note = 'raise_error('", "raise_error_code > 0", 'note = "assert_true(x)"', "try_to_number(a, '999') > 1",
    ],
)  # fmt: skip
def test_other_words_are_no_such_call(predicate: str) -> None:
    assert not raises(predicate)


def test_an_expression_that_would_fail_gives_null(spark: SparkSession) -> None:
    """Under ANSI each of these fails, and Spark logs the value."""
    quiet(spark)
    cells = "cast(x as int), to_date(x), 1 / length(''), array(1)[9]"
    twice = "to_json(map_concat(map(x, 1), map(x, 2)))"
    row = spark.sql(f"SELECT {cells}, {twice} FROM VALUES ('Maria') AS t(x)").first()
    assert row is not None
    assert list(row) == [*[None] * 4, '{"Maria":2}']
