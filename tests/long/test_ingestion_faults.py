"""A disk that fills, a run that is ended, two runs at once: told or waited for, and nothing is lost."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from pyspark.sql import SparkSession

from tests.jobs.conftest import make
from tests.jobs.kills import HEADER, MOMENT, ROWS, arguments, held, loaded, recovered, start
from tests.journey.disk import Disk

MANY = 400_000  # rows whose run takes seconds: a signal finds it at work


@pytest.fixture(scope="module")
def undisturbed(spark: SparkSession, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    lakehouse = loaded(make(tmp_path_factory.mktemp("undisturbed"), spark))
    lakehouse.run("account")
    return held(lakehouse)


def test_a_disk_that_fills_is_named_and_with_space_the_next_run_completes(
    spark: SparkSession, tmp_path: Path, undisturbed: dict[str, str]
) -> None:
    with Disk(tmp_path / "disk") as disk:
        lakehouse = loaded(make(disk.seen, spark))
        # The run sees the same folder under another name.
        names = (disk.seen / "namespace.json").read_text(encoding="utf-8").replace(str(disk.seen), str(disk.place))
        (disk.seen / "run.json").write_text(names, encoding="utf-8")
        landing = disk.place / "volumes" / "landing" / "account"
        assert json.loads(names)["volumes"]["/Volumes/crisk/bronze/landing"] == str(landing.parent)
        disk.fill(leave=8)
        done = subprocess.run(
            disk.on([sys.executable, "-m", "tests.jobs.killed", disk.place, "none", "1", *arguments("full")]),
            env={**os.environ, "LAKEHOUSE_NAMESPACE": str(disk.place / "run.json"), "SPARK_FOLDER": str(tmp_path),
                 "SPARK_LOCAL_IP": "127.0.0.1"},
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 1, done.stdout[-2000:] + done.stderr[-2000:]
        assert "there is no space left at" in done.stderr or "No space left on device" in done.stderr
        assert "1 of 1 models failed: account: " in done.stderr
        disk.free()
        assert recovered(lakehouse) == undisturbed


def test_a_run_that_is_ended_is_recorded_as_cancelled_and_the_next_one_completes(
    spark: SparkSession, tmp_path: Path
) -> None:
    lakehouse = make(tmp_path, spark)
    path = lakehouse.put("account", "1.csv", HEADER + "".join(f"{n},Name {n},,Natal\n" for n in range(MANY)))
    os.utime(path, (MOMENT, MOMENT))
    process = start(lakehouse, "none", run="ended")
    plan = tmp_path / "volumes" / "checkpoints" / "account" / "bronze" / "offsets" / "0"
    while not plan.exists():
        assert process.poll() is None, process.communicate()
        threading.Event().wait(0.02)  # until the stream has begun
    process.send_signal(signal.SIGTERM)
    _out, errors = process.communicate(timeout=120)
    assert process.returncode == 128 + signal.SIGTERM, errors[-2000:]
    record = lakehouse.record("account", "ended")
    assert (record.status, record.ended is not None) == ("cancelled", True)
    assert list((plan.parents[2] / "claims").iterdir()) == []

    again = lakehouse.run("account", run="again")
    assert (again.status, again.balanced) == ("succeeded", True)
    assert [lakehouse.read(f"{layer}.account").count() for layer in ("bronze", "silver")] == [MANY, MANY]


def test_two_runs_at_once_take_turns_and_nothing_is_lost(
    spark: SparkSession, tmp_path: Path, undisturbed: dict[str, str]
) -> None:
    lakehouse = loaded(make(tmp_path, spark))
    both = [start(lakehouse, "none", run=name) for name in ("one", "two")]
    ended = [process.communicate(timeout=300) for process in both]
    assert [process.returncode for process in both] == [0, 0], [errors[-2000:] for _out, errors in ended]
    found = [lakehouse.record("account", name) for name in ("one", "two")]
    assert sorted(record.read for record in found) == [0, ROWS - 30]
    assert all(record.balanced for record in found)
    assert recovered(lakehouse) == undisturbed
