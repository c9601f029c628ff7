"""One table makes keys, buttons, help and the list of actions."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from textual.pilot import Pilot

from tests.tui.conftest import piloted
from tests.tui.scenes import scenes
from tests.tui.stage import FOLDER, Still, lines, play, until
from wizard.guided.launch import Launch
from wizard.tui.actions import (
    ACTIONS,
    EVERYWHERE,
    View,
    buttons,
    by_key,
    key_line,
    of_screen,
    possible,
)
from wizard.tui.app import WizardApp
from wizard.tui.dialogue import TEXT_CELLS
from wizard.tui.screens.contracts import ContractsScreen
from wizard.tui.screens.destroy import DestroyScreen
from wizard.tui.screens.dialogues import Ask, Pick, Show
from wizard.tui.screens.form import FormScreen
from wizard.tui.screens.journey import JourneyScreen
from wizard.tui.screens.summary import SummaryScreen
from wizard.tui.screens.welcome import WelcomeScreen
from wizard.tui.store import Store
from wizard.tui.told import LABEL
from wizard.tui.widgets.buttons import ActionButton

SCREENS = {"welcome": WelcomeScreen, "form": FormScreen, "journey": JourneyScreen, "summary": SummaryScreen,
           "destroy": DestroyScreen, "contracts": ContractsScreen}  # fmt: skip
KINDS = (
    "welcome-back",
    "form",
    "contracts",
    "plan",
    "apply",
    "failure",
    "summary",
    "destroy",
)  # scenes: every kind of screen
TALL = (90, 130)  # all of a help can be seen
SWALLOWED = {"ctrl+a", "ctrl+b", "ctrl+s", "ctrl+q", "ctrl+z"}  # by terminals, screen and tmux


def called(key: str) -> str:
    """A key of Textual's as people call it."""
    if len(key) == 1:
        return f"Shift+{key}" if key.isupper() else key.upper()
    names = {"pageup": "PgUp", "pagedown": "PgDn", "escape": "Esc", "slash": "/", "question_mark": "?", "colon": ":"}
    return "+".join(names.get(part, part.capitalize()) for part in key.split("+"))


def bound(app: Still) -> dict[str, str]:
    """Every key that means something now, with its action: of the part that has the focus, the screen and the app."""
    return {key: each.binding.action for key, each in app.screen.active_bindings.items() if each.enabled}


async def bound_in(dialogue: Ask | Pick, app: Still, pilot: Pilot[int]) -> dict[str, str]:
    """The same while a dialogue stands over the screen."""
    app.push_screen(dialogue)
    await until(pilot, lambda: app.screen is dialogue and app.focused)
    keys = bound(app)
    dialogue.dismiss()
    await until(pilot, lambda: app.screen is not dialogue)
    return keys


def inside(app: Still) -> list[str]:
    """The lines of the dialogue that stands over the screen."""
    frame = app.screen.query_one(".dialogue").content_region
    rows = lines(app)[frame.y : frame.bottom]
    return [row[frame.x : frame.right] for row in rows]


@asynccontextmanager
async def scene_of(name: str) -> AsyncIterator[tuple[Still, Pilot[int]]]:
    scene = scenes()[name]
    app = Still(Launch(FOLDER, target="sandbox"), scene.events, scene.kind)
    async with app.run_test(size=TALL) as pilot:
        await play(app, pilot, scene)
        assert app.top is not None
        yield app, pilot


async def look_at_the_actions(app: Still, pilot: Pilot[int]) -> None:
    """What can be done now, by a button, by a key or at all, is in the list of actions as it is drawn."""
    assert app.top is not None
    view = app.top.view
    wanted = {str(each.label).strip("[ ]") for each in app.screen.query(ActionButton) if each.display}
    for key, action in bound(app).items():
        if action.startswith("app.press") and (meant := by_key(key, view)) is not None:
            wanted.add(meant.text)
    wanted |= {action.text for action in possible(view)}
    await pilot.press("ctrl+p")
    await until(pilot, lambda: isinstance(app.screen, Pick))
    await pilot.pause()
    listed = {line[:TEXT_CELLS].strip() for line in inside(app)}
    assert not wanted - listed
    await pilot.press(*"change the theme", "enter")
    await until(pilot, lambda: app.screen is app.top)
    assert app.theme == "light", "what is listed is carried out"


@pytest.mark.parametrize("name", KINDS)
@piloted
async def test_every_key_is_in_the_help_and_every_action_in_its_list_as_they_are_drawn(name: str) -> None:
    async with scene_of(name) as (app, pilot):
        keys = bound(app)
        for part in [*app.screen.focus_chain]:
            app.screen.set_focus(part)
            await pilot.pause()
            keys |= bound(app)
        app.act("help")
        await until(pilot, lambda: isinstance(app.screen, Show))
        await pilot.pause()
        keys |= bound(app)
        shown = inside(app)
        asked = Ask("Stop?", "It stops.", [("keep", "Keep going"), ("stop", "Stop")])
        keys |= await bound_in(asked, app, pilot)
        keys |= await bound_in(Pick("Which?", [("one", "One")]), app, pilot)
        await pilot.press("escape")
        await until(pilot, lambda: app.screen is app.top)
        await look_at_the_actions(app, pilot)
    words = {word.strip(",:") or ":" for line in shown for word in line.split()}
    labels = {word for line in shown for word in line[:LABEL].split()}
    assert {"tab", "enter", "ctrl+c", "escape", "f1", "colon"} <= {*keys}
    missing = {key for key in keys if called(key) not in (labels if len(called(key)) == 1 else words)}
    assert not missing, "\n".join(shown)


@pytest.mark.parametrize("screen", EVERYWHERE)
def test_every_action_can_be_carried_out(screen: str) -> None:
    for action in of_screen(screen):
        done_by = (SCREENS[screen], WizardApp)
        assert action.wish is not None or any(hasattr(each, f"do_{action.name}") for each in done_by), action.name


def test_no_chord_that_terminals_swallow() -> None:
    assert not SWALLOWED & {key for action in ACTIONS for key in action.keys}


@pytest.mark.parametrize("screen", EVERYWHERE)
@pytest.mark.parametrize("most", [4, 6, 9])
def test_the_key_line_keeps_to_its_number_and_ends_with_actions(screen: str, most: int) -> None:
    shown = key_line(View(Store(), None, screen), most)
    assert len(shown) <= most
    assert shown[-1].name == "palette"


def test_a_key_means_one_thing_at_a_time() -> None:
    for screen in EVERYWHERE:
        view = View(Store(), None, screen)
        keys = [key for action in possible(view) for key in action.keys]
        assert len(keys) == len(set(keys)), screen
        assert by_key("ctrl+c", view) is not None


def test_an_empty_store_offers_to_begin() -> None:
    assert buttons(View(Store(), None, "welcome"))[0].name == "begin"
