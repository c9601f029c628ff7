"""One Terraform process: in a session of its own, its stream in a file that we follow."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from io import TextIOWrapper
from pathlib import Path

from wizard.provisioning import stream
from wizard.setup.cancel import Cancellation, Cancelled

LOOK_EVERY = 0.05  # seconds between two looks at the stream


@dataclass(slots=True)
class Ended:
    """How a streamed run ended. `complaints` are what it wrote to stderr."""

    code: int
    diagnostics: list[stream.Diagnostic] = field(default_factory=list)
    outputs: dict[str, object] = field(default_factory=dict)
    complaints: str = ""

    @property
    def errors(self) -> list[stream.Diagnostic]:
        return [item for item in self.diagnostics if item.severity == "error"]


def follow(
    argv: Sequence[str],
    *,
    folder: Path,
    env: Mapping[str, str],
    output: Path,
    cancel: Cancellation,
    tell: Callable[[stream.Event], None],
) -> Ended:
    """Run `argv` in `folder`, telling each event as it comes; `output` (0600) keeps the stream.

    Killing us does not reach Terraform: it has no pipe and no terminal of ours, finishes and unlocks.
    On cancel it gets one interrupt and is waited for; then raises Cancelled."""
    complaints = output.with_suffix(".err")
    process = _start(argv, folder, env, output, complaints)
    ended = Ended(code=0)
    interrupted = False
    with output.open(encoding="utf-8", errors="replace") as lines:
        reader = _Lines(lines)
        while True:
            code = _wait(process)
            for line in reader.new(ended=code is not None):
                _take(stream.parse(line), ended, tell)
            if code is not None:
                break
            if cancel.requested and not interrupted:
                process.send_signal(signal.SIGINT)  # a second one would make Terraform drop its state
                interrupted = True
    ended.code = code
    ended.complaints = complaints.read_text(encoding="utf-8", errors="replace").strip()
    if interrupted:
        raise Cancelled
    return ended


def capture(argv: Sequence[str], *, folder: Path, env: Mapping[str, str]) -> tuple[int, str, str]:
    """Run a short command that only reads; returns exit code, stdout and stderr."""
    done = subprocess.run(
        argv, cwd=folder, env=dict(env), capture_output=True, check=False, start_new_session=True, umask=0o077
    )
    return done.returncode, done.stdout.decode("utf-8", "replace"), done.stderr.decode("utf-8", "replace").strip()


def _start(
    argv: Sequence[str], folder: Path, env: Mapping[str, str], output: Path, complaints: Path
) -> subprocess.Popen[bytes]:
    handles = [os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600) for path in (output, complaints)]
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


def _wait(process: subprocess.Popen[bytes]) -> int | None:
    try:
        return process.wait(timeout=LOOK_EVERY)
    except subprocess.TimeoutExpired:
        return None


def _take(event: stream.Event, ended: Ended, tell: Callable[[stream.Event], None]) -> None:
    if isinstance(event, stream.Diagnostic):
        ended.diagnostics.append(event)
    elif isinstance(event, stream.Outputs):
        ended.outputs = dict(event.values)
    tell(event)


class _Lines:
    """Whole lines of a file that another process still writes."""

    def __init__(self, file: TextIOWrapper) -> None:
        self._file, self._rest = file, ""

    def new(self, *, ended: bool) -> Iterator[str]:
        """What came since the last call; with `ended` also a last line without its end."""
        *whole, self._rest = (self._rest + self._file.read()).split("\n")
        if ended and self._rest:
            whole, self._rest = [*whole, self._rest], ""
        yield from (line for line in whole if line)
