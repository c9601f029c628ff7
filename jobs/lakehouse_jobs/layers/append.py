"""Rows into a table by appending: every row of a load, once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lakehouse_jobs.layers.batch import Batch, technical
from lakehouse_jobs.sources.files import columns, quoted

if TYPE_CHECKING:
    from pyspark.sql import DataFrame


def append(batch: Batch, rows: DataFrame, *, again: bool) -> int:
    """Append what silver stores of these rows; how many they are, as Delta counts them."""
    hop = batch.hop
    names = (*map(quoted, columns(hop.model)), *technical(hop))
    hop.platform.append(rows.selectExpr(*names), hop.target, hop.application, batch.load)
    return loaded(batch, hop.target) if again else committed(batch, "numOutputRows")


def loaded(batch: Batch, table: str) -> int:
    """The rows of these loads that the table has."""
    name = batch.hop.platform.table(table)
    found = batch.hop.platform.session().sql(f"select count(*) from {name} where {batch.within}").first()
    return int(found[0]) if found else 0


def committed(batch: Batch, metric: str) -> int:
    """A count of the last write to silver, as Delta noted it with the commit."""
    history = batch.hop.platform.session().sql(f"describe history {batch.hop.platform.table(batch.hop.target)} limit 5")
    for entry in history.select("operation", "operationMetrics").collect():
        if entry[0] in ("WRITE", "MERGE"):
            return int(entry[1].get(metric, 0))
    raise RuntimeError(f"Delta's history of {batch.hop.target} does not tell the last write")
