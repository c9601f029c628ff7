"""One question: its name, its meaning, the field, and the line under it that says ok, or what to fix and how."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.events import Paste
from textual.geometry import Region
from textual.message import Message
from textual.reactive import var
from textual.widget import Widget
from textual.widgets import Input, Static

from wizard.guided.messages import Word
from wizard.guided.words import choice
from wizard.setup.draft import Question
from wizard.text import _, named
from wizard.tui.symbols import MARKS, Symbols
from wizard.tui.widgets.choice import Choice

MOST = 10_000  # characters of an answer


class Line(Input):
    """One line; of a paste of several it takes them as one, without their ends. Its cursor stands still: it is how the
    focus is told."""

    cursor_blink = var(False, init=False)

    def on_focus(self) -> None:
        """A text that is longer than the field: its cursor comes into view, and with the blur its begin."""
        self.scroll_to_region(Region(self._cursor_offset, 0, 1, 1), force=True, animate=False)

    def on_blur(self) -> None:
        self.scroll_to(0, force=True, animate=False)

    def _on_paste(self, event: Paste) -> None:
        """As much of it as there is room for; the base's own handler would insert it once more."""
        event.prevent_default()
        event.stop()
        text = " ".join(event.text.split()) if "\n" in event.text or "\r" in event.text else event.text
        start, end = sorted(self.selection)
        self.replace(text[: MOST - len(self.value) + end - start], start, end)


class Field(Vertical):
    """`Changed` tells each change of its text; `taken` with it, that the person goes on."""

    class Changed(Message):
        def __init__(self, question: Question, text: str, taken: bool) -> None:
            super().__init__()
            self.question, self.text, self.taken = question, text, taken

    def __init__(self, question: Question, text: str) -> None:
        super().__init__(classes="field", id=f"field-{question.name}")
        self.question, self._text = question, text
        self._prices: dict[str, str] = {}

    def compose(self) -> ComposeResult:
        question = self.question
        with Horizontal(classes="field-line"):
            yield Static(label(question), classes="field-label")
            if question.shape == "choice":
                yield Choice([(value, choice(value)) for value in question.choices], self._text)
            else:
                yield Line(self._text, max_length=MOST, compact=True, select_on_focus=False)
        yield Static(classes="field-word")

    @property
    def editor(self) -> Widget:
        return self.query_one(Choice if self.question.shape == "choice" else Input)

    def set_text(self, text: str) -> None:
        """Show another text, where the person is not typing one."""
        if self.question.shape == "choice":
            self.query_one(Choice).set_value(text)
        elif not self.editor.has_focus or not self.query_one(Input).value:
            self.query_one(Input).value = text

    def judge(self, complaint: str | None, symbols: Symbols, word: Word | None = None) -> None:
        """Say what is to fix; else the `word` of who looked the answer up, if any did; then what is asked."""
        state, text = ("fix", complaint) if complaint is not None else word or ("ok", "")
        if complaint is not None and word is not None and word[0] == "fix":
            text = _("{complaint}; {word}", complaint=complaint, word=word[1])
        told: list[str | tuple[str, str]] = [(symbols.both(state), MARKS[state].style), "   "]
        if text:
            told += [(text, MARKS[state].style), "\n" if _meaning(self.question, text) else ""]
        told.append((_meaning(self.question, text), "$state-quiet"))
        if self._prices and self.question.shape != "choice":
            told += [(f"\n{value}   {words}", "$state-quiet") for value, words in self._prices.items()]
        self.query_one(".field-word", Static).update(Content.assemble(*told))
        self.set_class(state == "fix", "-fix")

    def price(self, prices: Mapping[str, str]) -> None:
        """What each choice costs, in words; shown with the next judgement where it is no list of choices."""
        self._prices = dict(prices)
        if self.question.shape == "choice":
            self.query_one(Choice).set_notes(self._prices)

    def explained(self) -> Iterator[tuple[str, str]]:
        """What is known of the question beside its meaning, for its help: label and text."""
        question = self.question
        must = _("it must be answered") if question.required else question.default or _("none")
        yield _("Default"), f"{must}; {question.why}" if question.why else must
        for number, limit in enumerate(question.limits):
            yield (_("Limits") if number == 0 else ""), limit
        costs = [question.cost] if question.cost else []
        costs += [f"{choice(value)} {words}" for value, words in self._prices.items()]
        for number, cost in enumerate(costs):
            yield (_("Cost") if number == 0 else ""), cost

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        self.post_message(self.Changed(self.question, event.value, taken=False))

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.post_message(self.Changed(self.question, event.value, taken=True))

    def on_choice_chosen(self, event: Choice.Chosen) -> None:
        event.stop()
        self.post_message(self.Changed(self.question, event.value, taken=True))


def label(question: Question) -> str:
    return named(question.name)


def _meaning(question: Question, told: str) -> str:
    """What is asked for, why, and what it costs, but for the first where `told` has it already."""
    parts = [] if question.meaning in told else [question.meaning]
    if question.why:
        parts.append(question.why)
    if question.cost:
        parts.append(_("cost: {cost}", cost=question.cost))
    whole = "; ".join(parts)
    return f"{whole[:1].upper()}{whole[1:]}." if whole else ""
