"""Files → bronze: every row as it came, as text, with where it came from. Appends only."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lakehouse_jobs.layers import BATCH, LOADED, RUN, Hop
from lakehouse_jobs.sources.files import PATH, RESCUED

if TYPE_CHECKING:
    from pyspark.sql import DataFrame


def load(hop: Hop, landing: str) -> None:
    """Append the rows of new files; the first ones make the table. Counts: read, bronze, rescued, files."""
    platform, model, target, run, application = hop.platform, hop.model, hop.target, hop.run, hop.application

    def batch(frame: DataFrame, number: int) -> dict[str, int]:
        rows = platform.rows(frame, model)
        mark = f"{application}-{number}"
        stamps = (f"current_timestamp() as {LOADED}", f"'{run}' as {RUN}", f"'{mark}' as {BATCH}")
        # Counted at the source, where no cell is parsed for it; everything else is counted in the table.
        read = rows.count()
        # In front: Delta keeps statistics of the first columns only; by those of the mark it reads the new files alone.
        platform.append(rows.selectExpr(*stamps, "*"), target, application, number)
        written = frame.sparkSession.sql(
            f"SELECT count(*) AS bronze, count({RESCUED}) AS rescued, count(DISTINCT {PATH}) AS files "
            f"FROM {platform.table(target)} WHERE {BATCH} = '{mark}'"
        )
        counted = written.first()
        sums = counted.asDict() if counted else {}
        return {"read": read, "listed": sums.get("files", 0), **sums}

    hop.drain(platform.stream_files(landing, model, hop.checkpoint), batch)
