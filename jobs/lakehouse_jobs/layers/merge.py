"""Rows into a table by key: the newest row of each wins, whenever it comes.

A key that was deleted is kept in `<model>_deletions`, with the moment of its deletion and nothing else, so that a row
which is older and comes late does not bring it back."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import uuid4

from lakehouse_jobs.contract.model import Model
from lakehouse_jobs.layers import LOAD, Hop, tables
from lakehouse_jobs.layers.append import append, committed, loaded
from lakehouse_jobs.layers.batch import Batch, technical
from lakehouse_jobs.layers.order import DELETES, TIE, moments, newer, newest, outlived, tie
from lakehouse_jobs.layers.prune import pruned
from lakehouse_jobs.privacy import protect
from lakehouse_jobs.sources.files import columns, quoted

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

_SETTINGS = threading.Lock()


@dataclass(slots=True)
class Merged:
    """What became of the rows that no rule set aside. `winners`: one a key."""

    winners: int
    inserted: int
    updated: int
    deleted: int = 0


def deletions(hop: Hop) -> str:
    return f"{hop.target}_deletions"


def merge(batch: Batch, rows: DataFrame, *, again: bool) -> Merged:
    """Merge rows in silver's form. `again`: an earlier attempt may have merged them already."""
    hop, model = batch.hop, batch.hop.model
    winners = rows.selectExpr("*", f"{tie(columns(model))} as {TIE}")
    winners = winners.selectExpr("*", f"{newest(model)} as _rank").where("_rank = 1").drop("_rank")
    done = loaded(batch, hop.target) if again else 0
    if done:
        updated = committed(batch, "numTargetRowsUpdated")
        return Merged(_count(winners), done - updated, updated, _count(winners.where(DELETES)) if model.deletes else 0)
    if model.deletes:
        count, deleted = _count(winners), _delete(batch, winners)
        inserted, updated, _ = _promoted(batch, _surviving(hop, winners), again=again)
        return Merged(count, inserted, updated, deleted)
    inserted, updated, count = _promoted(batch, winners, again=again)
    return Merged(count, inserted, updated)


def _promoted(batch: Batch, winners: DataFrame, *, again: bool) -> tuple[int, int, int]:
    """Rows inserted and updated, and how many there were to merge."""
    hop, model = batch.hop, batch.hop.model
    size = _size(hop)
    if size == 0:
        count = append(batch, winners.where(f"not {DELETES}") if model.deletes else winners, again=again)
        return count, 0, count
    view = f"_newest_{uuid4().hex}"
    winners.createOrReplaceTempView(view)
    session, pruning = hop.platform.session(), pruned(batch, winners, size)
    try:
        with configured(session, _settings(batch, vectors=pruning.vectors)):
            answer = session.sql(statement(hop, model, view, pruning.condition)).first()
    finally:
        session.catalog.dropTempView(view)
    if answer is None:  # an earlier attempt merged them, and none of them is the newest
        return 0, 0, _count(winners)
    return int(answer["num_inserted_rows"]), int(answer["num_updated_rows"]), committed(batch, "numSourceRows")


def statement(hop: Hop, model: Model, source: str, pruning: str = "") -> str:
    """MERGE that lets a newer row win only, so that the same rows twice change nothing."""
    names = [*columns(model), *technical(hop)]
    on = " AND ".join(f"t.{quoted(key)} = s.{quoted(key)}" for key in model.keys)
    pairs = ", ".join(f"t.{quoted(name)} = s.{quoted(name)}" for name in names)
    listed = ", ".join(quoted(name) for name in names)
    values = ", ".join(f"s.{quoted(name)}" for name in names)
    wins = newer(model)
    gone = f"WHEN MATCHED AND s.{DELETES} AND {wins} THEN DELETE " if model.deletes else ""
    kept = f" AND NOT s.{DELETES}" if model.deletes else ""
    return (
        f"MERGE INTO {hop.platform.table(hop.target)} t USING {source} s ON {on}{pruning} {gone}"
        f"WHEN MATCHED{kept} AND {wins} THEN UPDATE SET {pairs} "
        f"WHEN NOT MATCHED{kept} THEN INSERT ({listed}) VALUES ({values})"
    )


