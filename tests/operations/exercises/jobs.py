"""§4: jobs, runs, SQL and the tables that a run leaves behind, by databricks-sdk; a real Spark runs them."""

from __future__ import annotations

import io
import zipfile
from datetime import timedelta

import pytest
from databricks.sdk.errors import NotFound
from databricks.sdk.service import compute, jobs, sql

from tests.operations.running import CATALOG, Surface

NAME = "ingest-ops-people"
WHEEL = f"/Volumes/{CATALOG}/bronze/landing/people-1-py3-none-any.whl"
TABLE = f"{CATALOG}.bronze.people"
SOURCE = f"""
import json, os, sys
from pyspark.sql import SparkSession

def main():
    with open(os.environ["LAKEHOUSE_NAMESPACE"]) as names:
        folder = json.load(names)["schemas"]["{CATALOG}.bronze"]
    SparkSession.builder.getOrCreate().range(3).write.format("delta").save(folder + "/people")
    print("wrote", *sys.argv[1:])
"""
SOON = timedelta(seconds=120)


def task() -> jobs.Task:
    work = jobs.PythonWheelTask(package_name="people", entry_point="main", parameters=["plainly"])
    return jobs.Task(
        task_key="task-people",
        python_wheel_task=work,
        libraries=[compute.Library(whl=WHEEL)],
        new_cluster=compute.ClusterSpec(
            spark_version="17.3.x-scala2.13", node_type_id="Standard_DS3_v2", num_workers=0
        ),
    )


def jobs_in_place(s: Surface) -> None:
    client = s.workspace.jobs
    schedule = jobs.CronSchedule("0 0 6 * * ?", "America/Sao_Paulo", pause_status=jobs.PauseStatus.PAUSED)
    id = int(client.create(name=NAME, tasks=[task()], schedule=schedule).job_id or 0)
    client.reset(id, jobs.JobSettings(name=NAME, tasks=[task()], schedule=schedule, description="new"))
    client.update(id, new_settings=jobs.JobSettings(max_concurrent_runs=2), fields_to_remove=["description"])
    (found,) = client.list(name=NAME.upper())
    assert found.job_id == id
    read = client.get(id).settings
    assert read
    assert (read.max_concurrent_runs, read.description, bool(read.schedule)) == (2, None, True)
    s.kept["job"] = str(id)


def runs(s: Surface) -> None:
    client = s.workspace
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("people.py", SOURCE)
    client.files.upload(WHEEL, io.BytesIO(buffer.getvalue()), overwrite=True)
    id = int(s.kept["job"])
    done = client.jobs.run_now(id, python_params=["by", "parameters"]).result(SOON)
    assert done.state
    assert done.tasks
    output = client.jobs.get_run_output(int(done.tasks[0].run_id or 0))
    assert (done.state.result_state, output.error) == (jobs.RunResultState.SUCCESS, None), output.error
    assert "wrote by parameters" in str(output.logs)
    assert [one.run_id for one in client.jobs.list_runs(job_id=id)] == [done.run_id]
    second = client.jobs.run_now(id)
    cancelled = client.jobs.cancel_run_and_wait(second.run_id, timeout=SOON)
    assert cancelled.state
    assert cancelled.state.result_state in (jobs.RunResultState.CANCELED, jobs.RunResultState.SUCCESS)
    client.jobs.delete_run(int(second.run_id))


def statements(s: Surface) -> None:
    client = s.workspace
    (warehouse,) = client.warehouses.list()
    s.warehouse = str(warehouse.id)
    assert client.warehouses.get(s.warehouse).name == warehouse.name
    execution = client.statement_execution
    answer = execution.execute_statement(f"SELECT count(*) AS n FROM {TABLE}", s.warehouse, wait_timeout="30s")
    id = str(answer.statement_id)
    while answer.status and answer.status.state in (sql.StatementState.PENDING, sql.StatementState.RUNNING):
        answer = execution.get_statement(id)
    answer = execution.get_statement(id)
    assert answer.result
    assert answer.manifest
    assert answer.manifest.schema
    assert [column.name for column in answer.manifest.schema.columns or []] == ["n"]
    assert answer.result.data_array == [["3"]], "values are text"
    assert execution.get_statement_result_chunk_n(id, 0).data_array == [["3"]]
    execution.cancel_execution(id)
    slashed = {"statement": "SHOW CATALOGS", "warehouse_id": s.warehouse, "wait_timeout": "30s"}
    assert s.provider("POST", "/api/2.0/sql/statements/", slashed)["status"]["state"] == "SUCCEEDED"


def tables(s: Surface) -> None:
    client = s.workspace.tables
    assert [one.name for one in client.list(CATALOG, "bronze")] == ["people"]
    assert client.exists(TABLE).table_exists
    assert not client.exists(f"{CATALOG}.bronze.nothing").table_exists
    assert [column.name for column in client.get(TABLE).columns or []] == ["id"]
    client.update(TABLE, owner="data_engineer")
    assert client.get(TABLE).owner == "data_engineer"
    client.delete(TABLE)
    assert not client.exists(TABLE).table_exists


def no_more_jobs(s: Surface) -> None:
    client = s.workspace
    client.jobs.delete(int(s.kept["job"]))
    with pytest.raises(NotFound, match="does not exist"):
        client.jobs.get(int(s.kept["job"]))
    client.files.delete(WHEEL)


EXERCISES = [jobs_in_place, runs, statements, tables, no_more_jobs]
