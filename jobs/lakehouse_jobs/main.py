"""The entry point `ingest`: one model of one contract, from its landing folder to silver."""

from __future__ import annotations

import argparse
import re
import sys
import time
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from lakehouse_jobs import PROTOCOL, __version__
from lakehouse_jobs.contract import load
from lakehouse_jobs.contract.model import Model
from lakehouse_jobs.layers import Hop, bronze, silver
from lakehouse_jobs.platform import Platform, current
from lakehouse_jobs.records import RunRecord


def arguments() -> argparse.ArgumentParser:
    """The command line. `{catalog}` and `{model}` in a default stand for those arguments."""
    parser = argparse.ArgumentParser("ingest", description="Ingest one model of a contract: landing, bronze, silver.")
    parser.add_argument("--contract", required=True, help="the contract file")
    parser.add_argument("--model", required=True)
    parser.add_argument("--catalog", required=True)
    parser.add_argument("--landing", default="/Volumes/{catalog}/bronze/landing/{model}", help="folder of the files")
    parser.add_argument("--checkpoints", default="/Volumes/{catalog}/ops/checkpoints")
    parser.add_argument("--run-record", default="/Volumes/{catalog}/ops/runs/{model}/{run}.json")
    parser.add_argument("--run", default="", help="names the run; by default the record's name, or a new one")
    parser.add_argument("--protocol", type=int, default=PROTOCOL, help="what the caller speaks")
    return parser


def ingest(argv: Sequence[str] | None = None) -> None:
    """Run; whatever fails is recorded, printed and raised, so that the run is red."""
    options = arguments().parse_args(sys.argv[1:] if argv is None else argv)
    if options.protocol != PROTOCOL:
        raise SystemExit(
            f"the caller speaks protocol {options.protocol}, lakehouse-jobs {__version__} speaks {PROTOCOL}: "
            "deploy the library that belongs to it"
        )
    run = _run_name(options)

    def filled(path: str) -> str:
        for key, value in (("catalog", options.catalog), ("model", options.model), ("run", run)):
            path = path.replace("{" + key + "}", value)
        return path

    platform = current()
    target = Path(platform.path(filled(options.run_record)))
    record = RunRecord(run, options.model, options.catalog, started=_now(), version=__version__, protocol=PROTOCOL)
    try:
        model = load(platform.path(options.contract)).model(options.model)
        checkpoint = f"{platform.path(filled(options.checkpoints))}/{options.model}"
        _layers(record, platform, model, filled(options.landing), checkpoint)
        if not record.balanced:
            raise RuntimeError("rows are not accounted for: " + record.to_json())
        record.status = "succeeded"
    except BaseException as error:
        record.status, record.error = "failed", f"{type(error).__name__}: {error}"[:2000]
        raise
    finally:
        record.ended = _now()
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(record.to_json(), encoding="utf-8")
        print(record.to_json(), flush=True)


def _run_name(options: argparse.Namespace) -> str:
    name = options.run or Path(options.run_record).stem
    return name if re.fullmatch(r"[A-Za-z0-9_.-]+", name) else uuid.uuid4().hex


def _layers(record: RunRecord, platform: Platform, model: Model, landing: str, checkpoint: str) -> None:
    with _timed(record, "session"):
        session = platform.session()
    to_bronze = Hop(platform, model, record.catalog, checkpoint, record.run, "bronze")
    to_silver = Hop(platform, model, record.catalog, checkpoint, record.run, "silver")
    try:
        with _timed(record, "bronze"):
            bronze.load(to_bronze, landing)
        with _timed(record, "silver"):
            if platform.exists(to_bronze.target):
                silver.load(to_silver, to_bronze.target)
    finally:
        _add(record, {**to_bronze.counts(), **to_silver.counts()})
        for name in (to_bronze.target, to_silver.target, silver.quarantine(to_silver)):
            if platform.exists(name):
                row = session.sql(f"SELECT count(*) FROM {platform.table(name)}").first()
                record.tables[name] = int(row[0]) if row else 0
                record.locations[name] = platform.location(name)


def _add(record: RunRecord, counts: dict[str, int]) -> None:
    for key, value in counts.items():
        setattr(record, key, value)


@contextmanager
def _timed(record: RunRecord, part: str) -> Iterator[None]:
    began = time.monotonic()
    try:
        yield
    finally:
        record.seconds[part] = round(time.monotonic() - began, 3)


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


if __name__ == "__main__":
    ingest()
