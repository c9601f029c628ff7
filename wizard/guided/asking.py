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

OFTEN, SELDOM = 5.0, 15.0  # seconds between two looks at what a person is to do
PATIENT_AFTER = 600.0  # seconds after which it looks less often
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
        self._since: dict[str, float] = {}
        self._told = threading.Condition()  # a word was said, or the wish to stop
        self._cancel = Cancellation()

    def listen(self, cancel: Cancellation) -> None:
        """A wish to stop ends every question, from now on."""
        self._cancel = cancel
        cancel.wakes(self._told)

    def say(self, step: str, word: Decision) -> None:
        """The person's word on a step."""
        with self._told:
            self._words[step] = word
            self._told.notify_all()

    def before_apply(self, step: str, found: Finding, withheld: Finding | None) -> Decision:
        if withheld is not None:
            return self._ask(step, "agree", withheld, None)
        if self._watches and found.guide is not None:  # a person may do it as well: what came true is noticed
            return self._ask(step, "approve", found, self._next_look(step))
        if self._kinds[step] not in ASKED_FIRST or step in self._since:  # a guide that came true goes on by itself
            self._close(step)
            return Decision.GO
        return self._ask(step, "approve", found, None)

    def again(self, step: str, found: Finding, failed: bool) -> bool:
        if failed:
            self._ask(step, "retry", found, None)
            return True
        if found.waits:
            return False
        self._ask(step, "person", found, self._next_look(step))
        return True

    def _next_look(self, step: str) -> float:
        """The moment (monotonic) of the next look at what a person is to do; after a while it looks less often."""
        now = time.monotonic()
        since = self._since.setdefault(step, now)
        return now + (self._often if now - since < PATIENT_AFTER else max(self._often, SELDOM))

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
            with self._told:
                left = None if until is None else until - time.monotonic()
                self._told.wait_for(lambda: step in self._words or self._cancel.requested, left)
                word = self._words.pop(step, None)
            if word is not None:
                return word
            self._cancel.raise_if_requested()
            self._looking[step] = found.changes
            return Decision.CHECK
        finally:
            if step not in self._looking:
                self._post(Answered(step))

    def _close(self, step: str) -> None:
        """What was asked needs no answer any more."""
        if self._looking.pop(step, None) is not None:
            self._post(Answered(step))
