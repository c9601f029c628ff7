"""One task of a run: what it may reach, then the shipped wheel on the local Spark."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from wizard.sandbox.domain.core import Body, Caller, CloudError
from wizard.sandbox.domain.databricks import invalid, not_modelled
from wizard.sandbox.domain.unity_objects import Tables
from wizard.sandbox.domain.unity_paths import namespace, split_volume_path, volume_file
from wizard.sandbox.domain.workspace_access import ScopeSecrets
from wizard.sandbox.domain.workspace_compute import Clusters
from wizard.sandbox.spark.host import WheelTask

if TYPE_CHECKING:
    from wizard.sandbox.domain.cloud import Cloud

LONGEST_LOG = 5 * 1024 * 1024


async def run_task(cloud: Cloud, run_as: Caller, run: Body, task: Body) -> Body:
    """{logs, error, error_trace}; `error` is None if it went well. What the run-as may not do is such an error."""
    try:
        wheel = prepared(cloud, run_as, run, task)
    except CloudError as refused:
        return {"logs": "", "error": f"{refused.code}: {refused.message}", "error_trace": None}
    result = await cloud.spark.run(wheel)
    tables = cloud.kind("uc.table")
    assert isinstance(tables, Tables)
    error = result.error if not result.ok else None
    try:
        with cloud.store.transaction():
            tables.record(run_as, result.tables)
    except CloudError as refused:
        error = error or f"{refused.code}: {refused.message}"
    if not result.ok and not error:
        error = "The task failed without a message."
    return {"logs": result.logs[-LONGEST_LOG:], "error": error, "error_trace": result.error_trace}


def prepared(cloud: Cloud, run_as: Caller, run: Body, task: Body) -> WheelTask:
    """The task for Spark; raises CloudError where the run-as may not read its wheel or the volumes it names."""
    work = task.get("python_wheel_task")
    if work is None:
        raise not_modelled(f"the kind of task of '{task['task_key']}': only python_wheel_task runs")
    _check_quota(cloud, run_as, run, task)
    wheels = tuple(_wheel(cloud, run_as, library) for library in task.get("libraries") or [])
    parameters = _parameters(run, work)
    for text in parameters:
        if text.startswith("/Volumes/"):
            _check_volume(cloud, run_as, text)
    secrets = cloud.kind("ws.secret")
    assert isinstance(secrets, ScopeSecrets)
    return WheelTask(
        run_id=int(task["run_id"]),
        wheels=wheels,
        package=str(work["package_name"]),
        entry_point=str(work["entry_point"]),
        parameters=tuple(parameters),
        namespace=namespace(cloud, run_as),
        secrets=secrets.readable(run_as),
    )


def _check_quota(cloud: Cloud, run_as: Caller, run: Body, task: Body) -> None:
    """A job cluster needs cores as any cluster does; serverless and running clusters do not."""
    shared = {entry["job_cluster_key"]: entry["new_cluster"] for entry in run["job_clusters"] or []}
    spec = task.get("new_cluster") or shared.get(task.get("job_cluster_key"))
    if spec is not None:
        clusters = cloud.kind("ws.cluster")
        assert isinstance(clusters, Clusters)
        failure = clusters.quota_failure(run_as, clusters.check_spec(run_as, spec))
        if failure:
            raise invalid(failure, "CLUSTER_LAUNCH_FAILURE")


def _wheel(cloud: Cloud, run_as: Caller, library: Body) -> Path:
    path = str(library.get("whl", ""))
    if not path:
        raise not_modelled(f"the library {sorted(library)}: only wheels are installed")
    file, _ = volume_file(cloud, run_as, path, "READ_VOLUME")
    if not file.is_file():
        raise invalid(f"Library installation failed: {path} does not exist.", "LIBRARY_INSTALLATION_ERROR")
    return file


def _check_volume(cloud: Cloud, run_as: Caller, path: str) -> None:
    name, _ = split_volume_path(path)
    volume_file(cloud, run_as, "/Volumes/" + name.replace(".", "/"), "READ_VOLUME")


def _parameters(run: Body, work: Body) -> list[str]:
    """argv[1:]: the run's own or the task's, with the job's parameters filled in."""
    own = run["overriding_parameters"]
    named = own.get("python_named_params") or work.get("named_parameters") or {}
    plain = own["python_params"] if own.get("python_params") is not None else work.get("parameters") or []
    values = {p["name"]: str(p["value"]) for p in run["job_parameters"]}
    values_of_run = {"job.id": str(run["job_id"]), "job.run_id": str(run["run_id"]), "run.id": str(run["run_id"])}

    def filled(text: str) -> str:
        return re.sub(
            r"\{\{\s*([\w.]+)\s*\}\}",
            lambda m: values_of_run.get(m[1], values.get(m[1].removeprefix("job.parameters."), m[0])),
            text,
        )

    return [filled(str(text)) for text in (*plain, *(f"--{key}={value}" for key, value in named.items()))]
