"""Files become rows in bronze and silver, and every row is accounted for."""

from __future__ import annotations

import csv
import json
import shutil
from pathlib import Path

import pytest
from lakehouse_jobs.contract import load
from lakehouse_jobs.privacy.plain import protected
from pyspark.sql.functions import col

from scripts.consents import consents
from tests.jobs.conftest import CONTRACTS, REPOSITORY, Lakehouse

ACCOUNT = (REPOSITORY / "templates" / "samples" / "account.csv").read_text(encoding="utf-8")
HEADER = "user_id,name,email,city\n"


def test_the_sample_arrives_whole_and_a_second_run_adds_nothing(ingested: Lakehouse) -> None:
    lakehouse, record = ingested, ingested.record("account", "1")
    written = list(csv.DictReader(ACCOUNT.splitlines()))
    stored = lakehouse.read("silver.account").select("user_id", "name", "email", "city").collect()
    assert len(written) == 51
    fields, key = (
        {f.name: f for f in load(CONTRACTS / "account.yaml").model("account").fields},
        bytes.fromhex("5e" * 32),
    )
    hidden = [tuple(protected(fields[name], cell, key) for name, cell in row.items()) for row in written]
    assert sorted(tuple(row) for row in stored) == sorted(hidden)
    assert {"0071", "0508"} <= {row.user_id for row in stored}
    assert (record.status, record.read, record.bronze, record.inserted, record.files) == ("succeeded", 51, 51, 51, 1)
    counted = {name: lakehouse.read(name).count() for name in ("bronze.account", "silver.account")}
    assert record.tables == {f"crisk.{name}": rows for name, rows in counted.items()}
    again = lakehouse.run("account")
    assert (again.status, again.read, again.bronze, again.taken) == ("succeeded", 0, 0, 0)
    assert again.tables == record.tables


def test_later_files_of_other_lengths_insert_update_and_lose_against_newer_rows(lakehouse: Lakehouse) -> None:
    lakehouse.put("account", "1.csv", HEADER + "01,A,a@example.com,X\n02,B,b@example.com,Y\n")
    lakehouse.run("account")
    # 01 comes again as it was, 02 has moved, 03 is new and stands twice in the file.
    lakehouse.put(
        "account",
        "2.csv",
        HEADER + "01,A,a@example.com,X\n02,B,b@example.com,Z\n03,C,c@example.com,Y\n03,C,c@example.com,Y\n",
    )
    record = lakehouse.run("account")
    assert record.balanced
    counts = (record.read, record.inserted, record.updated, record.stale, record.duplicates)
    assert counts == (4, 1, 1, 1, 1)
    cities = {row.user_id: row.city for row in lakehouse.read("silver.account").collect()}
    assert cities == {"01": "X", "02": "Z", "03": "Y"}
    assert lakehouse.read("bronze.account").count() == 6


def test_consents_keep_the_newest_of_each_user_and_kind(lakehouse: Lakehouse) -> None:
    text = consents(300, seed=7)
    lakehouse.put("consents", "consents.csv", text)
    record = lakehouse.run("consents")
    user, key = load(CONTRACTS / "consents.yaml").model("consents").field("user_id"), bytes.fromhex("5e" * 32)
    newest: dict[tuple[str, str], str] = {}
    for row in csv.DictReader(text.splitlines()):
        place = (protected(user, row["user_id"], key), row["tipo_id"])
        newest[place] = max(row["consent_id"], newest.get(place, ""))
    stored = lakehouse.read("silver.consents")
    assert {(r.user_id, r.tipo_id): r.consent_id for r in stored.collect()} == newest
    assert record.inserted == len(newest) == stored.count()
    assert record.duplicates == 300 - len(newest) > 0
    assert dict(stored.dtypes)["data_inicio"] == "date"
    assert stored.where(col("status") == "Revogado").where("data_inicio is not null").count() == 0


def test_rows_that_do_not_fit_are_set_aside_and_a_contract_may_gain_a_column(
    lakehouse: Lakehouse,
) -> None:
    contract = lakehouse.root / "measures.yaml"
    contract.write_text(MEASURES)
    rows = "id,at,value,note\n1,2026-01-02,1.5,ok\n2,soon,2,ok\n,2026-01-02,x,ok\n4,2026-01-02,,far too long\n5,,,\n"
    lakehouse.put("measures", "m.csv", rows)
    record = lakehouse.run("measures", contract)
    assert record.balanced
    assert (record.read, record.quarantined, record.inserted) == (5, 3, 2)
    aside = {row.id: row._rules for row in lakehouse.read("silver.measures_quarantine").collect()}
    assert aside == {"2": ["at.type"], None: ["id.required", "value.type"], "4": ["note.maxLength"]}
    assert record.rules == {"at.type": 1, "id.required": 1, "value.type": 1, "note.maxLength": 1}
    stored = [tuple(map(str, row)) for row in lakehouse.read("silver.measures").orderBy("id").collect()]
    assert [row[:4] for row in stored] == [("1", "2026-01-02", "1.50", "ok"), ("5", "None", "None", "None")]
    contract.write_text(MEASURES.replace("      note:", "      unit: {type: string}\n      note:"))
    # Keys are numbers here, so both rows are the same one.
    lakehouse.put("measures", "2.csv", "id,value,unit\n6,2,kg\n06,2,kg\n")
    second = lakehouse.run("measures", contract)
    assert (second.taken, second.duplicates, second.inserted, second.stale) == (2, 1, 1, 0)
    units = {row.id: row.unit for row in lakehouse.read("silver.measures").collect()}
    assert units == {1: None, 5: None, 6: "kg"}


