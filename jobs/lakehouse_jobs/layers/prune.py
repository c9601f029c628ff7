"""What of silver a merge has to look at: bounds and lists of keys in its condition, and how it marks what changed.

The condition stands in clear in Delta's log, so only keys that are not personal, or hashed ones, come into it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from lakehouse_jobs.contract.model import Field
from lakehouse_jobs.layers import tables
from lakehouse_jobs.layers.batch import Batch
from lakehouse_jobs.layers.typing import typed
from lakehouse_jobs.privacy import protect
from lakehouse_jobs.sources.files import literal, quoted

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

FEW = 2_000  # rows of which each key is listed
LARGE = 0.1  # of silver's rows: from there on marking rows as gone costs more than it saves
_EXACT = ("TINYINT", "SMALLINT", "INT", "BIGINT", "DECIMAL", "STRING", "DATE", "TIMESTAMP", "TIMESTAMP_NTZ")


@dataclass(frozen=True, slots=True)
class Pruning:
    """`condition` goes on after the keys' own; `vectors`: mark rows as gone and leave their files."""

    condition: str
    vectors: bool


def pruned(batch: Batch, winners: DataFrame, size: int) -> Pruning:
    """For merging these rows, one a key, into a table of `size` rows."""
    keys = [field for field in map(batch.hop.model.field, batch.hop.model.keys) if listable(field)]
    if batch.taken <= FEW and keys:
        return Pruning(_listed(winners, keys), vectors=True)
    if batch.taken < LARGE * size:
        return Pruning(_bounded(batch, [field for field in keys if not field.pii]), vectors=True)
    return Pruning("", vectors=not _anything_new(batch))


def listable(field: Field) -> bool:
    """Whether the key's values in silver may stand in the log, and come back from text as they were."""
    shown = field.pii == "hash" or (not protect.protects(field) and tables.plain(field))
    return shown and (bool(field.pii) or field.spark_type.partition("(")[0] in _EXACT)


def _listed(winners: DataFrame, keys: list[Field]) -> str:
    rows = winners.selectExpr(*(f"cast({quoted(key.name)} as string)" for key in keys)).collect()
    parts = []
    for number, key in enumerate(keys):
        values = sorted({str(row[number]) for row in rows})
        if values:
            parts.append(f" AND t.{quoted(key.name)} IN ({', '.join(_value(key, value) for value in values)})")
    return "".join(parts)


def _bounded(batch: Batch, keys: list[Field]) -> str:
    """Least and greatest of each key among all rows of the load: a pass over the keys alone."""
    if not keys:
        return ""
    cells = [f"cast({how}({typed(key)}) as string)" for key in keys for how in ("min", "max")]
    found = batch.rows().selectExpr(*cells).first()
    parts = []
    for number, key in enumerate(keys):
        least, most = (found[2 * number], found[2 * number + 1]) if found else (None, None)
        if least is not None and most is not None:
            parts.append(f" AND t.{quoted(key.name)} BETWEEN {_value(key, least)} AND {_value(key, most)}")
    return "".join(parts)


def _anything_new(batch: Batch) -> bool:
    """Whether the load has a row that is newer than all of silver. If not, it is likely to be there already: then
    nothing is to be written anew, and files that were only looked at stay as they are."""
    model = batch.hop.model
    if not model.sequence:
        return False  # files that come again whole, with little that changed
    if model.field(model.sequence[0]).pii:
        return True
    field = model.field(model.sequence[0])
    table = batch.hop.platform.table(batch.hop.target)
    session = batch.hop.platform.session()
    ours = batch.rows().selectExpr(f"cast(max({typed(field)}) as string)").first()
    if ours is None or ours[0] is None:
        return False
    known = session.sql(f"select coalesce(max({quoted(field.name)}) < {_value(field, ours[0])}, true) from {table}")
    answer = known.first()
    return bool(answer and answer[0])


def _value(field: Field, text: str) -> str:
    return (
        literal(text) if field.pii or field.spark_type == "STRING" else f"cast({literal(text)} as {field.spark_type})"
    )
