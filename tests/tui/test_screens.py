"""Each screen at each size, in each alphabet and theme: nothing that matters is lost."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widget import Widget
from textual.widgets import Button

from tests.tui.conftest import LOOK, PATIENCE, piloted
from tests.tui.scenes import scenes
from wizard.guided.launch import Launch
from wizard.tui.app import WizardApp
from wizard.tui.theme import THEMES
from wizard.tui.widgets.buttons import ButtonRow
from wizard.tui.widgets.field import Field

SIZES = ((120, 36), (80, 24), (40, 10))
STATE = {"plan": "your turn", "apply": "running", "guide": "blocked", "failure": "failed"}
SAYS = {
    "welcome-new": "Nothing is here yet",
    "welcome-back": "5 of 18 checked",
    "welcome-in-use": "in use by process 12",
    "form": "nothing to fix",
    "form-new": "things to fix",
    "plan": "Resource group",
    "apply": "Resource group",
    "offer": "Give the principal its rights",
    "guide": "log in once to",
    "failure": "vCPU quota",
    "first-run": "equal",
    "summary": "the lakehouse risk stands",
    "destroy": "lost for good",
    "destroying": "gone",
    "destroyed": "Everything of this setup is gone",
}
PICTURES = Path(__file__).parent / "snapshots"
CLOCK = re.compile(r"(?<!\d)\d{1,2}(:\d\d){1,2}(?!\d)")  # what moves: times of day, and how long something takes
SECONDS = re.compile(r"(next in )\d+ s")


class Still(WizardApp):
    """The app over a store that the test fills; no session begins."""

    def __init__(self, launch: Launch, events: list[object], kind: str) -> None:
        super().__init__(launch)
        self.session.start = lambda: None  # type: ignore[method-assign]
        self.wanted = kind
        for event in events:
            self.bridge.post(event)

    @property
    def main_button(self) -> Button | None:
        return next((row.first for row in self.screen.query(ButtonRow)), None)

    @property
    def first_to_fix(self) -> Widget | None:
        """The field that the focus belongs on, in a form with something to fix."""
        return next((field.editor for field in self.screen.query(Field) if field.has_class("-fix")), None)


async def until(pilot: Pilot[int], true: Callable[[], object]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < deadline, pilot.app.screen
        await pilot.pause(LOOK)


def lines(app: WizardApp) -> list[str]:
    """The screen as text."""
    width, height = app.size
    strips = app.screen._compositor.render_strips()
    return ["".join(segment.text for segment in strip).ljust(width)[:width] for strip in strips][:height]


async def drawn(name: str, size: tuple[int, int], theme: str = "dark", *, ascii: bool = False) -> Still:
    """The scene, drawn and settled; the app has ended, its last screen stands in `text`."""
    kind, events = scenes()[name]
    app = Still(Launch(Path("/srv/lakehouse/risk"), target="sandbox", theme=theme, ascii=ascii), events, kind)
    async with app.run_test(size=size) as pilot:
        await until(pilot, lambda: app.top is not None and app.top.ready)
        app.pump()
        if kind == "form":
            app.edit("project")
        elif kind != "welcome":
            app.switch(kind)
        await until(pilot, lambda: app.top is not None and app.top.kind == kind and app.top.ready)
        app.draw()
        await until(pilot, lambda: app.main_button is None or app.focused is (app.first_to_fix or app.main_button))
        seen: list[list[str]] = []
        await until(pilot, lambda: seen.append(lines(app)) or (len(seen) > 2 and seen[-1] == seen[-2] == seen[-3]))  # type: ignore[func-returns-value]
        app.text = seen[-1]  # type: ignore[attr-defined]
        first = app.main_button
        app.main = None if first is None else (first.region, app.focused in (first, app.first_to_fix))  # type: ignore[attr-defined]
    return app


def still(text: list[str]) -> str:
    """A screen as it is kept: without what moves, and without blanks at the ends of lines."""
    whole = "\n".join(line.rstrip() for line in text) + "\n"
    return SECONDS.sub(r"\g<1>0 s", CLOCK.sub(lambda found: re.sub(r"\d", "0", found[0]), whole))


def picture(name: str, size: tuple[int, int]) -> Path:
    return PICTURES / f"{name}-{size[0]}x{size[1]}.txt"


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
@pytest.mark.parametrize("name", SAYS)
@piloted
async def test_a_screen_says_what_matters_and_looks_as_it_was_looked_at(name: str, size: tuple[int, int]) -> None:
    app = await drawn(name, size)
    text = "\n".join(app.text)  # type: ignore[attr-defined]
    if size[1] > 10:  # there it takes a scroll, or a width
        assert SAYS[name] in text
    assert STATE.get(name, "") in text
    assert "Actions" in text
    if app.main is not None:  # type: ignore[attr-defined]
        region, focused = app.main  # type: ignore[attr-defined]
        assert focused, "the main button has the focus"
        assert region.bottom <= size[1], "the main button can be seen"
        assert region.right <= size[0], "the main button is whole"
        assert region.height == 1
    assert still(app.text) == picture(name, size).read_text(encoding="utf-8"), (  # type: ignore[attr-defined]
        "the screen changed: look at it (python -m tests.tui.snapshots shows and keeps all)"
    )


def test_every_scene_is_looked_at() -> None:
    assert set(SAYS) == set(scenes())
    assert {path.name for path in PICTURES.iterdir()} == {picture(name, size).name for name in SAYS for size in SIZES}


@pytest.mark.parametrize("theme", THEMES)
@piloted
async def test_every_theme_says_the_same(theme: str) -> None:
    plain = (await drawn("failure", (80, 24))).text  # type: ignore[attr-defined]
    assert (await drawn("failure", (80, 24), theme)).text == plain  # type: ignore[attr-defined]


@pytest.mark.parametrize("name", SAYS)
@piloted
async def test_ascii_is_ascii(name: str) -> None:
    app = await drawn(name, (80, 24), ascii=True)
    assert all(line.isascii() for line in app.text)  # type: ignore[attr-defined]


@piloted
async def test_a_log_line_is_shown_as_text_and_obeyed_by_nobody() -> None:
    app = await drawn("apply", (120, 36))
    text = "\n".join(app.text)  # type: ignore[attr-defined]
    assert "[red]budget[/]: e-mail" in text
    assert "\x1b" not in text


@piloted
async def test_a_terminal_that_is_too_small_is_told_so() -> None:
    app = await drawn("plan", (38, 9))
    assert "Enlarge to 40x10" in "\n".join(app.text)  # type: ignore[attr-defined]
