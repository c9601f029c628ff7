"""A small journey over a world that is a set of words, for proving the engine without any cloud."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from wizard.setup.answers import Answers, load
from wizard.setup.cancel import Cancellation
from wizard.setup.context import Context
from wizard.setup.engine import Engine
from wizard.setup.events import Event
from wizard.setup.folder import Folder
from wizard.setup.gate import Gate
from wizard.setup.secrets import Secrets
from wizard.setup.step import Actor, FactBook, Facts, Finding, Guide, Kind, Problem, Step, StepFailed, Verdict

World = set[str]


class Seen(Facts):
    word: str


class Word(Step[World]):
    """Done when its word is in the world."""

    kind = Kind.AUTOMATIC
    actor = Actor.EITHER
    title = "a word"

    def check(self, ctx: Context[World]) -> Finding:
        if f"{self.name}:portal" in ctx.world:
            return Finding(Verdict.BLOCKED, "a person", guide=Guide("click", ("there",), "an owner"))
        if self.name in ctx.world:
            return Finding(Verdict.DONE, "there", facts=Seen(word=self.name))
        return Finding(Verdict.TODO, "not there", changes=(f"add {self.name}",))

    def apply(self, ctx: Context[World]) -> None:
        if f"{self.name}:refused" in ctx.world:
            raise StepFailed(Problem("refused", "no right", "ask", raw_code="AuthorizationFailed"))
        if f"{self.name}:ignored" not in ctx.world:
            ctx.world.add(self.name)


def word(name: str, *after: str, base: type[Word] = Word) -> Word:
    step: Word = type(name.title(), (base,), {"name": name, "after": after})()
    return step


class Bench:
    """An engine over `world`, with all it said."""

    def __init__(self, folder: Path, steps: list[Word], world: World, gate: Gate | None) -> None:
        self.events: list[Event] = []
        self.cancel = Cancellation()
        self.world = world
        setup_folder, secrets, answers = Folder(folder), Secrets(folder), load((), None)
        book = FactBook()
        setup_folder.create()

        def context(step: str) -> Context[World]:
            return Context(step, answers, setup_folder, secrets, world, book, self.cancel, "0" * 12, self.events.append)

        self.engine = Engine(
            steps,
            context,
            emit=self.events.append,
            cancel=self.cancel,
            explain=lambda e: Problem(str(e), "?", "?"),
            gate=gate,
        )

    def applied(self) -> list[str]:
        return [event.step for event in self.events if event.event == "apply_started"]


@pytest.fixture
def bench(tmp_path: Path) -> Callable[..., Bench]:
    def make(steps: list[Word], world: World | None = None, gate: Gate | None = None) -> Bench:
        return Bench(tmp_path / "setup", steps, world if world is not None else set(), gate)

    return make


@pytest.fixture
def no_answers() -> Answers:
    return load((), None)
