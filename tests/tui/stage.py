"""A stage for the scenes: the app over a store that a test fills, drawn and looked at without a session."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from textual._context import visible_screen_stack
from textual.geometry import Region
from textual.pilot import Pilot
from textual.widget import Widget
from textual.widgets import Button, Static

from tests.tui.conftest import LOOK, PATIENCE
from tests.tui.scenes import Scene, loaded, scenes
from wizard.guided.launch import Launch
from wizard.setup.draft import Draft
from wizard.tui.app import WizardApp
from wizard.tui.screens.dialogues import Ask
from wizard.tui.screens.form import FormScreen
from wizard.tui.widgets.buttons import ButtonRow
from wizard.tui.widgets.field import Field

FOLDER = Path("/srv/lakehouse/risk")
STILL = 3  # times that a screen must look alike to be called settled


class Still(WizardApp):
    """The app over a store that the test fills; no session begins."""

    def __init__(self, launch: Launch, events: Sequence[object], kind: str) -> None:
        super().__init__(launch)
        self.wanted = kind
        for event in events:
            self.bridge.post(event)

    def start(self) -> None:
        """What the engine would say stands in the bridge already."""

    @property
    def main_button(self) -> Button | None:
        return next((row.first for row in self.screen.query(ButtonRow)), None)

    @property
    def first_to_fix(self) -> Widget | None:
        """The field that the focus belongs on, in a form with something to fix."""
        return next((field.editor for field in self.screen.query(Field) if field.has_class("-fix")), None)

    @property
    def asked(self) -> str:
        """The words of the dialogue that stands over the screen."""
        assert isinstance(self.screen, Ask), self.screen
        return str(self.screen.query_one(".dialogue-text Static", Static).content)


@dataclass(frozen=True)
class Seen:
    """A settled screen: its text, its picture, what has the focus, and where that and the main button are."""

    text: list[str]
    svg: str
    focus: str  # the id of the focused widget
    focus_at: Region
    on_main: bool  # the focus is where it belongs
    main_at: Region | None
    over: bool  # a dialogue stands over the screen
    moved: bool  # the person went on after the scene was set
    inks: set[tuple[str, str, str]]  # each text, its colour and that of its ground


async def until(pilot: Pilot[int], true: Callable[[], object]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < deadline, pilot.app.screen
        await pilot.pause(LOOK)


def lines(app: WizardApp) -> list[str]:
    """The screen as text, with what shows from under a dialogue."""
    width, height = app.size
    visible_screen_stack.set(app._background_screens)
    strips = app.screen._compositor.render_strips()
    return ["".join(segment.text for segment in strip).ljust(width)[:width] for strip in strips][:height]


def inks(app: WizardApp) -> set[tuple[str, str, str]]:
    """What is drawn, with the colours it is drawn in; what the theme leaves to the terminal is left out."""
    found = set()
    for segment in (segment for strip in app.screen._compositor.render_strips() for segment in strip):
        style = segment.style
        if segment.text.strip() and style is not None and style.color is not None and style.bgcolor is not None:
            pair = (style.color.get_truecolor().hex, style.bgcolor.get_truecolor().hex)
            front, ground = pair[::-1] if style.reverse else pair
            found.add((segment.text, front, ground))
    return found


@asynccontextmanager
async def form(folder: Path, section: str | None) -> AsyncIterator[tuple[Still, Pilot[int], Draft]]:
    """The form of a section, or the first one, of a folder with answers; with its draft."""
    app = Still(Launch(folder, target="sandbox"), loaded(), "form")
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: app.top is not None and app.top.ready)
        app.pump()
        app.edit(section)
        await until(pilot, lambda: isinstance(app.screen, FormScreen) and app.screen.ready)
        assert app.store.draft is not None
        yield app, pilot, app.store.draft


async def play(app: Still, pilot: Pilot[int], scene: Scene) -> None:
    """Bring the app to the scene, and wait until it stands still."""
    await until(pilot, lambda: app.top is not None and app.top.ready)
    app.pump()
    if scene.kind == "form":
        app.edit(scene.section)
    elif scene.kind == "contracts":
        app.edit(scene.kind)
    elif scene.kind != "welcome":
        app.switch(scene.kind)
    await until(pilot, lambda: app.top is not None and app.top.kind == scene.kind and app.top.ready)
    app.draw()
    await until(pilot, lambda: app.main_button is None or app.focused is (app.first_to_fix or app.main_button))
    if scene.then is not None:
        scene.then(app)
        await until(pilot, lambda: scene.there is None or scene.there(app))
    seen: list[list[str]] = []

    def settled() -> bool:
        for field in () if app.focused is None else app.focused.ancestors:
            if isinstance(field, Field):  # where it stands depends on when the texts above it took their room
                field.scroll_visible(top=True, animate=False, immediate=True)
        seen.append(lines(app))
        return len(seen) >= STILL and all(each == seen[-1] for each in seen[-STILL:])

    await until(pilot, settled)


async def drawn(name: str, size: tuple[int, int], theme: str = "dark", *, ascii: bool = False) -> Seen:
    """The scene, drawn and settled; the app has ended."""
    scene = scenes()[name]
    app = Still(Launch(FOLDER, target="sandbox", theme=theme, ascii=ascii), scene.events, scene.kind)
    async with app.run_test(size=size) as pilot:
        await play(app, pilot, scene)
        first, focused = app.main_button, app.focused
        return Seen(
            text=lines(app),
            svg=app.export_screenshot(simplify=True),
            focus="" if focused is None else focused.id or type(focused).__name__,
            focus_at=Region() if focused is None else focused.region,
            on_main=first is None or focused in (first, app.first_to_fix),
            main_at=None if first is None else first.region,
            over=app.screen is not app.top,
            moved=scene.then is not None,
            inks=inks(app),
        )
