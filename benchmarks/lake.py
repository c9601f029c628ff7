"""Where ingestion is measured: one warm Spark with Delta, a fresh lakehouse of folders for each side of each round."""

from __future__ import annotations

import itertools
import json
import os
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lakehouse_jobs.contract.model import Model
from lakehouse_jobs.keys import NAME, PiiKey
from lakehouse_jobs.layers import Hop, bronze, silver
from lakehouse_jobs.platform import current

from wizard.sandbox.spark import session as sessions

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

CATALOG = "bench"
KEY = bytes(range(32))


def start(folder: Path, *, heap: str = "4g") -> SparkSession:
    """local[2] with Spark's own ways where the sandbox's are set for small data: code generation, adaptive plans."""
    from pyspark.sql import SparkSession

    (folder / sessions.TEMPORARY).mkdir(parents=True, exist_ok=True)
    ours = {
        "spark.driver.memory": heap,
        "spark.driver.extraJavaOptions": f"-Djava.io.tmpdir={folder / sessions.TEMPORARY}",
        "spark.sql.adaptive.enabled": "true",
        "spark.sql.codegen.wholeStage": "true",
        "spark.sql.codegen.factoryMode": "FALLBACK",
        "spark.databricks.delta.snapshotPartitions": "2",
        "spark.shuffle.compress": "true",
        "spark.log.level": "ERROR",
    }
    builder = SparkSession.builder
    for key, value in {**sessions.settings(folder), **ours}.items():
        builder = builder.config(key, value)
    jars = sessions.delta_jars()
    if jars is None:
        raise RuntimeError("start the sandbox once: it fetches Delta")
    return builder.config("spark.driver.extraClassPath", ":".join(map(str, jars))).getOrCreate()


@dataclass
class Lake:
    """A lakehouse of its own for one side of one round; `product` takes its hops."""

    spark: SparkSession
    root: Path
    model: Model
    runs: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def __post_init__(self) -> None:
        schemas = {f"{CATALOG}.{name}": str(self.root / name) for name in ("bronze", "silver")}
        names = {"schemas": schemas, "volumes": {"/Volumes/bench": str(self.root / "volumes")}, "stores": {}}
        self.root.mkdir(parents=True)
        (self.root / "namespace.json").write_text(json.dumps(names), encoding="utf-8")

    def table(self, layer: str) -> Path:
        return self.root / layer / self.model.name

    def bronze(self, landing: Path) -> None:
        with self._hop("bronze") as hop:
            bronze.load(hop, str(landing))

    def silver(self) -> None:
        with self._hop("silver") as hop:
            silver.load(hop, f"{CATALOG}.bronze.{self.model.name}")

    @contextmanager
    def _hop(self, layer: str) -> Iterator[Hop]:
        os.environ["LAKEHOUSE_NAMESPACE"] = str(self.root / "namespace.json")
        platform = current()
        key = PiiKey(platform, "bench", NAME, [KEY])
        yield Hop(
            platform, self.model, CATALOG, str(self.root / "checkpoints"), f"run-{next(self.runs)}", layer, "1.0.0", key
        )

    def copy_of(self, other: Lake, *parts: str) -> None:
        """Begin where another stands: its tables and checkpoints, without making them again."""
        for part in parts:
            shutil.copytree(other.root / part, self.root / part, dirs_exist_ok=True)


@dataclass(frozen=True, slots=True)
class Spent:
    """Seconds: on the clock, of all tasks, and of the processor in all tasks."""

    wall: float
    executor: float
    processor: float

    def __str__(self) -> str:
        return f"{self.wall:.2f} s ({self.executor:.2f} s in tasks, {self.processor:.2f} s of processor)"


def spent(spark: SparkSession, work: Callable[[], object]) -> Spent:
    """What a piece of work takes."""
    first, began = _next_stage(spark), time.perf_counter()
    work()
    wall = time.perf_counter() - began
    stages = [stage for stage in _stages(spark) if stage.stageId() >= first]
    run = sum(stage.executorRunTime() for stage in stages) / 1e3
    return Spent(wall, run, sum(stage.executorCpuTime() for stage in stages) / 1e9)


def _next_stage(spark: SparkSession) -> int:
    return max((stage.stageId() for stage in _stages(spark)), default=-1) + 1


def _stages(spark: SparkSession) -> list[Any]:
    """All stages so far that Spark's own status store keeps: the last thousand."""
    context: Any = spark.sparkContext._jsc.sc()
    context.listenerBus().waitUntilEmpty()
    store = context.statusStore()
    defaults = getattr(store, "stageList$default$4")(), getattr(store, "stageList$default$5")()
    stages = store.stageList(None, False, False, *defaults)
    return [stages.apply(number) for number in range(stages.size())]