def _delete(batch: Batch, winners: DataFrame) -> int:
    """Keep the moments at which keys were deleted; how many rows of the load said so."""
    hop, model, name = batch.hop, batch.hop.model, deletions(batch.hop)
    told = (*model.keys, *moments(model))
    kinds = {f.name: protect.silver_type(f) for f in model.fields} | tables.KINDS
    if not hop.platform.exists(name):
        tables.make(hop, name, [*(f"{quoted(cell)} {kinds[cell]}" for cell in dict.fromkeys(told)), f"{LOAD} BIGINT"])
    gone = winners.where(DELETES).selectExpr(*(quoted(cell) for cell in dict.fromkeys(told)), LOAD)
    count = _count(gone)
    if not count:
        return 0
    view = f"_gone_{model.name}_{uuid4().hex}"
    gone.createOrReplaceTempView(view)
    on = " AND ".join(f"d.{quoted(key)} = s.{quoted(key)}" for key in model.keys)
    session = hop.platform.session()
    try:
        with configured(session, {"spark.databricks.delta.merge.materializeSource": "none"}):
            session.sql(
                f"MERGE INTO {hop.platform.table(name)} d USING {view} s ON {on} "
                f"WHEN MATCHED AND NOT {outlived(model)} THEN UPDATE SET * WHEN NOT MATCHED THEN INSERT *"
            ).collect()
    finally:
        session.catalog.dropTempView(view)
    return count


def _surviving(hop: Hop, winners: DataFrame) -> DataFrame:
    """Without the rows that are older than the deletion of their key."""
    from pyspark.sql.functions import expr

    session, model = hop.platform.session(), hop.model
    gone = session.sql(f"select * from {hop.platform.table(deletions(hop))}").alias("d")
    same = " and ".join(f"s.{quoted(key)} = d.{quoted(key)}" for key in model.keys)
    # A row that deletes has its own moment there, and still has to take silver's row away.
    return winners.alias("s").join(gone, expr(f"{same} and not s.{DELETES} and {outlived(model)}"), "left_anti")


def _size(hop: Hop) -> int:
    """Rows of silver; Delta knows them without reading any."""
    found = hop.platform.session().sql(f"select count(*) from {hop.platform.table(hop.target)}").first()
    return int(found[0]) if found else 0


def _count(rows: DataFrame) -> int:
    return int(rows.selectExpr("count(*)").collect()[0][0])


def _settings(batch: Batch, *, vectors: bool) -> dict[str, str]:
    return {
        "spark.databricks.delta.write.txnAppId": batch.hop.application,
        "spark.databricks.delta.write.txnVersion": str(batch.load),
        "spark.databricks.delta.merge.deletionVectors.persistent": str(vectors).lower(),
        # The same rows come at each of MERGE's passes: bronze's load never changes, and no expression is random.
        "spark.databricks.delta.merge.materializeSource": "none",
    }


@contextmanager
def configured(session: SparkSession, settings: Mapping[str, str]) -> Iterator[None]:
    """MERGE takes these from the session alone, which models share that run side by side: one merges at a time.

    Serverless compute lets none of them be set. There a merge that comes again finds every row stale."""
    with _SETTINGS:
        before: dict[str, str | None] = {}
        try:
            for key, value in settings.items():
                old = session.conf.get(key, None)
                try:
                    session.conf.set(key, value)
                except Exception as refused:
                    if "CONFIG_NOT_AVAILABLE" not in str(refused):
                        raise
                    continue
                before[key] = old
            yield
        finally:
            for key, old in before.items():
                if old is None:
                    session.conf.unset(key)
                else:
                    session.conf.set(key, old)
