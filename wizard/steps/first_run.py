"""First run: sample input into the landing volume, a run of each job, and every row accounted for."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from databricks.sdk import WorkspaceClient
from databricks.sdk.errors import NotFound
from databricks.sdk.service.jobs import BaseRun, Run
from lakehouse_jobs.contract.model import Contract, Model
from lakehouse_jobs.records import RunRecord
from pydantic import Field

from wizard.setup.step import Actor, Finding, Kind, Permission, Problem, Questions, Removal, StepFailed, Verdict
from wizard.steps import runs, samples
from wizard.steps.base import Ctx, WizardStep
from wizard.steps.contracts import contracts
from wizard.steps.facts import CatalogFacts, FirstRunFacts, IngestionFacts, TableFacts
from wizard.steps.sources import Source, locate, remember
from wizard.steps.volumes import Upload, entries, named_by_content, remove_tree
from wizard.text import N_, _

RUN_SECONDS = 3600.0  # a cluster that has to be found and started takes minutes
POLL_SECONDS = 1.0


class FirstRunQuestions(Questions):
    samples: dict[str, str] = Field(
        default={},
        description=N_(
            "model: a file to bring in, relative to the answers file or the setup folder; template:account and "
            "template:consents are those shipped with the wizard"
        ),
    )


@dataclass(frozen=True, slots=True)
class Loaded:
    """One model as the world has it: what its input is, its newest run, and that run's record."""

    model: str
    job_id: int
    folder: str  # where its input lands
    upload: Upload | None  # the sample, where the landing volume has not got it
    sample_rows: int | None
    newest_input: int  # when the newest input came, epoch milliseconds; 0 without input
    run: BaseRun | None
    record: RunRecord | None

    @property
    def running(self) -> bool:
        """Whether a run is under way that will see all input."""
        return self.run is not None and self.covers and not runs.progress(self.run.state).ended

    @property
    def covers(self) -> bool:
        """Whether the newest run began after the newest input had come."""
        return self.upload is None and self.run is not None and (self.run.start_time or 0) >= self.newest_input

    @property
    def lacks(self) -> str | None:
        """What is missing for this model to be done, in words; None if nothing is."""
        if self.upload is not None:
            return _("upload the sample of {model}, and run its job", model=self.model)
        if self.run is None:
            return _("run the job of {model}", model=self.model)
        state = runs.progress(self.run.state)
        recorded = self.record is not None and self.record.status == "succeeded" and self.record.balanced
        obstacles = (
            (not state.ended, _("follow the run of {model} that is under way", model=self.model)),
            (not state.succeeded, _("run the job of {model} again: {state}", model=self.model, state=state.words)),
            (not self.covers, _("run the job of {model}: input came after its last run", model=self.model)),
            (not recorded, _("run the job of {model}: its record does not account for every row", model=self.model)),
        )
        return next((text for stands, text in obstacles if stands), None)


