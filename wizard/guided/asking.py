"""The gate of the app: a step's thread waits here for a word of the person, or for the next look at the world."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from typing import Any

from wizard.guided.messages import Answered, Asked, Question
from wizard.setup.cancel import Cancellation
from wizard.setup.gate import Decision
from wizard.setup.step import Finding, Kind

OFTEN, SELDOM = 5.0, 30.0  # seconds between two looks at what a person is to do: the first, and the most
SLOWER = 1.2  # times as long until the next look, after one that found the same
ASKED_FIRST = (Kind.TERRAFORM, Kind.GUIDED)


class AskingGate:
    """`kinds` of the steps by name; `clicks`: the portal's clicks that the sandbox can play for a step; `often`:
    seconds between two looks at what a person may do; `watches`: it also looks while it offers to do that itself."""

    def __init__(
        self,
        kinds: Mapping[str, Kind],
        clicks: Mapping[str, tuple[str, ...]],
        post: Callable[[Any], None],
        *,
        often: float = OFTEN,
        watches: bool = False,
    ) -> None:
        self._kinds, self._clicks, self._post = kinds, clicks, post
        self._often, self._watches = often, watches
        self._looking: dict[str, tuple[str, ...]] = {}  # steps that look by themselves: what was offered
        self._words: dict[str, Decision] = {}
        self._watched: set[str] = set()  # steps that a person was asked to act on
        self._same: dict[str, tuple[object, int]] = {}  # what the last look found, and how many found it before that
        self._hidden = False
        self._told = threading.Condition()  # a word was said, or the wish to stop
        self._cancel = Cancellation()

    def listen(self, cancel: Cancellation) -> None:
        """A wish to stop ends every question, from now on."""
        self._cancel = cancel
        cancel.wakes(self._told)

    def say(self, step: str, word: Decision) -> None:
        """The person's word on a step, who is there: it looks often again."""
        with self._told:
            self._words[step] = word
            self._same.pop(step, None)
            self._told.notify_all()

    def show(self, shown: bool) -> None:
        """Whether anybody can see what is asked. While nobody can, nothing is looked at; what is due then is looked at
        as soon as somebody can."""
        with self._told:
            self._hidden = not shown
            self._told.notify_all()

    def before_apply(self, step: str, found: Finding, withheld: Finding | None) -> Decision:
        if withheld is not None:
            return self._ask(step, "agree", withheld, None)
        if self._watches and found.guide is not None:  # a person may do it as well: what came true is noticed
            return self._ask(step, "approve", found, self._next_look(step, found))
        if self._kinds[step] not in ASKED_FIRST or step in self._watched:  # a guide that came true goes on by itself
            self._close(step)
            return Decision.GO
        return self._ask(step, "approve", found, None)

    def again(self, step: str, found: Finding, failed: bool) -> bool:
        if failed:
            passes = found.problem is not None and found.problem.transient
            # A look that was refused in passing is no reason to stop looking.
            self._ask(step, "retry", found, self._next_look(step, found) if passes and step in self._watched else None)
            return True
        if found.waits:
            return False
        self._ask(step, "person", found, self._next_look(step, found))
        return True

    def _next_look(self, step: str, found: Finding) -> float:
        """The moment (monotonic) of the next look at what a person is to do: later and later while nothing changes, and
        not before the time that the service asked for."""
        self._watched.add(step)
        with self._told:
            what = (found.verdict, found.why, found.changes)
            before, count = self._same.get(step, (None, 0))
            count = count + 1 if before == what else 0
            self._same[step] = (what, count)
        pause = min(max(self._often, SELDOM), self._often * SLOWER**count)
        asked_for = (found.problem.retry_after or 0.0) if found.problem else 0.0
        return time.monotonic() + max(pause, asked_for)

    def _ask(self, step: str, what: Question, found: Finding, until: float | None) -> Decision:
        """Wait for the word, or for the moment `until`. Raises Cancelled.

        A look by itself is no answer: the question stands meanwhile, and a word said then counts if what it was said
        to is still offered."""
        looked = self._looking.pop(step, None) == found.changes
        with self._told:
            if not looked:
                self._words.pop(step, None)
        self._post(Asked(step, what, found.changes, found.why, until, self._clicks.get(step, ())))
        try:
            word = self._heard(step, until)
            if word is not None:
                return word
            self._cancel.raise_if_requested()
            self._looking[step] = found.changes
            return Decision.CHECK
        finally:
            if step not in self._looking:
                self._post(Answered(step))

    def _heard(self, step: str, until: float | None) -> Decision | None:
        """The word, as soon as it is said; None where a look is due, or a stop is wished."""
        with self._told:
            while step not in self._words and not self._cancel.requested:
                left = None if until is None or self._hidden else until - time.monotonic()
                if left is not None and left <= 0:
                    break
                self._told.wait(left)
            return self._words.pop(step, None)

    def _close(self, step: str) -> None:
        """What was asked needs no answer any more."""
        if self._looking.pop(step, None) is not None:
            self._post(Answered(step))
