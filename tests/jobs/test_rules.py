"""Checks of rows, judged by Spark: each says what it must of each row, never null, and all in one pass."""

from __future__ import annotations

from dataclasses import replace

import pytest
from lakehouse_jobs.contract.model import Evolution, Field, Model, Reaction, Rule
from lakehouse_jobs.quality.rules import (
    BITS,
    BLOCKING,
    Check,
    Reached,
    checks,
    counted,
    failing,
    mask,
    masks,
    named,
    references,
    tally,
)
from pyspark.sql import DataFrame, SparkSession

from tests.jobs.judged_rows import CASES, GOOD, MODEL, row_of, typed_columns

REACTIONS: tuple[Reaction | None, ...] = (None, "evolve", "freeze", "discard_row", "discard_value")
ALL: tuple[Reached, ...] = ("warning", *BLOCKING)


@pytest.fixture(scope="module")
def rows(spark: SparkSession) -> DataFrame:
    """The cases in their order, typed, each with its masks."""
    described = ", ".join(f"{name} STRING" for name in GOOD)
    frame = spark.createDataFrame([(n, *row_of(case)) for n, case in enumerate(CASES)], f"_n INT, {described}")
    return frame.selectExpr("_n", *typed_columns()).cache()


def masked(rows: DataFrame, found: tuple[Check, ...]) -> DataFrame:
    return rows.selectExpr("*", *(f"{mask_} as {mask(number)}" for number, mask_ in enumerate(masks(found))))


def test_each_row_fails_exactly_the_checks_it_must(rows: DataFrame) -> None:
    found = checks(MODEL)
    judged = masked(rows, found)
    told = judged.selectExpr(
        f"{named(found, ALL)} as failed", f"{named(found)} as blocked", f"{failing(found)} as out",
        f"{failing(found, ['fail'])} as fatal", f"{failing(found, ['warning'])} as warned", mask(0), "_n",
    ).orderBy("_n").collect()  # fmt: skip
    wrong = [
        (case, tuple(row.failed))
        for case, row in zip(CASES, told, strict=True)
        if tuple(row.failed) != case.failed
        or tuple(row.blocked) != case.blocked
        or row.out is not bool(case.blocked)
        or row.fatal is not ("never_beyond" in case.failed)
        or row.warned is not (case.failed != case.blocked)
    ]
    assert wrong == []
    sums = {check.name: sum(check.name in case.failed for case in CASES) for check in found}
    summed = judged.selectExpr(*counted(found).values()).first()
    assert summed is not None
    assert dict(zip(counted(found), summed, strict=True)) == sums
    assert tally(found, [((row[mask(0)],), 1) for row in told]) == {name: n for name, n in sums.items() if n}


def test_no_check_is_ever_null(rows: DataFrame) -> None:
    """Not even on a row of nothing but nulls: such a row would pass unseen between good and bad."""
    nothing = rows.limit(1).selectExpr(*(f"if(true, null, `{name}`) as `{name}`" for name in rows.columns))
    either = rows.unionByName(nothing)
    found = checks(MODEL)
    told = either.selectExpr(*(f"count_if(({check.failed}) is null) as `{n}`" for n, check in enumerate(found))).first()
    assert told is not None
    assert sum(told) == 0


def test_more_checks_than_a_mask_has_bits(spark: SparkSession) -> None:
    many = Model("wide", tuple(Field(f"f{n}", "string", "STRING", required=True) for n in range(2 * BITS + 4)))
    found = checks(many)
    assert len(masks(found)) == 3
    bad = (0, BITS - 1, BITS, 2 * BITS, 2 * BITS + 3)
    cells = (f"cast({'null' if n in bad else 1} as string) as f{n}" for n in range(len(found)))
    forgiven = tuple(replace(check, severity="warning") if n in bad else check for n, check in enumerate(found))
    judged = masked(spark.range(1).selectExpr(*cells), found)
    row = judged.selectExpr(
        named(found), failing(found), failing(found[:1]), failing(forgiven), mask(0), mask(1), mask(2)
    ).first()  # fmt: skip
    assert row is not None
    assert row[0] == [f"f{n}.required" for n in bad]
    assert row[1:4] == (True, True, False)
    assert tally(found, [(row[4:], 7)]) == {f"f{n}.required": 7 for n in bad}
    assert all(value >= 0 for value in row[4:])


def test_a_model_without_rules_has_one_mask_and_no_names(spark: SparkSession) -> None:
    found = checks(Model("free", (Field("x", "string", "STRING"),)))
    assert found == ()
    row = spark.range(1).selectExpr(f"{masks(found)[0]} as _mask_0").selectExpr(named(found), failing(found)).first()
    assert row is not None
    assert (row[0], row[1]) == ([], False)


def test_a_value_of_another_type_is_met_as_the_contract_says(rows: DataFrame) -> None:
    """None: quarantine. freeze: the run ends. discard_row: the row is left out. discard_value: its place is empty."""
    bad = next(n for n, case in enumerate(CASES) if case.cells == {"amount": "one"})
    told = {}
    for reaction in REACTIONS:
        found = checks(replace(MODEL, evolution=Evolution(type=reaction)))
        row = masked(rows.where(f"_n = {bad}"), found).selectExpr(
            named(found, ALL), *(failing(found, [severity]) for severity in ALL)
        ).first()  # fmt: skip
        assert row is not None
        told[reaction] = (row[0], [severity for severity, failed in zip(ALL, row[1:], strict=True) if failed])
    assert told == {
        None: (["amount.type"], ["quarantine"]),
        "evolve": (["amount.type"], ["quarantine"]),
        "freeze": (["amount.type"], ["fail"]),
        "discard_row": (["amount.type"], ["discard"]),
        "discard_value": (["amount.required"], ["quarantine"]),
    }


def test_references_are_numbered_as_their_columns() -> None:
    assert [rule.name for rule in references(MODEL)] == ["known", "known_if_there"]
    assert Rule("known", reference="other.id", field="id") in references(MODEL)
