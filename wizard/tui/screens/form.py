"""The questions of one step, from its answers model: judged by that model, saved as they become valid."""

from __future__ import annotations

from textual import on
from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.widgets import Static

from wizard.setup.draft import Draft, Section
from wizard.text import _, _n, named
from wizard.tui.actions import FORM
from wizard.tui.deeds import texts_of
from wizard.tui.screens.base import Drawn
from wizard.tui.widgets.buttons import ButtonRow
from wizard.tui.widgets.field import Field


class FormScreen(Drawn):
    kind = FORM

    def __init__(self, draft: Draft, section: str) -> None:
        super().__init__()
        self._draft = draft
        self.section = next(each for each in draft.sections if each.name == section)
        self._proposed = False
        self._before = texts_of(draft, section)

    def again(self) -> FormScreen:
        return FormScreen(self._draft, self.section.name)

    def parts(self) -> ComposeResult:
        yield Static(id="form-title")
        with VerticalScroll(id="form", can_focus=False):
            if self.section.about:
                yield Static(self.section.about, id="about")
            for question in self.section.questions:
                yield Field(question, self._draft.text(question.key))
        yield Static(id="goes-to")
        yield ButtonRow(self.kind)

    def draw(self) -> None:
        if not self.ready:
            return
        if self.wizard.store.proposed and not self._proposed:  # proposals that came after the form
            self._proposed = True
            for field in self.query(Field):
                field.set_text(self._draft.text(field.question.key))
        self._judge()
        super().draw()

    def _judge(self) -> None:
        complaints = self._draft.complaints(self.section.name)
        for field in self.query(Field):
            field.judge(complaints.get(field.question.name), self.wizard.symbols)
        number = [each.name for each in self._draft.sections].index(self.section.name) + 1
        name = title(self.section)
        place = _("{number} of {all}", number=number, all=len(self._draft.sections))
        fixes = _n("{n} thing to fix", "{n} things to fix", len(complaints)) if complaints else _("nothing to fix")
        self.query_one("#form-title", Static).update(f"{name}   {place}   {fixes}")
        first = self._first_to_fix(complaints)
        words = "" if first is None else _("Continue goes to {field}", field=named(first.question.name))
        self.query_one("#goes-to", Static).update(words)

    def _first_to_fix(self, complaints: dict[str, str]) -> Field | None:
        return next((field for field in self.query(Field) if field.question.name in complaints), None)

    def focus_first(self) -> None:
        """The first field to fix, else Continue."""
        found = self._first_to_fix(self._draft.complaints(self.section.name))
        if found is not None:
            found.editor.focus()
        elif (first := self.query_one(ButtonRow).first) is not None:
            first.focus()

    @on(Field.Changed)
    def take(self, event: Field.Changed) -> None:
        event.stop()
        self._draft.answer(event.question.key, event.text)
        self._judge()
        if event.taken:
            self._go_on_from(event.question.name)

    def _go_on_from(self, name: str) -> None:
        """Enter in a field: to the next to fix below it, else to the first, else to Continue."""
        complaints = self._draft.complaints(self.section.name)
        fields = list(self.query(Field))
        here = next(number for number, field in enumerate(fields) if field.question.name == name)
        if name in complaints:
            return
        order = [*fields[here + 1 :], *fields[:here]]
        found = next((field for field in order if field.question.name in complaints), None)
        if found is not None:
            found.editor.focus()
        elif (first := self.query_one(ButtonRow).first) is not None:
            first.focus()

    def do_next(self) -> None:
        if self._draft.complaints(self.section.name):
            self.focus_first()
            return
        self.wizard.form_done(self.section.name, self._before)

    def do_previous(self) -> None:
        self.wizard.form_before(self.section.name)

    def do_back(self) -> None:
        self.wizard.form_before(self.section.name)

    def do_load(self) -> None:
        self.wizard.load_config()


def title(section: Section) -> str:
    return named(section.name)
