"""What a run says once its user wants it to stop: that it heard, what it waits for, and what it leaves."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager

from wizard.setup.cancel import Cancellation
from wizard.setup.events import Event, LeftBehind, Waiting
from wizard.text import _


class Stopping:
    """Keeps which steps change the world at the moment, and tells what a Ctrl+C comes to."""

    def __init__(self, cancel: Cancellation, emit: Callable[[Event], None]) -> None:
        self._cancel, self._emit = cancel, emit
        self._changing: set[str] = set()
        self._heard = False

    @contextmanager
    def changes(self, step: str) -> Iterator[None]:
        """While `step` is in its apply or destroy; one that is broken off stays in it."""
        self._changing.add(step)
        try:
            yield
        except Exception:
            if not self._cancel.insisted:
                self._changing.discard(step)
            raise
        self._changing.discard(step)

    def hear(self, under_way: Iterable[str]) -> None:
        """Tell once that the wish to stop arrived, and what is waited for."""
        if not self._cancel.requested or self._heard:
            return
        self._heard = True
        for step in under_way:
            what = _("the call under way, and stops then; Ctrl+C again leaves it to itself")
            self._emit(Waiting(step=step, what=what))

    def leave(self, steps: Iterable[str], words: Callable[[str, bool], str | None]) -> None:
        """Name what is left where the user does not wait. `words` is asked with whether the step changes the world."""
        for step in steps:
            what = words(step, step in self._changing)
            if what is not None:
                self._emit(LeftBehind(step=step, what=what))