def test_columns_are_found_by_their_header_and_the_unknown_is_rescued(lakehouse: Lakehouse) -> None:
    lakehouse.put("account", "a.csv", 'city,user_id,name,shoe\n"São Paulo, SP",07,"A ""B""\nC",42\nX,08,D,\n')
    lakehouse.put("account", "b.csv", HEADER + "09,E,e@example.com,Y,surplus\n")
    lakehouse.put("account", "notes.txt", "not for us")
    record = lakehouse.run("account")
    bronze = {row.user_id: row for row in lakehouse.read("bronze.account").collect()}
    assert (record.read, record.bronze, record.rescued, record.inserted) == (3, 3, 2, 3)
    assert (bronze["07"].city, bronze["07"].name) == ("São Paulo, SP", 'A "B"\nC')
    assert json.loads(bronze["07"]._rescued_data)["shoe"] == "42"
    assert bronze["08"]._rescued_data is None
    assert "surplus" in json.loads(bronze["09"]._rescued_data)["_corrupt_record"]
    assert [name for name in bronze["07"].asDict() if "rescued" in name] == ["_rescued_data"]


@pytest.mark.parametrize(
    ("multiline", "text"),
    [
        (False, '{"id":"007","value":1.5,"more":{"a":1}}\n{"id":"008"}\nbroken\n'),
        (True, '[{"id":"007",\n"value":1.5,"more":{"a":1}},{"id":"008"},"broken"]'),
    ],
)
def test_json_keeps_what_the_contract_does_not_know(lakehouse: Lakehouse, multiline: bool, text: str) -> None:
    contract = lakehouse.root / "events.yaml"
    contract.write_text(MEASURES.replace("format: csv", f"format: json, multiline: {str(multiline).lower()}"))
    lakehouse.put("measures", "e.json", text)
    record = lakehouse.run("measures", contract)
    assert (record.read, record.bronze, record.quarantined, record.inserted) == (3, 3, 1, 2)
    bronze = {row.id: row for row in lakehouse.read("bronze.measures").collect()}
    assert json.loads(bronze["007"]._rescued_data)["more"] == '{"a":1}'
    assert bronze["008"]._rescued_data is None
    assert "broken" in bronze[None]._rescued_data
    assert {row.id for row in lakehouse.read("silver.measures").collect()} == {7, 8}


def test_parquet_brings_its_own_types(lakehouse: Lakehouse) -> None:
    contract = lakehouse.root / "measures.yaml"
    contract.write_text(MEASURES.replace("format: csv", "format: parquet"))
    folder = lakehouse.root / "volumes" / "landing" / "measures"
    frame = lakehouse.spark.sql("select 1L id, date'2026-01-02' at, 2.5D value, 'x' note, 9 more")
    frame.write.parquet(str(folder / "part"))
    record = lakehouse.run("measures", contract)
    assert (record.read, record.rescued, record.inserted) == (1, 1, 1)
    assert str(lakehouse.read("silver.measures").collect()[0].value) == "2.50"


def test_a_run_that_fails_is_red_has_its_record_and_loses_nothing(lakehouse: Lakehouse) -> None:
    lakehouse.put("account", "1.csv", HEADER + "01,A,a@example.com,X\n")
    silver = lakehouse.root / "tables" / "silver" / "account"
    lakehouse.spark.sql(f"CREATE TABLE delta.`{silver}` (city INT) USING DELTA")
    with pytest.raises(Exception, match="city is INT, the contract says STRING"):
        lakehouse.run("account", run="red")
    red = lakehouse.record("account", "red")
    assert (red.status, red.read, red.bronze, red.taken) == ("failed", 1, 1, 0)
    assert red.error is not None
    assert red.error.startswith("SchemaMismatch")
    # Mended, the next run takes from bronze what the failed one left there.
    shutil.rmtree(silver)
    mended = lakehouse.run("account")
    assert (mended.status, mended.read, mended.taken, mended.inserted) == ("succeeded", 0, 1, 1)
    assert [row.user_id for row in lakehouse.read("silver.account").collect()] == ["01"]


def test_a_batch_that_comes_again_is_not_counted_and_not_written_twice(ingested: Lakehouse) -> None:
    checkpoint = ingested.root / "volumes" / "checkpoints" / "account"
    # As after a crash between the write and its note: the batch was planned, but not committed.
    for path in _commits(checkpoint / "bronze"):
        path.unlink()
    for layer in ("bronze", "silver"):
        entry = next((checkpoint / "counts" / layer).glob("*.json"))
        entry.rename(entry.with_suffix(".begun"))
    again = ingested.run("account", run="again")
    assert again.balanced
    assert (again.read, again.taken, again.inserted) == (51, 51, 51)
    assert [ingested.read(f"{layer}.account").count() for layer in ("bronze", "silver")] == [51, 51]


def test_a_missing_landing_folder_is_a_red_run(lakehouse: Lakehouse) -> None:
    with pytest.raises(Exception, match="PATH_NOT_FOUND"):
        lakehouse.run("account", run="none")
    assert lakehouse.record("account", "none").status == "failed"


def _commits(state: Path) -> list[Path]:
    return [path for path in (state / "commits").iterdir() if path.is_file()]


MEASURES = """\
dataContractSpecification: "0.9.3"
id: urn:datacontract:lab:measures
info: {title: Measures, version: 1.0.0}
models:
  measures:
    fields:
      id: {type: bigint, primary: true}
      at: {type: date}
      value: {type: decimal, precision: 9, scale: 2}
      note: {type: string, max_length: 4}
workflow:
  model: measures
  source: {type: adls, format: csv}
"""
