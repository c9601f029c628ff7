"""What silver does with what departs from the contract, mode by mode, and how its table is made."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from lakehouse_jobs.contract.model import DECIMAL_COMMA, Evolution, Field, Model, Reaction
from lakehouse_jobs.layers.gates import Stopped
from lakehouse_jobs.layers.tables import SchemaMismatch, TableMissing
from lakehouse_jobs.layers.typing import typed
from pyspark.sql import SparkSession

from tests.jobs.loads import Table

FIELDS = (
    Field("id", "string", "STRING", required=True, key_position=1),
    Field("small", "integer", "INT"),
    Field("price", "number", "DECIMAL(4,2)"),
)
MODEL = Model("prices", FIELDS)
GOOD = {"id": "1", "small": "7", "price": "1.50"}
WIDE = {"id": "2", "small": "3000000000", "price": "123.456"}
WRONG = {"id": "3", "small": "many", "price": "2"}
EXTRA = {"id": "4", "small": "1", "price": "3", "_rescued_data": '{"colour":"red","_file_path":"/f"}'}


@pytest.mark.parametrize(
    ("mode", "stored", "counts"),
    [
        (None, ["1"], (1, 2, 0)),
        ("evolve", ["1", "2"], (2, 1, 0)),
        ("freeze", [], None),
        ("discard_row", ["1"], (1, 0, 2)),
        ("discard_value", ["1", "2", "3"], (3, 0, 0)),
    ],
)
def test_a_value_of_another_type(
    spark: SparkSession, tmp_path: Path, mode: Reaction | None, stored: list[str], counts: tuple[int, int, int] | None
) -> None:
    table = Table(spark, tmp_path, replace(MODEL, evolution=Evolution(type=mode)))
    table.arrive([GOOD, WIDE, WRONG])
    if counts is None:
        with pytest.raises(Stopped, match=r"small\.type: 2 rows"):
            table.promote()
        assert table.stored() == []
        return
    record = table.promote()
    assert (record.valid, record.quarantined, record.discarded, record.taken) == (*counts, 3)
    assert [number for number, *_ in table.stored("id")] == stored
    kinds = dict(table.read().dtypes)
    if mode == "evolve":
        assert (kinds["small"], dict(table.stored("id", "small"))["2"]) == ("bigint", 3_000_000_000)
        assert str(dict(table.stored("id", "price"))["2"]) == "123.456"
        assert table.take([{**WIDE, "id": "5"}]).inserted == 1
        assert [row.id for row in table.quarantined().collect()] == ["3"]
    else:
        assert (kinds["small"], kinds["price"]) == ("int", "decimal(4,2)")
    if mode == "discard_value":
        assert dict(table.stored("id", "small"))["3"] is None


@pytest.mark.parametrize(
    ("mode", "stored", "counts"),
    [
        ("evolve", ["1", "4"], (2, 0)),
        ("freeze", [], None),
        ("discard_row", ["1"], (1, 1)),
        ("discard_value", ["1", "4"], (2, 0)),
    ],
)
def test_a_column_that_the_contract_does_not_know(
    spark: SparkSession, tmp_path: Path, mode: Reaction, stored: list[str], counts: tuple[int, int] | None
) -> None:
    table = Table(spark, tmp_path, replace(MODEL, evolution=Evolution(column=mode)))
    table.arrive([GOOD, EXTRA])
    if counts is None:
        with pytest.raises(Stopped, match="outside the contract's columns"):
            table.promote()
        assert table.stored() == []
        return
    record = table.promote()
    assert (record.valid, record.discarded) == counts
    assert [number for number, *_ in table.stored("id")] == stored
    assert ("colour" in table.read().columns) == (mode == "evolve")
    if mode == "evolve":
        assert table.take([{**GOOD, "id": "5"}]).inserted == 1
        assert dict(table.stored("id", "colour")) == {"1": None, "4": "red", "5": None}


def test_no_table_is_made_where_the_contract_freezes_them(spark: SparkSession, tmp_path: Path) -> None:
    table = Table(spark, tmp_path, replace(MODEL, evolution=Evolution(table="freeze")))
    table.arrive([GOOD])
    with pytest.raises(TableMissing, match="freeze"):
        table.promote()


def test_a_contract_that_gains_a_column_or_a_wider_type_changes_the_table_and_no_other_one_does(
    spark: SparkSession, tmp_path: Path
) -> None:
    table = Table(spark, tmp_path, MODEL)
    table.take([GOOD])
    big = Field("small", "integer", "BIGINT")
    table.model = replace(MODEL, fields=(FIELDS[0], big, FIELDS[2], Field("note", "string", "STRING", pii="redacted")))
    assert table.take([{**WIDE, "price": "2", "note": "secret"}]).inserted == 1
    assert table.stored("id", "small", "note") == [("1", 7, None), ("2", 3_000_000_000, "***")]
    table.model = replace(MODEL, fields=(FIELDS[0], Field("small", "date", "DATE"), FIELDS[2]))
    table.arrive([GOOD])
    with pytest.raises(SchemaMismatch, match="small is BIGINT, the contract says DATE"):
        table.promote()


def test_where_the_comma_is_decimal_a_dot_parts_thousands_or_it_is_no_number(spark: SparkSession) -> None:
    cells = {
        "1.234,56": Decimal("1234.56"), "1,5": Decimal("1.50"), "7": Decimal("7.00"), "-1.234.567": Decimal(-1234567),
        "1.5": None, "12.3456,7": None, "1.23": None, "1,5.": None,
    }  # fmt: skip
    rows = spark.createDataFrame([(cell,) for cell in cells], "a STRING")
    found = rows.selectExpr("a", typed(Field("a", "number", "DECIMAL(10,2)", format=DECIMAL_COMMA))).collect()
    assert {row[0]: row[1] for row in found} == cells
