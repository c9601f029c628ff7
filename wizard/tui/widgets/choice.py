"""One of several, as text: (x) and ( ), so that it reads without colour."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from textual.binding import Binding
from textual.content import Content
from textual.message import Message
from textual.widgets import OptionList
from textual.widgets.option_list import Option


class Choice(OptionList):
    """Up and Down move, Space chooses; Enter chooses and goes on."""

    BINDINGS = [Binding("space", "choose", show=False)]  # noqa: RUF012 - Textual's own form

    class Chosen(Message):
        """Another choice, or Enter on the same one (`taken`)."""

        def __init__(self, choice: Choice, value: str, taken: bool) -> None:
            super().__init__()
            self.choice, self.value, self.taken = choice, value, taken

        @property
        def control(self) -> Choice:
            return self.choice

    def __init__(self, choices: Sequence[tuple[str, str]], value: str, *, id: str | None = None) -> None:
        super().__init__(*(Option("") for _choice in choices), id=id, compact=True)
        self._choices = list(choices)
        self.value = value
        self._notes: Mapping[str, str] = {}
        self.styles.height = "auto"

    def on_mount(self) -> None:
        self._draw()
        self.highlighted = self._index

    @property
    def _index(self) -> int:
        return next((number for number, (value, _text) in enumerate(self._choices) if value == self.value), 0)

    def set_value(self, value: str) -> None:
        self.value = value
        if self.is_mounted:
            self._draw()
            self.highlighted = self._index

    def set_notes(self, notes: Mapping[str, str]) -> None:
        """What stands beside each choice, by its value: what it costs."""
        if notes != self._notes:
            self._notes = dict(notes)
            if self.is_mounted:
                self._draw()

    def _draw(self) -> None:
        room = max(len(text) for _value, text in self._choices)
        for number, (value, text) in enumerate(self._choices):
            mark = "(x)" if value == self.value else "( )"
            note = f"   {self._notes[value]}" if self._notes.get(value) else ""
            self.replace_option_prompt_at_index(number, Content(f"{mark} {text.ljust(room) if note else text}{note}"))

    def action_choose(self) -> None:
        if self.highlighted is not None:
            self.value = self._choices[self.highlighted][0]
            self._draw()
            self.post_message(self.Chosen(self, self.value, taken=False))

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self.value = self._choices[event.option_index][0]
        self._draw()
        self.post_message(self.Chosen(self, self.value, taken=True))
