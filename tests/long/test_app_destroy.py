"""Destroy in the app: the plan first, the name typed, everything gone; and the harmless answers."""

from __future__ import annotations

from pathlib import Path

from tests.tui.conftest import empty, opened, piloted
from tests.tui.test_journey import answer_all, approve_until_idle
from wizard.guided.launch import Launch
from wizard.sandbox import process
from wizard.tui.screens.dialogues import Ask


@piloted
async def test_plan_typed_name_and_the_end(tmp_path: Path) -> None:
    launch = Launch(empty(tmp_path), target="sandbox", until="foundation")
    state = launch.folder / ".wizard" / "sandbox"
    async with opened(launch) as person:
        app, store = person.app, person.app.store
        await answer_all(person)
        await person.button("run")
        await approve_until_idle(person)
        assert store.result == "done", person.explain()
        with process.connect(state) as connection:
            before = len(connection.requests(mutating=True))
            await person.press("ctrl+p", *"destroy", "enter")
            await person.screen("destroy")
            await person.until(lambda: store.destroy_word, "the plan of the destroy")
            assert any("risk" in thing for planned in store.removals or () for thing in planned.objects)
            await person.button("keep_all")  # it has the focus: the harmless answer
            await person.until(lambda: store.result, "the end of the first")
            assert store.result == "planned"
            assert len(connection.requests(mutating=True)) == before
        await person.screen("journey")
        await person.press("ctrl+p", *"destroy", "enter")
        await person.until(lambda: store.destroy_word, "the plan again")
        await person.until(lambda: getattr(app.focused, "act", None) == "keep_all", "the harmless button")
        await person.press("tab", "enter")
        await person.until(lambda: isinstance(app.screen, Ask), "the last question")
        await person.press("tab", *store.destroy_word[:-1], "enter")
        assert isinstance(app.screen, Ask), "a name that is not whole destroys nothing"
        await person.press("shift+tab", *"x")  # on the button that keeps everything
        await person.press("tab", "end", store.destroy_word[-1], "enter", "enter")
        await person.until(lambda: store.result and store.last_mode == "destroy", "the end")
        assert store.result == "done", person.explain()
        assert store.removed == {planned.step for planned in store.removals or () if planned.objects}
        await person.button("to_steps")
    process.stop(state)
