"""Ingestion: the wheel, the contracts and one job a contract, each made once and updated in place."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from databricks.sdk import WorkspaceClient
from databricks.sdk.service.jobs import BaseJob
from lakehouse_jobs import __version__
from lakehouse_jobs.packaging import build_wheel

from wizard.setup import mark
from wizard.setup.events import ResourceChanged
from wizard.setup.step import Actor, Finding, Kind, Permission, Problem, Removal, StepFailed, Verdict
from wizard.steps.base import Ctx, WizardStep
from wizard.steps.contracts import contracts
from wizard.steps.facts import CatalogFacts, ComputeFacts, IngestionFacts, PrincipalFacts, ProjectFacts
from wizard.steps.job_settings import ClusterChoice, Ingest, differences, job_labels
from wizard.steps.volumes import Upload, digest, entries, named_by_content, remove_tree
from wizard.text import N_, _

Action = Literal["create", "update", "delete", "noop"]
Stage = Literal["planned", "started", "done", "failed"]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What should be there: files in the libraries volume, and a job for each contract."""

    library: Upload
    contracts: tuple[Upload, ...]
    jobs: tuple[Ingest, ...]


@dataclass(frozen=True, slots=True)
class State:
    """What is missing. `changed`: job's name -> (job id, names of the settings that differ); `present`: model -> job
    id; `replaced`: jobs of an older version, one a model, in whose place another stands."""

    uploads: tuple[Upload, ...]
    missing: tuple[Ingest, ...]
    changed: dict[str, tuple[int, list[str]]]
    present: dict[str, int]
    replaced: tuple[BaseJob, ...]


@dataclass(frozen=True, slots=True)
class Part:
    """A job or a file as it is told: `address` tells it from every other, `name` is what people know it by."""

    address: str
    name: str

    @classmethod
    def file(cls, upload: Upload) -> Part:
        return cls(f'file["{upload.path}"]', upload.path.rpartition("/")[2])

    @classmethod
    def job(cls, job: Ingest) -> Part:
        return cls(f'job["{job.name}"]', job.name)

    def event(self, ctx: Ctx, action: Action, state: Stage, seconds: float | None = None) -> ResourceChanged:
        return ResourceChanged(
            step=ctx.step, address=self.address, action=action, state=state, seconds=seconds, name=self.name
        )


class Ingestion(WizardStep):
    name = "ingestion"
    title = N_("Ingestion jobs")
    kind = Kind.DEPLOY
    actor = Actor.PRINCIPAL
    after = ("contracts", "compute")
    permissions = (
        Permission("unity-catalog", "WRITE VOLUME", "libraries", N_("uploads the wheel and the contracts")),
        Permission(
            "databricks-workspace", "CAN USE", "cluster policy", N_("job clusters follow the policy"), lasting=True
        ),
    )

    def check(self, ctx: Ctx) -> Finding:
        workspace = ctx.world.workspace(ctx)
        wanted = _wanted(ctx, workspace)
        named = {job.name: _of_name(workspace, job.name) for job in wanted.jobs}
        foreign = [name for name, jobs in named.items() if any(not _ours(ctx, job) for job in jobs)]
        if foreign:
            return _not_ours(foreign)
        state = _state(ctx, workspace, wanted, named)
        facts = IngestionFacts(library=wanted.library.path, jobs=state.present)
        if changes := tuple(_changes(state)):
            return Finding(Verdict.TODO, _("{n} parts are missing or differ", n=len(changes)), facts, changes)
        for part in (*map(Part.file, (wanted.library, *wanted.contracts)), *map(Part.job, wanted.jobs)):
            ctx.emit(part.event(ctx, "noop", "done"))
        why = _("wheel {version} and {n} jobs are in place, schedules paused", version=__version__, n=len(wanted.jobs))
        return Finding(Verdict.DONE, why, facts)

    def apply(self, ctx: Ctx) -> None:
        workspace = ctx.world.workspace(ctx)
        wanted = _wanted(ctx, workspace)
        named = {job.name: _of_name(workspace, job.name) for job in wanted.jobs}
        foreign = [name for name, jobs in named.items() if any(not _ours(ctx, job) for job in jobs)]
        if foreign:
            raise StepFailed(_foreign_problem(foreign))
        state = _state(ctx, workspace, wanted, named)
        for part, action in _parts(wanted, state):
            ctx.emit(part.event(ctx, action, "planned"))
        for upload in state.uploads:
            with _told(ctx, Part.file(upload), "create"):
                upload.send(ctx, workspace)
        for job in wanted.jobs:
            ctx.cancel.raise_if_requested()
            if job in state.missing:
                ctx.say(_("makes job {name}, its schedule paused", name=job.name))
                with _told(ctx, Part.job(job), "create"):
                    _create(workspace, job)
            elif job.name in state.changed:
                job_id, _names = state.changed[job.name]
                ctx.say(_("updates job {name} in place", name=job.name))
                with _told(ctx, Part.job(job), "update"):
                    workspace.jobs.reset(job_id, job.settings())
        for old in state.replaced:  # last: until then its model has a job
            ctx.cancel.raise_if_requested()
            name = str(old.settings and old.settings.name)
            ctx.say(_("removes job {name}, whose contract has one job for all its models", name=name))
            with _told(ctx, Part(f'job["{name}"]', name), "delete"):
                workspace.jobs.delete(int(old.job_id or 0))

    def removal(self, ctx: Ctx) -> Removal | None:
        workspace = ctx.world.workspace(ctx)
        objects = [_("job {name} and its run history", name=job.settings.name) for job in _all_ours(ctx, workspace)
                   if job.settings]  # fmt: skip
        folders = [folder for folder in _folders(ctx) if entries(workspace, folder)]
        found = (*objects, *folders)
        return Removal(found) if found else None

    def destroy(self, ctx: Ctx) -> None:
        workspace = ctx.world.workspace(ctx)
        for job in list(_all_ours(ctx, workspace)):
            ctx.cancel.raise_if_requested()
            if job.job_id is not None:
                workspace.jobs.delete(job.job_id)
        for folder in _folders(ctx):
            remove_tree(workspace, folder)


