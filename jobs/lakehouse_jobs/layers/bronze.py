"""Files → bronze: every row as it came, as text, with where it came from. Appends only."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lakehouse_jobs.layers import BATCH, LOADED, RUN, Hop
from lakehouse_jobs.sources.files import MODIFIED, PATH, RESCUED, columns, text_schema

if TYPE_CHECKING:
    from pyspark.sql import DataFrame


def load(hop: Hop, landing: str) -> None:
    """Append the rows of the files that are new. Counts: read, rescued, files."""
    platform, model, target, run, application = hop.platform, hop.model, hop.target, hop.run, hop.application
    create(hop)

    def batch(frame: DataFrame, number: int) -> dict[str, int]:
        rows = platform.rows(frame, model)
        mark = f"{application}-{number}"
        stamped = rows.selectExpr("*", f"current_timestamp() as {LOADED}", f"'{run}' as {RUN}", f"'{mark}' as {BATCH}")
        counted = rows.selectExpr(
            "count(*) as read", f"count({RESCUED}) as rescued", f"count(distinct {PATH}) as files"
        ).first()
        platform.append(stamped, target, application, number)
        return {key: int(value) for key, value in counted.asDict().items()} if counted else {}

    hop.drain(platform.stream_files(landing, model, hop.checkpoint), batch)


def create(hop: Hop) -> None:
    """Make the table where there is none; one that exists stays as it is."""
    technical = (
        f"{RESCUED} STRING, {PATH} STRING, {MODIFIED} TIMESTAMP, {LOADED} TIMESTAMP, {RUN} STRING, {BATCH} STRING"
    )
    if not hop.platform.exists(hop.target):
        hop.platform.session().sql(
            f"CREATE TABLE IF NOT EXISTS {hop.platform.table(hop.target)} "
            f"({text_schema(columns(hop.model))}, {technical}) USING DELTA"
        )


def appended(hop: Hop) -> int:
    """The rows of this run, counted in the table."""
    table = hop.platform.table(hop.target)
    row = hop.platform.session().sql(f"SELECT count(*) FROM {table} WHERE {RUN} = '{hop.run}'").first()
    return int(row[0]) if row else 0
