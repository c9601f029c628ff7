"""Whatever rows come in whatever loads: all are accounted for, and silver is what plain Python says it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import count
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lakehouse_jobs.contract.model import Field, Model, Rule
from pyspark.sql import SparkSession

from tests.jobs.loads import Cells, Table

FIELDS = (
    Field("id", "integer", "INT", key_position=1),
    Field("seq", "integer", "INT"),
    Field("kind", "string", "STRING"),
    Field("amount", "number", "DECIMAL(5,2)"),
)
RULES = (Rule("amount is small", "amount < 50"), Rule("kind is known", "kind in ('a', 'b', 'gone')", null_passes=True))
MODEL = Model("rows", FIELDS, sequence=("seq",), deletes="kind = 'gone'", rules=RULES)
CELLS = {
    "id": st.sampled_from(["1", "01", "2", "3", "4", "5", None, "x", "3000000000"]),
    "seq": st.sampled_from(["1", "2", "3", "4", None, "soon"]),
    "kind": st.sampled_from(["a", "b", "gone", "😀", None]),
    "amount": st.sampled_from(["1", "7.25", "49.99", "50", None, "NaN", "1e9"]),
}
LOADS = st.lists(st.lists(st.fixed_dictionaries(CELLS), max_size=14), min_size=1, max_size=3)
Typed = tuple[int, int | None, str | None, float | None]
NUMBERS = count()


def typed(row: Cells) -> Typed | None:
    """The row in its types; None if it belongs into the quarantine."""
    number, seq, amount = row["id"], row["seq"], row["amount"]
    if number in (None, "x", "3000000000") or seq == "soon" or amount in (None, "NaN", "1e9", "50"):
        return None
    if row["kind"] == "😀":
        return None
    return int(number or 0), None if seq is None else int(seq), row["kind"], float(amount or 0)


def moment(row: Typed) -> tuple[int, bool]:
    return (0 if row[1] is None else row[1], row[2] == "gone")


def expected(loads: Sequence[Sequence[Cells]]) -> dict[int, set[Typed]]:
    """For each key the rows that may stand there: the newest; more than one where they share their moment."""
    newest: dict[int, set[Typed]] = {}
    for row in (typed(row) for load in loads for row in load):
        if row is None:
            continue
        there = newest.get(row[0], set())
        known = max(map(moment, there), default=(-1, False))
        if moment(row) >= known:
            newest[row[0]] = {row} | (there if moment(row) == known else set())
    return {key: rows for key, rows in newest.items() if not any(row[2] == "gone" for row in rows)}


@settings(max_examples=5, deadline=None, suppress_health_check=list(HealthCheck))
@given(loads=LOADS)
def test_every_row_is_accounted_for_and_silver_has_the_newest(
    spark: SparkSession, tmp_path: Path, loads: list[list[Cells]]
) -> None:
    table = Table(spark, tmp_path / str(next(NUMBERS)), MODEL)
    for load in loads:
        if not load:
            continue
        record = table.take(load)
        assert record.taken == len(load)
        assert record.quarantined == sum(typed(row) is None for row in load)
        left = record.quarantined + record.duplicates + record.stale + record.discarded + record.deleted
        assert record.taken == record.valid + left
        assert record.valid == record.inserted + record.updated
        assert min(record.duplicates, record.stale, record.deleted) >= 0
    if any(loads):
        wanted = expected(loads)
        stored = {row[0]: (row[0], row[1], row[2], float(row[3])) for row in table.read().select(*CELLS).collect()}
        assert stored.keys() == wanted.keys()
        assert all(row in wanted[key] for key, row in stored.items())


@settings(max_examples=3, deadline=None, suppress_health_check=list(HealthCheck))
@given(loads=LOADS)
def test_appending_keeps_every_row_that_no_rule_sets_aside(
    spark: SparkSession, tmp_path: Path, loads: list[list[Cells]]
) -> None:
    fields = (replace(FIELDS[0], key_position=None, required=True), *FIELDS[1:])
    model = replace(MODEL, fields=fields, write="append", deletes=None)
    table = Table(spark, tmp_path / str(next(NUMBERS)), model)
    for load in filter(None, loads):
        record = table.take(load)
        good = [row for row in map(typed, load) if row is not None]
        assert (record.taken, record.valid, record.inserted) == (len(load), len(good), len(good))
        assert record.quarantined == len(load) - len(good)
        assert sum(record.rules.values()) >= record.quarantined
    if any(loads):
        stored = [(row[0], row[1], row[2], float(row[3])) for row in table.read().select(*CELLS).collect()]
        kept = [row for load in loads for row in map(typed, load) if row is not None]
        assert sorted(stored, key=repr) == sorted(kept, key=repr)
        assert table.promote().taken == 0
