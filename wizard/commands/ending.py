"""What is told before and after a command that works on the steps: that it began, and what it came to."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from wizard import exits
from wizard.application import Setup
from wizard.setup.events import RunEnded, RunStarted
from wizard.setup.outcome import Result


@dataclass(slots=True)
class Ending:
    """`result` is set by whoever works; of an end without one nothing is told here."""

    result: Result | None = None


@contextmanager
def told(
    setup: Setup, command: str, steps: Iterable[str], codes: Mapping[str, int] = exits.OF_RESULT
) -> Iterator[Ending]:
    """Tell the beginning of `command` on `steps`; and its end, with the exit code that `codes` has for it."""
    setup.emit(RunStarted(command=command, target=setup.target, setup_id=setup.folder.setup_id, steps=tuple(steps)))
    began, ending = time.monotonic(), Ending()
    try:
        yield ending
    finally:
        if ending.result is not None:
            seconds = round(time.monotonic() - began, 1)
            setup.emit(RunEnded(result=ending.result.value, exit_code=codes[ending.result], seconds=seconds))
