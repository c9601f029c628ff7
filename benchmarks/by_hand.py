"""The shortest jobs that make the same tables, as somebody writes them by hand: no rules, no protection, no counts."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.rows import COLUMNS, TYPED

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

STATISTICS = "delta.dataSkippingStatsColumns"
TEXT = ", ".join(f"{name} STRING" for name in COLUMNS)
NEWEST = "row_number() over (partition by order_id order by updated_at desc) as rank"


def create(spark: SparkSession, target: Path, columns: str, properties: dict[str, str], cluster: str = "") -> None:
    """An empty table with the properties of the product's, as far as it has the columns that they name."""
    told = ", ".join(f"'{key}' = '{value}'" for key, value in _of(properties).items())
    options = f" TBLPROPERTIES ({told})" if told else ""
    spark.sql(f"CREATE TABLE delta.`{target}` ({columns}) USING DELTA{cluster}{options}")


def _of(properties: dict[str, str]) -> dict[str, str]:
    """Statistics of the ten columns alone: the product's own are not there."""
    wanted = properties.get(STATISTICS)
    if wanted is None:
        return properties
    kept = [name.strip(" `") for name in wanted.split(",") if name.strip(" `") in COLUMNS]
    others = {key: value for key, value in properties.items() if key != STATISTICS}
    return {**others, STATISTICS: ",".join(kept)} if kept else {**others, "delta.dataSkippingNumIndexedCols": "0"}


def to_bronze(spark: SparkSession, landing: Path, target: Path) -> None:
    """CSV → Delta, all text."""
    rows = spark.read.schema(TEXT).option("header", "true").csv(str(landing))
    rows.write.format("delta").mode("append").save(str(target))


def copied(spark: SparkSession, source: Path, target: Path) -> None:
    """Delta → Delta, as it is: the ten columns."""
    rows = spark.read.format("delta").load(str(source)).select(*COLUMNS)
    rows.write.format("delta").mode("append").save(str(target))


def typed(spark: SparkSession, source: Path) -> DataFrame:
    cells = [f"try_cast({name} as {TYPED[name]}) as {name}" if name in TYPED else name for name in COLUMNS]
    return spark.read.format("delta").load(str(source)).selectExpr(*cells)


def appended(spark: SparkSession, source: Path, target: Path) -> None:
    """Typed, then appended."""
    typed(spark, source).write.format("delta").mode("append").save(str(target))


def merged(spark: SparkSession, rows: DataFrame, target: Path, *, pruning: str = "") -> None:
    """Deduplicated by key, then merged with a guard. `pruning` is a further condition on `t`."""
    rows.selectExpr("*", NEWEST).where("rank = 1").drop("rank").createOrReplaceTempView("newest")
    more = f" and {pruning}" if pruning else ""
    spark.sql(
        f"merge into delta.`{target}` t using newest s on t.order_id = s.order_id{more} "
        "when matched and s.updated_at > t.updated_at then update set * when not matched then insert *"
    )


SILVER = ", ".join(f"{name} {TYPED.get(name, 'STRING')}" for name in COLUMNS)
