"""A run takes all models of a contract: side by side, each for itself, each with its record."""

from __future__ import annotations

import ctypes
import json
import pickle
import threading
from dataclasses import replace
from pathlib import Path

import pytest
from lakehouse_jobs.claims import Claims
from lakehouse_jobs.contract.model import Contract, Model, Rule
from lakehouse_jobs.failures import told
from lakehouse_jobs.keys import KeyUnusable, PiiKey, version
from lakehouse_jobs.main import ingest
from lakehouse_jobs.platform.local import Local
from lakehouse_jobs.records import RunRecord
from lakehouse_jobs.runs import ModelsFailed, Places, Run, ready
from pyspark.sql import SparkSession

from tests.jobs.conftest import KEY, SCOPE, Lakehouse

MODELS = ("orders", "items", "people")
CONTRACT = """\
apiVersion: v3.1.0
kind: DataContract
id: urn:datacontract:risk:sales
version: 2.1.0
status: active
schema:
""" + "".join(
    f"""\
  - name: {name}
    properties:
      - {{name: id, logicalType: string, required: true, primaryKey: true, primaryKeyPosition: 1}}
      - {{name: amount, logicalType: number, physicalType: "DECIMAL(9,2)"}}
"""
    for name in MODELS
)


def run_all(lakehouse: Lakehouse, run: str, *more: str) -> dict[str, RunRecord]:
    """Run the whole contract; the records that it left, by model."""
    contract = lakehouse.root / "sales.yaml"
    contract.write_text(CONTRACT)
    record = f"/Volumes/crisk/ops/runs/{{model}}/{run}.json"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LAKEHOUSE_NAMESPACE", str(lakehouse.root / "namespace.json"))
        ingest(["--contract", str(contract), "--catalog", "crisk", "--run-record", record, *more])
    return records(lakehouse, run)


def records(lakehouse: Lakehouse, run: str) -> dict[str, RunRecord]:
    found = (lakehouse.root / "volumes" / "runs").glob(f"*/{run}.json")
    return {path.parent.name: RunRecord.from_json(path.read_text()) for path in found}


def test_one_model_that_fails_stops_no_other_and_the_run_names_it(lakehouse: Lakehouse) -> None:
    for number, model in enumerate(MODELS, start=1):
        lakehouse.put(model, "a.csv", "id,amount\n" + "".join(f"{n},1.5\n" for n in range(number)))
    obstacle = lakehouse.root / "volumes" / "checkpoints" / "items"
    obstacle.parent.mkdir()
    obstacle.write_text("a file where a folder belongs")
    with pytest.raises(ModelsFailed, match=r"1 of 3 models failed: items: \w+Error: "):
        run_all(lakehouse, "one")
    found = records(lakehouse, "one")
    assert {model: found[model].status for model in MODELS} == dict(
        zip(MODELS, ("succeeded", "failed", "succeeded"), strict=True)
    )
    assert {(record.run, record.contract) for record in found.values()} == {("one", "2.1.0")}
    assert (found["orders"].read, found["items"].read, found["people"].read) == (1, 0, 3)

    obstacle.unlink()
    again = run_all(lakehouse, "two")
    assert {record.status for record in again.values()} == {"succeeded"}
    assert {model: again[model].read for model in MODELS} == {"orders": 0, "items": 2, "people": 0}
    assert [lakehouse.read(f"silver.{model}").count() for model in MODELS] == [1, 2, 3]

    # Only what is asked for; a name that the contract has not is refused before anything runs, and recorded.
    assert set(run_all(lakehouse, "three", "--model", "people")) == {"people"}
    with pytest.raises(KeyError, match="no model 'stock'"):
        run_all(lakehouse, "four", "--model", "people", "--model", "stock")
    assert {record.status for record in records(lakehouse, "four").values()} == {"failed"}


def test_another_run_of_a_model_is_waited_for_and_then_named(lakehouse: Lakehouse) -> None:
    lakehouse.put("orders", "a.csv", "id,amount\n1,1\n")
    claim = lakehouse.root / "volumes" / "checkpoints" / "orders" / "claims" / "other-1.json"
    claim.parent.mkdir(parents=True)
    claim.write_text(json.dumps({"run": "other", "machine": "elsewhere"}))
    with pytest.raises(ModelsFailed, match="run other is loading this model"):
        run_all(lakehouse, "busy", "--model", "orders", "--wait", "0")
    assert not (lakehouse.root / "tables").exists()
    claim.unlink()
    assert run_all(lakehouse, "free", "--model", "orders")["orders"].valid == 1


class Cancel(BaseException):
    """What a host raises in the thread of a run that somebody cancelled, as the sandbox does."""


def test_a_cancelled_run_ends_once_and_each_model_has_its_record(lakehouse: Lakehouse) -> None:
    for model in MODELS:
        lakehouse.put(model, "a.csv", "id,amount\n1,1\n")
    claim = lakehouse.root / "volumes" / "checkpoints" / "orders" / "claims" / "other-1.json"
    claim.parent.mkdir(parents=True)
    claim.write_text(json.dumps({"run": "other", "machine": "elsewhere"}))
    raised: list[BaseException] = []

    def run() -> None:
        try:
            run_all(lakehouse, "stopped", "--parallel", "1", "--wait", "600")
        except BaseException as error:
            raised.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    while not [path for path in claim.parent.iterdir() if path.name.startswith("stopped")]:
        assert thread.is_alive(), raised
        threading.Event().wait(0.01)  # it waits for the other one
    ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread.ident or 0), ctypes.py_object(Cancel))
    thread.join()
    assert [type(error) for error in raised] == [Cancel]
    found = records(lakehouse, "stopped")
    assert {model: found[model].status for model in MODELS} == dict.fromkeys(MODELS, "cancelled")
    assert str(found["orders"].error).startswith("Stopped: ")
    assert [path.name for path in claim.parent.iterdir()] == [claim.name]
    assert lakehouse.spark.getTags() == set()

    claim.unlink()
    assert {record.valid for record in run_all(lakehouse, "next").values()} == {1}


