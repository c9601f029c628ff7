"""The questions of one step, from its answers model: judged by that model, saved as they become valid."""

from __future__ import annotations

from collections.abc import Mapping

from textual import on
from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.widgets import Static

from wizard.guided.messages import NAME_KEYS, PRICE_KEYS, Word, texts
from wizard.guided.words import a_month, in_all
from wizard.setup.draft import Draft, Section
from wizard.text import _, _n, named
from wizard.tui.actions import FORM
from wizard.tui.deeds import texts_of
from wizard.tui.screens.base import Drawn
from wizard.tui.widgets.buttons import ButtonRow
from wizard.tui.widgets.field import Field


class Fields(VerticalScroll, inherit_bindings=False):
    """Scrolls as the focus goes through it; it takes no key from the screen, whose PgDn goes on."""


class FormScreen(Drawn):
    kind = FORM

    def __init__(self, draft: Draft, section: str) -> None:
        super().__init__()
        self._draft = draft
        self.section = next(each for each in draft.sections if each.name == section)
        self._proposed = False
        self._before = texts_of(draft, section)
        self._taken: tuple[str, ...] = ()  # texts with names that are not free, with which Continue was pressed

    def again(self) -> FormScreen:
        return FormScreen(self._draft, self.section.name)

    def parts(self) -> ComposeResult:
        yield Static(id="form-title")
        with Fields(id="form", can_focus=False):
            if self.section.about:
                yield Static(self.section.about, id="about")
            for question in self.section.questions:
                yield Field(question, self._draft.text(question.key))
        yield Static(id="estimate")
        yield Static(id="goes-to")
        yield ButtonRow(self.kind)

    def on_mount(self) -> None:
        super().on_mount()
        self.wizard.session.consider()

    def draw(self) -> None:
        if not self.ready:
            return
        if self.wizard.store.proposed and not self._proposed:  # proposals that came after the form
            self._proposed = True
            for field in self.query(Field):
                field.set_text(self._draft.text(field.question.key))
            self.wizard.session.consider()
        self._price()
        self._judge()
        super().draw()

    def _price(self) -> None:
        """What each choice costs, and all of it. What is known of other answers than those that stand is not told."""
        priced, line = self.wizard.store.priced, self.query_one("#estimate", Static)
        line.set_class(priced is not None or self.wizard.session.advice is not None, "-told")
        if priced is None or priced.asked != texts(self._draft, PRICE_KEYS):
            line.update(f"{_('Estimate')}   {self.wizard.symbols.both('checking')}")
            return
        line.update(f"{_('Estimate')}   {in_all(priced)}")
        for field in self.query(Field):
            found = priced.choices.get(field.question.key, {})
            field.price({value: a_month(amount, priced.currency) for value, amount in found.items()})

    def _words(self) -> Mapping[str, Word]:
        """What was looked up of the names as they stand, by the field's key."""
        named = self.wizard.store.named
        return named.words if named is not None and named.asked == texts(self._draft, NAME_KEYS) else {}

    def _to_fix(self) -> list[str]:
        """The names of the fields to be changed, in their order."""
        complaints, words = self._draft.complaints(self.section.name), self._words()
        taken = {key.partition(".")[2] for key, (state, _text) in words.items()
                 if state == "fix" and key.startswith(f"{self.section.name}.")}  # fmt: skip
        return [each.name for each in self.section.questions if each.name in {*complaints, *taken}]

    def _judge(self) -> None:
        complaints, words, fix = self._draft.complaints(self.section.name), self._words(), self._to_fix()
        for field in self.query(Field):
            field.judge(complaints.get(field.question.name), self.wizard.symbols, words.get(field.question.key))
        number = [each.name for each in self._draft.sections].index(self.section.name) + 1
        name = title(self.section)
        place = _("{number} of {all}", number=number, all=len(self._draft.sections))
        fixes = _n("{n} thing to fix", "{n} things to fix", len(fix)) if fix else _("nothing to fix")
        self.query_one("#form-title", Static).update(f"{name}   {place}   {fixes}")
        said = ""
        if fix and (complaints or self._taken != texts(self._draft, NAME_KEYS)):
            said = _("Continue goes to {field}", field=named(fix[0]))
        elif fix:
            said = _("Continue once more takes it as it is; the journey stops at it until it is yours or free")
        self.query_one("#goes-to", Static).update(said)

    def _first_to_fix(self) -> Field | None:
        fix = self._to_fix()
        return next((field for field in self.query(Field) if field.question.name in fix), None)

    def focus_first(self) -> None:
        """The first field to fix, else Continue."""
        found = self._first_to_fix()
        if found is not None:
            found.editor.focus()
        elif (first := self.query_one(ButtonRow).first) is not None:
            first.focus()

    @on(Field.Changed)
    def take(self, event: Field.Changed) -> None:
        event.stop()
        self._draft.answer(event.question.key, event.text)
        if event.question.key in {*PRICE_KEYS, *NAME_KEYS}:
            self.wizard.session.consider()
        self._price()
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
        now = texts(self._draft, NAME_KEYS)
        if self._draft.complaints(self.section.name) or (self._to_fix() and self._taken != now):
            self._taken = now
            self.focus_first()
            self._judge()
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