def _parts(wanted: Wanted, state: State) -> Iterator[tuple[Part, Action]]:
    """All that an apply makes or changes, in its order."""
    yield from ((Part.file(upload), "create") for upload in state.uploads)
    yield from ((Part.job(job), "create") for job in state.missing)
    yield from ((Part.job(job), "update") for job in wanted.jobs if job.name in state.changed)
    for old in state.replaced:
        name = str(old.settings and old.settings.name)
        yield Part(f'job["{name}"]', name), "delete"


@contextmanager
def _told(ctx: Ctx, part: Part, action: Action) -> Iterator[None]:
    """Tell the begin and the end of one part, as Terraform's resources are told."""
    began = time.monotonic()

    ctx.emit(part.event(ctx, action, "started"))
    try:
        yield
    except Exception:
        ctx.emit(part.event(ctx, action, "failed", time.monotonic() - began))
        raise
    ctx.emit(part.event(ctx, action, "done", round(time.monotonic() - began, 1)))


def job_base(project: ProjectFacts) -> str:
    return "-".join(filter(None, (project.domain, project.environment)))


def _folders(ctx: Ctx) -> tuple[str, str]:
    libraries = ctx.facts(CatalogFacts).volumes["libraries"].rstrip("/")
    return f"{libraries}/lakehouse_jobs", f"{libraries}/contracts"


def _wanted(ctx: Ctx, workspace: WorkspaceClient) -> Wanted:
    wheels, sheets = _folders(ctx)
    library = _wheel(wheels)
    project, catalog = ctx.facts(ProjectFacts), ctx.facts(CatalogFacts)
    cluster = _cluster(ctx, workspace)
    principal = ctx.facts(PrincipalFacts)
    uploads, jobs = [], []
    found = contracts(ctx)
    labels = job_labels({path: [model.name for model in contract.models] for path, contract in found.items()})
    for path, contract in found.items():
        upload = named_by_content(sheets, ctx.folder.root / path)
        uploads.append(upload)
        jobs.append(
            Ingest(
                base=job_base(project),
                label=labels[path],
                models=tuple(model.name for model in contract.models),
                catalog=catalog.catalog,
                contract=upload.path,
                library=library.path,
                runs=catalog.volumes["runs"].rstrip("/"),
                cron=contract.cron,
                notifications=contract.notifications,
                cluster=cluster,
                tags=project.tags,
                run_as=principal.client_id,
                secret_scope=ctx.facts(ComputeFacts).secret_scope,
            )
        )
    return Wanted(library, tuple(uploads), tuple(jobs))


