"""The questions, one section after the other: judged by the answers' own models, saved as they become valid."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import Enum, auto
from typing import Protocol

from wizard.prompts.advised import Advised
from wizard.prompts.terminal import Terminal
from wizard.prompts.words import BACK, DEFAULT, HELP, LITERAL, shortened
from wizard.setup.draft import Draft, Question, Section
from wizard.text import _, _n

EACH, OPEN, INFER = "all", "open", "infer"


class Editor(Protocol):
    """What a section offers beside its questions: `open NAME`, and what else it has words for."""

    @property
    def offer(self) -> str: ...
    @property
    def deeds(self) -> Mapping[str, Callable[[str], None]]: ...


class Went(Enum):
    ON = auto()
    BACK = auto()


class Asker:
    """`keep` saves the draft; `editors` are what sections offer beside their questions, by section."""

    def __init__(
        self,
        terminal: Terminal,
        draft: Draft,
        keep: Callable[[], None],
        editors: Mapping[str, Editor] | None = None,
        advised: Advised | None = None,
    ) -> None:
        self._terminal, self._draft, self._keep, self._advised = terminal, draft, keep, advised
        self._editors = dict(editors or {})
        self._say = terminal.say

    def from_section(self, first: int) -> None:
        """Every section from the number `first` on (from 0); returns when all can be used.

        Raises Leave, Interrupted."""
        sections, number = self._draft.sections, first
        while True:
            while number < len(sections):
                if self.section(sections[number]) is Went.BACK:
                    if number == 0:
                        self._say(_("This is the first section."))
                    number = max(0, number - 1)
                else:
                    self._draft.asked.add(sections[number].name)
                    self._keep()
                    number += 1
            to_fix = self._draft.to_fix
            if not to_fix:
                return
            number = [section.name for section in sections].index(to_fix[0])

    def section(self, section: Section) -> Went:
        """What needs an answer is asked; the rest is shown, taken with Enter, or changed by number."""
        self._head(section)
        while True:
            if self._to_fix(section) is Went.BACK:
                return Went.BACK
            self._list(section)
            typed = self._terminal.ask(_("{section}, Enter takes these: ", section=_title(section))).strip()
            if not typed and self._names_free(section):
                return Went.ON
            if typed == BACK:
                return Went.BACK
            if typed:
                self._do(section, typed)

    def _names_free(self, section: Section) -> bool:
        """Tell what becomes of the names; False, once, where one is somebody else's."""
        if self._advised is None:
            return True
        free = True
        for field, state, words in self._advised.names(section):
            if state == "fix":
                free = False
                self._say(_("fix: {field}: {reason}", field=field, reason=words))
            else:
                self._say(_("ok: {field}: {words}", field=field, words=words))
        if free or not self._advised.once():
            return True
        self._say(_("Enter once more takes it as it is; the journey stops at it until it is yours or free."))
        return False

    def _head(self, section: Section) -> None:
        number = [each.name for each in self._draft.sections].index(section.name) + 1
        self._say()
        self._say(_("Section {number} of {all}: {name}. {about}", number=number, all=len(self._draft.sections),
                    name=_title(section), about=section.about).rstrip())  # fmt: skip

    def _list(self, section: Section) -> None:
        for number, question in enumerate(section.questions, start=1):
            value = self._draft.text(question.key)
            self._say(f"  {number}. {question.name}: {shortened(value)[1:-1] if len(value) <= 60 else shortened(value)}"
                      if value else f"  {number}. {question.name}: " + _("(empty)"))  # fmt: skip
        if self._advised is not None and (estimate := self._advised.estimate(section)):
            self._say(estimate)
        words = _("A number changes one, {each} asks each, {help} explains, {back} goes to the section before.",
                  each=EACH, help=HELP, back=BACK)  # fmt: skip
        self._say(words)
        if section.name in self._editors:
            self._say(self._editors[section.name].offer)

    def _do(self, section: Section, typed: str) -> None:
        questions = section.questions
        word, _space, rest = typed.partition(" ")
        editor = self._editors.get(section.name)
        if typed == HELP:
            for question in questions:
                self._explain(question)
        elif typed == EACH:
            for question in questions:
                if self.question(question) is Went.BACK:
                    return
        elif typed.isdecimal() and 1 <= int(typed[:9]) <= len(questions):
            self.question(questions[int(typed) - 1])
        elif found := [question for question in questions if question.name == typed]:
            self.question(found[0])
        elif editor is not None and word in editor.deeds:
            editor.deeds[word](rest.strip())
            self._draft.asked.add(section.name)
            self._keep()
        else:
            self._say(_("{typed} is none of these.", typed=shortened(typed)))

    def _to_fix(self, section: Section) -> Went:
        """Ask what cannot be used as it stands, until all can."""
        last = ""
        while complaints := self._draft.complaints(section.name):
            name = next(iter(complaints))
            question = next((each for each in section.questions if each.name == name), None)
            if question is None:  # of the section as a whole: one of its answers is to be changed
                self._say(_("fix: {reason}", reason=complaints[name]))
                self._list(section)
                typed = self._terminal.ask(_("which one is to be changed: ")).strip()
                if typed == BACK:
                    return Went.BACK
                self._do(section, typed)
                continue
            if name == last or self._draft.text(question.key):
                self._say(_("fix: {field}: {reason}", field=name, reason=complaints[name]))
            last = name
            if self.question(question) is Went.BACK:
                return Went.BACK
        return Went.ON

    def question(self, question: Question) -> Went:
        """Ask one until its answer can be used; what cannot be is told, and what stood before stays."""
        self._meaning(question)
        while True:
            before = self._draft.text(question.key)
            typed = self._typed(question, before)
            if typed == BACK:
                return Went.BACK
            if typed == HELP:
                self._explain(question)
                continue
            reason = self._taken(question, typed, before)
            if reason is None:
                self._draft.asked.add(question.section)
                self._keep()
                return Went.ON
            self._say(_("fix: {reason}", reason=reason))

    def _typed(self, question: Question, before: str) -> str:
        shown = before if len(before) <= 60 else shortened(before)
        if question.choices and before in question.choices:
            shown = f"{question.choices.index(before) + 1}"
        prompt = f"{question.name} [{shown}]: " if shown else f"{question.name}: "
        return self._terminal.ask(prompt).strip()

    def _taken(self, question: Question, typed: str, before: str) -> str | None:
        """Why the answer cannot be used; None where it was taken."""
        if "\n" in typed or "\r" in typed:
            lines = len(typed.splitlines())
            return _n("one line is expected", "one line is expected, {n} came; give it as one line", lines)
        if typed == DEFAULT:
            typed = question.default
        elif not typed:
            typed = before
        elif typed.startswith(LITERAL):
            typed = typed[len(LITERAL) :]
        elif question.choices and typed.isdecimal() and 1 <= int(typed[:9]) <= len(question.choices):
            typed = question.choices[int(typed) - 1]
        elif question.choices and typed not in question.choices:
            words = ", ".join(choice or _("(empty)") for choice in question.choices)
            return _("{typed} is none of these: {words}", typed=shortened(typed), words=words)
        self._draft.answer(question.key, typed)
        reason = self._draft.complaints(question.section).get(question.name)
        if reason is not None and before != typed:
            self._draft.answer(question.key, before)
        return reason

    def _meaning(self, question: Question) -> None:
        self._say(f"{question.name}: {question.meaning}.")
        if question.why:
            self._say("  " + _("why: {text}", text=question.why))
        if question.cost:
            self._say("  " + _("cost: {text}", text=question.cost))
        prices = self._advised.prices(question) if self._advised is not None else {}
        for number, choice in enumerate(question.choices, start=1):
            mark = " " + _("(the default)") if choice == question.default else ""
            self._say(f"  {number}. {choice or _('(empty)')}{mark} {prices.get(choice, '')}".rstrip())
        if not question.choices:
            for value, price in prices.items():
                self._say(f"  {value} {price}")

    def _explain(self, question: Question) -> None:
        self._meaning(question)
        default = question.default or _("(empty)")
        self._say("  " + (_("it must be answered") if question.required else _("default: {value}", value=default)))
        for limit in question.limits:
            self._say("  " + limit)
        if question.shape == "secret":
            self._say("  " + _("give a reference (env:NAME, file:PATH, keyring:SERVICE/NAME), never the secret"))
        if question.shape in ("list", "mapping"):
            form = "a, b" if question.shape == "list" else "a: b, c: d"
            self._say("  " + _("write it as {form}", form=form))
        self._say("  " + _("Enter keeps what stands there, {default} takes the default, {back} goes back; to answer "
                           "with such a word itself, put {literal} before it",
                           default=DEFAULT, back=BACK, literal=LITERAL))  # fmt: skip


def _title(section: Section) -> str:
    return section.name.replace("_", " ")