class FirstRun(WizardStep):
    name = "first-run"
    title = N_("First run")
    kind = Kind.DEPLOY
    actor = Actor.PRINCIPAL
    after = ("ingestion",)
    questions = FirstRunQuestions
    permissions = (
        Permission("unity-catalog", "WRITE VOLUME", "landing", N_("uploads the sample input")),
        Permission("databricks-workspace", "CAN MANAGE RUN", "jobs", N_("starts the runs and reads their output")),
        Permission("unity-catalog", "READ VOLUME", "runs", N_("reads what the runs recorded")),
    )

    def check(self, ctx: Ctx) -> Finding:
        wrong = _unusable(ctx)
        if wrong is not None:
            return Finding(Verdict.BLOCKED, wrong.what, problem=wrong)
        found = list(_loaded(ctx))
        facts = _facts(found)
        if changes := tuple(change for each in found if (change := each.lacks)):
            return Finding(Verdict.TODO, _("{n} models are to be loaded", n=len(changes)), facts, changes)
        if short := [each for each in found if _short(each, ctx.facts(CatalogFacts).catalog)]:
            problem = _rows_missing(short)
            return Finding(Verdict.BLOCKED, problem.what, facts, problem=problem)
        rows = sum(table.rows or 0 for table in facts.tables)
        why = _("{n} models loaded, every input row accounted for, {rows} rows in {tables} tables",
                n=len(found), rows=rows, tables=len(facts.tables))  # fmt: skip
        return Finding(Verdict.DONE, why, facts)

    def apply(self, ctx: Ctx) -> None:
        workspace = ctx.world.workspace(ctx)
        followed: dict[str, int] = {}
        for each in _loaded(ctx):
            if each.lacks is None:
                continue
            if each.upload is not None:
                each.upload.send(ctx, workspace)
            if each.running and each.run is not None:
                followed[each.model] = int(each.run.run_id or 0)
                continue
            ctx.cancel.raise_if_requested()
            if each.upload is None and not each.newest_input:
                workspace.files.create_directory(each.folder)  # a job refuses a folder that is not there
            followed[each.model] = int(workspace.jobs.run_now(each.job_id).run_id)
            ctx.say(_("run {run} of {model} is started", run=followed[each.model], model=each.model))
        for source in _samples(ctx).values():
            remember(ctx, source)
        _follow(ctx, workspace, followed)

    def left_behind(self, ctx: Ctx) -> str:
        return _("runs that were started go on in the workspace; the next run follows them")

    def removal(self, ctx: Ctx) -> Removal | None:
        workspace = ctx.world.workspace(ctx)
        tables = list(_tables(ctx, workspace))
        folders = list(_data_folders(ctx, workspace))
        if not tables and not folders:
            return None
        objects = (*(_("table {name}", name=name) for name in tables), *folders)
        losses = (
            *(_("all rows of {name}", name=name) for name in tables),
            *(_("the files in {path}", path=path) for path in folders if "/landing/" in path),
        )
        return Removal(objects, losses)

    def destroy(self, ctx: Ctx) -> None:
        workspace = ctx.world.workspace(ctx)
        # Checkpoints go before tables: if this is cut short, a later run reads too much rather than too little.
        for folder in _data_folders(ctx, workspace):
            ctx.cancel.raise_if_requested()
            remove_tree(workspace, folder)
        for table in list(_tables(ctx, workspace)):
            ctx.cancel.raise_if_requested()
            workspace.tables.delete(table)


def _models(ctx: Ctx) -> dict[str, tuple[Contract, Model]]:
    return {model.name: (found, model) for found in contracts(ctx).values() for model in found.models}


def _samples(ctx: Ctx) -> dict[str, Source]:
    asked = ctx.ask(FirstRunQuestions).samples
    return {model: locate(ctx.answers, ctx.folder, spec, "samples", ".csv") for model, spec in asked.items()}


def _unusable(ctx: Ctx) -> Problem | None:
    """What is wrong with the samples named, all at once."""
    known = _models(ctx)
    faults = [
        _("{model}: no contract has this model; known: {known}", model=model, known=", ".join(known))
        for model in ctx.ask(FirstRunQuestions).samples
        if model not in known
    ]
    faults += [
        _("{model}: {spec} is not there", model=model, spec=source.spec)
        for model, source in _samples(ctx).items()
        if source.origin is None
    ]
    if not faults:
        return None
    what = _("{n} samples cannot be used", n=len(faults))
    return Problem(what, "\n".join(faults), _("correct first_run.samples in the answers"), raw_code="SampleNotFound")


def _loaded(ctx: Ctx) -> Iterator[Loaded]:
    """Every model with a job, as the world has it: four reads each."""
    workspace, catalog = ctx.world.workspace(ctx), ctx.facts(CatalogFacts)
    jobs, given = ctx.facts(IngestionFacts).jobs, _samples(ctx)
    for name, (_contract, model) in _models(ctx).items():
        folder = f"{catalog.volumes['landing'].rstrip('/')}/{name}"
        inputs = {entry.path: entry for entry in entries(workspace, folder) if not entry.is_directory}
        source = given.get(name)
        upload = named_by_content(folder, source.origin) if source and source.origin else None
        there = inputs.get(upload.path) if upload else None
        run = runs.newest(workspace, jobs[name])
        ended = run is not None and runs.progress(run.state).succeeded
        yield Loaded(
            model=name,
            job_id=jobs[name],
            folder=folder,
            upload=None if upload is None or (there and there.file_size == len(upload.content)) else upload,
            sample_rows=samples.rows(upload.content, model.source) if upload else None,
            newest_input=max((entry.last_modified or 0 for entry in inputs.values()), default=0),
            run=run,
            record=runs.record(workspace, catalog.volumes["runs"], name, int(run.run_id or 0))
            if run is not None and ended
            else None,
        )


