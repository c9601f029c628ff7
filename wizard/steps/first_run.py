"""First run: sample input into the landing volume, a run of each job, and every row accounted for."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from databricks.sdk import WorkspaceClient
from databricks.sdk.errors import NotFound
from databricks.sdk.service.jobs import BaseRun
from lakehouse_jobs.contract.located import parse
from lakehouse_jobs.contract.model import Contract, Model
from pydantic import Field

from wizard.setup.answers import AnswerDefect, Answers
from wizard.setup.cancel import Cancelled
from wizard.setup.context import FactsMissing
from wizard.setup.events import LeftBehind
from wizard.setup.folder import Folder
from wizard.setup.step import Actor, Finding, Kind, Permission, Problem, Questions, Removal, Verdict
from wizard.steps import runs, samples
from wizard.steps.base import Ctx, WizardStep
from wizard.steps.contracts import contracts, named
from wizard.steps.facts import CatalogFacts, FirstRunFacts, IngestionFacts, ModelFacts, TableFacts
from wizard.steps.following import Followed, follow, rows_of
from wizard.steps.loading import Loaded, Tables, forget
from wizard.steps.sources import Source, locate, remember
from wizard.steps.volumes import entries, named_by_content, remove_tree
from wizard.text import N_, _


class FirstRunQuestions(Questions):
    samples: dict[str, str] = Field(
        default={},
        description=N_(
            "model: a file to bring in, relative to the answers file or the setup folder; template:account and "
            "template:consents are those shipped with the wizard"
        ),
    )


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

    def __init__(self) -> None:
        self._followed: Followed = {}  # the runs that were started, or found under way

    def faults(self, answers: Answers, folder: Folder) -> list[str]:
        return [str(each) for each in _defects(answers, folder)]

    def check(self, ctx: Ctx) -> Finding:
        wrong = _unusable(ctx)
        if wrong is not None:
            return Finding(Verdict.BLOCKED, wrong.what, problem=wrong)
        found = list(_loaded(ctx))
        for each in found:
            ctx.emit(rows_of(each, ctx.facts(CatalogFacts).catalog, self.name))
        facts = _facts(found)
        if double := [each for each in found if each.doubles]:
            problem = _would_double(double)
            return Finding(Verdict.BLOCKED, problem.what, facts, problem=problem)
        if changes := tuple(change for each in found if (change := each.lacks)):
            return Finding(Verdict.TODO, _("{n} models are to be loaded", n=len(changes)), facts, changes)
        if short := [each for each in found if _short(each, ctx.facts(CatalogFacts).catalog)]:
            problem = _rows_missing(short)
            return Finding(Verdict.BLOCKED, problem.what, facts, problem=problem)
        rows = sum(table.rows or 0 for table in facts.tables)
        why = _("{n} models loaded, every input row accounted for, {rows} rows in {tables} tables",
                n=len(found), rows=rows, tables=len(facts.tables))  # fmt: skip
        return Finding(Verdict.DONE, "; ".join([why, *(each.story for each in found)]), facts)

    def apply(self, ctx: Ctx) -> None:
        workspace = ctx.world.workspace(ctx)
        followed = self._followed = {}
        of_job: dict[int, list[Loaded]] = {}
        for each in _loaded(ctx):
            of_job.setdefault(each.job_id, []).append(each)
        for job_id, models in of_job.items():
            if run := _carry_out(ctx, workspace, job_id, models):
                followed[run] = tuple(each.model for each in models)
        for source in _samples(ctx.answers, ctx.folder).values():
            remember(ctx, source)
        try:
            follow(ctx, workspace, followed, self.name)
        except Cancelled:  # stops the watching alone
            if (going_on := self.left_behind(ctx, changing=True)) is not None:
                ctx.emit(LeftBehind(step=self.name, what=going_on))
            raise

    def left_behind(self, ctx: Ctx, *, changing: bool) -> str | None:
        if not self._followed:
            return super().left_behind(ctx, changing=changing)
        followed = [(run, ", ".join(models)) for run, models in list(self._followed.items())]
        runs = ", ".join(_("{run} of {model}", run=run, model=models) for run, models in followed)
        return _("what runs in the workspace goes on there: {runs}; the next run follows it", runs=runs)

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


def _samples(answers: Answers, folder: Folder) -> dict[str, Source]:
    asked = answers.section(FirstRunQuestions).samples
    return {model: locate(answers, folder, spec, "samples", ".csv") for model, spec in asked.items()}


def _defects(answers: Answers, folder: Folder) -> list[AnswerDefect]:
    """What is wrong with the samples named, all at once. Where a contract is, its models are not known."""
    found = named(answers, folder)
    known = None if found is None else [model.name for each in found for model in each.models]
    defects = []
    for model, source in _samples(answers, folder).items():
        place = _place(answers.source, model)
        key = f"first_run.samples.{model}"
        if known is not None and model not in known:
            remedy = _("name one of {known}", known=", ".join(known))
            defects.append(AnswerDefect(*place, key, _("unknown model"), _("no contract has it"), remedy))
        if source.origin is None:
            what, why = _("{spec} is not there", spec=source.spec), _("no such file")
            remedy = _("correct its path; the templates are {known}", known=", ".join(source.templates))
            defects.append(AnswerDefect(*place, key, what, why, remedy))
    return defects


def _place(file: Path | None, model: str) -> tuple[str, int, int]:
    """Where the answers name a model's sample; no line where the file does not, as when a variable does."""
    if file is None or not file.is_file():
        return ("answers", 0, 0)
    located = parse(file.read_text(encoding="utf-8"), str(file))
    path = ("first_run", "samples", model)
    stands = located.where(path, key=True) != located.where(path[:2], key=True)
    return (located.name, *(located.where(path, key=True) if stands else (0, 0)))


