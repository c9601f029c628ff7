"""What ingestion costs against the shortest jobs by hand that make the same tables.

Delta on both sides, tables of the same properties, one warm session, sides alternated, medians; whole tables are
compared at the end of each figure. `python -m benchmarks bronze silver_append silver_merge whole`."""

from __future__ import annotations

import shutil
import statistics
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks import by_hand
from benchmarks.lake import Lake, Spent, spent, start
from benchmarks.measure import Measure
from benchmarks.rows import Rows, contract
from benchmarks.same import properties, same_rows

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

ROUNDS = 5
WARM = 2  # rounds before those that count
MILLION = 1_000_000
Side = Callable[[Path], Callable[[], object]]
"""Given a fresh folder: prepares, untimed, and gives what is to be timed."""


@dataclass
class Stage:
    """One session and the data that the figures share."""

    spark: SparkSession
    root: Path
    made: int = 0

    def fresh(self) -> Path:
        self.made += 1
        return self.root / f"round-{self.made}"

    def landing(self, name: str, rows: Rows) -> Path:
        """CSV files, written once."""
        folder = self.root / "landing" / name
        if not folder.exists():
            rows.write(self.spark, folder)
        return folder

    def alternated(self, sides: dict[str, Side], rounds: int = ROUNDS, keep: bool = True) -> dict[str, list[Spent]]:
        """Each side once a round, in turn; the folders of the last round stay, below `last/<side>`."""
        found: dict[str, list[Spent]] = {name: [] for name in sides}
        for number in range(WARM + rounds):
            order = list(sides.items())
            for name, side in order if number % 2 else order[::-1]:
                folder = self.fresh()
                folder.mkdir(parents=True)
                took = spent(self.spark, side(folder))
                if number >= WARM:
                    found[name].append(took)
                last = self.last(name)
                shutil.rmtree(last, ignore_errors=True)
                folder.rename(last)
        return found

    def last(self, name: str) -> Path:
        (self.root / "last").mkdir(exist_ok=True)
        return self.root / "last" / name


@contextmanager
def stage(heap: str = "4g") -> Iterator[Stage]:
    with tempfile.TemporaryDirectory(prefix="ingestion-") as folder:
        spark = start(Path(folder) / "spark", heap=heap)
        try:
            yield Stage(spark, Path(folder))
        finally:
            spark.stop()


def ratio(name: str, over: list[Spent], under: list[Spent], limit: float | None, *told: str) -> Measure:
    """The median of the pairs' ratios, with both sides' medians above it."""
    pairs = [one.wall / other.wall for one, other in zip(over, under, strict=True)]
    of_tasks = statistics.median(one.executor / other.executor for one, other in zip(over, under, strict=True))
    parts = (
        f"product {_middle(over)}; by hand {_middle(under)}; pairs {' '.join(f'{pair:.2f}' for pair in pairs)}",
        f"of the time of all tasks {of_tasks:.2f}",
        *told,
    )
    return Measure(name, statistics.median(pairs), limit, parts=parts)


def _middle(spans: list[Spent]) -> str:
    return f"{statistics.median(s.wall for s in spans):.2f} s"


def bronze() -> list[Measure]:
    """a: files → bronze."""
    with stage() as on:
        landing = on.landing("plain", Rows(MILLION))
        model = contract(write="append")
        probe = Lake(on.spark, on.fresh(), model)
        probe.bronze(landing)
        alike = properties(on.spark, probe.table("bronze"))

        def product(folder: Path) -> Callable[[], object]:
            lake = Lake(on.spark, folder / "lake", model)
            return lambda: lake.bronze(landing)

        def bare(given: dict[str, str]) -> Side:
            def side(folder: Path) -> Callable[[], object]:
                by_hand.create(on.spark, folder / "bronze", by_hand.TEXT, given)
                return lambda: by_hand.to_bronze(on.spark, landing, folder / "bronze")

            return side

        took = on.alternated({"product": product, "alike": bare(alike), "default": bare({})})
        table = on.last("product") / "lake" / "bronze" / model.name
        told = same_rows(on.spark, table, on.last("alike") / "bronze")
        return [
            ratio("bronze_over_bare_alike", took["product"], took["alike"], 1.3, f"both: {alike}", told),
            ratio("bronze_over_bare_default", took["product"], took["default"], 1.2, "by hand: Delta's defaults"),
        ]


def silver_append() -> list[Measure]:
    """b: bronze → silver, append mode; without and with one bad row of a hundred."""
    with stage() as on:
        return [
            _append(on, "silver_append_over_bare", 0, 2.0),
            _append(on, "silver_append_with_quarantine_over_bare", 10, 2.6),
        ]


def _append(on: Stage, name: str, bad: int, limit: float) -> Measure:
    model = contract(write="append")
    filled = Lake(on.spark, on.fresh(), model)
    filled.bronze(on.landing(f"bad-{bad}", Rows(MILLION, bad=bad)))
    filled_silver = Lake(on.spark, on.fresh(), model)
    filled_silver.copy_of(filled, "bronze", "checkpoints")
    filled_silver.silver()
    alike = properties(on.spark, filled_silver.table("silver"))

    def product(folder: Path) -> Callable[[], object]:
        lake = Lake(on.spark, folder / "lake", model)
        lake.copy_of(filled, "bronze", "checkpoints")
        return lake.silver

    def bare(folder: Path) -> Callable[[], object]:
        by_hand.create(on.spark, folder / "silver", by_hand.TEXT, alike)
        return lambda: by_hand.copied(on.spark, filled.table("bronze"), folder / "silver")

    took = on.alternated({"product": product, "bare": bare})
    wanted = on.fresh()
    by_hand.appended(on.spark, filled.table("bronze"), wanted)
    table = on.last("product") / "lake" / "silver" / model.name
    told = same_rows(on.spark, table, wanted, protected=True)
    return ratio(name, took["product"], took["bare"], limit, f"both: {alike}", told)


