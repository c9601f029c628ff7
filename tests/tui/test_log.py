"""A log that pours in: shown to its last line, bounded on its way, read and searched without making more of its lines
than are in view; and nobody is left waiting when the app ends."""

from __future__ import annotations

import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from textual.geometry import Offset
from textual.pilot import Pilot
from textual.selection import Selection

from tests.tui.conftest import PATIENCE, piloted
from tests.tui.scenes import begun
from tests.tui.stage import FOLDER, Still, lines, until
from wizard.guided.launch import Launch
from wizard.setup.events import LogLine
from wizard.tui.app import WizardApp
from wizard.tui.bridge import ROOM
from wizard.tui.lines import LOG_LINES, LogEntry
from wizard.tui.screens.journey import JourneyScreen
from wizard.tui.widgets import logpane
from wizard.tui.widgets.logpane import LogPane, LogView

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


@asynccontextmanager
async def journey() -> AsyncIterator[tuple[Still, Pilot[int], LogPane]]:
    """The journey's screen, in view."""
    app = still()
    async with app.run_test(size=(120, 36)) as pilot:
        await until(pilot, lambda: app.store.steps)
        app.switch("journey")
        await until(pilot, lambda: isinstance(app.screen, JourneyScreen) and app.screen.ready)
        yield app, pilot, app.screen.query_one(LogPane)


async def told(app: Still, pilot: Pilot[int], *events: LogLine) -> None:
    """Said by the step, and drawn."""
    wanted = app.store.steps[STEP].logged + len(events)
    for event in events:
        app.bridge.post(event)
    await until(pilot, lambda: app.store.steps[STEP].logged == wanted)
    app.draw()
    await pilot.pause()


def line(text: str, level: str = "info") -> LogLine:
    return LogLine.model_validate({"step": STEP, "level": level, "text": text})


def top_of(view: LogView) -> str:
    """The first line in view."""
    return view.render_line(0).text.rstrip()


@piloted
async def test_what_pours_in_is_shown_to_its_last_line() -> None:
    app = still()
    async with app.run_test(size=(120, 36)) as pilot:
        await until(pilot, lambda: app.store.steps)
        app.switch("journey")
        await until(pilot, lambda: isinstance(app.screen, JourneyScreen) and app.screen.ready)
        before = app.store.steps[STEP].logged
        writer = pouring(app)
        view = app.screen.query_one(LogPane).log_view
        await until(pilot, lambda: (lines := view.lines) and lines[-1].endswith(f"line {MANY - 1}"))
        lines = view.lines
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


@piloted
async def test_a_drawing_makes_only_the_lines_in_view(monkeypatch: pytest.MonkeyPatch) -> None:
    async with journey() as (app, pilot, pane):
        await told(app, pilot, *(line(f"line {number}") for number in range(5_000)))
        made: list[str] = []
        whole = logpane.told

        def counted(entry: LogEntry) -> str:
            made.append(entry.text)
            return whole(entry)

        monkeypatch.setattr(logpane, "told", counted)
        await told(app, pilot, *(line(f"more {number}") for number in range(5_000)))
        assert "more 4999" in "\n".join(lines(app))
        drawings = 1 + made.count("more 4999")
        assert 0 < len(made) <= drawings * 3 * pane.log_view.size.height, "some thousands came"


@piloted
async def test_a_level_hides_what_is_below_it_and_what_comes_after_too() -> None:
    async with journey() as (app, pilot, pane):
        step = app.store.steps[STEP]
        await told(app, pilot, line("quiet", "debug"), line("plain"), line("loud", "error"))
        assert [text[9:] for text in pane.log_view.lines][-2:] == ["info  plain", "error loud"]
        app.act("level")
        assert pane.level == "warn"
        await told(app, pilot, line("plain again"), line("warned", "warn"))
        assert [text[9:] for text in pane.log_view.lines][-2:] == ["error loud", "warn  warned"]
        app.act("level")
        app.act("level")
        assert pane.level == "debug"
        assert len(pane.log_view.lines) == step.logged


@piloted
async def test_a_pause_holds_what_is_read_and_following_shows_what_came() -> None:
    async with journey() as (app, pilot, pane):
        await told(app, pilot, *(line(f"line {number}") for number in range(200)))
        app.act("pause")
        before = top_of(pane.log_view)
        await told(app, pilot, *(line(f"late {number}") for number in range(LOG_LINES - 150)))
        assert "paused, 99850 new" in "\n".join(lines(app))
        assert top_of(pane.log_view) == before, "the oldest went, what is read did not move"
        app.act("follow")
        assert pane.log_view.lines[-1].endswith(f"late {LOG_LINES - 151}")
        assert len(pane.log_view.lines) == LOG_LINES


@piloted
async def test_a_search_goes_on_round_the_end_and_finds_levels_and_texts() -> None:
    async with journey() as (app, pilot, pane):
        events = [line(f"line {number}", "error" if number == 250 else "info") for number in range(300)]
        await told(app, pilot, *events)
        view, found = pane.log_view, []
        for text, forward in (
            ("LINE 7", False),
            ("line 7", True),
            ("line 7", False),
            ("error", True),
            ("no such", True),
        ):
            pane.sought = text
            pane.find(forward=forward)
            found.append(top_of(view).split("line ")[1])
        assert found == ["79", "7", "79", "250", "250"]
        assert pane.paused


@piloted
async def test_marked_text_is_copied_from_its_first_to_its_last_place() -> None:
    async with journey() as (app, pilot, pane):
        await told(app, pilot, *(line(f"line {number}") for number in range(300)))
        view = pane.log_view
        first = app.store.steps[STEP].log.end("info") - 3
        app.screen.selections = {view: Selection(Offset(15, first), Offset(20, first + 2))}
        assert app.screen.get_selected_text() == "line 297\n" + view.lines[-2] + "\n" + view.lines[-1][:20]
        style = app.screen.get_component_rich_style("screen--selection")
        marked = [
            part.text
            for part in view.render_line(view.size.height - 3)
            if part.style and part.style.bgcolor == style.bgcolor
        ]
        assert marked == ["line 297"]
