"""One Terraform process: in a session of its own, its stream in a file that we follow, and follow again."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from wizard.provisioning import stream
from wizard.provisioning.living import Record, Started
from wizard.setup.cancel import Cancellation, Cancelled

LOOK_EVERY = 0.05  # seconds between two looks at the stream
PART = 1024 * 1024  # bytes of it that are taken between two looks at whether the user wants to stop
_COLOUR = re.compile(r"\x1b\[[0-9;]*m")  # `state` commands know no -no-color
UNKNOWN = -1  # the code of a run that ended without us and did not say how


@dataclass(slots=True)
class Ended:
    """How a streamed run ended. `complaints` are what it wrote to stderr."""

    code: int
    diagnostics: list[stream.Diagnostic] = field(default_factory=list)
    outputs: dict[str, object] = field(default_factory=dict)
    complaints: str = ""
    closed: bool = False  # its stream has the line that a run which ended well ends with
    planned: list[stream.ResourceEvent] = field(default_factory=list)
    drifted: list[stream.DriftEvent] = field(default_factory=list)

    @property
    def errors(self) -> list[stream.Diagnostic]:
        return [item for item in self.diagnostics if item.severity == "error"]


def follow(
    argv: Sequence[str],
    *,
    verb: str,
    folder: Path,
    env: Mapping[str, str],
    cancel: Cancellation,
    tell: Callable[[stream.Event], None],
    plan: str | None = None,
) -> Ended:
    """Run `argv` in `folder`, telling each event as it comes; `<verb>.jsonl` (0600) keeps the stream.

    Killing us does not reach Terraform: it has no pipe and no terminal of ours, finishes and unlocks; until then
    `run.json` says so. On cancel it gets one interrupt and is waited for, but for a user who insists: it goes on as
    after a kill of us. Then raises Cancelled."""
    output = folder / f"{verb}.jsonl"
    record = Record(folder)
    process = _start(argv, folder, env, output)
    try:
        record.note(process.pid, verb, output, plan)
    except OSError:  # a run that nobody could find again is not left to itself
        process.send_signal(signal.SIGINT)
        process.wait()
        raise

    def interrupt() -> None:
        record.note_interrupt()
        process.send_signal(signal.SIGINT)  # a second one would make Terraform drop its state

    ended = Ended(code=0)
    over = _end_of(process)
    interrupted = _watch(
        output, ended, gone=lambda: over.wait(LOOK_EVERY), interrupt=interrupt, cancel=cancel, tell=tell
    )
    if interrupted and not over.is_set():
        raise Cancelled
    ended.code = int(process.returncode)
    record.forget()
    if interrupted:
        raise Cancelled
    return ended


def follow_again(
    started: Started, *, folder: Path, cancel: Cancellation, tell: Callable[[stream.Event], None]
) -> Ended:
    """Follow a living run that a wizard before us started, telling what comes from now on.

    Nobody but its parent learns a process's exit code, so it is read from the stream: 0, 1, or UNKNOWN."""
    output, record = folder / started.output, Record(folder)

    def interrupt() -> None:
        if not started.interrupted and started.alive:
            record.note_interrupt()
            os.kill(started.pid, signal.SIGINT)

    def gone() -> bool:
        time.sleep(LOOK_EVERY)
        return not started.alive

    ended = Ended(code=UNKNOWN)
    interrupted = _watch(
        output, ended, gone=gone, interrupt=interrupt, cancel=cancel, tell=tell, told=output.stat().st_size
    )
    if interrupted and started.alive:
        raise Cancelled
    ended.code = 1 if ended.errors else 0 if ended.closed else UNKNOWN
    record.forget()
    if interrupted:
        raise Cancelled
    return ended


def capture(argv: Sequence[str], *, folder: Path, env: Mapping[str, str]) -> tuple[int, str, str]:
    """Run a short command that only reads; returns exit code, stdout and stderr."""
    done = subprocess.run(
        argv, cwd=folder, env=dict(env), capture_output=True, check=False, start_new_session=True, umask=0o077
    )
    complaints = _COLOUR.sub("", done.stderr.decode("utf-8", "replace")).strip()
    return done.returncode, done.stdout.decode("utf-8", "replace"), complaints


def _watch(
    output: Path,
    ended: Ended,
    *,
    gone: Callable[[], bool],
    interrupt: Callable[[], None],
    cancel: Cancellation,
    tell: Callable[[stream.Event], None],
    told: int = 0,
) -> bool:
    """Read the stream to the end of its process; the first `told` bytes count, but are told already.

    Returns whether it was interrupted. It may go on then, where the user did not want to wait for it."""
    interrupted = over = False
    with output.open("rb") as lines:
        reader = _Lines(lines, told)
        while not over or reader.more:
            if not reader.more:
                over = gone()
            for line, new in reader.new(ended=over):
                _take(stream.parse(line), ended, tell if new else _say_nothing)
            if cancel.requested and not interrupted and not over:
                interrupt()
                interrupted = True
            elif cancel.insisted and (interrupted or reader.more):
                return True
    ended.complaints = output.with_suffix(".err").read_text(encoding="utf-8", errors="replace").strip()
    return interrupted


def _start(argv: Sequence[str], folder: Path, env: Mapping[str, str], output: Path) -> subprocess.Popen[bytes]:
    paths = (output, output.with_suffix(".err"))
    handles = [os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600) for path in paths]
    try:
        return subprocess.Popen(
            argv,
            cwd=folder,
            env=dict(env),
            stdin=subprocess.DEVNULL,
            stdout=handles[0],
            stderr=handles[1],
            start_new_session=True,
            umask=0o077,
        )
    finally:
        for handle in handles:
            os.close(handle)


def _end_of(process: subprocess.Popen[bytes]) -> threading.Event:
    """Set the moment the process ends: a wait with a time-out looks only now and then."""
    over = threading.Event()

    def wait() -> None:
        process.wait()
        over.set()

    threading.Thread(target=wait, name=f"end of {process.pid}", daemon=True).start()
    return over


def _take(event: stream.Event, ended: Ended, tell: Callable[[stream.Event], None]) -> None:
    if isinstance(event, stream.Diagnostic):
        ended.diagnostics.append(event)
    elif isinstance(event, stream.Outputs):
        ended.outputs = dict(event.values)
    elif isinstance(event, stream.ChangeSummary):
        ended.closed = True
    elif isinstance(event, stream.DriftEvent):
        ended.drifted.append(event)
    elif isinstance(event, stream.ResourceEvent) and event.state == "planned":
        ended.planned.append(event)
    tell(event)


def _say_nothing(event: stream.Event) -> None:
    """What another wizard told already."""


class _Lines:
    """Whole lines of a file that another process still writes, and whether each ends after its first `told` bytes.
    Of what piled up only a part is taken at a time; `more` says that the end was not reached."""

    def __init__(self, file: BinaryIO, told: int) -> None:
        self._file, self._rest, self._told = file, b"", told
        self.more = False

    def new(self, *, ended: bool) -> Iterator[tuple[str, bool]]:
        """What came since the last call, at most a part of it; with `ended` also a last line without its end."""
        part = self._file.read(PART)
        self.more = len(part) == PART
        *whole, self._rest = (self._rest + part).split(b"\n")
        if ended and not self.more and self._rest:
            whole, self._rest = [*whole, self._rest], b""
        for line in whole:
            self._told -= len(line) + 1
            if line:
                yield line.decode("utf-8", "replace"), self._told < 0
