"""Ctrl+C asks; a stop in the middle of an apply is cancelled, not failed, and the next run goes on from there."""

from __future__ import annotations

from pathlib import Path

import psutil

from tests.tui.conftest import Person, empty, opened, piloted
from tests.tui.test_journey import answer_all, approve_until_idle
from wizard.guided.launch import Launch
from wizard.sandbox import process
from wizard.tui.screens.dialogues import Ask, Pick, Show


async def to_the_plan(person: Person) -> None:
    await answer_all(person)
    await person.button("run")
    foundation = person.app.store.steps
    await person.until(lambda: foundation["foundation"].asked == "approve", "the plan")


@piloted
async def test_help_actions_and_a_stop_in_mid_apply_then_a_run_to_the_end(tmp_path: Path) -> None:
    launch = Launch(empty(tmp_path), target="sandbox", until="foundation")
    async with opened(launch) as person:
        app = person.app
        await to_the_plan(person)
        await person.press("f1")
        await person.until(lambda: isinstance(app.screen, Show), "the help")
        await person.press("escape")
        await person.press("ctrl+p", *"plan again")
        await person.until(lambda: isinstance(app.screen, Pick), "the actions")
        await person.press("escape", "ctrl+c")
        await person.until(lambda: isinstance(app.screen, Ask), "the question")
        await person.press("escape")  # the harmless answer: nothing is stopped
        assert app.store.mode == "run"
        process.set_latency(launch.folder / ".wizard" / "sandbox", 0.5)  # long enough to stop in the middle
        await person.button("apply")
        rows = app.store.steps["foundation"].rows
        await person.until(lambda: any(row.state == "running" for row in rows.values()), "a resource under way")
        await person.press("ctrl+c")
        await person.until(lambda: isinstance(app.screen, Ask), "the question")
        await person.press("ctrl+c")  # the second is the answer: stop after the current calls
        await person.until(lambda: app.store.result, "the stop")
        assert app.store.result == "cancelled", person.explain()
        assert person.states()["foundation"] == "cancelled"
        assert not [child for child in psutil.Process().children() if "terraform" in child.name()]
        process.set_latency(launch.folder / ".wizard" / "sandbox", 0)
        await person.button("run")
        await approve_until_idle(person)
        assert app.store.result == "done", person.explain()
        assert person.states()["foundation"] == "done"
    process.stop(launch.folder / ".wizard" / "sandbox")


@piloted
async def test_who_does_not_wait_is_told_what_is_left_and_the_next_run_follows_it(tmp_path: Path) -> None:
    launch = Launch(empty(tmp_path), target="sandbox", until="foundation", insist_after=0)
    state = launch.folder / ".wizard" / "sandbox"
    async with opened(launch) as person:
        app, store = person.app, person.app.store
        await to_the_plan(person)
        process.set_latency(state, 3)  # long enough to be left in the middle
        await person.button("apply")
        rows = store.steps["foundation"].rows
        await person.until(lambda: any(row.state == "running" for row in rows.values()), "a resource under way")
        await person.press("ctrl+c")
        await person.until(lambda: isinstance(app.screen, Ask), "the question")
        await person.press("ctrl+c")  # stop after the current calls
        await person.button("stop_now")  # which is offered after a while, here at once
        await person.until(lambda: isinstance(app.screen, Ask), "what may be left")
        await person.press("escape")  # the harmless answer: it goes on stopping
        assert store.mode == "run"
        await person.button("stop_now")
        await person.until(lambda: isinstance(app.screen, Ask), "what may be left, again")
        await person.press("tab", "enter")
        await person.until(lambda: store.result, "the end")
        assert store.result == "cancelled", person.explain()
        assert person.states()["foundation"] == "cancelled"
        assert "apply of foundation goes on as process" in store.steps["foundation"].left
        process.set_latency(state, 0)
        await person.button("run")
        await approve_until_idle(person)
        assert store.result == "done", person.explain()
        assert person.states()["foundation"] == "done"
        assert not [child for child in psutil.Process().children() if "terraform" in child.name()]
    process.stop(state)
