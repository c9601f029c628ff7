"""Bronze → silver: typed by the contract, one row a key, merged into the table that is there.

Rows with a cell that is not of its type, or without a required one, go to `<model>_quarantine` with the reasons. They
stand there as they came: the one place where protection of personal data goes is `_set_aside` and `_good`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lakehouse_jobs.layers import LOADED, RUN, Hop
from lakehouse_jobs.layers.typing import REASONS, order, reasons, typed
from lakehouse_jobs.sources.files import MODIFIED, PATH, RESCUED, columns, quoted

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, Row

TECHNICAL = ((PATH, "STRING"), (MODIFIED, "TIMESTAMP"), (LOADED, "TIMESTAMP"))
AGE = (MODIFIED, LOADED)


class SchemaMismatch(Exception):  # noqa: N818 - a state of the table, told as it is
    """The table has another type for a column than the contract; changing it is a person's decision."""


def quarantine(hop: Hop) -> str:
    return f"{hop.target}_quarantine"


def load(hop: Hop, source: str) -> None:
    """Merge what is new in bronze. Counts: taken, valid, invalid, duplicates, inserted, updated, stale."""
    create(hop)

    def batch(frame: DataFrame, number: int) -> dict[str, int]:
        marked = frame.selectExpr("*", reasons(hop.model))
        good = f"{REASONS} = ''"
        # As they stand in silver: 7 and 007 are one key where keys are numbers.
        keys = ", ".join(typed(hop.model.field(key)) for key in hop.model.keys)
        counted = marked.selectExpr(
            "count(*) as taken",
            f"count_if(not {good}) as invalid",
            f"count(distinct if({good}, struct({keys}), null)) as valid",
        ).first()
        taken, invalid, valid = (int(value) for value in counted) if counted else (0, 0, 0)
        if invalid:
            _set_aside(hop, marked.where(f"not {good}"), number)
        inserted, updated = _merge(hop, _good(hop, marked.where(good))) if valid else (0, 0)
        return {
            "taken": taken,
            "quarantined": invalid,
            "valid": inserted + updated,
            "duplicates": taken - invalid - valid,
            "inserted": inserted,
            "updated": updated,
            "stale": valid - inserted - updated,
        }

    hop.drain(hop.platform.stream_table(source), batch)


def _good(hop: Hop, rows: DataFrame) -> DataFrame:
    """Typed rows, the newest of each key."""
    cells = [f"{typed(field)} as {quoted(field.name)}" for field in hop.model.fields]
    keys = ", ".join(quoted(key) for key in hop.model.keys)
    newest = f"row_number() over (partition by {keys} order by {order(hop.model, 's', AGE)} desc) as _rank"
    ranked = rows.selectExpr(*cells, *(name for name, _ in TECHNICAL)).alias("s").selectExpr("*", newest)
    return ranked.where("_rank = 1").drop("_rank")


def _set_aside(hop: Hop, rows: DataFrame, number: int) -> None:
    names = [quoted(name) for name in columns(hop.model)]
    kept = rows.selectExpr(*names, RESCUED, PATH, MODIFIED, LOADED, REASONS, f"'{hop.run}' as {RUN}")
    hop.platform.append(kept, quarantine(hop), f"{hop.application}-quarantine", number)


def merge_statement(hop: Hop, source: str) -> str:
    """MERGE that lets a newer row win only, so that the same rows twice change nothing."""
    model = hop.model
    names = [*columns(model), *(name for name, _ in TECHNICAL)]
    on = " AND ".join(f"t.{quoted(key)} = s.{quoted(key)}" for key in model.keys)
    newer = f"{order(model, 's', AGE)} > {order(model, 't', AGE)}"
    other = " AND ".join(f"t.{quoted(name)} <=> s.{quoted(name)}" for name in columns(model))
    pairs = ", ".join(f"t.{quoted(name)} = s.{quoted(name)}" for name in names)
    listed = ", ".join(quoted(name) for name in names)
    values = ", ".join(f"s.{quoted(name)}" for name in names)
    return (
        f"MERGE INTO {hop.platform.table(hop.target)} t USING {source} s ON {on} "
        f"WHEN MATCHED AND {newer} AND NOT ({other}) THEN UPDATE SET {pairs} "
        f"WHEN NOT MATCHED THEN INSERT ({listed}) VALUES ({values})"
    )


def _merge(hop: Hop, rows: DataFrame) -> tuple[int, int]:
    """Rows inserted and updated, as Delta counts them."""
    view = f"newest_{hop.model.name}"
    rows.createOrReplaceTempView(view)
    answer: Row | None = rows.sparkSession.sql(merge_statement(hop, view)).first()
    if answer is None:
        raise RuntimeError(f"MERGE into {hop.target} gave no counts")
    return int(answer["num_inserted_rows"]), int(answer["num_updated_rows"])


def create(hop: Hop) -> None:
    """Make the table where there is none; add the columns that a contract gained."""
    platform = hop.platform
    wanted = [(field.name, field.spark_type) for field in hop.model.fields]
    if not platform.exists(hop.target):
        described = ", ".join(f"{quoted(name)} {kind}" for name, kind in [*wanted, *TECHNICAL])
        platform.session().sql(f"CREATE TABLE IF NOT EXISTS {platform.table(hop.target)} ({described}) USING DELTA")
    else:
        _evolve(hop, wanted)


def _evolve(hop: Hop, wanted: list[tuple[str, str]]) -> None:
    session, table = hop.platform.session(), hop.platform.table(hop.target)
    there = {f.name.lower(): f.dataType.simpleString().upper() for f in session.table(table).schema.fields}
    wrong = [
        f"{name} is {there[name.lower()]}, the contract says {kind}"
        for name, kind in wanted
        if name.lower() in there and there[name.lower()] != kind
    ]
    if wrong:
        raise SchemaMismatch(f"{hop.target}: {'; '.join(wrong)}")
    missing = [f"{quoted(name)} {kind}" for name, kind in wanted if name.lower() not in there]
    if missing:
        session.sql(f"ALTER TABLE {table} ADD COLUMNS ({', '.join(missing)})")
