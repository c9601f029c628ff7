"""Whether two sides made the same table."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.lake import KEY
from benchmarks.rows import COLUMNS, PROTECTED, RULES

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

ALIKE = ("delta.dataSkippingStatsColumns", "delta.dataSkippingNumIndexedCols", "delta.enableDeletionVectors")


def properties(spark: SparkSession, table: Path) -> dict[str, str]:
    """What the other side's table is to have too: statistics, deletion vectors."""
    rows = spark.sql(f"SHOW TBLPROPERTIES delta.`{table}`").collect()
    return {row.key: row.value for row in rows if row.key in ALIKE}


def same_rows(
    spark: SparkSession, table: Path, other: Path, *, protected: bool = False, columns: tuple[str, ...] = COLUMNS
) -> str:
    """Compare those columns, row for row; with `protected`, after the other side was protected and its bad rows
    were taken out. Says how many rows; raises AssertionError where they differ."""
    ours = spark.read.format("delta").load(str(table)).select(*COLUMNS)
    theirs = _governed(spark, other) if protected else spark.read.format("delta").load(str(other)).select(*COLUMNS)
    judged = [_sums(frame, columns) for frame in (ours, theirs)]
    if judged[0] != judged[1]:
        raise AssertionError(f"the tables differ: {judged[0]} and {judged[1]}")
    return f"the same {judged[0][0]:,} rows on both sides"


def _sums(frame: DataFrame, columns: tuple[str, ...]) -> tuple[int, int, int]:
    """Count, and two sums over a hash of each whole row: the same for the same rows in any order."""
    cells = ", ".join(f"cast({name} as string)" for name in columns)
    row = frame.selectExpr(
        "count(*)", f"sum(cast(xxhash64({cells}) as decimal(38,0)))", f"bit_xor(xxhash64({cells}, 7))"
    ).first()
    return (int(row[0]), int(row[1] or 0), int(row[2] or 0)) if row else (0, 0, 0)


def _governed(spark: SparkSession, other: Path) -> DataFrame:
    """By other means than the product's: Python's own hmac in place of Spark's expressions."""
    import hashlib
    import hmac

    from pyspark.sql.functions import udf

    def hashed(value: str | None) -> str | None:
        return None if value is None else "v1:" + hmac.new(KEY, value.encode(), hashlib.sha256).hexdigest()

    rows = spark.read.format("delta").load(str(other)).select(*COLUMNS).where(" and ".join(RULES.values()))
    protect = udf(hashed)
    for name in PROTECTED:
        rows = rows.withColumn(name, protect(rows[name]))
    return rows
