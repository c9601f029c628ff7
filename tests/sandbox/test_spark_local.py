"""The sandbox's Spark runs the shipped wheel, answers statements over its tables, and leaves no process behind."""

from __future__ import annotations

import asyncio
import os
import zipfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import psutil
import pytest
from lakehouse_jobs.packaging import build_wheel
from lakehouse_jobs.records import RunRecord

from wizard.sandbox.spark.host import Namespace, StatementFailed, TaskResult, WheelTask
from wizard.sandbox.spark.java import java_problem
from wizard.sandbox.spark.local import LocalSpark
from wizard.sandbox.spark.statements import rewrite

REPOSITORY = Path(__file__).parents[2]
SECRET = "canary-value-of-a-secret"


class World:
    """A LocalSpark with an event loop for all tests, and a catalog in folders."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.loop = asyncio.new_event_loop()
        self.spark = LocalSpark(root / "state")
        self.namespace = Namespace(
            {f"crisk.{schema}": root / schema for schema in ("bronze", "silver")},
            {
                f"/Volumes/crisk/{path}": root / path
                for path in ("bronze/landing", "ops/checkpoints", "ops/runs", "ops/lib")
            },
            {},
        )

    def run(self, wheel: Path, package: str, entry: str, *parameters: str, run_id: int = 1) -> TaskResult:
        secrets = {"scope": {"key": SECRET, "pii-key-1": bytes(range(32)).hex()}}
        task = WheelTask(run_id, (wheel,), package, entry, parameters, self.namespace, secrets)
        return self.loop.run_until_complete(self.spark.run(task))

    def wheel(self, name: str, source: str) -> Path:
        """A wheel of one module `name` with a function `main`."""
        path = self.root / f"{name}-1-py3-none-any.whl"
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr(f"{name}.py", source)
        return path


def driver_of(folder: Path) -> psutil.Process | None:
    """The driver of that folder among this process's children; those of other tests come and go meanwhile."""
    for child in psutil.Process().children():
        with suppress(psutil.NoSuchProcess):  # a zombie, too
            if child.cmdline()[-1:] == [str(folder)]:
                return child
    return None


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    world = World(tmp_path_factory.mktemp("world"))
    yield world
    world.loop.run_until_complete(world.spark.close())
    world.loop.close()
    assert driver_of(world.root / "state" / "spark") is None


def test_the_shipped_wheel_ingests_and_its_table_is_queried(world: World) -> None:
    landing = world.root / "bronze" / "landing" / "account"
    landing.mkdir(parents=True)
    sample = (REPOSITORY / "templates" / "samples" / "account.csv").read_bytes()
    (landing / "account.csv").write_bytes(sample)
    library = world.root / "ops" / "lib"
    library.mkdir(parents=True)
    (library / "account.yaml").write_bytes((REPOSITORY / "templates" / "contracts" / "account.yaml").read_bytes())
    parameters = {
        "--contract": "/Volumes/crisk/ops/lib/account.yaml",
        "--model": "account",
        "--catalog": "crisk",
        "--run-record": "/Volumes/crisk/ops/runs/account/77.json",
        "--secret-scope": "scope",
    }
    flat = [word for pair in parameters.items() for word in pair]
    result = world.run(build_wheel(world.root), "lakehouse_jobs", "ingest", *flat)
    assert result.ok, result.error_trace
    record = RunRecord.from_json((world.root / "ops" / "runs" / "account" / "77.json").read_bytes())
    assert (record.run, record.status, record.inserted) == ("77", "succeeded", 51)
    tables = {seen.full_name: seen for seen in result.tables}
    assert set(tables) == {"crisk.bronze.account", "crisk.silver.account"}
    silver = tables["crisk.silver.account"]
    assert ("user_id", "string") in silver.columns
    statement = (
        "SELECT account.user_id, length(user_id) AS n, _loaded_at IS NOT NULL FROM crisk.silver.account "
        "WHERE crisk.silver.account.user_id LIKE '0%' ORDER BY 1"
    )
    rows = world.loop.run_until_complete(
        world.spark.query(statement, {"crisk.silver.account": silver.location}, limit=10)
    )
    assert [row[:3] for row in rows.rows] == [("0071", "4", "true"), ("0508", "4", "true")]
    assert rows.columns[:2] == (("user_id", "STRING"), ("n", "INT"))


