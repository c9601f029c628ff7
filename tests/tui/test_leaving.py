"""To leave the app, whatever happens while it asks."""

from __future__ import annotations

from pathlib import Path

from tests.tui.conftest import empty, opened, piloted
from wizard.guided.launch import Launch
from wizard.guided.messages import Idle
from wizard.tui.screens.dialogues import Ask


@piloted
async def test_a_run_that_ends_while_it_is_asked_about_is_left_all_the_same(tmp_path: Path) -> None:
    async with opened(Launch(empty(tmp_path), target="sandbox", look=False)) as person:
        app = person.app
        await person.until(lambda: app.store.draft, "the answers")
        app.store.begin("run")
        await person.press("ctrl+c")
        await person.until(lambda: isinstance(app.screen, Ask), "the question")
        app.bridge.post(Idle("done", "check"))
        await person.until(lambda: app.store.mode is None, "the end of the run")
        await person.press("tab", "tab", "enter")
        await person.until(lambda: app.return_value is not None, "the end")