def _wheel(folder: str) -> Upload:
    with tempfile.TemporaryDirectory(prefix="lakehouse-wheel-") as built:
        wheel = build_wheel(Path(built))
        content = wheel.read_bytes()
    return Upload(f"{folder}/{__version__}-{digest(content)}/{wheel.name}", content)


def _cluster(ctx: Ctx, workspace: WorkspaceClient) -> ClusterChoice:
    """The runtime and node type that the policy fixes, as the exploration cluster has them."""
    compute = ctx.facts(ComputeFacts)
    cluster = workspace.clusters.get(compute.cluster_id)
    return ClusterChoice(compute.policy_id, str(cluster.spark_version), str(cluster.node_type_id))


def _of_name(workspace: WorkspaceClient, name: str) -> list[BaseJob]:
    """Jobs of exactly this name, oldest first: the service's own filter ignores case."""
    found = [job for job in workspace.jobs.list(name=name) if job.settings and job.settings.name == name]
    return sorted(found, key=lambda job: job.created_time or 0)


def _ours(ctx: Ctx, job: BaseJob) -> bool:
    return job.settings is not None and mark.tagged(job.settings.tags) == ctx.setup_id


def _all_ours(ctx: Ctx, workspace: WorkspaceClient) -> Iterator[BaseJob]:
    return (job for job in workspace.jobs.list() if _ours(ctx, job))


def _state(ctx: Ctx, workspace: WorkspaceClient, wanted: Wanted, named: dict[str, list[BaseJob]]) -> State:
    uploads = tuple(each for each in (wanted.library, *wanted.contracts) if each.missing(workspace))
    missing, changed = [], {}
    present: dict[str, int] = {}
    for job in wanted.jobs:
        job_id = next((found.job_id for found in named[job.name]), None)
        if job_id is None:
            missing.append(job)
            continue
        present |= dict.fromkeys(job.models, job_id)
        if differing := differences(job.settings(), workspace.jobs.get(job_id)):
            changed[job.name] = (job_id, differing)
    return State(
        uploads,
        tuple(missing),
        changed,
        present,
        tuple(sorted(_replaced(ctx, workspace, wanted), key=lambda job: str(job.settings and job.settings.name))),
    )


def _replaced(ctx: Ctx, workspace: WorkspaceClient, wanted: Wanted) -> Iterator[BaseJob]:
    """Jobs of ours that load one model of a contract whose job loads all; asked for where a contract has several."""
    kept = {job.name for job in wanted.jobs}
    old = {name for job in wanted.jobs for name in job.replaced} - kept
    for job in _all_ours(ctx, workspace) if old else ():
        if job.settings and job.settings.name in old:
            yield job


def _changes(state: State) -> Iterator[str]:
    for upload in state.uploads:
        yield _("upload {path}", path=upload.path)
    for job in state.missing:
        yield _("make job {name}, its schedule paused", name=job.name)
    for name, (_job_id, names) in state.changed.items():
        yield _("update job {name} in place: {names}", name=name, names=", ".join(names))
    for old in state.replaced:
        name = str(old.settings and old.settings.name)
        yield _("remove job {name} with its run history: its contract has one job for all its models", name=name)


def _create(workspace: WorkspaceClient, job: Ingest) -> None:
    settings = job.settings()
    workspace.jobs.create(
        name=settings.name,
        tags=settings.tags,
        max_concurrent_runs=settings.max_concurrent_runs,
        run_as=settings.run_as,
        schedule=settings.schedule,
        email_notifications=settings.email_notifications,
        job_clusters=settings.job_clusters,
        tasks=settings.tasks,
    )


def _foreign_problem(names: list[str]) -> Problem:
    return Problem(
        what=_("jobs of our names are there already and are not this setup's: {names}", names=", ".join(names)),
        why=_("they do not carry this setup's id, so they are left alone"),
        next_action=_("rename or delete them, or choose another domain or environment"),
        raw_code="NotOurs",
    )


def _not_ours(names: list[str]) -> Finding:
    problem = _foreign_problem(names)
    return Finding(Verdict.BLOCKED, problem.what, problem=problem)
