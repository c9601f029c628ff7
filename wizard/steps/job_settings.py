"""The settings of one ingestion job, which loads all models of a contract, and whether a job in the workspace has
them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

from databricks.sdk.service.compute import ClusterSpec, DataSecurityMode, Kind, Library
from databricks.sdk.service.jobs import (
    CronSchedule,
    Job,
    JobCluster,
    JobEmailNotifications,
    JobRunAs,
    JobSettings,
    PauseStatus,
    PythonWheelTask,
    Task,
)
from lakehouse_jobs import PROTOCOL
from lakehouse_jobs.contract.model import Notifications
from lakehouse_jobs.keys import NAME

TIMEZONE = "America/Sao_Paulo"
CLUSTER = "ingest"
PACKAGE, ENTRY_POINT = "lakehouse_jobs", "ingest"
RUN_ID = "{{job.run_id}}"  # the workspace puts the run's id in its place
MODEL = "{model}"  # the job puts each model's name in its place
# What somebody may add to a job that makes it run otherwise; all else that we did not set are the service's defaults.
FOREIGN = ("continuous", "trigger", "parameters", "environments", "git_source")


def job_name(base: str, label: str) -> str:
    """`base` is domain and environment; `label` is the contract's, see `job_labels`."""
    return f"ingest-{base}-{label}"


def job_labels(contracts: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """Path of a contract -> what its job is called by: its model where it has one, else its file. `contracts`: path ->
    models; no two paths have one stem, no two contracts one model. No two labels are the same."""
    stems = {path: PurePosixPath(path).stem for path in contracts}
    return {
        path: models[0] if len(models) == 1 and models[0] not in set(stems.values()) - {stems[path]} else stems[path]
        for path, models in contracts.items()
    }


@dataclass(frozen=True, slots=True)
class ClusterChoice:
    """What a job cluster is made of, as the policy wants it."""

    policy_id: str
    spark_version: str
    node_type: str


@dataclass(frozen=True, slots=True)
class Ingest:
    """One contract's job. Paths are of volumes; `tags` carry the setup's id; `run_as` is the principal's client id."""

    base: str  # domain, or domain-environment
    label: str
    models: tuple[str, ...]
    catalog: str
    contract: str
    library: str
    runs: str
    cron: str | None
    notifications: Notifications
    cluster: ClusterChoice
    tags: Mapping[str, str]
    run_as: str
    secret_scope: str  # holds the key that hashes personal data

    @property
    def name(self) -> str:
        return job_name(self.base, self.label)

    @property
    def replaced(self) -> tuple[str, ...]:
        """Names of the jobs that an older version made in this one's place, one for each model."""
        return tuple(name for name in (job_name(self.base, model) for model in self.models) if name != self.name)

    @property
    def parameters(self) -> list[str]:
        return [
            *("--contract", self.contract),
            *("--catalog", self.catalog),
            *("--run-record", f"{self.runs}/{MODEL}/{RUN_ID}.json"),
            *("--secret-scope", self.secret_scope),
            *("--pii-key", NAME),
            *("--protocol", str(PROTOCOL)),
        ]

    def settings(self) -> JobSettings:
        """As they are sent. The schedule is made paused: a person resumes it."""
        schedule = self.cron and CronSchedule(self.cron, TIMEZONE, pause_status=PauseStatus.PAUSED)
        return JobSettings(
            name=self.name,
            tags=dict(self.tags),
            max_concurrent_runs=1,
            run_as=JobRunAs(service_principal_name=self.run_as),
            schedule=schedule or None,
            email_notifications=_emails(self.notifications),
            job_clusters=[JobCluster(job_cluster_key=CLUSTER, new_cluster=self._cluster())],
            tasks=[
                Task(
                    task_key=f"task-{self.name}",
                    job_cluster_key=CLUSTER,
                    libraries=[Library(whl=self.library)],
                    python_wheel_task=PythonWheelTask(PACKAGE, ENTRY_POINT, parameters=self.parameters),
                )
            ],
        )

    def _cluster(self) -> ClusterSpec:
        return ClusterSpec(
            policy_id=self.cluster.policy_id,
            spark_version=self.cluster.spark_version,
            node_type_id=self.cluster.node_type,
            kind=Kind.CLASSIC_PREVIEW,
            is_single_node=True,
            data_security_mode=DataSecurityMode.SINGLE_USER,
            single_user_name=self.run_as,
            custom_tags=dict(self.tags),
        )


def _emails(notifications: Notifications) -> JobEmailNotifications | None:
    if not (notifications.on_start or notifications.on_success or notifications.on_failure):
        return None
    return JobEmailNotifications(
        on_start=list(notifications.on_start),
        on_success=list(notifications.on_success),
        on_failure=list(notifications.on_failure),
    )


def differences(wanted: JobSettings, job: Job) -> list[str]:
    """Dotted names of the settings in which a job is not as wanted; empty where nothing is to be sent."""
    ours = wanted.as_dict()
    run_as = (ours.pop("run_as") or {}).get("service_principal_name")
    theirs = job.settings.as_dict() if job.settings else {}
    found = _differences(ours, theirs, "")
    # The service takes run_as on writes and tells it beside the settings on reads.
    if job.run_as_user_name != run_as:
        found.append("run_as")
    found += [key for key in (*FOREIGN, "schedule", "email_notifications") if key not in ours and _set(theirs.get(key))]
    return sorted(found)


def _differences(ours: Any, theirs: Any, path: str) -> list[str]:
    if isinstance(ours, Mapping):
        if not isinstance(theirs, Mapping):
            return [path] if _set(ours) else []
        return [
            name
            for key, value in ours.items()
            for name in _differences(value, theirs.get(key), f"{path}.{key}".lstrip("."))
        ]
    if isinstance(ours, Sequence) and not isinstance(ours, str):
        others = theirs if isinstance(theirs, Sequence) else []
        if len(ours) != len(others):
            return [path]
        return [
            name
            for number, (one, other) in enumerate(zip(ours, others, strict=True))
            for name in _differences(one, other, f"{path}[{number}]")
        ]
    return [] if ours == theirs or (not _set(ours) and not _set(theirs)) else [path]


def _set(value: Any) -> bool:
    """Whether a value says anything: services leave empty ones out, or put them in."""
    if isinstance(value, Mapping):
        return any(_set(each) for each in value.values())
    return value not in (None, "", [], {}, False, 0)
