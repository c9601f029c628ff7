"""From an empty folder by keyboard alone: questions, approvals, the world changed, and found again."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

from textual.screen import Screen

from tests.tui.conftest import Person, empty, opened, piloted
from wizard.guided.intents import Wish
from wizard.guided.launch import Launch
from wizard.sandbox import process
from wizard.tui.actions import BY_NAME
from wizard.tui.store import StepState

ON = {"form": "next", "contracts": "save_contracts"}  # by kind of screen: the button that goes on to the next


async def answer_all(person: Person) -> None:
    """Through every form with Enter alone: what is proposed is taken."""
    await person.until(lambda: person.app.store.proposed, "proposals")
    await person.button("begin")
    await person.screen("form")
    while (form := person.app.top) is not None and form.kind in ON:
        await person.button(ON[form.kind])
        await person.until(partial(left, person, form), "the next form")
    await person.screen("journey")


def left(person: Person, screen: Screen[Any]) -> bool:
    return person.app.top is not screen


async def approve_until_idle(person: Person) -> list[tuple[str, str]]:
    """Enter at each question, P where a person is needed; (step, what was asked)."""
    store = person.app.store
    asked: list[tuple[str, str]] = []
    while True:
        await person.until(lambda: store.result is not None or store.fault or _asked(person), "a question or the end")
        if store.result is not None or store.fault:
            return asked
        step = _asked(person)
        assert step is not None
        since = step.asked_since
        if step.asked in ("approve", "person"):
            asked.append((step.name, step.asked))
            await person.until(partial(_can_answer, person, step), "the focus on an answer")
            if step.asked is not None:  # else it came true meanwhile
                await person.press("enter" if step.asked == "approve" else "p")
        await person.until(partial(_heard, person, step, since), "the answer")


def _can_answer(person: Person, step: StepState) -> bool:
    """The button that agrees has the focus: it comes only once the keyboard rests."""
    act = getattr(person.app.focused, "act", None)
    if step.asked != "approve":
        return step.asked is None or act is not None
    return act is not None and BY_NAME[act].wish is Wish.GO


def _heard(person: Person, step: StepState, since: float) -> bool:
    """It asks no more, or asks anew."""
    return step.asked is None or step.asked_since != since or bool(person.app.store.fault)


def _asked(person: Person) -> StepState | None:
    """The step whose question is on the screen; others that ask as well come after it."""
    step = person.app.store.current
    return step if step is not None and step.asked else None


@piloted
async def test_project_is_made_by_enter_alone_and_a_second_start_finds_it(tmp_path: Path) -> None:
    launch = Launch(empty(tmp_path), target="sandbox", until="project")
    async with opened(launch) as person:
        await answer_all(person)
        await person.button("run")
        assert await approve_until_idle(person) == []
        assert person.app.store.result == "done", person.explain()
        assert person.states()["project"] == "done"
    async with opened(Launch(launch.folder, until="project")) as person:
        await person.until(lambda: person.app.store.result is not None, "the check of the welcome screen")
        assert person.app.store.fixed_target
        assert person.app.store.last_mode == "check"
        assert person.states()["project"] == "done"
    process.stop(launch.folder / ".wizard" / "sandbox")
