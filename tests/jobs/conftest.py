"""One local Spark for all ingestion tests, and a lakehouse of folders for each."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import pytest
from lakehouse_jobs.main import ingest
from lakehouse_jobs.records import RunRecord
from pyspark.sql import DataFrame, SparkSession

REPOSITORY = Path(__file__).parents[2]
CONTRACTS = REPOSITORY / "templates" / "contracts"
SCOPE, KEY = "scope", "pii-key-1"


@dataclass
class Lakehouse:
    """Catalog `crisk` in folders."""

    root: Path
    spark: SparkSession
    runs: int = 0

    def put(self, model: str, name: str, text: str) -> Path:
        """A file in the model's landing folder."""
        path = self.root / "volumes" / "landing" / model / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    def run(self, model: str, contract: Path | None = None, run: str = "") -> RunRecord:
        """Ingest, and give the record that the run left."""
        self.runs += 1
        target = f"/Volumes/crisk/ops/runs/{model}/{run or self.runs}.json"
        path = contract or CONTRACTS / f"{model}.yaml"
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("LAKEHOUSE_NAMESPACE", str(self.root / "namespace.json"))
            scope = ["--secret-scope", SCOPE]
            ingest(["--contract", str(path), "--model", model, "--catalog", "crisk", "--run-record", target, *scope])
        return self.record(model, run or str(self.runs))

    def record(self, model: str, run: str) -> RunRecord:
        return RunRecord.from_json((self.root / "volumes" / "runs" / model / f"{run}.json").read_text())

    def read(self, table: str) -> DataFrame:
        """`silver.account`, read by Spark itself."""
        return self.spark.read.format("delta").load(str(self.root / "tables" / table.replace(".", "/")))


def make(root: Path, spark: SparkSession) -> Lakehouse:
    names = {
        "schemas": {f"crisk.{schema}": str(root / "tables" / schema) for schema in ("bronze", "silver")},
        "volumes": {
            "/Volumes/crisk/bronze/landing": str(root / "volumes" / "landing"),
            "/Volumes/crisk/ops/checkpoints": str(root / "volumes" / "checkpoints"),
            "/Volumes/crisk/ops/runs": str(root / "volumes" / "runs"),
        },
    }
    # The key that hashes: 32 bytes in hexadecimal digits, as the wizard makes it.
    (root / KEY).write_text("5e" * 32)
    secrets = {SCOPE: {KEY: str(root / KEY)}}
    (root / "namespace.json").write_text(json.dumps({**names, "secrets": secrets}))
    return Lakehouse(root, spark)


@pytest.fixture
def lakehouse(tmp_path: Path, spark: SparkSession) -> Lakehouse:
    return make(tmp_path, spark)


@pytest.fixture(scope="module")
def ingested(tmp_path_factory: pytest.TempPathFactory, spark: SparkSession) -> Lakehouse:
    """With the sample of `account` ingested by run `1`; leave its tables as you found them."""
    made = make(tmp_path_factory.mktemp("ingested"), spark)
    made.put("account", "account.csv", (REPOSITORY / "templates" / "samples" / "account.csv").read_text("utf-8"))
    made.run("account")
    return made
