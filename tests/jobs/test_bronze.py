"""The bronze table itself: its form, what Delta's log holds of it, and personal data in it."""

from __future__ import annotations

import hashlib
import hmac
import json
from dataclasses import replace
from pathlib import Path

import pytest
from lakehouse_jobs.contract.model import Evolution, Field
from lakehouse_jobs.keys import PiiKey
from lakehouse_jobs.layers import Hop, Ledger, bronze
from lakehouse_jobs.layers.bronze import TableMissing
from lakehouse_jobs.layers.masked import as_masked
from lakehouse_jobs.sources.files import UnknownColumn
from pyspark.sql import SparkSession

from tests.jobs.landing import FIELDS, Landing

HEADER = "id,name,city\n"
KEY = bytes(range(32))


@pytest.fixture
def landing(tmp_path: Path, spark: SparkSession) -> Landing:
    return Landing(tmp_path, spark)


def log(landing: Landing) -> list[dict[str, dict[str, object]]]:
    files = sorted((landing.root / "tables" / "people" / "_delta_log").glob("*.json"))
    return [json.loads(line) for file in files for line in file.read_text().splitlines()]


def test_silver_finds_a_load_by_the_only_statistics_that_there_are(landing: Landing) -> None:
    landing.put("a.csv", HEADER + "1,canary,X\n")
    landing.load()
    landing.put("b.csv", HEADER + "2,B,Y\n3,C,Z\n")
    landing.load()
    table = landing.spark.read.format("delta").load(str(landing.root / "tables" / "people"))
    assert table.columns == [
        "id",
        "name",
        "city",
        "_rescued_data",
        "_file_path",
        "_file_modified",
        "_loaded_at",
        "_load",
    ]
    ledger = Ledger(str(landing.root / "checkpoints"), "bronze")
    first, second = ledger.loads()
    assert (second, ledger.has(second), ledger.has(second + 1)) == (first + 1, True, False)
    assert [ledger.read(load)["counts"]["bronze"] for load in (first, second)] == [1, 2]
    entries = log(landing)
    kept = [json.loads(str(entry["add"]["stats"]))["minValues"] for entry in entries if "add" in entry]
    assert kept == [{"_load": first}, {"_load": second}]
    assert "canary" not in json.dumps(entries)
    assert {e["txn"]["version"] for e in entries if "txn" in e} == {first, second}
    assert len({e["txn"]["appId"] for e in entries if "txn" in e}) == 1
    newest = table.where(f"_load = {second}")
    plan = newest._jdf.queryExecution().executedPlan()
    newest.collect()
    scan = plan.collectLeaves().head()
    assert scan.metrics().apply("numFiles").value() == 1


def test_a_contract_may_gain_a_column_and_the_input_may_call_it_otherwise(landing: Landing) -> None:
    landing.put("a.csv", "id,name,city,Nº de série\n1,A,X,77\n")
    assert landing.load()["rescued"] == 1
    landing.model = replace(
        landing.model, fields=(*FIELDS, Field("serial", "string", "STRING", source_name="Nº de série"))
    )
    landing.put("b.csv", "id,name,city,Nº de série\n2,B,Y,78\n")
    assert landing.load()["rescued"] == 0
    assert {row.id: row.serial for row in landing.rows()} == {"1": None, "2": "78"}


@pytest.mark.parametrize(
    ("format", "name", "content"),
    [
        ("csv", "b.csv", "id,name,city,shoe\n2,B,Y,42\n"),
        ("json", "b.json", '{"id":"2","shoe":42}\n'),
    ],
)
def test_frozen_columns_refuse_before_anything_is_written(
    landing: Landing, format: str, name: str, content: str
) -> None:
    landing.source(format=format, multiline=False)
    landing.model = replace(landing.model, evolution=Evolution(column="freeze"))
    landing.put(f"a.{format}", HEADER + "1,A,X\n" if format == "csv" else '{"id":"1"}\n')
    landing.load()
    before = log(landing)
    landing.put(name, content)
    with pytest.raises(UnknownColumn, match=f"{name} has columns that the contract does not know: shoe"):
        landing.load()
    assert log(landing) == before
    assert landing.counts()["read"] == 0
    if format == "csv":
        # Without a header its first row is taken for one: no value of it is told.
        landing.put(name, "3,Planted,Z\n4,D,W\n")
        with pytest.raises(UnknownColumn, match=f"{name} has no column that the contract knows") as refused:
            landing.load()
        assert "Planted" not in str(refused.value)
        landing.put(name, content)
    # The contract takes the column in: the same file is read now.
    landing.model = replace(landing.model, fields=(*FIELDS, Field("shoe", "string", "STRING")))
    assert landing.load()["read"] == 1
    assert {row.id: row.shoe for row in landing.rows()} == {"1": None, "2": "42"}