def test_a_record_that_cannot_be_written_hides_no_failure_and_stops_no_other_record(tmp_path: Path) -> None:
    class Absent(Local):
        def session(self) -> SparkSession:
            raise RuntimeError("there is no Spark here")

    (tmp_path / "one").write_text("a file where a folder belongs")
    models = tuple(Model(name, ()) for name in ("one", "two"))
    contract = Contract("urn:x", "x", "1.0.0", models)
    places, platform = Places("", "", f"{tmp_path}/{{model}}/{{run}}.json"), Absent({}, {}, {})
    run = Run(platform, contract, models, "c", "r", places, PiiKey(platform, SCOPE), Claims("r"))
    with pytest.raises(RuntimeError, match="no Spark here"):
        run.all()
    assert str(run.outcomes["one"].error).startswith("RuntimeError: there is no Spark here; its record could not be")
    written = RunRecord.from_json((tmp_path / "two" / "r.json").read_text())
    assert (written.status, written.error) == ("failed", "RuntimeError: there is no Spark here")
    # Nor does a volume that is not there, whose disk is asked for its space after the failure.
    run.places = replace(places, checkpoints="/Volumes/c/ops/checkpoints")
    run._one(models[1])
    assert str(run.outcomes["two"].error).startswith("FileNotFoundError: /Volumes/c/ops/checkpoints does not exist")


def test_a_model_starts_after_those_that_its_rules_refer_to() -> None:
    def named(name: str, *references: str) -> Model:
        rules = tuple(Rule(f"known {other}", reference=f"{other}.id", field="id") for other in references)
        return Model(name, (), rules=rules)

    orders, items, people = named("orders", "people"), named("items", "orders", "items"), named("people")
    every = [orders, items, people]
    assert ready(every, set(), 2) == [people]
    assert ready([orders, items], {"people"}, 1) == []
    assert ready([orders, items], set(), 1) == [orders]
    assert ready([items], set(), 2) == [items]
    assert ready(every, set(), 0) == []
    ring = [named("a", "b"), named("b", "a")]
    assert ready(ring, set(), 2) == ring[:1]
    assert ready(ring[1:], {"a"}, 1) == []
    # One that no model of the run is called by is another contract's, and there already.
    assert ready([replace(people, rules=(Rule("x", reference="elsewhere.id", field="id"),))], set(), 1)


def test_a_failure_is_told_without_a_value_of_a_row(lakehouse: Lakehouse) -> None:
    before = lakehouse.spark.conf.get("spark.sql.ansi.enabled")
    lakehouse.spark.conf.set("spark.sql.ansi.enabled", "true")  # as where no run of ours set it otherwise
    with pytest.raises(Exception, match="ana@example") as cast:
        lakehouse.spark.sql("SELECT cast('ana@example.com' AS INT)").collect()
    lakehouse.spark.conf.set("spark.sql.ansi.enabled", str(before))
    assert told(cast.value) == "NumberFormatException: CAST_INVALID_INPUT (SQLSTATE 22018; the value is not shown)"
    with pytest.raises(Exception, match="ana@example") as raised:
        lakehouse.spark.sql("SELECT raise_error(concat('for ', 'ana@example.com'))").collect()
    assert "ana" not in told(raised.value)
    with pytest.raises(Exception, match="nowhere") as absent:
        lakehouse.spark.sql("SELECT * FROM nowhere").collect()
    assert "`nowhere` cannot be found" in told(absent.value)
    assert (
        told(FileNotFoundError(2, "No such file", "/x.yaml")) == "FileNotFoundError: [Errno 2] No such file: '/x.yaml'"
    )


def test_a_key_is_read_when_it_is_asked_for_and_told_to_nobody(lakehouse: Lakehouse, tmp_path: Path) -> None:
    names = json.loads((lakehouse.root / "namespace.json").read_text())
    platform = Local(names["schemas"], names["volumes"], {}, names["secrets"])
    key = PiiKey(platform, SCOPE, KEY)
    assert (key.version, key.value()) == ("v1", bytes.fromhex("5e" * 32))
    assert "5e" not in repr(key)
    sent = pickle.dumps(key)  # as Spark Connect sends what a stream's function holds
    assert (b"^^^^" in sent, b"5e5e" in sent, pickle.loads(sent)) == (False, False, key)
    (tmp_path / "bad").write_text("no hexadecimal digits")
    bad = PiiKey(Local({}, {}, {}, {SCOPE: {KEY: str(tmp_path / "bad")}}), SCOPE, KEY)
    with pytest.raises(KeyUnusable, match="is no key of 32 bytes") as refused:
        bad.value()
    assert "digits" not in str(refused.value)
    with pytest.raises(KeyUnusable, match="no secret scope is named"):
        PiiKey(platform, "", KEY).value()
    with pytest.raises(KeyUnusable, match="cannot be read"):
        PiiKey(platform, SCOPE, "pii-key-9").value()
    with pytest.raises(ValueError, match="no name of a key"):
        version("salt")
