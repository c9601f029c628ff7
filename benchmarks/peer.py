"""The same rows through databricks-labs-dqx, side by side, in an environment of its own.

`python -m benchmarks beside_dqx` makes that environment (it needs a package index) and runs this module there."""

from __future__ import annotations

import os
import subprocess
import tempfile
import venv
from collections.abc import Callable
from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from lakehouse_jobs.privacy.key import register
from lakehouse_jobs.privacy.protect import pads, protected

from benchmarks import by_hand
from benchmarks.ingestion import MILLION, Stage, ratio, stage
from benchmarks.lake import KEY, Lake
from benchmarks.measure import Measure
from benchmarks.rows import COLUMNS, PROTECTED, RULES, Rows, contract

DQX = "databricks-labs-dqx==0.17.0"
REPOSITORY = Path(__file__).parents[1]


def beside_dqx() -> Measure:
    """Append mode, ten rules, two hashed columns, 1 % quarantined: product ÷ DQX, which must be the slower one."""
    with tempfile.TemporaryDirectory(prefix="dqx-") as folder:
        venv.create(folder, with_pip=True)
        program = Path(folder) / "bin" / "python"
        same = [f"{name}=={version(name)}" for name in ("pyspark", "delta-spark", "pyyaml")]
        subprocess.run([program, "-m", "pip", "install", "--quiet", DQX, *same], check=True)
        paths = os.pathsep.join((str(REPOSITORY), str(REPOSITORY / "jobs")))
        env = {**os.environ, "PYTHONPATH": paths}
        done = subprocess.run([program, "-m", "benchmarks.peer"], env=env, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"the side-by-side run ended {done.returncode}: {done.stderr[-2000:]}")
    *parts, value = done.stdout.strip().splitlines()
    return Measure("product_over_dqx", float(value), 1.0, parts=tuple(parts))


def main() -> None:
    """In DQX's environment: print what was measured, the ratio last."""
    with stage() as on:
        measure = _measured(on)
    for part in measure.parts:
        print(part)
    print(measure.value)


def _measured(on: Stage) -> Measure:
    model = contract(write="append")
    filled = Lake(on.spark, on.fresh(), model)
    filled.bronze(on.landing("bad-10", Rows(MILLION, bad=10)))
    register(on.spark, KEY)

    def product(folder: Path) -> Callable[[], object]:
        lake = Lake(on.spark, folder / "lake", model)
        lake.copy_of(filled, "bronze", "checkpoints")
        return lake.silver

    def dqx(folder: Path) -> Callable[[], object]:
        return lambda: _by_dqx(on, filled.table("bronze"), folder)

    took = on.alternated({"product": product, "dqx": dqx})
    counts = [
        on.spark.read.format("delta").load(str(path)).count()
        for path in (
            on.last("product") / "lake" / "silver" / model.name,
            on.last("dqx") / "good",
            on.last("product") / "lake" / "silver" / f"{model.name}_quarantine",
            on.last("dqx") / "bad",
        )
    ]
    if counts[0] != counts[1] or counts[2] != counts[3]:
        raise AssertionError(f"good and bad rows differ: {counts}")
    told = f"both: {counts[0]:,} good rows, {counts[2]:,} bad ones; the second side is {DQX}"
    return ratio("product_over_dqx", took["product"], took["dqx"], 1.0, told)


def _by_dqx(on: Stage, source: Path, folder: Path) -> None:
    """Types as by hand, rules by DQX, split; both halves protected by the product's own expressions."""
    here = "databricks.labs.dqx"  # in its own environment alone
    checks, engines, ruled = (import_module(f"{here}.{name}") for name in ("check_funcs", "engine", "rule"))

    # DQX asks its workspace for a version to see that it is there; its checks use none of it.
    nowhere = SimpleNamespace(
        config=SimpleNamespace(_product_info=None),
        clusters=SimpleNamespace(select_spark_version=lambda **_: ""),
    )
    rules = [
        ruled.DQRowRule(name=name, criticality="error", check_func=checks.sql_expression,
                  check_func_kwargs={"expression": predicate, "name": name, "msg": name})
        for name, predicate in RULES.items()
    ]  # fmt: skip
    engine: Any = engines.DQEngine(nowhere, on.spark)
    good, bad = engine.apply_checks_and_split(by_hand.typed(on.spark, source), rules)
    fields = contract(write="append").fields
    shown = {f.name: f"{protected(f, f.name)} as {f.name}" if f.name in PROTECTED else f.name for f in fields}
    for frame, name in ((good, "good"), (bad, "bad")):
        more = [column for column in frame.columns if column not in COLUMNS]
        rows = frame.selectExpr("*", *pads(fields)).selectExpr(*shown.values(), *more)
        rows.write.format("delta").mode("append").save(str(folder / name))


if __name__ == "__main__":
    main()
