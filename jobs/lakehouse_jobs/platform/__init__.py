"""Where the job runs. Nothing else in this package knows Auto Loader, dbutils, or a path of this machine."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Protocol

from lakehouse_jobs.contract.model import Model
from lakehouse_jobs.sources.files import Stamp

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession


class Platform(Protocol):
    """What the layers need. Names are `catalog.schema.table`; paths are `/Volumes/…` or `abfss://…`."""

    def session(self) -> SparkSession: ...

    def path(self, path: str) -> str:
        """The path as Python and Spark on this platform open it."""
        ...

    def table(self, name: str) -> str:
        """The table as SQL names it."""
        ...

    def location(self, name: str) -> str:
        """Where a person finds the table."""
        ...

    def exists(self, name: str) -> bool: ...

    def stream_files(self, folder: str, model: Model, checkpoint: str) -> DataFrame:
        """A stream over the files that are new since the checkpoint; `rows` gives what its batches hold."""
        ...

    def listing(self, folder: str, model: Model) -> dict[str, Stamp]:
        """The files that are there for the model now, whether the stream takes them or not."""
        ...

    def files(self, batch: DataFrame) -> list[str] | None:
        """The files of a batch of `stream_files`, named as `listing` does; None where only the rows tell them."""
        ...

    def stamps(self, files: Iterable[str]) -> dict[str, Stamp]:
        """Those files that are there, as they are now."""
        ...

    def culprit(self, error: Exception) -> str | None:
        """The file that Spark failed to read, as `listing` names it; None if the failure is of another kind."""
        ...

    def plain(self, path: str) -> str:
        """A row's `_file_path` as `listing` names it."""
        ...

    def rows(self, batch: DataFrame, model: Model, files: list[str] | None) -> DataFrame:
        """The rows of a batch of `stream_files`, in the form of `lakehouse_jobs.sources.files`; of those `files` only
        where the platform told them. Raises Unreadable and UnknownColumn, as far as it knows before it reads."""
        ...

    def append(
        self, rows: DataFrame, name: str, application: str, version: int, properties: Mapping[str, str] | None = None
    ) -> None:
        """Append once: the same application and version a second time change nothing. `properties` are those of the
        table that the first append makes."""
        ...

    def secret(self, scope: str, key: str) -> str: ...


def current() -> Platform:
    """The platform this process runs on."""
    if "DATABRICKS_RUNTIME_VERSION" in os.environ:
        from lakehouse_jobs.platform.databricks import Databricks

        return Databricks()
    from lakehouse_jobs.platform.local import Local

    return Local.from_environment()