def test_a_frozen_table_that_is_not_there_is_not_made(landing: Landing) -> None:
    landing.model = replace(landing.model, evolution=Evolution(table="freeze"))
    landing.put("a.csv", HEADER + "1,A,X\n")
    with pytest.raises(TableMissing, match=r"no table crisk\.bronze\.people"):
        landing.load()
    assert not (landing.root / "tables").exists()
    landing.model = replace(landing.model, evolution=Evolution())
    landing.load()
    landing.model = replace(landing.model, evolution=Evolution(table="freeze"))
    landing.put("b.csv", HEADER + "2,B,Y\n")
    assert landing.load()["read"] == 1


def test_parquet_files_of_other_types_stand_side_by_side_and_a_broken_one_is_refused(landing: Landing) -> None:
    landing.source(format="parquet")
    selects = {
        "one": "select 1L id, 'A' name, named_struct('street', 'X') city",
        "two": "select '007' id, 2.50 name, date'2026-01-02' city, 9 more",
    }
    for name, select in selects.items():
        folder = landing.root / name
        landing.spark.sql(select).coalesce(1).write.parquet(str(folder))
        landing.put(f"{name}.parquet", next(folder.glob("*.parquet")).read_bytes())
    whole = (landing.folder / "one.parquet").read_bytes()
    landing.put("cut.parquet", whole[: len(whole) // 2])
    counts = landing.load()
    assert landing.cells() == [("007", "2.50", "2026-01-02"), ("1", "A", '{"street":"X"}')]
    assert (counts["files"], counts["rescued"], list(counts["refused"])) == (2, 1, ["cut.parquet"])


def test_json_of_any_form_keeps_every_object(landing: Landing) -> None:
    landing.source(format="json")
    landing.put("list.json", '[{"id":"007","name":{"a":1}},\n{"id":8,"shoe":42},"broken"]')
    landing.put("cut.json", '[{"id":"9"},{"id":')
    landing.put("empty.json", "")
    counts = landing.load()
    found = {row.id: row for row in landing.rows()}
    assert (counts["read"], counts["rescued"], counts["files"], counts["refused"]) == (4, 3, 3, {})
    assert found["007"].name == '{"a":1}'
    assert json.loads(found["8"]._rescued_data)["shoe"] == "42"
    kept = {json.loads(row._rescued_data)["_corrupt_record"] for row in landing.rows() if row.id is None}
    assert kept == {"broken", '[{"id":"9"},{"id":'}


def test_masked_bronze_holds_no_value_in_clear_and_silver_protects_it_no_second_time(landing: Landing) -> None:
    protected = (FIELDS[0], replace(FIELDS[1], pii="hash"), replace(FIELDS[2], pii="mask_generic"))
    landing.model = replace(landing.model, fields=protected, bronze_pii="masked")
    landing.put("a.csv", "id,name,city,cpf\n1,Planted Name,Planted City,planted-number\n")

    class Keyed(PiiKey):
        def value(self) -> bytes:
            return KEY

    landing.runs += 1
    hop = Hop(landing.platform, landing.model, "crisk", str(landing.root / "checkpoints"), "run-1", "bronze")
    bronze.load(replace(hop, key=Keyed(landing.platform, "scope")), str(landing.folder))
    (row,) = landing.rows()
    assert row.name == "v1:" + hmac.new(KEY, b"Planted Name", hashlib.sha256).hexdigest()
    assert row.city == "P***"
    assert "planted" not in row._rescued_data
    data = b"".join(
        path.read_bytes() for path in landing.root.rglob("*") if path.is_file() and "landing" not in path.parts
    )
    assert not [word for word in (b"Planted", b"planted") if word in data.replace(b"landing", b"")]
    told = as_masked(landing.model)
    assert [(field.spark_type, field.pii) for field in told.fields] == [("STRING", None)] * 3
    assert as_masked(replace(landing.model, bronze_pii="clear")).fields == protected
