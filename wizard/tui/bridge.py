"""Between the engine's threads and the app: a queue of bounded length, whose reader is woken when it fills."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from typing import Any

BATCH = 5_000  # events that one turn takes; the rest waits for the next
URGENT = frozenset({"asked", "answered", "idle", "loaded", "proposed", "summary", "faulted", "said", "destroy_asked"})
ROOM = 10_000  # events that may wait; a thread that has more to say waits with them


class Bridge:
    """`post` from any thread; `drain` from the app's, which never waits for itself.

    `wake` is called from the thread that posts: once for all that is posted until the next `drain`, and once more, with
    True, where something came that a person waits for."""

    def __init__(self, room: int = ROOM, wake: Callable[[bool], object] = lambda urgent: None) -> None:
        self._room, self._wake = room, wake
        self._woken = self._urged = False
        self._events: deque[Any] = deque()
        self._changed = threading.Condition()
        self._reader: int | None = None  # the thread that drains; None before it did
        self._closed = False

    def post(self, event: Any) -> None:
        """Waits while the queue is full. What Terraform says stays in its file meanwhile, but for the part of it that
        is being told (`run.PART`)."""
        self._events.append(event)  # atomic
        urgent = getattr(event, "event", "") in URGENT
        if not self._woken or (urgent and not self._urged):
            self._woken, self._urged = True, urgent or self._urged
            self._wake(urgent)
        if len(self._events) > self._room and threading.get_ident() != self._reader:
            with self._changed:
                self._changed.wait_for(lambda: self._closed or len(self._events) <= self._room)

    def drain(self, most: int = BATCH) -> list[Any]:
        """What came since, oldest first, at most `most`."""
        self._reader = threading.get_ident()
        self._woken = self._urged = False  # before it is emptied: what comes meanwhile wakes once more
        taken: list[Any] = []
        while len(taken) < most:
            try:
                taken.append(self._events.popleft())
            except IndexError:
                break
        if taken:
            with self._changed:
                self._changed.notify_all()
        return taken

    def close(self) -> None:
        """Nobody drains any more: nobody is to wait for it."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
