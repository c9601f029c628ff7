"""One run at a time on a model: a claim in its checkpoint folder, which works on any store that lists what it holds.

Each run writes a claim of its own, then lists all. Whoever sees another's live claim takes its own back and waits, so
two that come at once may both step back, but never both go on; no file is created exclusively, and no clocks of two
machines are compared. A claim lives as long as its run touches it; its age is told against the file just written. A
run that was held up so long that its claim was taken over does no harm: streams and tables refuse the second writer."""

from __future__ import annotations

import contextlib
import json
import os
import random
import threading
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

BEAT = 10.0  # seconds between two touches
STALE = 60.0  # seconds without a touch after which a claim is a dead run's
WAIT = 120.0  # seconds that a run waits for another by default: longer than a dead one's claim lives
FOLDER = "claims"
_CANCELLED: set[str] = set()  # names of runs of this process


class Busy(Exception):  # noqa: N818 - a state of the model, told as it is
    """Another run is loading the model."""


class Stopped(Exception):  # noqa: N818 - an event, told as it is
    """The run was cancelled."""


def cancelled(run: str) -> bool:
    """Whether somebody wants the run to end: a stream that was stopped for it looks like one that has done its work."""
    return run in _CANCELLED


@dataclass(slots=True)
class Claims:
    """All claims of one run, kept alive by one thread; `stop` ends the waiting too."""

    run: str
    wait: float = WAIT
    stop: threading.Event = field(default_factory=threading.Event)
    _held: set[Path] = field(default_factory=set)
    _ended: threading.Event = field(default_factory=threading.Event)
    _heart: threading.Thread | None = None

    @contextlib.contextmanager
    def on(self, checkpoint: str) -> Iterator[None]:
        """Be the one run of the model. Raises Busy naming the other after `wait` seconds, Stopped when cancelled."""
        folder = Path(checkpoint) / FOLDER
        folder.mkdir(parents=True, exist_ok=True)
        mine = folder / f"{self.run}-{uuid.uuid4().hex[:8]}.json"
        try:
            self._take(mine)
            self._held.add(mine)
            yield
        finally:
            self._held.discard(mine)
            mine.unlink(missing_ok=True)

    def _take(self, mine: Path) -> None:
        until = time.monotonic() + self.wait
        while True:
            _write(mine, json.dumps({"run": self.run, **_this_process()}))
            other = next(_others(mine), None)
            if other is None:
                return
            mine.unlink()
            if time.monotonic() >= until:
                raise Busy(
                    f"run {other} is loading this model, and {self.wait:g} s were not enough for it to end: "
                    "nothing was read; run again when it has ended"
                )
            # Apart from each other, lest two that came at once step back for ever.
            if self.stop.wait(random.uniform(0.1, 1.0)):
                raise Stopped("cancelled while another run was loading the model")

    def cancel(self) -> None:
        """The run is to end; said before anything of it is interrupted."""
        _CANCELLED.add(self.run)
        self.stop.set()

    def __enter__(self) -> Claims:
        self._heart = threading.Thread(target=self._beat, name="claims", daemon=True)
        self._heart.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        _CANCELLED.discard(self.run)
        if self._heart is not None:
            self._heart.join()

    def _beat(self) -> None:
        while not self._ended.wait(BEAT):
            for path in list(self._held):
                with contextlib.suppress(OSError):
                    _write(path, path.read_text(encoding="utf-8"))  # one that was taken over stays gone


def _others(mine: Path) -> Iterator[str]:
    """The runs whose claims live beside this one; those of dead runs are removed."""
    now = mine.stat().st_mtime
    for path in sorted(mine.parent.iterdir()):
        if path == mine:
            continue
        try:
            age = now - path.stat().st_mtime
            claim: dict[str, Any] = json.loads(path.read_text(encoding="utf-8")) if path.suffix == ".json" else {}
        except FileNotFoundError:
            continue  # just taken back
        except ValueError:
            claim = {}
        if age > STALE or _dead(claim):
            path.unlink(missing_ok=True)
        elif path.suffix == ".json":  # a draft's run has still to look, and will see ours
            yield str(claim.get("run", path.stem))


def _write(claim: Path, text: str) -> None:
    """Whole or not at all: nobody may take a claim that is being touched for none."""
    draft = claim.with_suffix(".draft")
    draft.write_text(text, encoding="utf-8")
    draft.replace(claim)


def _this_process() -> dict[str, Any]:
    return {"machine": _machine(), "pid": os.getpid(), "born": _born(os.getpid())}


def _dead(claim: dict[str, Any]) -> bool:
    """Whether its process was on this machine and is there no more: then nobody needs to wait for its age."""
    machine = _machine()
    if machine is None or claim.get("machine") != machine or not isinstance(claim.get("pid"), int):
        return False
    return _born(claim["pid"]) != claim.get("born")


def _machine() -> str | None:
    """This start of this machine, and what it sees of its processes; None where that cannot be told."""
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="utf-8").strip()
        return f"{boot} {Path('/proc/self/ns/pid').readlink()}"
    except OSError:
        return None


def _born(pid: int) -> str | None:
    """When a process began, in the kernel's ticks; a number that another process had before is told apart so."""
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[19]
    except (OSError, IndexError):
        return None
