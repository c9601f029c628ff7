"""Destroy: what would go and what is lost with it, the typed name, and how it goes."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from wizard.guided.intents import Intent, Wish
from wizard.text import _, _n
from wizard.tui.actions import DESTROY
from wizard.tui.kinds import removal
from wizard.tui.screens.base import Drawn
from wizard.tui.screens.dialogues import Ask
from wizard.tui.store import Store
from wizard.tui.symbols import MARKS, Symbols
from wizard.tui.told import Page
from wizard.tui.widgets.buttons import ButtonRow


class DestroyScreen(Drawn):
    kind = DESTROY

    def parts(self) -> ComposeResult:
        yield Static(id="destroy-title")
        with VerticalScroll(id="destroy", can_focus=False):
            yield Static(id="destroy-text")
        yield Static(id="destroy-now")
        yield ButtonRow(self.kind)

    def draw(self) -> None:
        if not self.ready:
            return
        store, symbols = self.wizard.store, self.wizard.symbols
        self.query_one("#destroy-title", Static).update(title(store, symbols))
        self.query_one("#destroy-text", Static).update(page(store, symbols, self.wizard.size.width - 4))
        words = now(store, symbols)
        line = self.query_one("#destroy-now", Static)
        line.display = bool(words)
        line.update(Content.styled(words, "$state-running"))
        super().draw()

    def do_destroy_all(self) -> None:
        """The last question: the name, typed."""
        store = self.wizard.store
        answers = [("keep", _("Keep everything")), ("destroy", _("Destroy"))]
        word = store.destroy_word

        def answered(answer: str | None) -> None:
            if answer == "destroy":
                self.wizard.submit(Intent(Wish.CONFIRM, value=word))

        count = sum(len(planned.objects) for planned in store.removals or ())
        lost = [loss for planned in store.removals or () for loss in planned.data_loss]
        text = _n("{n} object goes.", "{n} objects go.", count)
        if lost:
            text += " " + _("Data is lost for good: {lost}.", lost="; ".join(lost))
        if store.estimate:
            text += "\n" + _("It would cost {estimate} a month if it stayed.", estimate=store.estimate)
        self.app.push_screen(
            Ask(_("Destroy the lakehouse {name}?", name=store.domain or word), text, answers, word=word), answered
        )

    def do_keep_all(self) -> None:
        self.wizard.submit(Intent(Wish.CONFIRM))
        self.wizard.switch("journey")

    def do_to_steps(self) -> None:
        self.wizard.switch("journey")

    def do_back(self) -> None:
        """Esc is the harmless answer; it stops nothing that has begun."""
        if self.wizard.store.destroy_word:
            self.do_keep_all()
        elif self.wizard.store.mode is None:
            self.wizard.switch("journey")


def title(store: Store, symbols: Symbols) -> Content:
    name = _("Destroy the lakehouse {name}", name=store.domain)
    gone, all_of = _progress(store)
    if store.mode == "destroy" and store.destroy_word:
        words = _("nothing is changed yet")
    elif store.mode == "destroy" and store.removals is not None:
        words = _("{done} of {all} steps are taken away", done=gone, all=all_of)
    elif store.mode == "destroy":
        words = _("looking at what is there")
    else:
        words = ""
    return Content.assemble((name, "bold"), f"   {words}")


def _progress(store: Store) -> tuple[int, int]:
    going = [planned.step for planned in store.removals or () if planned.objects]
    return sum(step in store.removed for step in going), len(going)


def page(store: Store, symbols: Symbols, width: int) -> Content:
    """What goes, step by step in its order; what stays and why; what went wrong."""
    told = Page(width)
    if store.fault:
        told.plain(store.fault, "$state-failed")
    _end(told, store, symbols)
    if store.removals is None:
        return told.content
    if not any(planned.objects for planned in store.removals):
        told.plain(_("There is nothing of this setup to destroy."))
    busy = _going(store)
    for planned in store.removals:
        step = store.steps[planned.step]
        state = "done" if planned.step in store.removed else "running" if planned.step == busy else "todo"
        if step.state == "failed":
            state = "failed"
        mark = MARKS[state]
        word = _("gone") if state == "done" else symbols.word(state) if planned.objects else _("stays")
        told.lines.append(
            Content.assemble((f"{symbols.symbol(state)} {word:<9}", mark.style), (step.info.title, "bold"))
        )
        for thing in planned.objects:
            told.plain(f"    - {removal(thing)}")
        for loss in planned.data_loss:
            told.plain("    " + _("lost for good: {thing}", thing=loss), "$state-failed")
        for thing in planned.kept:
            told.plain("    " + _("stays: {thing}", thing=thing))
    return told.content


def _going(store: Store) -> str | None:
    """The step that is being taken away."""
    if store.mode != "destroy" or store.destroy_word:
        return None
    order = [planned.step for planned in store.removals or () if planned.objects]
    return next((step for step in order if step not in store.removed), None)


def _end(told: Page, store: Store, symbols: Symbols) -> None:
    if store.mode is not None or store.last_mode != "destroy":
        return
    failed = next((step for step in store.steps.values() if step.state == "failed"), None)
    if store.result == "done":
        told.plain(f"{symbols.both('done')}   " + _("Everything of this setup is gone. Kept: answers, contracts, "
                                                  "receipts."), "bold")  # fmt: skip
    elif store.result == "planned":
        told.plain(_("Nothing was destroyed."), "bold")
    elif store.result == "cancelled":
        told.plain(f"{symbols.both('cancelled')}   " + _("What is gone is gone; destroy again goes on from here."),
                   "bold")  # fmt: skip
    if failed is not None and failed.problem:
        for label, key in ((_("What"), "what"), (_("Why"), "why"), (_("Next"), "next_action"), (_("Log"), "log")):
            if failed.problem.get(key):
                told.add(label, str(failed.problem[key]))
    told.gap()


def now(store: Store, symbols: Symbols) -> str:
    """The last thing that was said, while it goes on."""
    if store.mode != "destroy" or store.destroy_word:
        return ""
    name = _going(store) if store.removals is not None else None
    if name is None:
        running = [step.info.title for step in store.running]
        return f"{symbols.symbol('running')} " + _("looking at {steps}", steps=", ".join(running) or _("the world"))
    step = store.steps[name]
    last = step.log[-1].text if step.log else ""
    return f"{symbols.symbol('running')} {step.info.title}   {last}"
