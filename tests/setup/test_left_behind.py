"""What a run says that it leaves when the user does not wait: what is under way, and only that."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest

from tests.setup.conftest import Bench, Word, World, word
from wizard.setup.context import Context
from wizard.setup.outcome import Mode, Result
from wizard.setup.step import Finding, Removal

SECONDS = 30.0  # far more than any of this takes
applying, asking, listening, over = (threading.Event() for _each in range(4))


@pytest.fixture(autouse=True)
def nothing_happened() -> None:
    for event in (applying, asking, listening, over):
        event.clear()


class Applying(Word):
    def apply(self, ctx: Context[World]) -> None:
        applying.set()
        over.wait(SECONDS)


class Asking(Word):
    def check(self, ctx: Context[World]) -> Finding:
        asking.set()
        over.wait(SECONDS)
        return super().check(ctx)


class Insists(Word):
    """Stands for the second Ctrl+C, which comes while the others are at it."""

    def apply(self, ctx: Context[World]) -> None:
        assert applying.wait(SECONDS)
        assert asking.wait(SECONDS)
        ctx.cancel.request()
        raise KeyboardInterrupt


def test_a_call_of_an_apply_may_take_effect_and_a_question_leaves_nothing(bench: Callable[..., Bench]) -> None:
    steps = [word("changes", base=Applying), word("asks", base=Asking), word("ends", base=Insists)]
    one = bench(steps)
    try:
        outcome = one.engine.run(Mode.RUN)
        left = {event.step: event.what for event in one.events if event.event == "left_behind"}
    finally:
        over.set()
    assert outcome.result is Result.CANCELLED
    assert left == {"changes": "the call under way may still take effect; the next run finds what it made"}


class Removing(Word):
    """Its removal is a call that cannot be told to stop."""

    def removal(self, ctx: Context[World]) -> Removal | None:
        return Removal((self.name,))

    def destroy(self, ctx: Context[World]) -> None:
        if self.name == "second":
            ctx.cancel.insist()
            over.wait(SECONDS)


def test_who_insists_waits_for_no_removal(bench: Callable[..., Bench]) -> None:
    one = bench([word("first", base=Removing), word("second", base=Removing), word("third", base=Removing)])
    try:
        outcome = one.engine.destroy()
        assert not over.is_set(), "it is under way still"
        told = {event.step: event.event for event in one.events if event.event in ("left_behind", "removed")}
    finally:
        over.set()
    assert outcome.result is Result.CANCELLED
    assert told == {"third": "removed", "second": "left_behind"}


class Hurries(Word):
    """Stands for the user of a screen, who does not want to wait any more while the others are at it."""

    def apply(self, ctx: Context[World]) -> None:
        assert applying.wait(SECONDS)
        assert asking.wait(SECONDS)
        assert listening.wait(SECONDS)
        ctx.cancel.insist()
        over.wait(SECONDS)


class Listens(Word):
    """Its apply hears the wish, as one that follows a process does."""

    def apply(self, ctx: Context[World]) -> None:
        listening.set()
        while True:
            ctx.cancel.pause(SECONDS)


def test_who_insists_on_a_screen_waits_for_no_call_and_each_apply_is_named(bench: Callable[..., Bench]) -> None:
    steps = [word("changes", base=Applying), word("asks", base=Asking), word("ends", base=Hurries)]
    one = bench([*steps, word("listens", base=Listens)])
    try:
        outcome = one.engine.run(Mode.RUN)
        left = {event.step for event in one.events if event.event == "left_behind"}
    finally:
        over.set()
    assert outcome.result is Result.CANCELLED
    assert left == {"changes", "ends", "listens"}
