"""A thread that does one thing at a time, with the newest it was given."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Generic, TypeVar

GivenT = TypeVar("GivenT")


class Latest(Generic[GivenT]):
    """`do` is called with what was given last, once nothing came after it for `quiet` seconds; what was given before
    that is passed over. Where it returns a number it is called with the same again after so many seconds, unless
    something newer came. `give` and `close` return at once."""

    def __init__(self, do: Callable[[GivenT], float | None], quiet: float, name: str) -> None:
        self._do, self._quiet = do, quiet
        self._newest: GivenT | None = None
        self._came = self._ended = False  # something newer than what was taken; the end
        self._new = threading.Condition()
        self._thread = threading.Thread(target=self._work, name=name, daemon=True)

    def give(self, thing: GivenT) -> None:
        with self._new:
            self._newest, self._came = thing, True
            self._new.notify()
            if self._thread.ident is None and not self._ended:
                self._thread.start()

    def close(self) -> None:
        """End; what is under way is not waited for."""
        with self._new:
            self._ended = True
            self._new.notify()

    def _work(self) -> None:
        while (thing := self._next()) is not None:
            while (again := self._do(thing)) is not None and self._nothing_comes(again):
                pass

    def _nothing_comes(self, seconds: float) -> bool:
        with self._new:
            return not self._new.wait_for(lambda: self._came or self._ended, seconds)

    def _next(self) -> GivenT | None:
        with self._new:
            self._new.wait_for(lambda: self._came or self._ended)
            while not self._ended:
                self._came = False
                if not self._new.wait_for(lambda: self._came or self._ended, self._quiet):
                    return self._newest
            return None
