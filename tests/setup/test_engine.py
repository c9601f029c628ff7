"""The engine checks, applies, checks again, and never does more than the world needs."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import pytest

from tests.setup.conftest import Bench, Seen, Word, World, word
from wizard import journey
from wizard.setup.context import Context
from wizard.setup.gate import Decision
from wizard.setup.outcome import Mode, Result
from wizard.setup.step import Finding, Kind, Problem, Removal, StepFailed, Verdict

Make = Callable[..., Bench]


def test_a_run_makes_what_is_missing_and_a_second_run_makes_nothing(bench: Make) -> None:
    world: World = {"first"}
    one = bench([word("first"), word("second", "first"), word("third", "second")], world)
    assert one.engine.run(Mode.RUN).result is Result.DONE
    assert one.applied() == ["second", "third"]
    again = bench([word("first"), word("second", "first"), word("third", "second")], world)
    assert again.engine.run(Mode.RUN).result is Result.DONE
    assert again.applied() == []


def test_a_check_changes_nothing_and_says_what_a_run_would_do(bench: Make) -> None:
    one = bench([word("first"), word("second", "first")])
    outcome = one.engine.run(Mode.CHECK)
    assert outcome.findings["first"].changes == ("add first",)
    assert one.world == set()


def test_a_failure_holds_up_its_followers_and_nobody_else(bench: Make) -> None:
    one = bench([word("bad"), word("follower", "bad"), word("other")], {"bad:refused"})
    outcome = one.engine.run(Mode.RUN)
    assert outcome.result is Result.FAILED
    assert outcome.failed == ["bad"]
    problem = outcome.findings["bad"].problem
    assert problem is not None
    assert problem.raw_code == "AuthorizationFailed"
    assert outcome.findings["follower"].verdict is Verdict.BLOCKED
    assert outcome.findings["follower"].why == "waits for bad"
    assert "other" in one.world


def test_a_step_that_needs_a_person_is_named_and_its_followers_wait(bench: Make) -> None:
    one = bench([word("portal"), word("follower", "portal")], {"portal:portal"})
    outcome = one.engine.run(Mode.RUN)
    assert outcome.result is Result.BLOCKED
    assert outcome.blocked == ["portal"]


def test_an_apply_that_did_not_take_is_a_failure(bench: Make) -> None:
    outcome = bench([word("lost")], {"lost:ignored"}).engine.run(Mode.RUN)
    assert outcome.result is Result.FAILED
    assert outcome.findings["lost"].problem is not None


def test_only_applies_one_step_and_does_not_require_the_earlier_ones(bench: Make) -> None:
    one = bench([word("first"), word("second", "first"), word("third", "second")])
    outcome = one.engine.run(Mode.RUN, only="second")
    assert one.applied() == ["second"]
    assert outcome.findings["first"].verdict is Verdict.TODO
    assert "third" not in outcome.findings


def test_until_stops_after_a_step(bench: Make) -> None:
    one = bench([word("first"), word("second", "first"), word("third", "second")])
    assert one.engine.run(Mode.RUN, until="second").result is Result.DONE
    assert one.applied() == ["first", "second"]


def test_independent_steps_run_side_by_side(bench: Make) -> None:
    meeting = threading.Barrier(2, timeout=10)

    class Meets(Word):
        def apply(self, ctx: Context[World]) -> None:
            meeting.wait()  # passes only if the other step is in its apply too
            super().apply(ctx)

    one = bench([word("left", base=Meets), word("right", base=Meets)])
    assert one.engine.run(Mode.RUN).result is Result.DONE


def test_what_an_earlier_step_learned_reaches_the_later_one(bench: Make) -> None:
    class Reader(Word):
        def check(self, ctx: Context[World]) -> Finding:
            return Finding(Verdict.DONE, ctx.facts(Seen).word)

    one = bench([word("first"), word("reader", "first", base=Reader)])
    assert one.engine.run(Mode.RUN).findings["reader"].why == "first"


def test_facts_that_nobody_told_block_the_step(bench: Make) -> None:
    class Reader(Word):
        def check(self, ctx: Context[World]) -> Finding:
            return Finding(Verdict.DONE, ctx.facts(Seen).word)

    outcome = bench([word("reader", base=Reader)]).engine.run(Mode.CHECK)
    assert outcome.findings["reader"].verdict is Verdict.BLOCKED


def test_a_cancelled_run_stops_before_the_next_step(bench: Make) -> None:
    class Cancels(Word):
        def apply(self, ctx: Context[World]) -> None:
            super().apply(ctx)
            ctx.cancel.request()

    one = bench([word("first", base=Cancels), word("second", "first")])
    assert one.engine.run(Mode.RUN).result is Result.CANCELLED
    assert "second" not in one.world


def test_destroy_goes_backwards_and_asks_again_before_each_removal(bench: Make) -> None:
    class Removable(Word):
        def removal(self, ctx: Context[World]) -> Removal | None:
            return Removal((self.name,)) if self.name in ctx.world else None

        def destroy(self, ctx: Context[World]) -> None:
            # The second takes the first along, as a resource group takes what is in it.
            ctx.world.clear()

    one = bench([word("first", base=Removable), word("second", "first", base=Removable)], {"first", "second"})
    assert list(one.engine.removals()) == ["second", "first"]
    assert one.engine.destroy().result is Result.DONE
    assert [event.step for event in one.events if event.event == "removed"] == ["second"]
    assert one.engine.removals() == {}


def test_a_check_whose_steps_only_wait_for_each_other_is_a_plan(bench: Make) -> None:
    class Reader(Word):
        def check(self, ctx: Context[World]) -> Finding:
            return Finding(Verdict.DONE, ctx.facts(Seen).word)

    steps = [word("first"), word("reader", "first", base=Reader)]
    assert bench(steps).engine.run(Mode.CHECK).result is Result.PLANNED
    assert bench(steps, {"first:portal"}).engine.run(Mode.CHECK).result is Result.BLOCKED


def test_only_is_judged_by_its_one_step(bench: Make) -> None:
    steps = [word("portal"), word("second", "portal"), word("third", "second")]
    assert bench(steps, {"portal:portal"}).engine.run(Mode.RUN, only="second").result is Result.DONE
    assert bench(steps, {"third:refused"}).engine.run(Mode.RUN, only="third").result is Result.FAILED


def test_at_the_end_each_step_drops_what_it_kept_for_an_apply(bench: Make) -> None:
    class Keeps(Word):
        kept = False

        def check(self, ctx: Context[World]) -> Finding:
            self.kept = True
            return super().check(ctx)

        def close(self, ctx: Context[World]) -> None:
            self.kept = False

    step = word("keeps", base=Keeps)
    one = bench([step])
    one.engine.run(Mode.CHECK)
    assert vars(step)["kept"]
    one.engine.close()
    assert not vars(step)["kept"]


def test_a_cancelled_destroy_stops_where_it_is(bench: Make) -> None:
    class Cancels(Word):
        def removal(self, ctx: Context[World]) -> Removal | None:
            return Removal((self.name,)) if self.name in ctx.world else None

        def destroy(self, ctx: Context[World]) -> None:
            ctx.cancel.request()
            ctx.cancel.raise_if_requested()

    one = bench([word("first", base=Cancels), word("second", base=Cancels)], {"first", "second"})
    assert one.engine.destroy().result is Result.CANCELLED
    assert one.world == {"first", "second"}


class Closing(Word):
    kind = Kind.SUMMARY


@pytest.mark.parametrize("mode", [Mode.CHECK, Mode.RUN])
def test_the_summary_is_not_done_before_everything_else_is(bench: Make, mode: Mode) -> None:
    steps = [word("first"), word("portal", "first"), word("summary", "first", "portal", base=Closing)]
    held = bench(steps, {"first", "summary", "portal:portal"}).engine.run(mode)
    assert (held.findings["summary"].verdict, held.findings["summary"].why) == (Verdict.BLOCKED, "waits for portal")
    assert bench(steps, {"first", "portal", "summary"}).engine.run(mode).result is Result.DONE


def test_the_summary_of_the_journey_waits_for_every_step() -> None:
    *before, summary = journey.steps()
    assert summary.kind is Kind.SUMMARY
    assert summary.after == tuple(step.name for step in before)


class Person:
    """A gate that says what it was told to say, and keeps what it was asked."""

    def __init__(self, *decisions: Decision, click: Callable[[], None] | None = None) -> None:
        self.decisions, self.click = list(decisions), click
        self.asked: list[tuple[str, Verdict, bool]] = []

    def before_apply(self, step: str, found: Finding, withheld: Finding | None) -> Decision:
        self.asked.append((step, found.verdict, withheld is not None))
        return self.decisions.pop(0) if self.decisions else Decision.GO

    def again(self, step: str, found: Finding, failed: bool) -> bool:
        self.asked.append((step, found.verdict, failed))
        if self.click is None:
            return False
        click, self.click = self.click, None
        click()
        return True


def test_a_gate_is_asked_before_an_apply_and_can_hold_it(bench: Make) -> None:
    person = Person(Decision.HOLD)
    one = bench([word("first"), word("second", "first")], gate=person)
    outcome = one.engine.run(Mode.RUN)
    assert one.world == set()
    assert outcome.findings["first"].verdict is Verdict.TODO
    assert outcome.result is Result.PLANNED
    assert person.asked[0] == ("first", Verdict.TODO, False)


def test_a_gate_can_have_the_world_looked_at_again_first(bench: Make) -> None:
    one = bench([word("first")], gate=Person(Decision.CHECK, Decision.GO))
    assert one.engine.run(Mode.RUN).result is Result.DONE
    assert [event.event for event in one.events].count("checked") == 3
    assert one.applied() == ["first"]


def test_a_step_that_waits_for_a_person_goes_on_by_itself_after_the_click(bench: Make) -> None:
    world: World = {"portal:portal"}
    one = bench([word("portal"), word("next", "portal")], world, gate=Person(click=world.clear))
    assert one.engine.run(Mode.RUN).result is Result.DONE
    assert one.applied() == ["portal", "next"]


def test_a_failed_step_can_be_tried_again_in_the_same_run(bench: Make) -> None:
    world: World = {"bad:refused"}
    one = bench([word("bad"), word("follower", "bad")], world, gate=Person(click=world.clear))
    outcome = one.engine.run(Mode.RUN)
    assert outcome.result is Result.DONE
    assert outcome.failed == []


class Shaky(Word):
    """Its answers get lost: `lost` many times after the change, `refused` many times before it."""

    parts: tuple[str, ...] = ("one",)
    lost, refused = 0, 0

    def check(self, ctx: Context[World]) -> Finding:
        missing = tuple(part for part in self.parts if part not in ctx.world)
        return Finding(Verdict.TODO, "missing", changes=missing) if missing else Finding(Verdict.DONE, "there")

    def apply(self, ctx: Context[World]) -> None:
        for part in (part for part in self.parts if part not in ctx.world):
            if self.refused:
                self.refused -= 1
                raise StepFailed(Problem("refused", "busy", "again", transient=True))
            ctx.world.add(part)
            if self.lost:
                self.lost -= 1
                raise StepFailed(Problem("lost", "?", "again", transient=True))


def shaky(**values: object) -> Word:
    made: Word = type("Shakes", (Shaky,), {"name": "shaky", "after": (), **values})()
    return made


def test_a_lost_answer_is_looked_for_and_nothing_is_made_twice(bench: Make) -> None:
    one = bench([shaky(lost=1), word("follower", "shaky")])
    assert one.engine.run(Mode.RUN).result is Result.DONE
    assert one.applied() == ["shaky", "follower"]
    assert [event.event for event in one.events if event.event in ("failed", "applied")] == ["applied"]


def test_a_step_goes_on_as_long_as_it_gets_on(bench: Make) -> None:
    one = bench([shaky(parts=tuple("abcdef"), lost=6)])
    assert one.engine.run(Mode.RUN).result is Result.DONE
    assert one.applied() == ["shaky"] * 6


@pytest.mark.parametrize(("refused", "result", "applied"), [(1, Result.DONE, 2), (2, Result.FAILED, 2)])
def test_a_step_that_does_not_get_on_is_tried_once_more(
    bench: Make, refused: int, result: Result, applied: int
) -> None:
    one = bench([shaky(refused=refused)])
    assert one.engine.run(Mode.RUN).result is result
    assert len(one.applied()) == applied


def test_a_check_that_fails_in_passing_is_asked_once_more(bench: Make) -> None:
    class Blinks(Shaky):
        blinks = 1

        def check(self, ctx: Context[World]) -> Finding:
            if self.blinks:
                self.blinks -= 1
                raise StepFailed(Problem("lost", "?", "again", transient=True))
            return super().check(ctx)

    assert bench([word("shaky", base=Blinks)]).engine.run(Mode.RUN).result is Result.DONE


def test_a_check_is_asked_once_more_after_the_pause_that_the_service_asked_for(bench: Make) -> None:
    asked: list[float] = []

    class Throttled(Shaky):
        def check(self, ctx: Context[World]) -> Finding:
            asked.append(time.monotonic())
            if len(asked) == 1:
                raise StepFailed(Problem("slow down", "?", "again", transient=True, retry_after=0.05))
            return super().check(ctx)

    one = bench([word("shaky", base=Throttled)])
    assert one.engine.run(Mode.RUN).result is Result.DONE
    assert asked[1] >= asked[0] + 0.05
    assert "waiting" in [event.event for event in one.events]
