"""Bronze alone, of a model of three text columns: what its files become."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from lakehouse_jobs.contract.model import Field, Model
from lakehouse_jobs.layers import Hop, bronze
from lakehouse_jobs.platform.local import Local
from pyspark.sql import Row, SparkSession

FIELDS = tuple(Field(name, "string", "STRING") for name in ("id", "name", "city"))


@dataclass
class Landing:
    """A landing folder and the bronze table that comes of it."""

    root: Path
    spark: SparkSession
    model: Model = field(default_factory=lambda: Model("people", FIELDS))
    platform: Local = field(init=False)
    runs: int = 0

    def __post_init__(self) -> None:
        self.platform = Local({"crisk.bronze": str(self.root / "tables")}, {}, {})
        self.folder.mkdir(parents=True, exist_ok=True)

    @property
    def folder(self) -> Path:
        return self.root / "landing"

    def put(self, name: str, content: str | bytes) -> Path:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    def source(self, **settings: Any) -> None:
        self.model = replace(self.model, source=replace(self.model.source, **settings))

    def hop(self) -> Hop:
        return Hop(self.platform, self.model, "crisk", str(self.root / "checkpoints"), f"run-{self.runs}", "bronze")

    def load(self) -> Mapping[str, Any]:
        """One run; its counts, the refused as file name -> reason, always checked to be whole."""
        self.runs += 1
        bronze.load(self.hop(), str(self.folder))
        return self.counts()

    def counts(self) -> dict[str, Any]:
        empty = {"read": 0, "bronze": 0, "rescued": 0, "listed": 0, "files": 0, "refused": []}
        counts = {**empty, **self.hop().counts()}
        assert counts["read"] == counts["bronze"]
        assert counts["listed"] == counts["files"] + len(counts["refused"])
        counts["refused"] = {Path(each["file"]).name: each["reason"] for each in counts["refused"]}
        return counts

    def rows(self) -> list[Row]:
        table = self.spark.read.format("delta").load(str(self.root / "tables" / "people"))
        return table.orderBy("_load", "_file_path", "id").collect()

    def cells(self) -> list[tuple[str | None, ...]]:
        return sorted(((row.id, row.name, row.city) for row in self.rows()), key=str)
