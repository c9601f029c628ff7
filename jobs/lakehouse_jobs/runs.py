"""A run: models of one contract in one Spark session, side by side where cores allow.

One model that fails stops no other; each leaves its record, whatever happened. A model whose rules refer to another
of the run starts when that one has ended, so that the rows it looks for are there."""

from __future__ import annotations

import os
import shutil
import time
import traceback
import uuid
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lakehouse_jobs import PROTOCOL, __version__
from lakehouse_jobs.claims import Claims
from lakehouse_jobs.contract.model import Contract, Model
from lakehouse_jobs.failures import told
from lakehouse_jobs.keys import PiiKey
from lakehouse_jobs.layers import Hop, bronze, silver
from lakehouse_jobs.platform import Platform
from lakehouse_jobs.privacy.words import quiet
from lakehouse_jobs.records import Judged, Refused, RunRecord
from lakehouse_jobs.tables import counted

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

MOST = 8  # models side by side: beyond that they wait for the same cores
LOOK = 0.2  # seconds between two looks whether somebody wants the run to end
LEAST = 64 * 1024  # bytes that a disk has left, and is full all the same
GRACE = 120.0  # seconds that models have to end once the run is cancelled


class ModelsFailed(Exception):  # noqa: N818 - what became of the run, told as it is
    """Some models failed; the others are loaded."""


class NoSpace(Exception):  # noqa: N818 - a state of the disk, told as it is
    """The disk is full: what Spark says of it is seldom that."""


@dataclass(frozen=True, slots=True)
class Places:
    """Where things are; `{catalog}`, `{model}` and `{run}` in a path stand for those of the run."""

    landing: str
    checkpoints: str
    record: str

    def of(self, path: str, catalog: str, run: str, model: str = "{model}") -> str:
        for key, value in (("catalog", catalog), ("run", run), ("model", model)):
            path = path.replace("{" + key + "}", value)
        return path


@dataclass(slots=True)
class Run:
    """One run of some models. `outcomes` is filled as they end, by model."""

    platform: Platform
    contract: Contract
    models: tuple[Model, ...]
    catalog: str
    name: str
    places: Places
    key: PiiKey
    claims: Claims
    parallel: int = 0  # models side by side; 0: as many as there are cores
    outcomes: dict[str, RunRecord] = field(default_factory=dict)
    _started: float = field(default_factory=time.monotonic)

    def all(self) -> None:
        """Load every model. Raises ModelsFailed naming those that failed; what cancels it is raised again, after
        every model has ended and left its record."""
        try:
            session = self.platform.session()
            quiet(session)
        except BaseException as error:
            for model in self.models:
                self._ended(self._record(model), error)
            raise
        tag = f"ingest-{uuid.uuid4().hex}"  # what all its queries carry, so that they can be interrupted
        session.addTag(tag)
        try:
            with self.claims:
                self._schedule(session, tag)
        finally:
            session.removeTag(tag)
        failed = [record for record in self.outcomes.values() if record.status != "succeeded"]
        if failed:
            reasons = "; ".join(f"{record.model}: {record.error}" for record in failed)
            raise ModelsFailed(f"{len(failed)} of {len(self.models)} models failed: {reasons}")

    def _schedule(self, session: SparkSession, tag: str) -> None:
        from pyspark import inheritable_thread_target

        begin: Callable[[Model], None] = inheritable_thread_target(session)(self._one)
        room = self.parallel or min(len(self.models), os.cpu_count() or 1, MOST)
        waiting, running = list(self.models), dict[Future[None], str]()
        with ThreadPoolExecutor(room, "model") as pool:
            try:
                while waiting or running:
                    for model in ready(waiting, set(running.values()), room - len(running)):
                        waiting.remove(model)
                        running[pool.submit(begin, model)] = model.name
                    # In steps: a thread that waits for good does not see who cancels it.
                    done, _still = wait(running, LOOK, FIRST_COMPLETED)
                    for future in done:
                        del running[future]
                        future.result()
            except BaseException as error:
                self.claims.cancel()
                _end(session, tag, running)
                for model in waiting:
                    self._ended(self._record(model), error)
                raise

    def _one(self, model: Model) -> None:
        record = self._record(model)
        error: BaseException | None = None
        try:
            checkpoint = f"{self.platform.path(self._place(self.places.checkpoints, model))}/{model.name}"
            with self.claims.on(checkpoint):
                self._layers(record, model, checkpoint)
            if not record.balanced:
                raise RuntimeError("rows or files are not accounted for")
        except BaseException as raised:
            error = raised
            with suppress(OSError):  # of a folder that is not there nothing more can be told
                place = self.platform.path(self._place(self.places.checkpoints, model))
                if full(place):
                    remedy = f"free some there, then run again ({told(raised)})"
                    error = NoSpace(f"there is no space left at {place}: {remedy}")
        self._ended(record, error)

    def _record(self, model: Model) -> RunRecord:
        return RunRecord(
            *(self.name, model.name, self.catalog, self.contract.version),
            started=_now(), version=__version__, protocol=PROTOCOL,
        )  # fmt: skip

    def _place(self, path: str, model: Model) -> str:
        return self.places.of(path, self.catalog, self.name, model.name)

    def _ended(self, record: RunRecord, error: BaseException | None) -> None:
        """The record is written last: who reads it finds the tables as it tells them. One that cannot be written is
        printed, and its model has failed."""
        record.ended, record.status = _now(), "succeeded"
        if error is not None:
            record.status = "cancelled" if self.claims.stop.is_set() else "failed"
            record.error = told(error)
        self.outcomes[record.model] = record
        path = self.places.of(self.places.record, self.catalog, self.name, record.model)
        try:
            write(Path(self.platform.path(path)), record)
        except Exception as unwritten:
            reasons = (record.error, f"its record could not be written: {told(unwritten)}")
            record.status, record.error = "failed", "; ".join(filter(None, reasons))
        print(record.to_json(), flush=True)
        if error is not None:
            # Where it happened, without what was raised: its words may hold a row.
            print("".join(traceback.format_tb(error.__traceback__)), flush=True)

    def _layers(self, record: RunRecord, model: Model, checkpoint: str) -> None:
        record.seconds["session"] = round(time.monotonic() - self._started, 3)
        platform = self.platform
        to_bronze, to_silver = (
            Hop(platform, model, self.catalog, checkpoint, self.name, layer, self.contract.version, self.key)
            for layer in ("bronze", "silver")
        )
        try:
            with _timed(record, "bronze"):
                bronze.load(to_bronze, self._place(self.places.landing, model))
            with _timed(record, "silver"):
                if platform.exists(to_bronze.target):
                    silver.load(to_silver, to_bronze.target)
        except BaseException:
            with suppress(Exception):  # a second failure must not hide the first
                self._tell(record, to_bronze, to_silver)
            raise
        self._tell(record, to_bronze, to_silver)

    def _tell(self, record: RunRecord, to_bronze: Hop, to_silver: Hop) -> None:
        """What was counted, also by loads before a failure, and what the tables hold now."""
        add(record, to_bronze.counts())
        add(record, to_silver.counts())
        with _timed(record, "counting"):
            names = (to_bronze.target, to_silver.target, silver.quarantine(to_silver))
            record.tables, record.locations = counted(self.platform, to_silver.checkpoint, names)


