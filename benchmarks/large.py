"""Ten million rows, with a driver heap of 1 GB: what is new costs what is new, and memory does not grow with the table.

`python -m benchmarks large`; about eight minutes on two cores."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from benchmarks import by_hand
from benchmarks.ingestion import Stage, ratio, stage
from benchmarks.lake import Lake, Spent, spent
from benchmarks.measure import Measure
from benchmarks.rows import COLUMNS, Rows, contract
from benchmarks.same import properties, same_rows

TEN_MILLION = 10_000_000
NEW = 1000
APART = 9973  # between two updated keys: every file of the table has some
ROUNDS = 3
GIGABYTE = 2**30


def large() -> list[Measure]:
    """e and g: first load, 1,000 new keys, 1,000 scattered updates; peak memory of the whole."""
    with stage(heap="1g") as on:
        model = contract(write="merge")
        lake = Lake(on.spark, on.fresh(), model)
        landing = on.landing("first", Rows(TEN_MILLION, files=16))
        first = [spent(on.spark, lambda: lake.bronze(landing)), spent(on.spark, lake.silver)]
        new = [_new(on, lake, number) for number in range(ROUNDS)]
        shares = [100 * _tasks(each) / _tasks(first) for each in new]
        told = (
            f"first load: bronze {first[0]}; silver {first[1]}",
            *(f"1,000 new keys: bronze {bronze}; silver {silver}" for bronze, silver in new),
        )
        peak = _peak(on) / GIGABYTE
        return [
            Measure("ten_million_new_keys_share", statistics.median(shares), 2.0, "%", told),
            *_scattered(on, lake),
            Measure("ten_million_peak", peak, 2.0, "GB", ("of the Java process, driver heap 1 GB",)),
        ]


def _new(on: Stage, lake: Lake, number: int) -> list[Spent]:
    """1,000 keys above all others."""
    landing = on.landing(f"new-{number}", Rows(NEW, first=TEN_MILLION + number * NEW, files=1))
    return [spent(on.spark, lambda: lake.bronze(landing)), spent(on.spark, lake.silver)]


def _tasks(spans: Iterable[Spent]) -> float:
    return sum(span.executor for span in spans)


def _scattered(on: Stage, lake: Lake) -> list[Measure]:
    """The product's silver step against a MERGE by hand that names the keys too, each on a table of its own."""
    given = properties(on.spark, lake.table("silver"))
    table = on.fresh()
    by_hand.create(on.spark, table, by_hand.SILVER, given)
    everything = on.spark.read.format("delta").load(str(lake.table("silver"))).select(*COLUMNS)
    everything.write.format("delta").mode("append").save(str(table))
    ours: list[Spent] = []
    theirs: list[Spent] = []
    for number in range(ROUNDS):
        rows = Rows(NEW, first=number, step=APART, version=2 + number, files=1)
        landing = on.landing(f"scattered-{number}", rows)
        lake.bronze(landing)
        raw = on.fresh()
        by_hand.to_bronze(on.spark, landing, raw)
        keys = ", ".join(str(number + step * APART) for step in range(NEW))
        sides: list[tuple[list[Spent], Callable[[], Any]]] = [
            (ours, lake.silver), (theirs, _merge(on, raw, table, f"t.order_id in ({keys})")),
        ]  # fmt: skip
        for found, side in sides if number % 2 else sides[::-1]:
            found.append(spent(on.spark, side))
    told = same_keys(on, lake.table("silver"), table)
    return [ratio("scattered_updates_over_hand", ours, theirs, 1.2, f"both: {given}", told)]


def _merge(on: Stage, raw: Path, table: Path, pruning: str) -> Callable[[], None]:
    return lambda: by_hand.merged(on.spark, by_hand.typed(on.spark, raw), table, pruning=pruning)


def same_keys(on: Stage, table: Path, other: Path) -> str:
    """Both tables hold the same rows; the hand's protected columns began as the product's, and its updates are clear,
    so the others are compared."""
    return same_rows(on.spark, table, other, columns=tuple(c for c in COLUMNS if c not in ("name", "email")))


def _peak(on: Stage) -> int:
    """The most memory that Spark's Java process had so far, in bytes."""
    jvm: Any = on.spark.sparkContext._jvm
    pid = jvm.java.lang.ProcessHandle.current().pid()
    lines = Path(f"/proc/{pid}/status").read_text(encoding="utf-8").splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM"))
