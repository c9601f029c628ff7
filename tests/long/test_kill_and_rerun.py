"""A run that was killed leaves nothing that the next one does not mend; every write is tried in tests/long."""

from __future__ import annotations

from pathlib import Path

from pyspark.sql import SparkSession

from tests.jobs.conftest import make
from tests.jobs.kills import held, kill, loaded, recovered


def test_killed_after_silver_was_written_and_before_it_was_noted(spark: SparkSession, tmp_path: Path) -> None:
    alone, killed = (tmp_path / name for name in ("alone", "killed"))
    for root in (alone, killed):
        root.mkdir()
    undisturbed = loaded(make(alone, spark))
    undisturbed.run("account")
    lakehouse = loaded(make(killed, spark))
    kill(lakehouse, "rename:*/counts/silver/*.json")
    assert not (lakehouse.root / "volumes" / "runs" / "account" / "killed.json").exists()
    assert recovered(lakehouse) == held(undisturbed)
