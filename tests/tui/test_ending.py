"""The end of a run comes into view whatever stands on the screen, and a session that never began has ended."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.tui.conftest import piloted
from tests.tui.scenes import SUMMARY, begun
from tests.tui.stage import FOLDER, Still, lines, until
from wizard.guided.launch import Launch
from wizard.guided.messages import Idle
from wizard.guided.session import Session
from wizard.setup.events import RunEnded
from wizard.tui.screens.dialogues import Ask, Pick, Show
from wizard.tui.screens.journey import JourneyScreen

OVER: dict[str, Callable[[Still], object]] = {
    "nothing": lambda app: app.draw(),
    "a question": lambda app: app.act("stop"),
    "the help": lambda app: app.act("help"),
    "the actions": lambda app: app.act("palette"),
}


@pytest.mark.parametrize("over", OVER)
@pytest.mark.parametrize("apart", [False, True], ids=["at once", "one by one"])
@piloted
async def test_the_summary_comes_whatever_stands_over_the_journey(over: str, *, apart: bool) -> None:
    app = Still(Launch(FOLDER, target="sandbox"), begun("summary"), "journey")
    async with app.run_test(size=(120, 36)) as pilot:
        await until(pilot, lambda: app.store.steps)
        app.switch("journey")
        await until(pilot, lambda: isinstance(app.screen, JourneyScreen) and app.screen.ready)
        OVER[over](app)
        if over != "nothing":
            await until(pilot, lambda: isinstance(app.screen, (Ask, Pick, Show)))
        for event in (RunEnded(result="done", exit_code=0, seconds=1.0), SUMMARY, Idle("done", "run")):
            app.bridge.post(event)
            if apart:
                app.pump()
                await pilot.pause()
        await until(pilot, lambda: "Status of all steps" in "\n".join(lines(app)))
        assert app.store.mode is None
        await pilot.press("escape")
        await until(pilot, lambda: app.top is not None and app.top.kind == "journey" and app.screen is app.top)


@piloted
async def test_who_sees_the_summary_leaves_without_being_asked_about_what_only_closes() -> None:
    app = Still(Launch(FOLDER, target="sandbox"), begun("summary"), "journey")
    async with app.run_test(size=(120, 36)) as pilot:
        await until(pilot, lambda: app.store.steps)
        app.bridge.post(SUMMARY)
        await until(pilot, lambda: "Status of all steps" in "\n".join(lines(app)))
        assert app.store.mode == "run"
        await pilot.press("ctrl+c")
        assert not isinstance(app.screen, Ask)
        app.bridge.post(Idle("done", "run"))
        await until(pilot, lambda: app.return_value is not None)


def test_a_session_that_never_began_has_ended() -> None:
    session = Session(Launch(FOLDER), lambda _event: None)
    assert session.join(0.0)
