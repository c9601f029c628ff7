"""A row of buttons, one line high, made from the table of actions."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, cast

from rich.cells import cell_len
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.content import Content
from textual.events import Hide
from textual.widgets import Button

from wizard.text import _
from wizard.tui.actions import Action, View, buttons, of_screen

FRAME, GAP = 4, 2  # cells of a button beside its label: blanks, and what parts it from the next
TINY = 60  # columns

if TYPE_CHECKING:
    from wizard.tui.app import WizardApp


class ActionButton(Button):
    """`[ Text ]`; a press is its action."""

    def __init__(self, action: Action) -> None:
        super().__init__(Content(f"[ {_(action.text)} ]"), id=f"button-{action.name}", compact=True)
        self.act = action.name

    def _on_hide(self, event: Hide) -> None:
        """One that is past takes no focus away: the button is shown again."""
        if self.display:
            event.prevent_default()

    def on_button_pressed(self, event: Button.Pressed) -> None:
        event.stop()
        cast("WizardApp", self.app).act(self.act)


class ActionRow(Horizontal):
    """All buttons of a screen, or those that are named, of which those are shown that are possible now."""

    def __init__(self, screen: str, names: tuple[str, ...] = ()) -> None:
        super().__init__(classes="buttons")
        self._screen, self._names = screen, names
        self._shown: tuple[str, ...] = ()
        self._labels: dict[str, str] = {}

    def compose(self) -> ComposeResult:
        for action in of_screen(self._screen):
            if action.button and self._has(action):
                button = ActionButton(action)
                button.display = action.name in self._shown  # it may have been drawn before its buttons were there
                yield button

    def _has(self, action: Action) -> bool:
        return not self._names or action.name in self._names

    def draw(self, view: View) -> bool:
        """Show what is possible; whether that is something else than before."""
        labels = {action.name: action.label(view) for action in buttons(view) if self._has(action)}
        wanted = tuple(labels)
        if labels == self._labels:
            return False
        other, self._labels, self._shown = wanted != self._shown, labels, wanted
        for button in self.query(ActionButton):
            button.display = button.act in wanted
            if button.display:
                button.label = Content(f"[ {labels[button.act]} ]")
        self._fold()
        return other

    def on_resize(self) -> None:
        self._fold()

    def _fold(self) -> None:
        """Two columns where one line has no room for all; in a tiny terminal what fits, the rest is under Actions."""
        room, tiny = self.content_size.width, self.app.size.width < TINY
        wanted = 0
        for button in self.query(ActionButton):
            if button.act in self._shown:
                wanted += cell_len(str(button.label)) + FRAME
                button.display = not tiny or wanted <= room + GAP or button.act == self._shown[0]
        self.set_class(0 < room + GAP < wanted and not tiny, "-folded")

    @property
    def first(self) -> Button | None:
        """The main button."""
        shown: Iterable[ActionButton] = (button for button in self.query(ActionButton) if button.display)
        return next(iter(shown), None)


class ButtonRow(ActionRow):
    """The row that a screen is left by: its first button is the main one."""
