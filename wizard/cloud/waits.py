"""Waits between tries: shown to the user, ended by a cancelled run, never longer than is said here."""

from __future__ import annotations

import time
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

from wizard.setup.events import Waiting

if TYPE_CHECKING:
    from wizard.setup.context import Context

LONGEST = 60.0  # seconds; a service that asks for more is told as one that asks to slow down
# Whose step asks for clients in this thread. A client is made once and used by many steps, so it cannot know.
_asking: ContextVar[Context[Any] | None] = ContextVar("asking", default=None)


def asked_by(ctx: Context[Any]) -> None:
    """From now on this thread's waits are that step's."""
    _asking.set(ctx)


def pause(seconds: float, why: str) -> None:
    """Wait, and say so; Cancelled where the run is asked to stop meanwhile."""
    if seconds <= 0:
        return
    ctx = _asking.get()
    if ctx is None:
        time.sleep(seconds)  # outside a run there is nothing that could be cancelled
        return
    ctx.emit(Waiting(step=ctx.step, what=why))
    ctx.cancel.pause(seconds)
