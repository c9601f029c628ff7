"""Kill -9 at each write of a run: the next run gives the tables of one that nobody disturbed, every row counted."""

from __future__ import annotations

from fnmatch import fnmatch
from pathlib import Path

import pytest
from pyspark.sql import SparkSession

from tests.jobs.conftest import make
from tests.jobs.kills import held, kill, loaded, recovered

CHECKPOINT, TABLES = "*/volumes/checkpoints/account", "*/tables"
SECOND = "00000000000000000001.json"  # the first run's commit is 0; the killed run's is the next
POINTS = {
    "claim": "rename:*/claims/*.json",
    "stream's plan": f"seen:{CHECKPOINT}/bronze/offsets/1",
    "bronze's files": f"seen:{TABLES}/bronze/account/*.parquet",
    "bronze's commit": f"seen:{TABLES}/bronze/account/_delta_log/{SECOND}",
    "bronze's files noted": "rename:*/counts/files/*.json",
    "bronze noted": "rename:*/counts/bronze/*.json",
    "stream's commit": f"seen:{CHECKPOINT}/bronze/commits/1",
    "silver's files": f"seen:{TABLES}/silver/account/*.parquet",
    "silver's commit": f"seen:{TABLES}/silver/account/_delta_log/*.json",
    "quarantine's commit": f"seen:{TABLES}/silver/account_quarantine/_delta_log/*0.json",
    "silver noted": "rename:*/counts/silver/*.json",
    "tables' counts": "rename:*/tables.json",
    "record": "rename:*/runs/*/killed.json",
}


@pytest.fixture(scope="module")
def undisturbed(spark: SparkSession, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    lakehouse = loaded(make(tmp_path_factory.mktemp("undisturbed"), spark))
    lakehouse.run("account")
    return held(lakehouse)


@pytest.mark.parametrize("point", POINTS)
def test_the_next_run_mends_what_a_kill_left(
    spark: SparkSession, tmp_path: Path, undisturbed: dict[str, str], point: str
) -> None:
    lakehouse = loaded(make(tmp_path, spark))
    there = _fitting(tmp_path, POINTS[point])
    kill(lakehouse, POINTS[point], there + 1)
    assert recovered(lakehouse) == undisturbed


def _fitting(root: Path, point: str) -> int:
    """How many files fit already: the one that the killed run makes is the next."""
    kind, _, pattern = point.partition(":")
    return sum(fnmatch(str(path), pattern) for path in root.rglob("*")) if kind == "seen" else 0
