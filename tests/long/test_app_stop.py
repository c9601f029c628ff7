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
