"""Ten thousand small files are as good as one large one."""

from __future__ import annotations

from pathlib import Path

from pyspark.sql import SparkSession

from tests.jobs.landing import Landing

COUNT = 10_000


def test_ten_thousand_files_are_each_read_once(tmp_path: Path, spark: SparkSession) -> None:
    landing = Landing(tmp_path, spark)
    for number in range(COUNT):
        landing.put(f"{number % 50}/{number}.csv", f"id,name,city\n{number},A,X\n")
    landing.put("7/bad.csv.gz", b"bad")
    counts = landing.load()
    assert (counts["read"], counts["files"], list(counts["refused"])) == (COUNT, COUNT, ["bad.csv.gz"])
    assert landing.load()["listed"] == 0
    table = spark.read.format("delta").load(str(tmp_path / "tables" / "people"))
    told = table.selectExpr("count(distinct id)", "count(distinct _file_path)", "count(*)").first()
    assert told is not None
    assert tuple(told) == (COUNT, COUNT, COUNT)
