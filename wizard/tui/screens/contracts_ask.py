"""What is asked where Enter edits a cell: a list where there are choices, a line that is judged while it is typed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import cast

from lakehouse_jobs.contract.model import Protection
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Input, Static

from wizard.contracts import rules, workflow
from wizard.contracts.edit import KINDS, PROTECTIONS, ContractDraft, Refused, protection_words, shown_type
from wizard.contracts.rules import ColumnRule, RuleKind, RuleUnreadable
from wizard.text import _
from wizard.tui.screens.dialogues import Dialogue, Pick, Show
from wizard.tui.symbols import MARKS, Symbols
from wizard.tui.widgets.field import MOST, Line

Judge = Callable[[str], str | None]
OTHER_DECIMAL, OTHER_FORM = "decimal, other", "form, other"
WORD = 15  # cells of a choice beside its meaning


class TypeIn(Dialogue[str]):
    """One line; the result is what was typed, once `judge` has no complaint, or nothing."""

    BINDINGS = [Binding("escape,ctrl+c", "close", show=False, priority=True)]  # noqa: RUF012 - Textual's own form

    def __init__(self, title: str, about: str, value: str, judge: Judge, symbols: Symbols) -> None:
        super().__init__()
        self._title, self._about, self._value, self._judge, self._symbols = title, about, value, judge, symbols

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialogue"):
            yield Static(Content.styled(self._title, "bold"))
            with VerticalScroll(classes="dialogue-text", can_focus=False):
                yield Static(Content(self._about))
            yield Line(self._value, max_length=MOST, compact=True, id="typed", select_on_focus=False)
            yield Static(id="typed-word")
            yield Static(_("Enter: take it   Esc: leave it as it was"))

    def on_mount(self) -> None:
        if self._value:  # nobody is blamed for what was not typed yet
            self._tell(self._value)
        self.query_one(Input).focus()

    def _tell(self, typed: str) -> str | None:
        complaint = self._judge(typed)
        state = "fix" if complaint else "ok"
        words = f"{self._symbols.both(state)}   {complaint}" if complaint else self._symbols.both(state)
        self.query_one("#typed-word", Static).update(Content.styled(words, MARKS[state].style))
        return complaint

    def on_input_changed(self, event: Input.Changed) -> None:
        self._tell(event.value)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        if self._tell(event.value) is None:
            self.dismiss(event.value)

    def action_close(self) -> None:
        self.dismiss(None)


class Asker:
    """Edits one model of a draft, each edit a coroutine in a worker of the screen."""

    def __init__(self, screen: Screen[None], symbols: Symbols, draft: ContractDraft, number: int) -> None:
        self._screen, self._symbols, self.draft, self.number = screen, symbols, draft, number

    async def type_in(self, title: str, about: str, value: str, judge: Judge) -> str | None:
        dialogue = TypeIn(title, about, value, judge, self._symbols)
        return cast("str | None", await self._screen.app.push_screen_wait(dialogue))

    async def pick(self, title: str, options: Sequence[tuple[str, str]], now: str) -> str | None:
        return await self._screen.app.push_screen_wait(Pick(title, options, now))

    def tried(self, do: Callable[[ContractDraft], object]) -> str | None:
        """Why a change cannot be made; it is tried on a copy."""
        copy = ContractDraft(self.draft.contract, dict(self.draft.seen))
        try:
            do(copy)
        except (Refused, RuleUnreadable) as refused:
            return str(refused)
        return None

    async def cell(self, at: int, key: str) -> None:
        """Edit a cell of the table of columns."""
        ask = {"name": self._name, "type": self._type, "key": self._key, "null": self._null, "pii": self._pii,
               "rule": self._rule, "seen": self._seen}[key]  # fmt: skip
        await ask(at)

    async def setting(self, at: int) -> None:
        """Edit a row of the table of settings."""
        row = list(workflow.settings(self.draft, self.number))[at]
        if row.shape == "fixed":
            about = _("{about}. There is no other choice yet.", about=row.about)
            await self._screen.app.push_screen_wait(Show(row.label, Content(about)))
            return
        if row.shape == "choice":
            chosen = await self.pick(row.label, [(each, _(each)) for each in row.choices], row.value)
        else:
            chosen = await self.type_in(row.label, row.about, row.value, lambda text: self.tried(
                lambda draft: workflow.put(draft, self.number, row.name, text)))  # fmt: skip
        if chosen is not None and chosen != row.value:
            workflow.put(self.draft, self.number, row.name, chosen)

    async def add(self) -> int | None:
        """Ask for a new column's name; where it stands."""
        about = _("A text column at the end; its type and the rest are chosen in the table.")
        name = await self.type_in(_("Add a column"), about, "", lambda text: self.tried(
            lambda draft: draft.add_column(self.number, text)))  # fmt: skip
        return None if name is None else self.draft.add_column(self.number, name)

    async def _name(self, at: int) -> None:
        column = self.draft.model(self.number).fields[at]
        about = _("In the tables. In the files it is still called {name}.", name=column.source_name or column.name)
        name = await self.type_in(_("Column"), about, column.name, lambda text: self.tried(
            lambda draft: draft.rename_column(self.number, at, text)))  # fmt: skip
        if name is not None:
            self.draft.rename_column(self.number, at, name)

    async def _type(self, at: int) -> None:
        column = self.draft.model(self.number).fields[at]
        title = _("Type of {column}", column=column.name)
        if (why := self.tried(lambda draft: draft.set_type(self.number, at, KINDS[0]))) is not None:
            await self._screen.app.push_screen_wait(Show(title, Content(why)))
            return
        options = [(kind.name, f"{kind.name:<{WORD}}{_(kind.words)}") for kind in KINDS]
        options.append((OTHER_DECIMAL, f"{'decimal...':<{WORD}}{_('with other digits')}"))
        if column.type in ("date", "timestamp"):
            options.append((OTHER_FORM, f"{column.type + '...':<{WORD}}{_('written in another form')}"))
        chosen = await self.pick(title, options, shown_type(column))
        if chosen == OTHER_DECIMAL:
            await self._decimal(at)
        elif chosen == OTHER_FORM:
            about = _("As Spark writes it: yyyy year, MM month, dd day, HH hour, mm minute, ss second; as dd/MM/yyyy")
            pattern = await self.type_in(title, about, column.format or "", lambda text: None)
            if pattern is not None:
                self.draft.set_format(self.number, at, pattern)
        elif chosen is not None:
            self.draft.set_type(self.number, at, next(kind for kind in KINDS if kind.name == chosen))

    async def _decimal(self, at: int) -> None:
        about = _("All digits, and those after the point, as 18, 2")
        text = await self.type_in(_("Decimal"), about, "18, 2", lambda text: self.tried(
            lambda draft: draft.set_decimal(self.number, at, *_digits(text))))  # fmt: skip
        if text is not None:
            self.draft.set_decimal(self.number, at, *_digits(text))

    async def _key(self, at: int) -> None:
        model = self.draft.model(self.number)
        others = [name for name in model.keys if name != model.fields[at].name]
        options = [("none", _("no part of the key"))]
        for place in range(1, len(others) + 2):
            before = ", ".join([*others[: place - 1], model.fields[at].name, *others[place - 1 :]])
            options.append((str(place), _("{place} of the key: {columns}", place=place, columns=before)))
        now = model.fields[at].key_position
        chosen = await self.pick(_("Key"), options, "none" if now is None else str(now))
        if chosen is not None:
            self.draft.set_key(self.number, at, None if chosen == "none" else int(chosen))

    async def _null(self, at: int) -> None:
        column = self.draft.model(self.number).fields[at]
        title = _("May {column} be empty?", column=column.name)
        if (why := self.tried(lambda draft: draft.set_nullable(self.number, at, True))) is not None:
            await self._screen.app.push_screen_wait(Show(title, Content(why)))
            return
        options = [("yes", _("yes: a row without it is good")), ("no", _("no: a row without it goes to quarantine"))]
        chosen = await self.pick(title, options, "no" if column.required else "yes")
        if chosen is not None:
            self.draft.set_nullable(self.number, at, chosen == "yes")

    async def _pii(self, at: int) -> None:
        column = self.draft.model(self.number).fields[at]
        choices: tuple[Protection | None, ...] = (None, *PROTECTIONS)
        options = [(each or "none", f"{each or _('none'):<{WORD}}{protection_words(each)}") for each in choices]
        chosen = await self.pick(_("How is {column} protected?", column=column.name), options, column.pii or "none")
        if chosen is not None:
            self.draft.set_pii(self.number, at, next(each for each in choices if (each or "none") == chosen))

    async def _rule(self, at: int) -> None:
        """A rule that is there is taken away, or changed where it says more than its kind."""
        model, column = self.draft.model(self.number), self.draft.model(self.number).fields[at]
        offered = rules.offered(model, at)
        options = [(str(n), f"{'[x]' if rule.where else '[ ]'} {rule.words}") for n, rule in enumerate(offered)]
        now = next((n for n, rule in enumerate(offered) if rule.where), 0)
        chosen = await self.pick(_("Rules of {column}: Enter sets one, or takes it away", column=column.name), options,
                                 str(now))  # fmt: skip
        if chosen is None:
            return
        rule = offered[int(chosen)]
        if rule.kind not in (RuleKind.NOT_BLANK, RuleKind.UNIQUE):
            await self._rule_text(at, rule)
        elif rule.where:
            self.draft.drop_rule(self.number, at, rule.kind)
        else:
            self.draft.put_rule(self.number, at, rule.kind)

    async def _rule_text(self, at: int, rule: ColumnRule) -> None:
        kind, name = rule.kind, rule.name
        about = {
            RuleKind.BETWEEN: _("The least and the greatest value, as 0, 100; leave one out where there is none."),
            RuleKind.ONE_OF: _("The values, as a, b, c."),
            RuleKind.MATCHES: _("A regular expression that the whole text matches, as [A-Z]+\\d+."),
            RuleKind.SQL: _("What is true for a good row, as length(name) > 2."),
        }[kind]
        about += " " + _("A row that breaks it goes to quarantine. To take the rule away, leave the line empty.")

        def judge(text: str) -> str | None:
            return self.tried(lambda draft: draft.put_rule(self.number, at, kind, text, name)) if text.strip() else None

        text = await self.type_in(_(rules.WORDS[kind]), about, rule.text, judge)
        if text is None or text == rule.text:
            return
        if text.strip():
            self.draft.put_rule(self.number, at, kind, text, name)
        else:
            self.draft.drop_rule(self.number, at, kind, name)

    async def _seen(self, at: int) -> None:
        column = self.draft.model(self.number).fields[at]
        found = self.draft.seen.get((self.draft.model(self.number).name, column.name), ())
        words = "\n".join(found) or _("No sample is known of this contract.")
        await self._screen.app.push_screen_wait(Show(_("Seen in {column}", column=column.name), Content(words)))


def _digits(text: str) -> tuple[int, int]:
    """`18, 2` as two numbers. Raises Refused."""
    parts = [part.strip() for part in text.split(",")]
    if len(parts) != 2 or not all(part.isdecimal() for part in parts):
        raise Refused(_("two numbers are expected; write them as 18, 2"))
    return int(parts[0]), int(parts[1])