def test_a_job_that_raises_or_exits_is_failed_with_its_trace_and_no_secret(world: World) -> None:
    source = (
        "import sys\nfrom pyspark.dbutils import DBUtils\n"
        "def main():\n"
        "    value = DBUtils(None).secrets.get('scope', 'key')\n"
        "    print('seen', value, sys.argv[1:])\n"
        "    if sys.argv[1] == 'raise': raise ValueError('no ' + value)\n"
        "    sys.exit(int(sys.argv[1]))\n"
    )
    wheel = world.wheel("raising", source)
    raised = world.run(wheel, "raising", "main", "raise")
    assert not raised.ok
    assert raised.error == "ValueError: no [REDACTED]"
    assert raised.logs.startswith("seen [REDACTED] ['raise']")
    assert raised.error_trace is not None
    assert SECRET not in raised.error_trace
    assert world.run(wheel, "raising", "main", "0").ok
    assert world.run(wheel, "raising", "main", "3").error == "SystemExit: 3"
    assert "no entry point" in str(world.run(wheel, "raising", "absent", "0").error)


def test_a_newer_wheel_replaces_the_modules_of_the_older(world: World) -> None:
    for text in ("one", "two"):
        wheel = world.wheel("talking", f"def main():\n    print('{text}')\n")
        assert world.run(wheel, "talking", "main").logs == f"{text}\n"


def test_a_run_is_cancelled_while_it_waits(world: World) -> None:
    began = world.root / "began"
    os.mkfifo(began)
    wheel = world.wheel(
        "waiting",
        "import sys, threading, pathlib\ndef main():\n    pathlib.Path(sys.argv[1]).write_text('')\n"
        "    while True: threading.Event().wait(0.02)\n",
    )

    async def cancel_once_begun() -> TaskResult:
        task = WheelTask(9, (wheel,), "waiting", "main", (str(began),), world.namespace)
        running = asyncio.create_task(world.spark.run(task))
        await asyncio.to_thread(began.read_bytes)
        await world.spark.cancel(9)
        return await running

    result = world.loop.run_until_complete(cancel_once_begun())
    assert (result.ok, result.error) == (False, "the run was cancelled")


@pytest.mark.parametrize("statement", ["SELECT nowhere", "SELEC 1", "SELECT * FROM csv.`/etc/passwd`"])
def test_a_statement_that_fails_is_told_in_sparks_words(world: World, statement: str) -> None:
    with pytest.raises(StatementFailed) as failed:
        world.loop.run_until_complete(world.spark.query(statement, {}, limit=10))
    assert "JVM" not in str(failed.value)
    assert "\tat " not in str(failed.value)


def test_names_are_rewritten_and_keep_their_alias() -> None:
    tables = {"crisk.silver.account": Path("/x/account")}
    plain = rewrite("select a.city from CRISK.silver.`account` a", tables)
    assert plain == "SELECT a.city FROM delta.`/x/account` AS a"
    assert rewrite("select 1 from other.t", tables) == "SELECT 1 FROM other.t"


def test_missing_java_is_told_with_its_remedy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))
    assert "openjdk-17-jre-headless" in str(java_problem())
    world = World(tmp_path)
    result = world.run(world.wheel("any", "def main(): pass\n"), "any", "main")
    world.loop.close()
    assert not result.ok
    assert "Spark needs Java 17" in str(result.error)


def test_the_driver_and_its_java_end_with_the_process_that_started_it(world: World) -> None:
    driver, process = driver_of(world.root / "state" / "spark"), world.spark._process
    assert driver
    assert process
    assert process.stdin
    java = driver.children(recursive=True)
    assert java
    # All that a killed sandbox does to its driver: the pipe ends.
    process.stdin.close()
    assert world.loop.run_until_complete(asyncio.wait_for(process.wait(), 30)) == 0
    assert psutil.wait_procs(java, timeout=30)[1] == []
