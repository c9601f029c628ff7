"""The entry point `ingest`: models of one contract, from their landing folders to silver."""

from __future__ import annotations

import argparse
import re
import signal
import sys
import threading
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from lakehouse_jobs import PROTOCOL, __version__
from lakehouse_jobs.claims import WAIT, Claims
from lakehouse_jobs.contract import load
from lakehouse_jobs.keys import NAME, PiiKey, version
from lakehouse_jobs.platform import current
from lakehouse_jobs.records import RunRecord
from lakehouse_jobs.runs import Places, Run, unread


class Terminated(SystemExit):
    """Somebody ended this process with SIGTERM: the run is cancelled."""


def arguments() -> argparse.ArgumentParser:
    """The command line. `{catalog}`, `{model}` and `{run}` in a path stand for those of the run."""
    parser = argparse.ArgumentParser("ingest", description="Ingest models of a contract: landing, bronze, silver.")
    parser.add_argument("--contract", required=True, help="the contract file")
    parser.add_argument("--model", action="append", default=[], help="may come again; by default all of the contract")
    parser.add_argument("--catalog", required=True)
    parser.add_argument("--landing", default="/Volumes/{catalog}/bronze/landing/{model}", help="folder of the files")
    parser.add_argument("--checkpoints", default="/Volumes/{catalog}/ops/checkpoints")
    parser.add_argument("--run-record", default="/Volumes/{catalog}/ops/runs/{model}/{run}.json")
    parser.add_argument("--run", default="", help="names the run; by default the record's name, or a new one")
    parser.add_argument("--secret-scope", default="", help="holds the key that hashes personal data")
    parser.add_argument("--pii-key", default=NAME, help="the key's name: pii-key- and its version")
    parser.add_argument("--parallel", type=int, default=0, help="models side by side; by default as there are cores")
    parser.add_argument("--wait", type=float, default=WAIT, help="seconds to wait for another run of a model")
    parser.add_argument("--protocol", type=int, default=PROTOCOL, help="what the caller speaks")
    return parser


def ingest(argv: Sequence[str] | None = None) -> None:
    """Run; what fails is recorded, printed and raised, so that the run is red, once every model has ended."""
    options = arguments().parse_args(sys.argv[1:] if argv is None else argv)
    if options.protocol != PROTOCOL:
        raise SystemExit(
            f"the caller speaks protocol {options.protocol}, lakehouse-jobs {__version__} speaks {PROTOCOL}: "
            "deploy the library that belongs to it"
        )
    version(options.pii_key)  # a name of another form is refused before anything happens
    name, platform = _run_name(options), current()
    places = Places(options.landing, options.checkpoints, options.run_record)
    try:
        contract = load(platform.path(options.contract))
        models = tuple(map(contract.model, dict.fromkeys(options.model))) or contract.models
    except Exception as error:
        for model in options.model:
            record = RunRecord(name, model, options.catalog)
            unread(platform, record, places.of(places.record, options.catalog, name, model), error)
        raise
    run = Run(
        platform=platform,
        contract=contract,
        models=models,
        catalog=options.catalog,
        name=name,
        places=places,
        key=PiiKey(platform, options.secret_scope, options.pii_key),
        claims=Claims(name, options.wait),
        parallel=max(options.parallel, 0),
    )
    with _ended_by_signal():
        run.all()


def _run_name(options: argparse.Namespace) -> str:
    name = options.run or Path(options.run_record).stem
    return name if re.fullmatch(r"[A-Za-z0-9_.-]+", name) else uuid.uuid4().hex


@contextmanager
def _ended_by_signal() -> Iterator[None]:
    """SIGTERM cancels the run in order, where this is the process's own thread: in another, its host cancels it."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def ended(number: int, _frame: FrameType | None) -> None:
        raise Terminated(128 + number)

    before = signal.signal(signal.SIGTERM, ended)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


if __name__ == "__main__":
    ingest()
