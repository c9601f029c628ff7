"""Jobs run for real: a wheel goes up, Spark writes Delta, SQL reads it as far as the grants go."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from datetime import timedelta

import pytest
from databricks.sdk.service import catalog, compute, iam, jobs, sql

from tests.sandbox.databricks_live import Live, live_lake

WHEEL = "/Volumes/crisk/ops/libraries/tiny-1.0-py3-none-any.whl"
CODE = """
import json, os, sys

def write():
    from pyspark.sql import SparkSession
    with open(os.environ["LAKEHOUSE_NAMESPACE"]) as file:
        folder = json.load(file)["schemas"]["crisk.bronze"]
    rows = SparkSession.builder.getOrCreate().createDataFrame([("001", 1), ("020", 2)], "id string, n bigint")
    rows.write.format("delta").mode("overwrite").save(folder + "/" + sys.argv[1])
    print("wrote", sys.argv[1])

def fail():
    print("before the fault")
    raise ValueError("row 7 is bad")
"""


def wheel() -> io.BytesIO:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("tiny/__init__.py", CODE)
        archive.writestr("tiny-1.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: tiny\nVersion: 1.0\n")
    content.seek(0)
    return content


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    """With a catalog, the wheel in a volume, and the owner in a group that may read bronze."""
    with live_lake(tmp_path_factory.mktemp("runs") / "state") as made:
        made.assign_metastore()
        client = made.workspace
        identity = catalog.AzureManagedIdentityRequest(access_connector_id=made.connector_id)
        client.storage_credentials.create(name="c", azure_managed_identity=identity)
        client.external_locations.create(name="l", url=made.url("catalog"), credential_name="c")
        client.catalogs.create(name="crisk", storage_root=made.url("catalog", "managed"))
        for schema in ("bronze", "ops"):
            client.schemas.create(name=schema, catalog_name="crisk")
        client.volumes.create("crisk", "ops", "libraries", catalog.VolumeType.MANAGED)
        client.files.upload(WHEEL, wheel())
        owner = made.admit("owner")
        made.account.groups_v2.create(display_name="data_engineer", members=[iam.ComplexValue(value=owner)])
        for type, name, privileges in (
            ("catalog", "crisk", [catalog.Privilege.USE_CATALOG]),
            ("schema", "crisk.bronze", [catalog.Privilege.USE_SCHEMA, catalog.Privilege.SELECT]),
        ):
            change = catalog.PermissionsChange(principal="data_engineer", add=privileges)
            client.grants.update(type, name, changes=[change])
        yield made


def job(live: Live, entry_point: str, *parameters: str, **settings: str) -> int:
    task = jobs.Task(
        task_key="only",
        python_wheel_task=jobs.PythonWheelTask("tiny", entry_point, parameters=list(parameters)),
        libraries=[compute.Library(whl=WHEEL)],
        new_cluster=compute.ClusterSpec(
            spark_version="17.3.x-scala2.13", node_type_id=settings.get("node", "Standard_DS3_v2"), num_workers=0
        ),
    )
    return int(live.workspace.jobs.create(name=f"job-{entry_point}", tasks=[task]).job_id or 0)


def ask(live: Live, name: str | None, statement: str) -> sql.StatementResponse:
    client = live.workspace_as(name) if name else live.workspace
    (warehouse,) = list(client.warehouses.list())
    answer = client.statement_execution.execute_statement(statement, str(warehouse.id), wait_timeout="50s")
    while answer.status and answer.status.state in (sql.StatementState.PENDING, sql.StatementState.RUNNING):
        answer = client.statement_execution.get_statement(str(answer.statement_id))
    return answer


def rows(answer: sql.StatementResponse) -> list[list[str]] | None:
    assert answer.status
    assert answer.status.state == sql.StatementState.SUCCEEDED, answer.status.error
    return answer.result.data_array if answer.result else None


def why(answer: sql.StatementResponse) -> str:
    assert answer.status
    assert answer.status.state == sql.StatementState.FAILED
    assert answer.status.error
    return str(answer.status.error.message)


def test_a_run_writes_a_table_that_those_read_who_may(live: Live) -> None:
    waiter = live.workspace.jobs.run_now(job(live, "write", "people"))
    run = waiter.result(timedelta(minutes=3))
    assert run.state
    assert run.state.result_state == jobs.RunResultState.SUCCESS, run.state.state_message
    assert run.tasks
    assert "wrote people" in str(live.workspace.jobs.get_run_output(int(run.tasks[0].run_id or 0)).logs)
    table = live.workspace.tables.get("crisk.bronze.people")
    assert [(c.name, c.type_text) for c in table.columns or []] == [("id", "string"), ("n", "bigint")]
    assert table.table_type == catalog.TableType.MANAGED
    assert rows(ask(live, "owner", "SELECT id, n FROM crisk.bronze.people ORDER BY id")) == [["001", "1"], ["020", "2"]]
    assert rows(ask(live, "owner", "SHOW TABLES IN crisk.bronze")) == [["bronze", "people", "false"]]
    assert rows(ask(live, "owner", "SHOW CATALOGS")) == [["crisk"]]
    live.admit("outsider")
    assert "USE CATALOG on Catalog 'crisk'" in why(ask(live, "outsider", "SELECT * FROM crisk.bronze.people"))
    assert not rows(ask(live, "outsider", "SHOW CATALOGS"))
    assert "bronze.nothing" in why(ask(live, None, "SELECT * FROM crisk.bronze.nothing"))


def test_a_run_that_fails_ends_red_with_its_error(live: Live) -> None:
    run = live.workspace.jobs.run_now(job(live, "fail")).result(timedelta(minutes=3))
    assert run.state
    assert run.state.life_cycle_state == jobs.RunLifeCycleState.TERMINATED
    assert run.state.result_state == jobs.RunResultState.FAILED
    assert "row 7 is bad" in str(run.state.state_message)
    assert run.tasks
    output = live.workspace.jobs.get_run_output(int(run.tasks[0].run_id or 0))
    assert "row 7 is bad" in str(output.error)
    assert "Traceback" in str(output.error_trace)
    assert "before the fault" in str(output.logs)


def test_a_job_cluster_beyond_the_quota_is_told_with_its_code(live: Live) -> None:
    task_cluster = job(live, "write", "other", node="Standard_E8ds_v5")
    explore = live.workspace.clusters.create(
        "17.3.x-scala2.13", node_type_id="Standard_E8ds_v5", num_workers=0, cluster_name="big"
    ).result(timedelta(seconds=60))
    run = live.workspace.jobs.run_now(task_cluster).result(timedelta(minutes=3))
    assert run.state
    assert "AZURE_QUOTA_EXCEEDED_EXCEPTION" in str(run.state.state_message)
    live.workspace.clusters.permanent_delete(str(explore.cluster_id))
