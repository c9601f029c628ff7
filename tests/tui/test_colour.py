"""Without colour nothing is lost: focus, choice and state are told by signs, words, bold and what stands reversed. With
the terminal's own sixteen colours no other is asked for, so the contrast is the terminal's; with ASCII nothing else."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from rich.color import ColorType
from rich.segment import Segment
from textual.geometry import Region
from textual.pilot import Pilot
from textual.widget import Widget

from tests.tui.conftest import piloted
from tests.tui.scenes import scenes
from tests.tui.stage import FOLDER, Still, lines, play, until
from tests.tui.test_screens import STATE
from wizard.guided.launch import Launch
from wizard.tui.symbols import MARKS, Symbols
from wizard.tui.widgets.choice import Choice
from wizard.tui.widgets.logpane import LogPane, LogView

SIZE = (80, 48)  # nothing is to be scrolled to
BLACK, WHITE = "#000000", "#ffffff"
# Where the focus can be: buttons, lists, fields, rows, a log, dialogues.
FOCUS = ("welcome-back", "form", "form-new", "plan", "apply", "log-full", "steps", "stop", "typed", "actions",
         "help", "summary", "destroy")  # fmt: skip
Look = tuple[str, bool, bool]  # a character, whether it is bold or underlined, whether it stands reversed


def on_stage(name: str, theme: str, *, ascii_only: bool = False) -> Still:
    scene = scenes()[name]
    return Still(Launch(FOLDER, target="sandbox", theme=theme, ascii=ascii_only), scene.events, scene.kind)


def cells(app: Still, region: Region) -> list[Segment]:
    """The cells of a part of the screen, each as a segment of its own."""
    found: list[Segment] = []
    for strip in app.screen._compositor.render_strips()[region.y : region.bottom]:
        for segment in strip.crop(region.x, region.right):
            found += [Segment(char, segment.style) for char in segment.text]
    return found


def looks(app: Still, region: Region) -> list[Look]:
    """What is left of a part of the screen on paper: all of it is black or white."""
    found = []
    for cell in cells(app, region):
        style = cell.style
        assert style is not None
        inks = [colour.get_truecolor().hex if colour is not None else None for colour in (style.color, style.bgcolor)]
        reverse = bool(style.reverse) != (inks[1] == WHITE)
        if cell.text.strip():
            assert {*inks} == {BLACK, WHITE}, f"{cell.text!r} in {inks}"
        found.append((cell.text, bool(style.bold or style.underline), reverse))
    return found


def seen(part: Widget) -> Region:
    """Where a part shows that it has the focus: on itself, or on the title of its pane."""
    pane = next((each for each in part.ancestors if isinstance(each, LogPane)), part)
    return pane.region if isinstance(part, LogView) else part.region


async def differs(pilot: Pilot[int], app: Still, part: Widget, other: Widget) -> bool:
    """Whether a part with the focus can be told from the same without it."""
    app.screen.set_focus(part, scroll_visible=True)
    await until(pilot, lambda: part.has_focus)
    await pilot.pause()
    region = seen(part)
    with_focus: list[list[Look]] = []

    def shows() -> bool:
        """A cursor may be on its way."""
        with_focus.append(looks(app, region))
        return len(with_focus) > 20 or any(bold or reverse for _char, bold, reverse in with_focus[-1])

    await until(pilot, shows)
    app.screen.set_focus(other, scroll_visible=False)
    await until(pilot, lambda: not part.has_focus)
    await pilot.pause()
    return seen(part) == region and looks(app, region) != with_focus[-1]


@pytest.mark.parametrize("name", FOCUS)
@piloted
async def test_what_has_the_focus_can_be_told_without_colour(name: str) -> None:
    app = on_stage(name, "mono")
    async with app.run_test(size=SIZE) as pilot:
        await play(app, pilot, scenes()[name])
        parts = [part for part in app.screen.focus_chain if part.region.area]
        assert parts
        for part in parts if len(parts) > 1 else ():  # the only one always has it
            other = next(each for each in parts if each is not part)
            assert await differs(pilot, app, part, other), part


@pytest.mark.parametrize("name", STATE)
@piloted
async def test_a_state_is_a_sign_and_a_word(name: str) -> None:
    app = on_stage(name, "mono")
    state = next(state for state, mark in MARKS.items() if mark.word == STATE[name])
    async with app.run_test(size=SIZE) as pilot:
        await play(app, pilot, scenes()[name])
        assert Symbols(ascii_only=False).both(state) in "\n".join(lines(app))
        assert looks(app, app.screen.region)


@piloted
async def test_what_is_chosen_is_crossed() -> None:
    app = on_stage("form-priced", "mono")
    async with app.run_test(size=(80, 60)) as pilot:
        await play(app, pilot, scenes()["form-priced"])
        choices = [*app.screen.query(Choice)]
        assert choices
        for choice in choices:
            region = choice.region
            text = [line[region.x : region.right] for line in lines(app)[region.y : region.bottom]]
            assert [line.startswith("(x)") for line in text].count(True) == 1
            assert all(line.startswith(("(x) ", "( ) ")) for line in text)


@pytest.mark.parametrize("name", sorted(scenes()))
@piloted
async def test_ascii_is_ascii_and_the_terminals_own_theme_asks_for_its_sixteen_colours_alone(name: str) -> None:
    app = on_stage(name, "ansi", ascii_only=True)
    own: Callable[[ColorType], bool] = {ColorType.DEFAULT, ColorType.STANDARD}.__contains__
    async with app.run_test(size=(80, 24)) as pilot:
        await play(app, pilot, scenes()[name])
        assert all(line.isascii() for line in lines(app))
        other = {
            (cell.text, str(colour))
            for cell in cells(app, app.screen.region)
            if cell.style is not None
            for colour in (cell.style.color, cell.style.bgcolor)
            if colour is not None and not own(colour.type)
        }
    assert not other
