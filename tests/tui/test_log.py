"""A log that pours in: shown to its last line, bounded on its way, and nobody is left waiting when the app ends."""

from __future__ import annotations

import threading

from tests.tui.conftest import PATIENCE, piloted
from tests.tui.scenes import begun
from tests.tui.stage import FOLDER, Still, until
from wizard.guided.launch import Launch
from wizard.setup.events import LogLine
from wizard.tui.app import WizardApp
from wizard.tui.bridge import ROOM
from wizard.tui.screens.journey import JourneyScreen
from wizard.tui.widgets.logpane import LogPane

STEP = "foundation"
MANY = ROOM + 500


def pouring(app: WizardApp) -> threading.Thread:
    """A step's thread that has more to say than the bridge has room for."""

    def pour() -> None:
        for number in range(MANY):
            app.bridge.post(LogLine(step=STEP, level="info", text=f"line {number}"))

    thread = threading.Thread(target=pour, daemon=True)
    thread.start()
    return thread


def ended(thread: threading.Thread) -> bool:
    thread.join(PATIENCE)
    return not thread.is_alive()


def still() -> Still:
    return Still(Launch(FOLDER, target="sandbox"), begun(STEP), "journey")


@piloted
async def test_what_pours_in_is_shown_to_its_last_line() -> None:
    app = still()
    async with app.run_test(size=(120, 36)) as pilot:
        await until(pilot, lambda: app.store.steps)
        app.switch("journey")
        await until(pilot, lambda: isinstance(app.screen, JourneyScreen) and app.screen.ready)
        before = app.store.steps[STEP].logged
        writer = pouring(app)
        lines = app.screen.query_one(LogPane).log_view.lines
        await until(pilot, lambda: lines and lines[-1].endswith(f"line {MANY - 1}"))
        assert app.store.steps[STEP].logged == before + MANY
        assert [line.split("line ")[1] for line in lines[-MANY:]] == [str(number) for number in range(MANY)]
        assert app.screen.query_one(LogPane).log_view.is_vertical_scroll_end
        assert ended(writer)


@piloted
async def test_who_still_speaks_when_the_app_ends_is_not_left_waiting() -> None:
    app = still()
    async with app.run_test(size=(120, 36)) as pilot:
        await until(pilot, lambda: app.store.steps)
        app.store.mode = None
        writer = pouring(app)
        app.leave()
    assert ended(writer)
