"""One model on its way into the lakehouse: what it lacks, where its rows went, and how lost tables come back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from databricks.sdk import WorkspaceClient
from databricks.sdk.errors import NotFound
from databricks.sdk.service.jobs import BaseRun
from lakehouse_jobs.records import Refused, RunRecord

from wizard.steps import runs
from wizard.steps.base import Ctx
from wizard.steps.facts import CatalogFacts
from wizard.steps.volumes import Upload, remove_tree
from wizard.text import _


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
    gone: tuple[str, ...] = ()  # tables that its record names, or its input asks for, and that hold nothing any more
    appends: bool = False  # silver keeps every row, so a row that is loaded again is there twice

    @property
    def running(self) -> bool:
        """Whether a run is under way that will see all input."""
        return self.run is not None and self.covers and not runs.progress(self.run.state).ended

    @property
    def covers(self) -> bool:
        """Whether the newest run began after the newest input had come."""
        return self.upload is None and self.run is not None and (self.run.start_time or 0) >= self.newest_input

    @property
    def doubles(self) -> bool:
        """Whether what is gone cannot be loaded again beside a silver table that would get each row a second time."""
        layers = {name.split(".")[1] for name in self.gone if not name.endswith("_quarantine")}
        nothing_comes = "bronze" in layers and self.upload is None and not self.newest_input
        return self.appends and bool(self.gone) and "silver" not in layers and not nothing_comes

    @property
    def story(self) -> str:
        """Where the rows of its newest run went; what there was none of is left out."""
        found = self.record
        if found is None:
            return self.model
        taken = found.taken if found.taken != found.read else 0  # after a failure, or a silver table made anew
        counts = (
            (taken, _("{n} taken from bronze", n=taken)),
            (found.duplicates, _("{n} duplicates left out", n=found.duplicates)),
            (found.quarantined, _("{n} invalid and quarantined", n=found.quarantined)),
            (found.stale, _("{n} no newer than what is there", n=found.stale)),
            (found.discarded, _("{n} discarded as the contract says", n=found.discarded)),
            (found.deleted, _("{n} took their key's row away", n=found.deleted)),
            (found.inserted, _("{n} inserted", n=found.inserted)),
            (found.updated, _("{n} updated", n=found.updated)),
        )
        told = [_("{n} rows read", n=found.read), *(text for count, text in counts if count)]
        if found.refused:
            told.append(_("{n} files refused: {names}", n=len(found.refused), names=_few(found.refused)))
        return _("{model}: {counts}", model=self.model, counts=", ".join(told))

    @property
    def lacks(self) -> str | None:
        """What is missing for this model to be done, in words; None if nothing is."""
        if self.upload is not None:
            return _("upload the sample of {model}, and run its job", model=self.model)
        if self.run is None:
            return _("run the job of {model}", model=self.model)
        state = runs.progress(self.run.state)
        recorded = runs.loaded(self.record)  # also in a run that ended red for another model of its contract
        again = not recorded and not state.succeeded
        obstacles = (
            (not state.ended, _("follow the run of {model} that is under way", model=self.model)),
            (again, _("run the job of {model} again: {state}", model=self.model, state=state.words)),
            (not self.covers, _("run the job of {model}: input came after its last run", model=self.model)),
            (not recorded, _("run the job of {model}: its record does not account for every row", model=self.model)),
        )
        if self.gone and state.ended and not again:
            return _("table {names} is gone: load again", names=", ".join(self.gone))
        return next((text for stands, text in obstacles if stands), None)


def _few(refused: Sequence[Refused], most: int = 3) -> str:
    """The names of the first refused files, each with its reason."""
    told = [f"{each.file.rpartition('/')[2]} ({each.reason})" for each in refused[:most]]
    return ", ".join(told + (["…"] if len(refused) > most else []))


@dataclass(frozen=True, slots=True)
class Tables:
    """The names of a model's tables."""

    bronze: str
    silver: str
    quarantine: str

    @classmethod
    def of(cls, catalog: str, model: str) -> Tables:
        silver = f"{catalog}.silver.{model}"
        return cls(f"{catalog}.bronze.{model}", silver, f"{silver}_quarantine")

    def gone(self, workspace: WorkspaceClient, record: RunRecord, has_rows: bool) -> tuple[str, ...]:
        """Those that should hold rows and do not; one GET for each table. `has_rows`: the input has some.

        A run after a table was lost does not bring its rows back, since its checkpoint is past them: bronze is not
        there then, and silver is empty."""
        held = record.tables
        wanted = {*held, *((self.bronze, self.silver) if has_rows else ())}
        lost = {name for name in wanted if not exists(workspace, name)}
        taken = held.get(self.bronze, 0) - held.get(self.quarantine, 0)
        if taken > 0 and held.get(self.silver) == 0:
            lost.add(self.silver)
        return tuple(sorted(lost))


def exists(workspace: WorkspaceClient, table: str) -> bool:
    """Whether Unity Catalog has a table; not either where its schema is gone."""
    try:
        return bool(workspace.tables.exists(table).table_exists)
    except NotFound:
        return False


def forget(ctx: Ctx, workspace: WorkspaceClient, each: Loaded) -> None:
    """Let the next run read again what the lost tables held: bronze from its input, silver from bronze.

    Only checkpoints go, and the quarantine, which the same rows fill again; silver where it still stands is kept, since
    rows merged twice change nothing (one that appends is left alone: see `doubles`). Bronze that still stands keeps its
    checkpoint: its appends would come twice."""
    catalog = ctx.facts(CatalogFacts)
    tables = Tables.of(catalog.catalog, each.model)
    folder = f"{catalog.volumes['checkpoints'].rstrip('/')}/{each.model}"
    again = (folder,) if tables.bronze in each.gone else (f"{folder}/silver", f"{folder}/counts/silver")
    if tables.bronze in each.gone and each.upload is None and not each.newest_input:
        return  # nothing to read again: what is left is all there is
    for path in again:
        ctx.cancel.raise_if_requested()
        ctx.say(_("forgets what was read: removes {path}", path=path))
        remove_tree(workspace, path)
    if exists(workspace, tables.quarantine):
        ctx.say(_("removes {table}, which the same rows fill again", table=tables.quarantine))
        workspace.tables.delete(tables.quarantine)
