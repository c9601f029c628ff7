"""One table makes keys, buttons, help and the list of actions."""

from __future__ import annotations

import pytest

from wizard.tui.actions import (
    ACTIONS,
    EVERYWHERE,
    View,
    bindings,
    buttons,
    by_key,
    key_line,
    of_screen,
    possible,
    texts,
)
from wizard.tui.app import WizardApp
from wizard.tui.screens.destroy import DestroyScreen
from wizard.tui.screens.form import FormScreen
from wizard.tui.screens.journey import JourneyScreen
from wizard.tui.screens.summary import SummaryScreen
from wizard.tui.screens.welcome import WelcomeScreen
from wizard.tui.store import Store

SCREENS = {"welcome": WelcomeScreen, "form": FormScreen, "journey": JourneyScreen, "summary": SummaryScreen,
           "destroy": DestroyScreen}  # fmt: skip
SWALLOWED = {"ctrl+a", "ctrl+b", "ctrl+s", "ctrl+q", "ctrl+z"}  # by terminals, screen and tmux


@pytest.mark.parametrize("screen", EVERYWHERE)
def test_every_binding_is_listed_in_help(screen: str) -> None:
    bound = {binding.key for binding in bindings(screen)}
    assert bound == {key for action in of_screen(screen) for key in action.keys}
    assert all(text and words for _key, text, words in texts(of_screen(screen)))


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