def _unusable(ctx: Ctx) -> Problem | None:
    faults = _defects(ctx.answers, ctx.folder)
    if not faults:
        return None
    what = _("{n} samples cannot be used", n=len(faults))
    why = "\n".join(map(str, faults))
    return Problem(what, why, _("correct first_run.samples in the answers"), raw_code="SampleNotFound")


def _carry_out(ctx: Ctx, workspace: WorkspaceClient, job_id: int, models: list[Loaded]) -> int | None:
    """Do what the models of one job lack; the run that loads them, started or found under way. None: nothing to do."""
    lacking = [each for each in models if each.lacks is not None]
    if not lacking:
        return None
    for each in lacking:
        if each.gone and not each.running:
            forget(ctx, workspace, each)
        if each.upload is not None:
            each.upload.send(ctx, workspace)
    going = lacking[0].run
    if going is not None and all(each.running for each in lacking):
        return int(going.run_id or 0)
    ctx.cancel.raise_if_requested()
    for each in models:
        if each.upload is None and not each.newest_input:
            workspace.files.create_directory(each.folder)  # a job refuses a folder that is not there
    run = int(workspace.jobs.run_now(job_id).run_id)
    ctx.say(_("run {run} of {model} is started", run=run, model=", ".join(each.model for each in models)))
    return run


def _loaded(ctx: Ctx) -> Iterator[Loaded]:
    """Every model with a job, as the world has it: two reads each and one a job, and one of each of its tables."""
    workspace, catalog = ctx.world.workspace(ctx), ctx.facts(CatalogFacts)
    jobs, given = ctx.facts(IngestionFacts).jobs, _samples(ctx.answers, ctx.folder)
    newest: dict[int, BaseRun | None] = {}  # of each job, which the models of a contract share
    for name, (_contract, model) in _models(ctx).items():
        if name not in jobs:
            raise FactsMissing(IngestionFacts)  # a look tells of the jobs that are there, not of those to be made
        folder = f"{catalog.volumes['landing'].rstrip('/')}/{name}"
        inputs = {entry.path: entry for entry in entries(workspace, folder) if not entry.is_directory}
        source = given.get(name)
        upload = named_by_content(folder, source.origin) if source and source.origin else None
        there = inputs.get(upload.path) if upload else None
        if jobs[name] not in newest:
            newest[jobs[name]] = runs.newest(workspace, jobs[name])
        run = newest[jobs[name]]
        ended = run is not None and runs.progress(run.state).ended
        runs_of = catalog.volumes["runs"]
        record = runs.record(workspace, runs_of, name, int(run.run_id or 0)) if run is not None and ended else None
        rows = samples.rows(upload.content, model.source) if upload else None
        tables = Tables.of(catalog.catalog, name)
        yield Loaded(
            model=name,
            job_id=jobs[name],
            folder=folder,
            upload=None if upload is None or (there and there.file_size == len(upload.content)) else upload,
            sample_rows=rows,
            newest_input=max((entry.last_modified or 0 for entry in inputs.values()), default=0),
            run=run,
            record=record,
            appends=model.write == "append",
            gone=tables.gone(workspace, record, bool(rows and inputs)) if record and runs.loaded(record) else (),
        )


def _facts(found: list[Loaded]) -> FirstRunFacts:
    tables = {
        name: TableFacts(name=name, rows=rows, location=each.record.locations.get(name))
        for each in found
        if each.record is not None
        for name, rows in each.record.tables.items()
        if name not in each.gone
    }
    ran = {each.model: int(each.run.run_id or 0) for each in found if each.run is not None}
    counts = ("taken", "valid", "quarantined", "duplicates", "stale", "discarded", "deleted", "balanced")
    models = tuple(
        ModelFacts(name=each.model, **{name: getattr(each.record, name) for name in counts})
        for each in found
        if each.record is not None
    )
    return FirstRunFacts(tables=tuple(tables[name] for name in sorted(tables)), runs=ran, models=models)


def _short(each: Loaded, catalog: str) -> bool:
    """Whether bronze holds fewer rows than the sample has; the wizard counted the sample by itself."""
    if each.sample_rows is None or each.record is None:
        return False
    return each.record.tables.get(f"{catalog}.bronze.{each.model}", 0) < each.sample_rows


def _would_double(found: list[Loaded]) -> Problem:
    return Problem(
        what=_("tables are gone beside a silver table that only appends: {names}",
               names=", ".join(name for each in found for name in each.gone)),
        why=_("to load them again would append each row of silver a second time"),
        next_action=_("bring them back with UNDROP TABLE; or, where landing still holds all input, drop silver's "
                      "table too and run again"),
        raw_code="RowsWouldDouble",
    )  # fmt: skip


def _rows_missing(short: list[Loaded]) -> Problem:
    return Problem(
        what=_("bronze holds fewer rows than the input of {models}", models=", ".join(each.model for each in short)),
        why=_("a run succeeded, but its table was changed since, or its checkpoint is older than its table"),
        next_action=_(
            "look at the table's history; to load again, remove the model's folder in checkpoints, and silver's table "
            "if its contract appends, and run"
        ),
        raw_code="RowsMissing",
    )


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
