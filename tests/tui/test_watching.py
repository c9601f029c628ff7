"""What a step waits for is looked at by itself only while somebody can see it."""

from __future__ import annotations

from textual.events import AppBlur, AppFocus

from tests.tui.conftest import piloted
from tests.tui.scenes import begun
from tests.tui.stage import FOLDER, Still, until
from wizard.guided.launch import Launch
from wizard.tui.app import AWAY


@piloted
async def test_another_screen_hides_it_and_so_does_a_terminal_that_was_left_for_long() -> None:
    app = Still(Launch(FOLDER, target="sandbox"), begun("account-admin"), "journey")
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: app.top is not None and app.top.ready)
        app.pump()
        app.switch("journey")
        await until(pilot, lambda: app.top is not None and app.top.kind == "journey" and app.top.ready)
        app.tick()
        assert app.session.shown

        app.post_message(AppBlur())
        await until(pilot, lambda: not app.app_focus)
        app.tick()
        assert app.session.shown, "who clicks in the portal is in a browser, beside the terminal"
        app.away_since -= AWAY
        app.tick()
        assert not app.session.shown
        app.post_message(AppFocus())
        await until(pilot, lambda: app.app_focus)
        app.tick()
        assert app.session.shown

        app.switch("welcome")
        await until(pilot, lambda: app.top is not None and app.top.kind == "welcome")
        app.tick()
        assert not app.session.shown
        app.switch("journey")
        await until(pilot, lambda: app.top is not None and app.top.kind == "journey")
        app.tick()
        assert app.session.shown