def _facts(found: list[Loaded]) -> FirstRunFacts:
    records = [each.record for each in found if each.record is not None]
    tables = {
        name: TableFacts(name=name, rows=rows, location=record.locations.get(name))
        for record in records
        for name, rows in record.tables.items()
    }
    ran = {each.model: int(each.run.run_id or 0) for each in found if each.run is not None}
    return FirstRunFacts(tables=tuple(tables[name] for name in sorted(tables)), runs=ran)


def _short(each: Loaded, catalog: str) -> bool:
    """Whether bronze holds fewer rows than the sample has; the wizard counted the sample by itself."""
    if each.sample_rows is None or each.record is None:
        return False
    return each.record.tables.get(f"{catalog}.bronze.{each.model}", 0) < each.sample_rows


def _rows_missing(short: list[Loaded]) -> Problem:
    return Problem(
        what=_("bronze holds fewer rows than the input of {models}", models=", ".join(each.model for each in short)),
        why=_("a run succeeded, but its table was changed since, or its checkpoint is older than its table"),
        next_action=_("look at the table's history; to load again, remove the model's folder in checkpoints and run"),
        raw_code="RowsMissing",
    )


def _follow(ctx: Ctx, workspace: WorkspaceClient, started: Mapping[str, int]) -> None:
    """Tell every change of the runs until all have ended. A cancel stops the watching, not the runs.

    Raises StepFailed with the first failure, after all have ended."""
    waiting, ended = dict(started), dict[str, Run]()
    all_ended = _watcher(ctx, workspace, waiting, ended)
    names = ", ".join(waiting)
    if waiting and not ctx.wait_for(
        _("the runs of {models}", models=names), all_ended, seconds=RUN_SECONDS, every=POLL_SECONDS
    ):
        raise StepFailed(
            Problem(
                what=_("the runs of {models} have not ended in time", models=", ".join(waiting)),
                why=_("they were still under way after {seconds} seconds", seconds=f"{RUN_SECONDS:g}"),
                next_action=_("run again to go on watching them"),
                raw_code="RunTimeout",
            )
        )
    for model, run in ended.items():
        if not runs.progress(run.state).succeeded:
            raise StepFailed(runs.failure(workspace, model, run))


def _watcher(
    ctx: Ctx, workspace: WorkspaceClient, waiting: dict[str, int], ended: dict[str, Run]
) -> Callable[[], bool]:
    told: dict[str, str] = {}

    def all_ended() -> bool:
        for model, run_id in list(waiting.items()):
            run = workspace.jobs.get_run(run_id)
            state = runs.progress(run.state)
            if told.get(model) != state.words:
                told[model] = state.words
                ctx.say(_("{model}: {state}", model=model, state=state.words))
            if state.ended:
                ended[model] = run
                del waiting[model]
        return not waiting

    return all_ended


def _tables(ctx: Ctx, workspace: WorkspaceClient) -> Iterator[str]:
    """All tables of the catalog's schemas: those that jobs made, and those that people made there."""
    catalog = ctx.facts(CatalogFacts)
    for schema in catalog.schemas:
        try:
            for table in workspace.tables.list(catalog.catalog, schema):
                yield str(table.full_name)
        except NotFound:
            continue


def _data_folders(ctx: Ctx, workspace: WorkspaceClient) -> Iterator[str]:
    """What runs and uploads left in the volumes: checkpoints, input, records."""
    volumes = ctx.facts(CatalogFacts).volumes
    for volume in ("checkpoints", "landing", "runs"):
        for entry in entries(workspace, volumes[volume].rstrip("/")):
            if entry.is_directory:
                yield str(entry.path).rstrip("/")