def silver_merge() -> list[Measure]:
    """c: bronze → silver, MERGE mode: into an empty table; a million of which half are updates."""
    with stage() as on:
        return [_into_empty(on), *_half_updates(on)]


def _into_empty(on: Stage) -> Measure:
    model = contract(write="merge")
    filled = Lake(on.spark, on.fresh(), model)
    filled.bronze(on.landing("bad-10", Rows(MILLION, bad=10)))
    alike = _silver_properties(on, filled)

    def product(folder: Path) -> Callable[[], object]:
        lake = Lake(on.spark, folder / "lake", model)
        lake.copy_of(filled, "bronze", "checkpoints")
        return lake.silver

    def hand(folder: Path) -> Callable[[], object]:
        by_hand.create(on.spark, folder / "silver", by_hand.SILVER, alike)
        return lambda: by_hand.merged(on.spark, by_hand.typed(on.spark, filled.table("bronze")), folder / "silver")

    took = on.alternated({"product": product, "hand": hand})
    table = on.last("product") / "lake" / "silver" / model.name
    told = same_rows(on.spark, table, on.last("hand") / "silver", protected=True)
    return ratio("silver_merge_into_empty_over_hand", took["product"], took["hand"], 1.4, f"both: {alike}", told)


def _half_updates(on: Stage) -> list[Measure]:
    """The second million has the upper half of the first one's keys, a version later, and as many new ones."""
    model = contract(write="merge")
    filled = Lake(on.spark, on.fresh(), model)
    filled.bronze(on.landing("plain", Rows(MILLION)))
    filled.silver()
    later = on.landing("later", Rows(MILLION, first=MILLION // 2, version=2))
    filled.bronze(later)
    alike = properties(on.spark, filled.table("silver"))
    second = on.fresh()
    by_hand.to_bronze(on.spark, later, second)

    def product(folder: Path) -> Callable[[], object]:
        lake = Lake(on.spark, folder / "lake", model)
        lake.copy_of(filled, "bronze", "silver", "checkpoints")
        return lake.silver

    def hand(vectors: bool) -> Side:
        given = {**alike, "delta.enableDeletionVectors": str(vectors).lower()}
        first = on.fresh()
        by_hand.create(on.spark, first, by_hand.SILVER, given)
        by_hand.merged(on.spark, _first_half(on), first)

        def side(folder: Path) -> Callable[[], object]:
            shutil.copytree(first, folder / "silver")
            return lambda: by_hand.merged(on.spark, by_hand.typed(on.spark, second), folder / "silver")

        return side

    took = on.alternated({"product": product, "with vectors": hand(True), "without vectors": hand(False)})
    table = on.last("product") / "lake" / "silver" / model.name
    told = same_rows(on.spark, table, on.last("without vectors") / "silver", protected=True)
    vectors = alike.get("delta.enableDeletionVectors") == "true"
    best = min(("with vectors", "without vectors"), key=lambda n: statistics.median(s.wall for s in took[n]))
    same = took["with vectors" if vectors else "without vectors"]
    return [
        ratio("silver_merge_half_updates_over_hand", took["product"], same, 1.35, f"both: {alike}", told),
        ratio("silver_merge_half_updates_over_best", took["product"], took[best], 1.6, f"the best by hand: {best}"),
    ]


def whole() -> list[Measure]:
    """d: files → bronze → silver, everything on, one bad row of a hundred; against two jobs, one after the other."""
    with stage() as on:
        landing = on.landing("bad-10", Rows(MILLION, bad=10))
        return [_whole(on, landing, "merge", 1.5), _whole(on, landing, "append", 2.1)]


def _whole(on: Stage, landing: Path, write: str, limit: float) -> Measure:
    model = contract(write=write)
    probe = Lake(on.spark, on.fresh(), model)
    probe.bronze(landing)
    raw, alike = properties(on.spark, probe.table("bronze")), _silver_properties(on, probe)

    def product(folder: Path) -> Callable[[], object]:
        lake = Lake(on.spark, folder / "lake", model)

        def both() -> None:
            lake.bronze(landing)
            lake.silver()

        return both

    def hand(folder: Path) -> Callable[[], object]:
        by_hand.create(on.spark, folder / "bronze", by_hand.TEXT, raw)
        by_hand.create(on.spark, folder / "silver", by_hand.SILVER, alike)

        def both() -> None:
            by_hand.to_bronze(on.spark, landing, folder / "bronze")
            if write == "merge":
                by_hand.merged(on.spark, by_hand.typed(on.spark, folder / "bronze"), folder / "silver")
            else:
                by_hand.appended(on.spark, folder / "bronze", folder / "silver")

        return both

    took = on.alternated({"product": product, "hand": hand})
    table = on.last("product") / "lake" / "silver" / model.name
    told = same_rows(on.spark, table, on.last("hand") / "silver", protected=True)
    return ratio(f"whole_{write}_over_hand", took["product"], took["hand"], limit, f"both: {raw}, {alike}", told)


def _first_half(on: Stage) -> DataFrame:
    first = on.fresh()
    by_hand.to_bronze(on.spark, on.landing("plain", Rows(MILLION)), first)
    return by_hand.typed(on.spark, first)


def _silver_properties(on: Stage, filled: Lake) -> dict[str, str]:
    """Those that the product gives to a silver table of this model."""
    lake = Lake(on.spark, on.fresh(), filled.model)
    lake.copy_of(filled, "bronze", "checkpoints")
    lake.silver()
    return properties(on.spark, lake.table("silver"))
