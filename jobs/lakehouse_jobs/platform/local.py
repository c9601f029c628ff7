"""A Spark with Delta on this machine: names and volumes stand for folders, told in a JSON file."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from lakehouse_jobs.contract.model import Model
from lakehouse_jobs.platform import local_files, shared
from lakehouse_jobs.sources.files import EXTENSIONS, MOST_FILES, Stamp, quoted

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

NAMESPACE = "LAKEHOUSE_NAMESPACE"
BINARY_FILE = "path STRING, modificationTime TIMESTAMP, length BIGINT, content BINARY"  # fixed by that format


def stream_options(model: Model) -> dict[str, str]:
    """Options of Spark's own file stream, which finds the new files."""
    return {
        "pathGlobFilter": EXTENSIONS[model.source.format],
        "recursiveFileLookup": "true",
        "maxFilesPerTrigger": str(MOST_FILES),
        # Spark forgets files older than a week by default, without a word.
        "maxFileAge": "36500d",
    }


@dataclass(frozen=True, slots=True)
class Local:
    """`schemas`: catalog.schema -> folder of its tables; `volumes`, `stores`: prefix of a path -> folder; `secrets`:
    scope -> key -> the file that holds it, where no dbutils does."""

    schemas: dict[str, str]
    volumes: dict[str, str]
    stores: dict[str, str]
    secrets: dict[str, dict[str, str]] = field(default_factory=dict)

    @classmethod
    def from_environment(cls) -> Local:
        """Reads the file that LAKEHOUSE_NAMESPACE names; raises RuntimeError without one."""
        path = os.environ.get(NAMESPACE)
        if not path:
            raise RuntimeError(f"outside Databricks {NAMESPACE} names a JSON file: schemas, volumes, stores, secrets")
        data = json.loads(Path(path).read_text(encoding="utf-8"))
        return cls(*(data.get(kind, {}) for kind in ("schemas", "volumes", "stores", "secrets")))

    def session(self) -> SparkSession:
        from pyspark.sql import SparkSession

        session = SparkSession.builder.getOrCreate()
        # Spark's default is a form of twelve bytes that Parquet itself has given up, and that is dear to write.
        session.conf.set("spark.sql.parquet.outputTimestampType", "TIMESTAMP_MICROS")
        return session

    def path(self, path: str) -> str:
        known = {**self.volumes, **self.stores}
        for prefix in sorted(known, key=len, reverse=True):
            root = prefix.rstrip("/")
            if path == root or path.startswith(f"{root}/"):
                return str(Path(known[prefix]) / path[len(root) :].lstrip("/"))
        if path.startswith("/Volumes/") or "://" in path:
            raise FileNotFoundError(f"{path} does not exist: no volume or store has it")
        return path

    def location(self, name: str) -> str:
        schema, _, table = name.rpartition(".")
        if schema not in self.schemas:
            raise LookupError(f"[SCHEMA_NOT_FOUND] the schema {schema} cannot be found")
        return str(Path(self.schemas[schema]) / table)

    def table(self, name: str) -> str:
        return f"delta.{quoted(self.location(name))}"

    def exists(self, name: str) -> bool:
        # The folder alone may be all that a killed first write left.
        return any((Path(self.location(name)) / "_delta_log").glob("*.json"))

    def stream_files(self, folder: str, model: Model, checkpoint: str) -> DataFrame:
        # Only names and times are read here, so the format does not matter: `rows` opens the files by their headers.
        stream = self.session().readStream.format("binaryFile").options(**stream_options(model))
        return stream.schema(BINARY_FILE).load(self.path(folder)).select("path")

    def listing(self, folder: str, model: Model) -> dict[str, Stamp]:
        return local_files.listing(self.path(folder), model)

    def files(self, batch: DataFrame) -> list[str] | None:
        return sorted(local_files.plain(str(row.path), encoded=False) for row in batch.select("path").collect())

    def stamps(self, files: Iterable[str]) -> dict[str, Stamp]:
        return local_files.stamps(files)

    def culprit(self, error: Exception) -> str | None:
        return local_files.culprit(error)

    def plain(self, path: str) -> str:
        return local_files.plain(path, encoded=True)

    def rows(self, batch: DataFrame, model: Model, files: list[str] | None) -> DataFrame:
        return local_files.rows(batch.sparkSession, files or [], model)

    def append(
        self, rows: DataFrame, name: str, application: str, version: int, properties: Mapping[str, str] | None = None
    ) -> None:
        options = shared.append_options(application, version)
        options |= properties if properties and not self.exists(name) else {}
        rows.write.format("delta").mode("append").options(**options).save(self.location(name))

    def secret(self, scope: str, key: str) -> str:
        file = self.secrets.get(scope, {}).get(key)
        return Path(file).read_text(encoding="utf-8") if file else shared.secret(self.session(), scope, key)
