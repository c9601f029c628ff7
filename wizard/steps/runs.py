"""Runs of ingestion jobs: the newest one, what it waits for, what it recorded, why it failed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from databricks.sdk import WorkspaceClient
from databricks.sdk.errors import NotFound
from databricks.sdk.errors.base import DatabricksError
from databricks.sdk.service.jobs import BaseRun, Run, RunLifeCycleState, RunResultState, RunState
from lakehouse_jobs.records import RunRecord

from wizard.setup.step import Problem
from wizard.steps.volumes import read
from wizard.text import _

ENDED = (RunLifeCycleState.TERMINATED, RunLifeCycleState.SKIPPED, RunLifeCycleState.INTERNAL_ERROR)
LAST_LINES = 15


@dataclass(frozen=True, slots=True)
class Progress:
    """Where a run stands: `ended`, and if so whether `succeeded`; `words` are the service's own."""

    ended: bool
    succeeded: bool
    words: str


def newest(workspace: WorkspaceClient, job_id: int) -> BaseRun | None:
    """The run of a job that was started last; one GET."""
    return next(iter(workspace.jobs.list_runs(job_id=job_id, limit=1)), None)


def progress(state: RunState | None) -> Progress:
    life = state.life_cycle_state if state else None
    result = state.result_state if state else None
    parts = [life.value if life else "", result.value if result else "", (state.state_message if state else "") or ""]
    return Progress(life in ENDED, result is RunResultState.SUCCESS, " ".join(part for part in parts if part))


def loaded(found: RunRecord | None) -> bool:
    """Whether a record says that its model was loaded, and accounts for every row."""
    return found is not None and found.status == "succeeded" and found.balanced


def record(workspace: WorkspaceClient, runs: str, model: str, run_id: int) -> RunRecord | None:
    """What a run recorded of itself; None where there is no readable record."""
    try:
        return RunRecord.from_json(read(workspace, record_path(runs, model, run_id)))
    except (NotFound, ValueError):
        return None


def record_path(runs: str, model: str, run_id: int | str) -> str:
    return f"{runs.rstrip('/')}/{model}/{run_id}.json"


def failure(workspace: WorkspaceClient, failed: Mapping[str, RunRecord | None], run: Run) -> Problem:
    """Why a run did not succeed: what the models that failed recorded, else its task's error; and the last lines of
    its output. `failed`: model -> its record, None where it left none."""
    error, lines = None, ""
    for task in run.tasks or []:
        try:
            output = workspace.jobs.get_run_output(int(task.run_id or 0))
        except DatabricksError as refused:
            error = error or str(refused)
            continue
        error = error or output.error
        lines = "\n".join((output.error_trace or output.logs or "").strip().splitlines()[-LAST_LINES:])
    told = [f"{model}: {found.error}" for model, found in failed.items() if found is not None and found.error]
    return Problem(
        what=_("the run of {models} did not succeed", models=", ".join(failed)),
        why="\n".join(told) or error or progress(run.state).words,
        next_action=_("mend what the error names and run again; the input stays in the volume"),
        link=run.run_page_url,
        raw_code=run.state.result_state.value if run.state and run.state.result_state else "INTERNAL_ERROR",
        raw_message=lines or None,
    )
