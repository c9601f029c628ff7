"""Rows into silver by key: the newest wins, whenever it comes, and stays gone where it was deleted."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from lakehouse_jobs.contract.model import Field, Gate, Model, Rule
from lakehouse_jobs.layers.gates import Stopped
from pyspark.sql import SparkSession

from tests.jobs.loads import Cells, Table

FIELDS = (
    Field("id", "integer", "INT", required=True, key_position=1),
    Field("seq", "timestamp", "TIMESTAMP"),
    Field("kind", "string", "STRING"),
    Field("amount", "number", "DOUBLE"),
    Field("email", "string", "STRING", pii="hash"),
)
MODEL = Model("things", FIELDS, sequence=("seq",), deletes="kind = 'gone'")


def row(number: str | None, seq: str | None, kind: str = "x", amount: str | None = "1", email: str = "a@b.cd") -> Cells:
    return {"id": number, "seq": seq and f"2026-01-{seq}", "kind": kind, "amount": amount, "email": email}


def test_late_rows_lose_and_a_deleted_key_stays_gone_in_any_order_of_arrival(
    spark: SparkSession, tmp_path: Path
) -> None:
    # Key 1 was deleted between two versions, key 2 is deleted last, key 3 came back, key 4 has two rows of one moment.
    loads = [
        [row("1", "01"), row("2", "01"), row("3", "01", email="ü😀@x.yz"), row("4", "01", "b")],
        [row("1", "03", "gone"), row("2", "04", "gone"), row("3", "02", "gone"), row("9", "01", "gone")],
        [row("1", "02", "late"), row("2", "03", "late"), row("3", "05", "back"), row("4", "01", "a")],
    ]
    results = []
    for number, order in enumerate((loads, loads[::-1], [loads[1], loads[0], loads[2]])):
        table = Table(spark, tmp_path / str(number), MODEL)
        sums = [table.take(load) for load in order]
        for record in sums:
            left = record.duplicates + record.stale + record.deleted + record.quarantined + record.discarded
            assert (record.taken, record.valid) == (4, 4 - left)
        results.append(table.stored("id", "kind", "email"))
    assert [(number, kind) for number, kind, _ in results[0]] in (
        [(3, "back"), (4, "a")], [(3, "back"), (4, "b")],
    )  # fmt: skip
    assert all(result == results[0] for result in results)
    told = "".join(path.read_text() for path in (tmp_path / "0" / "silver").rglob("_delta_log/*.json"))
    assert "a@b.cd" not in told


def test_the_same_rows_twice_add_no_row_and_no_file(spark: SparkSession, tmp_path: Path) -> None:
    table = Table(spark, tmp_path, replace(MODEL, deletes=None))
    rows = [row(str(number), "02", amount=str(number)) for number in range(30)]
    assert table.take(rows).inserted == 30
    assert table.take([row("100", "02"), row("1", "03")]).updated == 1
    before, files = table.stored(), table.files()
    again = table.take([row(str(number), "02", amount=str(number)) for number in range(30)])
    assert (again.taken, again.valid, again.stale) == (30, 0, 30)
    assert (table.stored(), table.files()) == (before, files)


def test_rules_types_and_doubles_are_counted_apart(spark: SparkSession, tmp_path: Path) -> None:
    rules = (
        Rule("kind is short", "length(kind) < 5"),
        Rule("amount is positive", "amount > 0", severity="warning"),
        Rule("null may pass", "amount < 1e9", null_passes=True),
    )
    table = Table(spark, tmp_path, replace(MODEL, rules=rules, deletes=None))
    first = table.take(
        [
            row("1", "01"), row("1", "01"), row("1", "02", "new"),
            row("x", "01"), row(None, "01"), row("99999999999", "01"),
            row("2", "99"), row("3", "01", "far too long"), row("4", "01", amount="-5"), row("5", "01", amount=None),
            row("6", "01", amount="NaN"),
        ]
    )  # fmt: skip
    assert first.rules == {
        "id.type": 2, "id.required": 1, "seq.type": 1, "kind is short": 1, "amount is positive": 2,
    } | ({"null may pass": 1} if "null may pass" in first.rules else {})  # fmt: skip
    assert (first.taken, first.duplicates, first.quarantined + first.valid) == (11, 2, 9)
    aside = {tuple(r._rules): r for r in table.quarantined().collect()}
    assert {"id.type", "id.required", "seq.type", "kind is short"} <= {name for names in aside for name in names}
    assert all(r.email.startswith("v1:") and r._contract == "1.0.0" for r in aside.values())
    second = table.take([row("1", "01", "old"), row("4", "03"), row("7", "01"), row("8", "bad")])
    assert (second.inserted, second.updated, second.stale, second.quarantined) == (1, 1, 1, 1)
    assert dict(table.stored("id", "kind"))[1] == "new"


def test_a_gate_keeps_what_was_there_and_the_next_run_takes_both(spark: SparkSession, tmp_path: Path) -> None:
    gates = (
        Gate("enough", "rowCount", "mustBeGreaterThan", 1),
        Gate("few blanks", "nullValues", "mustBeLessThan", 50, fields=("amount",), unit="percent", severity="warning"),
        Gate("sum", "query", "mustBeLessThan", 100, query="select sum(amount) from {model}"),
    )
    rules = (Rule("no ghost", "kind <> 'ghost'", severity="fail"),)
    table = Table(spark, tmp_path, replace(MODEL, gates=gates, rules=rules, deletes=None))
    first = table.take([row("1", "01"), row("2", "01", amount=None)])
    assert [(gate.gate, gate.value, gate.passed) for gate in first.gates] == [
        ("enough", 2, True), ("few blanks", 50, False), ("sum", 1, True),
    ]  # fmt: skip
    ghost = [row("8", "01", "ghost"), row("9", "01")]
    for rows, told in (([row("3", "01")], "gate enough: 1"), (ghost, "ghost: 1 rows")):
        before, files = table.stored(), table.files()
        table.arrive(rows)
        with pytest.raises(Stopped, match=told):
            table.promote()
        assert (table.stored(), table.files()) == (before, files)
        if len(rows) == 1:
            table.arrive([row("5", "01")])
            assert table.promote().inserted == 2


def test_keys_in_clear_prune_and_personal_ones_never_stand_in_the_log(spark: SparkSession, tmp_path: Path) -> None:
    key = Field("id", "string", "STRING", key_position=1, pii="hash")
    secret = replace(MODEL, fields=(key, *FIELDS[1:]), cluster=("id", "seq"), deletes=None)
    for name, model in (("clear", replace(MODEL, deletes=None, cluster=("id",))), ("secret", secret)):
        table = Table(spark, tmp_path / name, model)
        table.take([row(str(number), "01") for number in range(7_001_000, 7_001_040)])
        assert table.take([row("7001007", "02"), row("7001999", "02")]).updated == 1
        log = "".join(path.read_text() for path in (tmp_path / name / "silver").rglob("_delta_log/*.json"))
        assert ("7001007" in log) == (name == "clear")
        assert "a@b.cd" not in log
        assert '"txnVersion"' in log or '"appId":"lakehouse-jobs-silver"' in log
        clusters = [json.loads(line) for line in log.splitlines() if "clusteringColumns" in line] if log else []
        assert bool(clusters)


def test_a_merge_that_was_not_noted_is_not_made_again(spark: SparkSession, tmp_path: Path) -> None:
    table = Table(spark, tmp_path, replace(MODEL, deletes=None))
    table.take([row("1", "01"), row("2", "01")])
    done = table.take([row("1", "02"), row("3", "01"), row("3", "01")])
    before, files = table.stored(), table.files()
    entry = max((tmp_path / "checkpoints" / "things" / "counts" / "silver").glob("*.json"))
    entry.rename(entry.with_suffix(".begun"))
    again = table.promote()
    assert (table.stored(), table.files()) == (before, files)
    for name in ("taken", "inserted", "updated", "duplicates", "stale"):
        assert getattr(again, name) == getattr(done, name), name


def test_a_reference_must_be_in_the_other_models_silver(spark: SparkSession, tmp_path: Path) -> None:
    account = Model("account", (Field("user", "string", "STRING", key_position=1, pii="hash"),))
    Table(spark, tmp_path, account).take([{"user": "ana"}, {"user": "bia"}])
    fields = (Field("order", "string", "STRING", key_position=1), Field("user", "string", "STRING", pii="hash"))
    rules = (Rule("known user", reference="account.user", field="user"),)
    orders = Table(spark, tmp_path, Model("orders", fields, rules=rules))
    record = orders.take([{"order": "1", "user": "ana"}, {"order": "2", "user": "eva"}, {"order": "3", "user": None}])
    assert (record.inserted, record.quarantined, record.rules) == (1, 2, {"known user": 2})
