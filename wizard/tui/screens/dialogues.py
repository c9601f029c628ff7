"""Questions that stand over a screen: the focus is on the harmless answer, and Esc is that answer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, TypeVar, cast

from rich.cells import cell_len
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.events import Resize
from textual.screen import ModalScreen
from textual.widgets import Button, Input, OptionList, Static
from textual.widgets.option_list import Option

from wizard.text import _
from wizard.tui.screens.base import STYLES, mind_least, too_small
from wizard.tui.widgets.field import Line

if TYPE_CHECKING:
    from wizard.tui.app import WizardApp

Answer = TypeVar("Answer")
FRAME = 8  # cells of a button beside its text: brackets, blanks and what parts it from the next


class Dialogue(ModalScreen[Answer]):
    """What stands over a screen."""

    CSS_PATH = STYLES

    def on_mount(self) -> None:
        self.mount(too_small())

    def on_resize(self, event: Resize) -> None:
        mind_least(self, event)


class Ask(Dialogue[str]):
    """Text and buttons; the result is the name of the pressed one. The first is the harmless answer.

    With `word` the other answers wait until exactly that is typed."""

    BINDINGS = [  # noqa: RUF012 - Textual's own form
        Binding("escape", "harmless", show=False),
        Binding("ctrl+c", "insist", show=False, priority=True),
        Binding("left,up", "app.focus_previous", show=False),
        Binding("right,down", "app.focus_next", show=False),
    ]

    def __init__(self, title: str, text: str, answers: Sequence[tuple[str, str]], *, word: str = "") -> None:
        super().__init__()
        self._title, self._text, self._answers, self._word = title, text, list(answers), word

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialogue -word" if self._word else "dialogue"):
            yield Static(Content.styled(self._title, "bold"))
            with VerticalScroll(classes="dialogue-text", can_focus=False):
                yield Static(Content(self._text))
            if self._word:
                yield Static(_("Type {word}:", word=self._word))
                yield Line(compact=True, id="typed")
                yield Static(id="typed-word")
            with Horizontal(classes="buttons"):
                for name, text in self._answers:
                    yield Button(Content(f"[ {text} ]"), id=f"answer-{name}", compact=True)

    def on_mount(self) -> None:
        self._judge("")
        self.query_one(f"#answer-{self._answers[0][0]}", Button).focus()

    def on_resize(self, event: Resize) -> None:
        self.call_after_refresh(self._stack)

    def _stack(self) -> None:
        """Answers that do not fit side by side stand one under the other."""
        wanted = sum(cell_len(text) + FRAME for _name, text in self._answers)
        room = self.query_one(".dialogue").content_size.width
        self.query_one(".buttons").set_class(wanted > room, "-stacked")

    def _judge(self, typed: str) -> None:
        if not self._word:
            return
        fits, symbols = typed == self._word, cast("WizardApp", self.app).symbols
        words = _("matches") if fits else _("not yet: {n} characters, typed exactly", n=len(self._word))
        words = f"{symbols.both('ok' if fits else 'todo')}   {words}"
        self.query_one("#typed-word", Static).update(words)
        for name, _text in self._answers[1:]:
            self.query_one(f"#answer-{name}", Button).disabled = not fits

    def on_input_changed(self, event: Input.Changed) -> None:
        self._judge(event.value)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        if event.value == self._word:
            self.query_one(f"#answer-{self._answers[1][0]}", Button).focus()

    def on_button_pressed(self, event: Button.Pressed) -> None:
        event.stop()
        if not self.has_class("-under"):  # nobody answers what cannot be read
            self.dismiss((event.button.id or "").removeprefix("answer-"))

    def action_insist(self) -> None:
        """The second Ctrl+C is the answer to the question of the first."""
        names = [name for name, _text in self._answers]
        self.dismiss("stop" if "stop" in names else names[0])

    def action_harmless(self) -> None:
        self.dismiss(self._answers[0][0])


class Show(Dialogue[None]):
    """Text to read; Esc, Enter and the key that opened it close it."""

    BINDINGS = [Binding("escape,enter,f1,ctrl+c", "close", show=False, priority=True)]  # noqa: RUF012

    def __init__(self, title: str, content: Content, *, wide: bool = False) -> None:
        super().__init__()
        self._title, self._content, self._wide = title, content, wide

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialogue -tall -wide" if self._wide else "dialogue -tall"):
            yield Static(Content.styled(self._title, "bold"))
            with VerticalScroll(classes="dialogue-text"):
                yield Static(self._content)
            yield Static(_("Up, Down: read   Esc: close"))

    def on_mount(self) -> None:
        self.query_one(VerticalScroll).focus()

    def action_close(self) -> None:
        self.dismiss(None)


class Alone(Dialogue[None]):
    """A text that is to be taken with the terminal's own mouse: nothing beside it, and none of it cut."""

    BINDINGS = [Binding("escape,enter,c,ctrl+c", "close", show=False, priority=True)]  # noqa: RUF012

    def __init__(self, text: str) -> None:
        super().__init__()
        self._text = text

    def compose(self) -> ComposeResult:
        with VerticalScroll(id="alone"):
            yield Static(Content(self._text))
        yield Static(_("Esc: close"))

    def on_mount(self) -> None:
        self.query_one(VerticalScroll).focus()

    def action_close(self) -> None:
        self.dismiss(None)


class Pick(Dialogue[str]):
    """A list to search in; the result is the chosen name, or nothing."""

    BINDINGS = [  # noqa: RUF012
        Binding("escape,ctrl+c", "close", show=False, priority=True),
        Binding("down", "move(1)", show=False, priority=True),
        Binding("up", "move(-1)", show=False, priority=True),
    ]

    def __init__(self, title: str, options: Sequence[tuple[str, str]], now: str = "") -> None:
        """`now`: the option under the cursor at first."""
        super().__init__()
        self._title, self._options, self._now = title, list(options), now

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialogue -tall"):
            yield Static(Content.styled(self._title, "bold"))
            yield Line(compact=True, placeholder=_("type to search"), id="sought")
            yield OptionList(id="found", compact=True)

    def on_mount(self) -> None:
        self._fill("")
        self.query_one("#found", OptionList).can_focus = False
        self.query_one(Input).focus()

    def _fill(self, sought: str) -> None:
        found = self.query_one("#found", OptionList)
        found.clear_options()
        words = sought.lower().split()
        for name, text in self._options:
            if all(word in text.lower() for word in words):
                found.add_option(Option(Content(text), id=name))
        found.highlighted = 0 if found.option_count else None
        if not sought and self._now:
            found.highlighted = next((at for at, (name, _text) in enumerate(self._options) if name == self._now), 0)

    def on_input_changed(self, event: Input.Changed) -> None:
        self._fill(event.value)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        found = self.query_one("#found", OptionList)
        if found.highlighted is not None:
            self.dismiss(str(found.get_option_at_index(found.highlighted).id))

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self.dismiss(str(event.option_id))

    def action_move(self, by: int) -> None:
        found = self.query_one("#found", OptionList)
        if by > 0:
            found.action_cursor_down()
        else:
            found.action_cursor_up()

    def action_close(self) -> None:
        self.dismiss(None)
