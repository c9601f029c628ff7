"""Databricks, classic or serverless: Auto Loader and Unity Catalog. Uses no SparkContext and no RDD."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING
from urllib.parse import unquote

from lakehouse_jobs.contract.model import Model
from lakehouse_jobs.platform import shared
from lakehouse_jobs.sources.files import (
    EXTENSIONS,
    MODIFIED,
    MOST_FILES,
    PATH,
    RESCUED,
    Stamp,
    UnknownColumn,
    as_text,
    quoted,
    reader_options,
    source_columns,
    text_schema,
)

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession


def auto_loader_options(model: Model, checkpoint: str) -> dict[str, str]:
    """Options of a `cloudFiles` reader. With rescue, csv columns are found by their header, not by position."""
    options = {
        "cloudFiles.format": model.source.format,
        "cloudFiles.maxFilesPerTrigger": str(MOST_FILES),
        # A file counts once, by its name; one that was replaced is named and refused, see `layers.known`.
        "cloudFiles.allowOverwrites": "false",
        "cloudFiles.includeExistingFiles": "true",
        "pathGlobFilter": EXTENSIONS[model.source.format],
        "rescuedDataColumn": RESCUED,
        **{key: value for key, value in reader_options(model.source).items() if key != "mode"},
    }
    if model.source.format == "parquet":
        # A parquet file has types of its own: its schema is found, then cast to text.
        options["cloudFiles.schemaLocation"] = f"{checkpoint}/schema"
        options["cloudFiles.schemaEvolutionMode"] = "rescue"
    return options


def listing_options(model: Model) -> dict[str, str]:
    """Options of a reader that lists files as Auto Loader finds them; their content is never asked for."""
    return {"pathGlobFilter": EXTENSIONS[model.source.format], "recursiveFileLookup": "true"}


def reader_schema(model: Model) -> str | None:
    """Text columns of the contract and the rescued data; None where the file knows its own types."""
    if model.source.format == "parquet":
        return None
    return f"{text_schema(source_columns(model))}, {RESCUED} STRING"


class Databricks:
    """A job cluster or serverless compute of a workspace with Unity Catalog."""

    def session(self) -> SparkSession:
        from pyspark.sql import SparkSession

        return SparkSession.builder.getOrCreate()

    def path(self, path: str) -> str:
        return path

    def table(self, name: str) -> str:
        return ".".join(quoted(part) for part in name.split("."))

    def location(self, name: str) -> str:
        return name

    def exists(self, name: str) -> bool:
        return bool(self.session().catalog.tableExists(self.table(name)))

    def stream_files(self, folder: str, model: Model, checkpoint: str) -> DataFrame:
        reader = self.session().readStream.format("cloudFiles").options(**auto_loader_options(model, checkpoint))
        schema = reader_schema(model)
        if schema is not None:
            reader = reader.schema(schema)
        files = ("_metadata.file_path as " + PATH, "_metadata.file_modification_time as " + MODIFIED)
        return reader.load(folder).selectExpr("*", *files)

    def listing(self, folder: str, model: Model) -> dict[str, Stamp]:
        reader = self.session().read.format("binaryFile").options(**listing_options(model))
        found = reader.load(folder).selectExpr("path", "length", "unix_millis(modificationTime) as modified")
        return {row.path.removeprefix("dbfs:"): Stamp(row.length, row.modified) for row in found.toLocalIterator()}

    def files(self, batch: DataFrame) -> list[str] | None:
        return None

    def stamps(self, files: Iterable[str]) -> dict[str, Stamp]:
        return {}

    def culprit(self, error: Exception) -> str | None:
        return None

    def plain(self, path: str) -> str:
        return unquote(path).removeprefix("dbfs:")

    def rows(self, batch: DataFrame, model: Model, files: list[str] | None) -> DataFrame:
        if model.evolution.column == "freeze":
            there = [f"{quoted(name)} is not null" for name in source_columns(model) if name in batch.columns]
            known = f"({' or '.join(there) or 'false'}) as known"
            strange = batch.where(f"{RESCUED} is not null").selectExpr(
                PATH, f"json_object_keys({RESCUED}) as names", known
            )
            found = strange.where(f"size(array_remove(names, '{PATH}')) > 0").first()
            if found:
                names = [name for name in found["names"] if name != PATH]
                raise UnknownColumn(self.plain(found[PATH]), names, some_known=found["known"])
        return as_text(batch, model, None)

    def append(
        self, rows: DataFrame, name: str, application: str, version: int, properties: Mapping[str, str] | None = None
    ) -> None:
        options = shared.append_options(application, version)
        options |= properties if properties and not self.exists(name) else {}
        rows.write.format("delta").mode("append").options(**options).saveAsTable(self.table(name))

    def secret(self, scope: str, key: str) -> str:
        return shared.secret(self.session(), scope, key)
