"""Fifty models with nothing new, in one session: what a schedule costs that finds no work."""

from __future__ import annotations

import contextlib
import io
import json
import os
import statistics
import tempfile
import time
from pathlib import Path

from lakehouse_jobs.main import ingest
from lakehouse_jobs.records import RunRecord

from benchmarks.measure import Measure
from wizard.sandbox.spark import session as sessions

MODELS, ROUNDS = 50, 5
HEAD = """\
apiVersion: v3.1.0
kind: DataContract
id: urn:datacontract:bench:idle
version: 1.0.0
status: active
schema:
"""
MODEL = """\
  - name: {name}
    properties:
      - {{name: id, logicalType: string, required: true, primaryKey: true, primaryKeyPosition: 1}}
      - {{name: amount, logicalType: number, physicalType: "DECIMAL(9,2)"}}
"""


def idle_models() -> Measure:
    """The run of a contract's models that are all loaded, in a session that is warm; by nature a time."""
    names = [f"model_{number:02}" for number in range(MODELS)]
    with tempfile.TemporaryDirectory(prefix="idle-") as folder:
        root = Path(folder)
        contract = _lakehouse(root, names)
        session = sessions.start(root / "spark")
        try:
            first = _run(root, contract, "first")
            _run(root, contract, "warm")
            began = time.process_time()
            taken = [_run(root, contract, f"idle-{number}") for number in range(ROUNDS)]
            own = (time.process_time() - began) / ROUNDS
            _nothing_new(root, names)
        finally:
            session.stop()
    rounds, cores = ", ".join(f"{each:.2f}" for each in taken), os.cpu_count()
    parts = (f"first load {first:.1f} s; rounds {rounds} s; Python's processor time {own:.2f} s each; {cores} cores",)
    return Measure(f"{MODELS} idle models in one session", statistics.median(taken), 3, "s", parts)


def _lakehouse(root: Path, names: list[str]) -> Path:
    """Folders with a file for each model; gives the contract."""
    for name in names:
        (root / "landing" / name).mkdir(parents=True)
        (root / "landing" / name / "a.csv").write_text("id,amount\n1,2.50\n", encoding="utf-8")
    namespace = {
        "schemas": {f"bench.{schema}": str(root / "tables" / schema) for schema in ("bronze", "silver")},
        "volumes": {"/Volumes/bench/bronze": str(root), "/Volumes/bench/ops": str(root / "ops")},
    }
    (root / "namespace.json").write_text(json.dumps(namespace), encoding="utf-8")
    contract = root / "contract.yaml"
    contract.write_text(HEAD + "".join(MODEL.format(name=name) for name in names), encoding="utf-8")
    return contract


def _run(root: Path, contract: Path, run: str) -> float:
    """Seconds that a run takes within its session."""
    os.environ["LAKEHOUSE_NAMESPACE"] = str(root / "namespace.json")
    began = time.perf_counter()
    try:
        with contextlib.redirect_stdout(io.StringIO()):
            ingest(["--contract", str(contract), "--catalog", "bench", "--run", run])
    finally:
        del os.environ["LAKEHOUSE_NAMESPACE"]
    return time.perf_counter() - began


def _nothing_new(root: Path, names: list[str]) -> None:
    """The rounds were idle, and their records say what the tables hold all the same."""
    for name in names:
        path = root / "ops" / "runs" / name / "idle-0.json"
        record = RunRecord.from_json(path.read_text(encoding="utf-8"))
        held = {f"bench.bronze.{name}": 1, f"bench.silver.{name}": 1}
        if (record.status, record.read, record.taken, record.tables) != ("succeeded", 0, 0, held):
            raise RuntimeError(f"{name} was not idle: {record.to_json()}")
