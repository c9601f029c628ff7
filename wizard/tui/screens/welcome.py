"""The first screen, always: which folder, which cloud, and what is true of it. Drawn at once, verdicts come after."""

from __future__ import annotations

import textwrap

from textual import on
from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from wizard.guided.intents import Intent, Wish
from wizard.text import _, _n
from wizard.tui.actions import WELCOME
from wizard.tui.screens.base import Drawn
from wizard.tui.store import StepState, Store
from wizard.tui.symbols import MARKS, Symbols
from wizard.tui.widgets.buttons import ButtonRow
from wizard.tui.widgets.choice import Choice

STATE, COUNT, LEAST = 14, 11, 16  # cells of a state, of a count, and at least of what stands beside them
LABEL = 9  # cells of "Folder" and "Target"
ROW = 3  # steps that follow each other, from which on they are told by their numbers


class WelcomeScreen(Drawn):
    kind = WELCOME
    CSS_PATH = None  # the app's own is enough: reading less makes the first screen sooner

    _eager = False  # Enter came before the journey was loaded

    def parts(self) -> ComposeResult:
        with VerticalScroll(id="welcome"):
            yield Static(Content.styled(_("From an empty Azure subscription to a governed lakehouse with rows in it."),
                                        "bold"))  # fmt: skip
            yield Static(_("Folder   {folder}", folder=self.wizard.launch.folder.absolute()), id="folder")
            yield Static(id="target")
            yield Choice(
                (
                    ("azure", _("Azure      a real subscription; each cost is shown before it is made")),
                    ("sandbox", _("Sandbox    rehearse everything on this machine, costs nothing")),
                ),
                self.wizard.launch.target or "azure",
                id="targets",
            )
            yield Static(id="truth")
        yield ButtonRow(self.kind)

    def draw(self) -> None:
        if not self.ready:
            return
        store, width = self.wizard.store, self.wizard.size.width - 4
        choice, words = self.query_one("#targets", Choice), self.query_one("#target", Static)
        kept = not store.steps and (self.wizard.folder / "config.yaml").exists()  # it says which; it is being read
        choice.display = not store.fixed_target and not kept
        words.display = store.fixed_target
        told = _("Target   {target}: it cannot change in this folder; another one needs another --folder",
                 target=store.target)  # fmt: skip
        words.update(Content("\n".join(textwrap.wrap(told, max(LEAST, width), subsequent_indent=" " * LABEL))))
        if store.target and choice.value != store.target:
            choice.set_value(store.target)
        self.query_one("#truth", Static).update(truth(store, self.wizard.symbols, width))
        super().draw()
        if self._eager and store.draft is not None:
            self._eager = False
            self.call_after_refresh(self.wizard.go_on if store.answered and not store.draft.to_fix else self.do_begin)

    @on(Choice.Chosen, "#targets")
    def choose(self, event: Choice.Chosen) -> None:
        event.stop()
        if event.value != self.wizard.store.target and not self.wizard.store.fixed_target:
            self.wizard.submit(Intent(Wish.TARGET, value=event.value))
        self.focus_next()

    def focus_first(self) -> None:
        """The main button, also where the list of targets comes first in the reading."""
        first = next((row.first for row in self.query(ButtonRow)), None)
        if first is not None and not isinstance(self.focused, Choice):
            first.focus()

    def do_begin(self) -> None:
        if self.wizard.store.draft is None:
            self._eager = True
        else:
            self.wizard.begin()

    def do_go_on(self) -> None:
        self.wizard.go_on()

    def do_look(self) -> None:
        self.wizard.switch("journey")

    def do_answers(self) -> None:
        self.wizard.edit(None)

    def do_back(self) -> None:
        self.wizard.act("stop" if self.wizard.store.mode is not None else "quit")


def _named(steps: list[StepState]) -> str:
    """Titles of steps; three or more in a row by their numbers."""
    rows: list[list[StepState]] = []
    for step in steps:
        if rows and rows[-1][-1].number == step.number - 1:
            rows[-1].append(step)
        else:
            rows.append([step])
    told = []
    for row in rows:
        if len(row) >= ROW:
            told.append(_("{first} to {last}", first=row[0].number, last=row[-1].number))
        else:
            told += [f"{step.number} {step.info.title}" for step in row]
    return "; ".join(told)


def truth(store: Store, symbols: Symbols, width: int) -> Content:
    """What stands, as just asked; never what was remembered."""
    if store.fault:
        return Content.styled(store.fault, "$state-failed")
    if not store.steps:
        return Content.styled(f"{symbols.both('running')}   " + _("loading the journey"), "$state-running")
    if not store.fixed_target:
        return Content(_("Nothing is here yet."))
    lines = [Content(_("True now, asked a moment ago (not remembered):"))]
    if store.mode is not None:
        asked = sum(step.state not in ("todo", "running") for step in store.steps.values())
        words = _("{done} of {all} checked", done=asked, all=len(store.steps))
        lines.append(Content.styled(f"{symbols.both('running'):<{STATE}}{words}", "$state-running"))
    elif store.result is None and not any(step.why for step in store.steps.values()):
        lines = [Content(_("A setup is here; its answers are not complete."))]
    for state in ("turn", "done", "failed", "blocked", "unknown", "cancelled", "todo"):
        found = [step for step in store.steps.values() if step.shown == state and (step.why or state != "todo")]
        if found:
            head = f"{symbols.both(state):<{STATE}}{_n('{n} step', '{n} steps', len(found)):<{COUNT}}"
            first, *more = textwrap.wrap(_named(found), max(LEAST, width - len(head))) or [""]
            cut = len(symbols.both(state))
            lines.append(Content.assemble((head[:cut], MARKS[state].style), head[cut:] + first))
            lines += [Content(" " * len(head) + line) for line in more]
    return Content("\n").join(lines)
