"""Cancellation that every long wait listens to."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable


class Cancelled(Exception):  # noqa: N818 - the user's wish, not an error
    """The user asked to stop; raised at the next safe point."""


class Cancellation:
    """The user's wish to stop, one a run; told by a signal handler or a front end, from any thread."""

    def __init__(self) -> None:
        self._event, self._at_once = threading.Event(), threading.Event()
        self._woken: threading.Condition | None = None

    def wakes(self, condition: threading.Condition) -> None:
        """Who waits with `condition` is woken by the wish; one that came before is seen with `requested`. Its lock must
        be one that the thread which asks to stop may hold already: a signal comes at any time."""
        self._woken = condition

    def request(self) -> None:
        self._event.set()
        if (condition := self._woken) is not None:
            with condition:
                condition.notify_all()

    def insist(self) -> None:
        """Not to wait for what is under way either: it is left to itself, and named."""
        self._at_once.set()
        self.request()

    @property
    def insisted(self) -> bool:
        return self._at_once.is_set()

    @property
    def requested(self) -> bool:
        return self._event.is_set()

    def raise_if_requested(self) -> None:
        if self._event.is_set():
            raise Cancelled

    def pause(self, seconds: float) -> None:
        """Wait, but end at once with Cancelled when asked to stop."""
        if self._event.wait(seconds):
            raise Cancelled

    def wait_until(
        self, ready: Callable[[], bool], *, seconds: float, every: float, on_wait: Callable[[], None]
    ) -> bool:
        """Poll `ready` until it is true or `seconds` passed; `on_wait` is called once, at the first wait."""
        deadline = time.monotonic() + seconds
        told = False
        while not ready():
            if time.monotonic() >= deadline:
                return False
            if not told:
                on_wait()
                told = True
            self.pause(min(every, max(0.0, deadline - time.monotonic())))
        return True
