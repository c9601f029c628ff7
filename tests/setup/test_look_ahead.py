"""A step may begin its check early; what it saw counts as long as nothing was changed since."""

from __future__ import annotations

from collections.abc import Callable

from tests.setup.conftest import Bench, Word, World, word
from wizard.setup.context import Context
from wizard.setup.outcome import Mode, Result
from wizard.setup.step import Facts, Finding, StepFailed, Verdict

Make = Callable[..., Bench]


class Foresighted(Word):
    """Notes what happens to it."""

    def __init__(self) -> None:
        self.notes: list[str] = []

    def look_ahead(self, ctx: Context[World]) -> None:
        self.notes.append("looks ahead")

    def close(self, ctx: Context[World]) -> None:
        self.notes.append("forgets")

    def check(self, ctx: Context[World]) -> Finding:
        self.notes.append("checks")
        return super().check(ctx)


def steps(base: type[Foresighted] = Foresighted) -> tuple[list[Word], Foresighted]:
    last = word("last", "middle", base=base)
    assert isinstance(last, base)
    type(last).ahead = ("first",)
    return [word("first"), word("middle", "first"), last], last


def test_it_looks_ahead_when_its_own_forerunners_have_ended(bench: Make) -> None:
    class Middle(Word):
        def check(self, ctx: Context[World]) -> Finding:
            assert last.notes == ["looks ahead"]
            return super().check(ctx)

    all_steps, last = steps()
    all_steps[1] = word("middle", "first", base=Middle)
    assert bench(all_steps, {"first", "middle", "last"}).engine.run(Mode.RUN).result is Result.DONE
    assert last.notes == ["looks ahead", "checks"]


def test_what_it_saw_before_an_apply_is_forgotten(bench: Make) -> None:
    all_steps, last = steps()
    assert bench(all_steps, {"first", "last"}).engine.run(Mode.RUN).result is Result.DONE
    assert last.notes == ["looks ahead", "forgets", "checks"]


def test_it_does_not_look_ahead_after_an_apply(bench: Make) -> None:
    all_steps, last = steps()
    assert bench(all_steps, {"middle", "last"}).engine.run(Mode.RUN).result is Result.DONE
    assert last.notes == ["checks"]


def test_what_goes_wrong_ahead_is_no_matter_of_the_run(bench: Make) -> None:
    class Blind(Foresighted):
        def look_ahead(self, ctx: Context[World]) -> None:
            raise RuntimeError("it is dark")

    all_steps, last = steps(Blind)
    assert bench(all_steps, {"first", "middle", "last"}).engine.run(Mode.RUN).result is Result.DONE
    assert last.notes == ["checks"]


def test_nothing_is_begun_after_a_wish_to_stop(bench: Make) -> None:
    class Cancels(Word):
        def check(self, ctx: Context[World]) -> Finding:
            ctx.cancel.request()
            return super().check(ctx)

    all_steps, last = steps()
    all_steps[0] = word("first", base=Cancels)
    assert bench(all_steps, {"first", "middle", "last"}).engine.run(Mode.RUN).result is Result.CANCELLED
    assert last.notes == []


def test_a_wish_to_stop_that_a_look_ahead_hears_first_is_the_runs(bench: Make) -> None:
    class Stopped(Foresighted):
        def look_ahead(self, ctx: Context[World]) -> None:
            ctx.cancel.request()
            ctx.cancel.raise_if_requested()

    all_steps, last = steps(Stopped)
    assert bench(all_steps, {"first", "middle", "last"}).engine.run(Mode.RUN).result is Result.CANCELLED
    assert "checks" not in last.notes


def test_who_insists_does_not_wait_for_what_was_begun_ahead(bench: Make) -> None:
    class Insists(Word):
        """Stands for the second Ctrl+C."""

        def check(self, ctx: Context[World]) -> Finding:
            ctx.cancel.request()
            raise KeyboardInterrupt

    all_steps, last = steps()
    all_steps[1] = word("middle", "first", base=Insists)
    one = bench(all_steps, {"first", "middle", "last"})
    assert one.engine.run(Mode.RUN).result is Result.CANCELLED
    one.engine.close()
    assert last.notes == ["looks ahead"]


def test_what_an_apply_would_tell_is_asked_where_none_follows(bench: Make) -> None:
    class Told(Facts):
        word: str

    class Foreseen(Word):
        def foresee(self, ctx: Context[World]) -> Facts | None:
            if "dark" in ctx.world:
                raise StepFailed(self.check(ctx).problem)  # type: ignore[arg-type]  # what it raises is no matter
            return Told(word=self.name)

    asked = [word("first", base=Foreseen)]
    assert bench(asked).engine.run(Mode.CHECK).findings["first"].facts == Told(word="first")
    assert bench(asked, {"first"}).engine.run(Mode.CHECK).findings["first"].facts != Told(word="first")
    dark = bench(asked, {"dark"}).engine.run(Mode.CHECK).findings["first"]
    assert (dark.verdict, dark.facts) == (Verdict.TODO, None)
