"""Who still needs the sandbox: it ends some seconds after its last client."""

from __future__ import annotations

import asyncio
from collections.abc import Callable


class Lease:
    """Keeps the process while anybody holds it, and `linger` seconds after the last one let go.

    `end` is called once, when nobody holds it any more and it is not `busy`; after that `take` refuses."""

    def __init__(self, linger: float, end: Callable[[], None], busy: Callable[[], bool]) -> None:
        self._linger, self._end, self._busy = linger, end, busy
        self._held = 0
        self._ended = False
        self.pinned = False
        self._timer: asyncio.TimerHandle | None = None

    @property
    def held(self) -> int:
        """How many hold it now."""
        return self._held

    def watch(self) -> None:
        """Start waiting for the first holder; one that never comes ends the process too."""
        self._wait()

    def take(self) -> bool:
        """Hold the process; False if it is ending already."""
        if self._ended:
            return False
        self._held += 1
        if self._timer:
            self._timer.cancel()
        return True

    def give_back(self) -> None:
        self._held -= 1
        if not self._held:
            self._wait()

    def pin(self) -> None:
        """Keep the process until it is told to stop, held or not."""
        self.pinned = True

    def _wait(self) -> None:
        if self._timer:
            self._timer.cancel()
        self._timer = asyncio.get_running_loop().call_later(self._linger, self._expire)

    def _expire(self) -> None:
        if self._held or self.pinned:
            return
        if self._busy():
            self._wait()
            return
        self._ended = True
        self._end()
