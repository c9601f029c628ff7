"""Moments of the contracts screen, for `scenes`."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from textual.widgets import Input

from wizard.tui.screens.contracts_ask import TypeIn
from wizard.tui.widgets.grid import Grid

if TYPE_CHECKING:
    from tests.tui.scenes import Scene
    from wizard.tui.app import WizardApp


def _waits(app: WizardApp) -> None:
    """Nothing is done: what a sample holds is looked up beside."""


def _sampled(app: WizardApp) -> bool:
    """What the sample of the first contract holds is there, and all was judged."""
    desk = app.store.desk
    return desk is not None and bool(desk.entries[0].rows) and all(entry.current for entry in desk.entries)


def _without_key(app: WizardApp) -> None:
    """The first contract has no key any more, and is judged."""
    assert app.store.desk is not None
    entry = app.store.desk.entries[0]
    assert entry.draft is not None
    entry.draft.set_key(0, 0, None)
    entry.edited()
    entry.judge()
    app.draw()


def _renames(app: WizardApp) -> None:
    """A column gets a name that no table's column may have."""
    app.screen.query_one(Grid).go(3, 0)
    app.act("edit_cell")

    def typed() -> None:
        if isinstance(app.screen, TypeIn):
            app.screen.query_one(Input).value = "2nd name"
        else:
            app.set_timer(0.01, typed)

    typed()


def scenes(scene: type[Scene], loaded: Callable[[], list[Any]]) -> dict[str, Scene]:
    """By name."""
    return {
        "contracts": scene("contracts", loaded, then=_waits, there=_sampled),
        "contracts-fix": scene("contracts", loaded, then=_without_key, there=_sampled),
        "contracts-name": scene("contracts", loaded, then=_renames,
                                there=lambda app: _sampled(app) and app.screen is not app.top),
        "contracts-workflow": scene("contracts", loaded, then=lambda app: app.act("workflow"), there=_sampled),
    }  # fmt: skip
