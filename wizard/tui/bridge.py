"""Between the engine's threads and the app: a queue that never waits, emptied ten times a second."""

from __future__ import annotations

from collections import deque
from typing import Any

BATCH = 5_000  # events that one turn takes; the rest waits for the next


class Bridge:
    """`post` from any thread; `drain` from the app's."""

    def __init__(self) -> None:
        self._events: deque[Any] = deque()

    def post(self, event: Any) -> None:
        self._events.append(event)  # atomic

    def drain(self, most: int = BATCH) -> list[Any]:
        """What came since, oldest first, at most `most`."""
        taken: list[Any] = []
        while len(taken) < most:
            try:
                taken.append(self._events.popleft())
            except IndexError:
                break
        return taken
