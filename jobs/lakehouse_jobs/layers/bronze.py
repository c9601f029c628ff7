"""Files → bronze: every row as it came, as text, with where it came from. Appends only."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

from lakehouse_jobs.layers import LOAD, LOADED, Hop
from lakehouse_jobs.sources.files import PATH, RESCUED

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

# Of all columns only the load's: it is what silver asks by, and no value of a person stands in Delta's log.
PROPERTIES = {"delta.dataSkippingStatsColumns": LOAD}


def load(hop: Hop, landing: str) -> None:
    """Append the rows of new files; the first ones make the table. Counts: read, bronze, rescued, files, listed."""
    platform, model, target, application, ledger = hop.platform, hop.model, hop.target, hop.application, hop.ledger

    def batch(frame: DataFrame, number: int) -> dict[str, Any]:
        first = ledger.begin(number)
        rows = platform.rows(frame, model)
        stamped = rows.selectExpr("*", f"current_timestamp() as {LOADED}", f"cast({number} as bigint) as {LOAD}")
        if first:
            read = _append(hop, stamped, number)
        else:
            # It may be in the table, and an append that is left out counts nothing.
            platform.append(stamped, target, application, number, PROPERTIES)
            read = rows.count()
        counted = frame.sparkSession.sql(
            f"SELECT count(*) AS bronze, count({RESCUED}) AS rescued, count(DISTINCT {PATH}) AS files "
            f"FROM {platform.table(target)} WHERE {LOAD} = {number}"
        ).first()
        sums = counted.asDict() if counted else {}
        return {"read": read, "listed": sums.get("files", 0), **sums}

    hop.drain(platform.stream_files(landing, model, hop.checkpoint), batch)


def _append(hop: Hop, rows: DataFrame, number: int) -> int:
    """Append for the first time; the rows that Spark read, counted as they pass."""
    from pyspark.sql import Observation
    from pyspark.sql.functions import count, lit

    seen = Observation(f"read_{uuid.uuid4().hex}")
    watched = rows.observe(seen, count(lit(1)).alias("rows"))
    hop.platform.append(watched, hop.target, hop.application, number, PROPERTIES)
    return int(seen.get["rows"])
