"""Following runs: each change is told, of every model that a run loads; what they recorded is told at the end."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from databricks.sdk import WorkspaceClient
from databricks.sdk.service.jobs import Run
from lakehouse_jobs.records import RunRecord

from wizard.setup.events import ModelRows
from wizard.setup.step import Problem, StepFailed
from wizard.steps import runs
from wizard.steps.base import Ctx
from wizard.steps.facts import CatalogFacts
from wizard.steps.loading import Loaded, Tables
from wizard.text import _

RUN_SECONDS = 3600.0  # a cluster that has to be found and started takes minutes
POLL_SECONDS = 1.0
Followed = dict[int, tuple[str, ...]]  # run id -> the models that it loads
State = Literal["todo", "running", "done", "failed"]


def follow(ctx: Ctx, workspace: WorkspaceClient, waiting: Followed, step: str) -> None:
    """Tell every change of the runs, and take each out of `waiting` at its end, until all have ended. A cancel stops
    the watching, not the runs.

    Raises StepFailed with the first failure, after all have ended."""
    ended: dict[int, tuple[Run, tuple[str, ...]]] = {}
    all_ended = _watcher(ctx, workspace, waiting, ended, step)
    names = _names(waiting)
    if waiting and not ctx.wait_for(
        _("the runs of {models}", models=names), all_ended, seconds=RUN_SECONDS, every=POLL_SECONDS
    ):
        raise StepFailed(
            Problem(
                what=_("the runs of {models} have not ended in time", models=_names(waiting)),
                why=_("they were still under way after {seconds} seconds", seconds=f"{RUN_SECONDS:g}"),
                next_action=_("run again to go on watching them"),
                raw_code="RunTimeout",
            )
        )
    problems = [_failed(ctx, workspace, run, models, step) for run, models in ended.values()]
    for problem in problems:
        if problem is not None:
            raise StepFailed(problem)


def rows_of(each: Loaded, catalog: str, step: str) -> ModelRows:
    """Where the rows of a model are, as its newest record and its tables have them."""
    if each.record is None:
        state: State = "running" if each.running else "todo"
        return ModelRows(step=step, model=each.model, state=state, words=each.lacks or "")
    tables, lacks = Tables.of(catalog, each.model), each.lacks
    return recorded(each.record, tables, step, state="todo" if lacks else "done", words=lacks or "", gone=each.gone)


def recorded(
    found: RunRecord, tables: Tables, step: str, *, state: State, words: str, gone: tuple[str, ...] = ()
) -> ModelRows:
    """A record as it is shown; tables that are `gone` hold nothing."""
    held = {table: rows for table, rows in found.tables.items() if table not in gone}
    return ModelRows(
        step=step,
        model=found.model,
        state=state,
        words=words,
        taken=found.taken,
        valid=found.valid,
        quarantined=found.quarantined,
        duplicates=found.duplicates,
        stale=found.stale,
        discarded=found.discarded,
        deleted=found.deleted,
        balanced=found.balanced,
        rules={rule: count for rule, count in found.rules.items() if count},
        bronze=held.get(tables.bronze),
        silver=held.get(tables.silver),
        quarantine=held.get(tables.quarantine),
    )


def _failed(ctx: Ctx, workspace: WorkspaceClient, run: Run, models: tuple[str, ...], step: str) -> Problem | None:
    """What is wrong with a run that did not succeed; those of its models that were loaded are told as done."""
    if runs.progress(run.state).succeeded:
        return None
    catalog = ctx.facts(CatalogFacts)
    failed: dict[str, RunRecord | None] = {}
    for model in models:
        found = runs.record(workspace, catalog.volumes["runs"], model, int(run.run_id or 0))
        if not runs.loaded(found):
            failed[model] = found
        if found is not None:
            state: State = "failed" if model in failed else "done"
            ctx.emit(recorded(found, Tables.of(catalog.catalog, model), step, state=state, words=found.error or ""))
    return runs.failure(workspace, failed or dict.fromkeys(models), run)


def _watcher(
    ctx: Ctx, workspace: WorkspaceClient, waiting: Followed, ended: dict[int, tuple[Run, tuple[str, ...]]], step: str
) -> Callable[[], bool]:
    told: dict[int, str] = {}

    def all_ended() -> bool:
        for run_id, models in list(waiting.items()):
            run = workspace.jobs.get_run(run_id)
            state = runs.progress(run.state)
            if told.get(run_id) != state.words:
                told[run_id] = state.words
                ctx.say(_("{model}: {state}", model=", ".join(models), state=state.words))
                going: State = "running" if not state.ended or state.succeeded else "failed"
                for model in models:
                    ctx.emit(ModelRows(step=step, model=model, state=going, words=state.words))
            if state.ended:
                ended[run_id] = (run, models)
                del waiting[run_id]
        return not waiting

    return all_ended


def _names(followed: Followed) -> str:
    return ", ".join(model for models in followed.values() for model in models)
