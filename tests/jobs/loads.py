"""Silver by itself: loads of bronze that a test writes, without files and streams."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from lakehouse_jobs.contract.model import Model
from lakehouse_jobs.keys import PiiKey
from lakehouse_jobs.layers import Hop, Ledger, silver
from lakehouse_jobs.layers.quarantine import quarantine
from lakehouse_jobs.platform import current
from lakehouse_jobs.records import RunRecord
from lakehouse_jobs.runs import add
from pyspark.sql import DataFrame, SparkSession

SCOPE, KEY = "scope", b"\x5e" * 32
Cells = Mapping[str, str | None]


@dataclass
class Table:
    """One model; `arrive` makes a load of rows of text, `promote` runs silver over all that is pending."""

    spark: SparkSession
    root: Path
    model: Model
    catalog: str = "lab"
    numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))
    runs: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def __post_init__(self) -> None:
        self.root.mkdir(parents=True, exist_ok=True)
        (self.root / "key").write_text(KEY.hex())
        schemas = {f"{self.catalog}.{name}": str(self.root / name) for name in ("bronze", "silver")}
        told = {
            "schemas": schemas,
            "volumes": {},
            "stores": {},
            "secrets": {SCOPE: {"pii-key-1": str(self.root / "key")}},
        }
        (self.root / "namespace.json").write_text(json.dumps(told))

    def arrive(self, rows: Sequence[Cells], *, modified: str = "2026-01-01 00:00:00") -> int:
        """Append a load to bronze as the stream does, with its entry in the ledger; its number."""
        number = next(self.numbers)
        names = [each.name for each in self.model.fields]
        form = ", ".join(f"`{name}` STRING" for name in (*names, "_rescued_data"))
        data = [tuple(row.get(name) for name in (*names, "_rescued_data")) for row in rows]
        stamps = ("'/f' _file_path", f"timestamp'{modified}' _file_modified", "current_timestamp() _loaded_at")
        frame = self.spark.createDataFrame(data, form).selectExpr("*", *stamps, f"{number}L _load")
        frame.coalesce(1).write.format("delta").mode("append").option("mergeSchema", "true").save(
            str(self._place("bronze"))
        )
        rescued = sum(row.get("_rescued_data") is not None for row in rows)
        counts = {"read": len(rows), "bronze": len(rows), "rescued": rescued}
        Ledger(self._checkpoint, "bronze").write(number, "b", counts)
        return number

    def promote(self) -> RunRecord:
        """What this run did to silver."""
        run = f"run-{next(self.runs)}"
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("LAKEHOUSE_NAMESPACE", str(self.root / "namespace.json"))
            platform = current()
            hop = Hop(
                platform, self.model, self.catalog, self._checkpoint, run, "silver",
                contract="1.0.0", key=PiiKey(platform, SCOPE),
            )  # fmt: skip
            silver.load(hop, f"{self.catalog}.bronze.{self.model.name}")
            self.aside = Path(platform.location(quarantine(hop)))
        record = RunRecord(run, self.model.name, self.catalog)
        add(record, hop.counts())
        return record

    def take(self, rows: Sequence[Cells]) -> RunRecord:
        self.arrive(rows)
        return self.promote()

    def read(self, table: str = "silver", suffix: str = "") -> DataFrame:
        return self.spark.read.format("delta").load(f"{self._place(table)}{suffix}")

    def stored(self, *names: str) -> list[tuple[Any, ...]]:
        """Silver's rows in an order of their own."""
        wanted = names or tuple(each.name for each in self.model.fields)
        return sorted((tuple(row) for row in self.read().select(*wanted).collect()), key=repr)

    def quarantined(self) -> DataFrame:
        return self.read(suffix="_quarantine")

    def files(self) -> set[str]:
        """The data files of silver as it is now."""
        return set(self.read().inputFiles())

    @property
    def _checkpoint(self) -> str:
        return str(self.root / "checkpoints" / self.model.name)

    def _place(self, layer: str) -> Path:
        return self.root / layer / self.model.name