def ready(waiting: list[Model], running: set[str], room: int) -> list[Model]:
    """Those that may start now: no model that they refer to is still to end. Where they refer to each other in a ring,
    the first of it starts."""
    open_names = {model.name for model in waiting} | running
    free = [model for model in waiting if not (_referred(model) & open_names)]
    if not free and not running:
        free = waiting[:1]
    return free[: max(room, 0)]


def _referred(model: Model) -> set[str]:
    tables = {rule.reference.partition(".")[0] for rule in model.rules if rule.reference}
    return tables - {model.name}


def add(record: RunRecord, counts: Mapping[str, Any]) -> None:
    """Put a layer's counts into the record."""
    for key, value in counts.items():
        form = {"refused": Refused, "gates": Judged}.get(key)
        setattr(record, key, value if form is None else [form(**each) for each in value])


def unread(platform: Platform, record: RunRecord, path: str, error: BaseException) -> None:
    """Record that a model's contract could not be read; `path` is the record's, its names filled in."""
    record.started = record.ended = _now()
    record.status, record.error, record.version, record.protocol = "failed", told(error), __version__, PROTOCOL
    write(Path(platform.path(path)), record)


def full(place: str) -> bool:
    """Whether a folder's disk has no room for anything; False where that cannot be told."""
    try:
        return shutil.disk_usage(place).free < LEAST
    except OSError:
        return False


def write(target: Path, record: RunRecord) -> None:
    """Whole or not at all."""
    target.parent.mkdir(parents=True, exist_ok=True)
    draft = target.with_suffix(f".{os.getpid()}.draft")
    draft.write_text(record.to_json(), encoding="utf-8")
    draft.replace(target)


def _end(session: SparkSession, tag: str, running: dict[Future[None], str]) -> None:
    """Interrupt what runs until all models have ended: between two queries there is nothing to interrupt."""
    until = time.monotonic() + GRACE
    while running and time.monotonic() < until:
        with suppress(Exception):
            session.interruptTag(tag)
            for query in session.streams.active:
                query.stop()
        done, _still = wait(running, LOOK)
        for future in done:
            del running[future]


@contextmanager
def _timed(record: RunRecord, part: str) -> Iterator[None]:
    began = time.monotonic()
    try:
        yield
    finally:
        record.seconds[part] = round(time.monotonic() - began, 3)


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
