"""The same wheel through the sandbox's Jobs API and by spark-submit, without the wizard, gives the same tables."""

from __future__ import annotations

import hashlib
import io
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from databricks.sdk.service import catalog, compute, jobs
from lakehouse_jobs.packaging import build_wheel
from lakehouse_jobs.records import RunRecord
from pyspark.sql import SparkSession

from tests.jobs.conftest import CONTRACTS, KEY, REPOSITORY, SCOPE
from tests.jobs.kills import SECOND
from tests.sandbox.databricks_live import Live, live_lake
from wizard.sandbox.spark import session as sessions

SAMPLE = REPOSITORY / "templates" / "samples" / "account.csv"
INPUT = {"1.csv": SAMPLE.read_text(encoding="utf-8"), "2.csv": SECOND}
SECRET = "5e" * 32
VOLATILE = ("_loaded_at", "_load", "_run", "_run_id", "_file_path", "_file_modified")
ARGUMENTS = ["--catalog", "crisk", "--secret-scope", SCOPE, "--pii-key", KEY]
START = """\
import sys
from lakehouse_jobs.main import ingest
ingest()
found = sorted(name for name in sys.modules if name.partition(".")[0] == "wizard")
if found:
    raise SystemExit(f"the job imports the wizard: {found}")
"""


@pytest.fixture
def live(tmp_path: Path) -> Iterator[Live]:
    """A workspace with the schemas, volumes and the key of a lakehouse."""
    with live_lake(tmp_path / "state") as made:
        made.assign_metastore()
        client = made.workspace
        identity = catalog.AzureManagedIdentityRequest(access_connector_id=made.connector_id)
        client.storage_credentials.create(name="c", azure_managed_identity=identity)
        client.external_locations.create(name="l", url=made.url("catalog"), credential_name="c")
        client.catalogs.create(name="crisk", storage_root=made.url("catalog", "managed"))
        for schema, volumes in {
            "bronze": ["landing"],
            "silver": [],
            "ops": ["libraries", "checkpoints", "runs"],
        }.items():
            client.schemas.create(name=schema, catalog_name="crisk")
            for volume in volumes:
                client.volumes.create("crisk", schema, volume, catalog.VolumeType.MANAGED)
        client.secrets.create_scope(SCOPE)
        client.secrets.put_secret(SCOPE, KEY, string_value=SECRET)
        yield made


def through_the_jobs_api(live: Live, wheel: Path) -> RunRecord:
    client = live.workspace
    library = f"/Volumes/crisk/ops/libraries/{wheel.name}"
    contract = "/Volumes/crisk/ops/libraries/account.yaml"
    client.files.upload(library, io.BytesIO(wheel.read_bytes()))
    client.files.upload(contract, io.BytesIO((CONTRACTS / "account.yaml").read_bytes()))
    for name, text in INPUT.items():
        client.files.create_directory("/Volumes/crisk/bronze/landing/account")
        client.files.upload(f"/Volumes/crisk/bronze/landing/account/{name}", io.BytesIO(text.encode()))
    record = "/Volumes/crisk/ops/runs/{model}/{{job.run_id}}.json"
    task = jobs.Task(
        task_key="only",
        python_wheel_task=jobs.PythonWheelTask(
            "lakehouse_jobs", "ingest", parameters=["--contract", contract, "--run-record", record, *ARGUMENTS]
        ),
        libraries=[compute.Library(whl=library)],
        new_cluster=compute.ClusterSpec(
            spark_version="17.3.x-scala2.13", node_type_id="Standard_DS3_v2", num_workers=0
        ),
    )
    job = int(client.jobs.create(name="ingest", tasks=[task]).job_id or 0)
    run = client.jobs.run_now(job).result(timedelta(minutes=5))
    assert run.state
    assert run.state.result_state == jobs.RunResultState.SUCCESS, run.state.state_message
    answer = client.files.download(f"/Volumes/crisk/ops/runs/account/{run.run_id}.json")
    assert answer.contents
    return RunRecord.from_json(answer.contents.read())


def by_spark_submit(root: Path, wheel: Path) -> RunRecord:
    """Installed in a folder of its own; of this repository it sees nothing."""
    installed, landing = root / "installed", root / "landing" / "account"
    pip = [sys.executable, "-m", "pip", "install", "-q", "--no-deps", "--no-index", "--target", str(installed)]
    subprocess.run([*pip, str(wheel)], check=True, capture_output=True)
    landing.mkdir(parents=True)
    for name, text in INPUT.items():
        (landing / name).write_text(text, encoding="utf-8")
    (root / KEY).write_text(SECRET)
    names = {
        "schemas": {f"crisk.{schema}": str(root / "tables" / schema) for schema in ("bronze", "silver")},
        "volumes": {"/Volumes/crisk/bronze": str(root), "/Volumes/crisk/ops": str(root / "ops")},
        "secrets": {SCOPE: {KEY: str(root / KEY)}},
    }
    (root / "namespace.json").write_text(json.dumps(names))
    (root / "start.py").write_text(START)
    (root / "spark" / sessions.TEMPORARY).mkdir(parents=True)
    jars = sessions.delta_jars()
    assert jars, "the session-wide Spark has fetched them"
    settings = {**sessions.settings(root / "spark"), "spark.driver.extraClassPath": ":".join(map(str, jars))}
    conf = [part for key, value in settings.items() for part in ("--conf", f"{key}={value}")]
    arguments = ["--contract", str(CONTRACTS / "account.yaml"), "--run", "submitted", *ARGUMENTS]
    submit = str(Path(sys.executable).parent / "spark-submit")
    environment = {"LAKEHOUSE_NAMESPACE": str(root / "namespace.json"), "PYTHONPATH": str(installed)}
    done = subprocess.run(
        [submit, *conf, str(root / "start.py"), *arguments],
        cwd=root,
        env={**os.environ, **environment, "SPARK_LOCAL_IP": "127.0.0.1", "PYSPARK_PYTHON": sys.executable},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    assert SECRET not in done.stdout + done.stderr
    return RunRecord.from_json((root / "ops" / "runs" / "account" / "submitted.json").read_text())


def held(spark: SparkSession, record: RunRecord) -> dict[str, tuple[int, str]]:
    """Rows and a hash of them, of each table, without when and whence they came."""
    found = {}
    for name, folder in record.locations.items():
        frame = spark.read.format("delta").load(folder)
        names = [each for each in sorted(frame.columns) if each not in VOLATILE]
        rows = sorted(str(tuple(row)) for row in frame.select(*names).collect())
        found[name] = (len(rows), hashlib.sha256("\n".join([str(names), *rows]).encode()).hexdigest())
    return found


def test_the_same_wheel_gives_the_same_tables(spark: SparkSession, live: Live, tmp_path: Path) -> None:
    wheel = build_wheel(tmp_path)
    (tmp_path / "submitted").mkdir()
    theirs, ours = through_the_jobs_api(live, wheel), by_spark_submit(tmp_path / "submitted", wheel)
    assert (theirs.balanced, ours.balanced) == (True, True)
    assert ours.quarantined == theirs.quarantined > 0
    same = held(spark, ours)
    assert set(same) == {"crisk.bronze.account", "crisk.silver.account", "crisk.silver.account_quarantine"}
    assert held(spark, theirs) == same
