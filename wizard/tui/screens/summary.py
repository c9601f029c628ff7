"""The end of the journey: what it costs, what stands, what the tables hold, where it is, and how to do it again."""

from __future__ import annotations

from typing import Any

from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from wizard.report.bill import Bill, amount, bill
from wizard.text import _, _n
from wizard.tui.actions import SUMMARY
from wizard.tui.parting import command
from wizard.tui.screens.base import Drawn
from wizard.tui.symbols import Symbols
from wizard.tui.told import Page
from wizard.tui.widgets.buttons import ButtonRow

BAR = 22  # cells
NAME, NARROW_NAME = 26, 12  # cells of a service's name
WIDE = 60  # columns from which bars are drawn


class SummaryScreen(Drawn):
    kind = SUMMARY

    def parts(self) -> ComposeResult:
        yield Static(id="summary-title")
        with VerticalScroll(id="summary", can_focus=False):
            yield Static(id="summary-text")
        yield Static(id="said")
        yield ButtonRow(self.kind)

    def draw(self) -> None:
        if not self.ready:
            return
        data = self.wizard.store.summary
        if data is not None:
            domain = self.wizard.store.domain
            self.query_one("#summary-title", Static).update(
                Content.styled(_("Summary   the lakehouse {name} stands", name=domain), "bold")
            )
            width = self.wizard.size.width - 4
            self.query_one("#summary-text", Static).update(
                summary(data, self.wizard.symbols, width, command(self.wizard.folder, "run"))
            )
        said = self.query_one("#said", Static)
        said.display = bool(self.wizard.store.said)
        said.update(self.wizard.store.said)
        super().draw()

    def do_close(self) -> None:
        self.wizard.act("quit")

    def do_status(self) -> None:
        self.wizard.switch("journey")

    def do_back(self) -> None:
        self.wizard.switch("journey")

    def do_export(self) -> None:
        self.wizard.export()


def summary(data: dict[str, Any], symbols: Symbols, width: int, again: str) -> Content:
    """`again`: the command that repeats all of it."""
    page = Page(width)
    _cost(page, bill(data), symbols, width)
    page.gap()
    steps = data["steps"]
    done = sum(step["verdict"] == "done" for step in steps)
    page.add(_("Steps"), f"{symbols.both('done')}  " + _("{done} of {all}", done=done, all=len(steps)))
    page.gap()
    for number, table in enumerate(data["tables"]):
        rows = _("unknown") if table["rows"] is None else _n("{n} row", "{n} rows", int(table["rows"]))
        page.add(_("Tables") if number == 0 else "", f"{table['name']:<40} {rows}")
    page.gap()
    for number, link in enumerate(data["links"]):
        page.add(_("Open") if number == 0 else "", f"{link['title']}: {link['url']}")
    page.gap()
    if data.get("receipt"):
        page.add(_("Saved"), str(data["receipt"]))
    page.add(_("Again"), again)
    return page.content


def _cost(page: Page, found: Bill, symbols: Symbols, width: int) -> None:
    """A row for each service; what was spent is drawn inside what was estimated, all on one scale. A narrow terminal
    has the numbers alone."""
    told, wide = found.spent is not None, width >= WIDE
    head = _row(_("Cost, {currency}", currency=found.currency), _("estimate"), _("spent") if told else "", wide)
    legend = [(1.0, _("spent"))] if told else []
    marks = [f"{symbols.inside(part, 1, 1).strip('[]')} {word}" for part, word in (*legend, (0.0, _("estimate")))]
    page.plain(head + ("  " + "  ".join(marks) if wide else ""), "bold")
    cells = min(BAR, width - NAME - 26) if wide else 0
    most = max([amount or 0.0 for each in found.services for amount in (each.estimate, each.spent)] or [0.0])
    for each in found.services:
        numbers = _row(each.name, amount(each.estimate), amount(each.spent) if told else "", wide)
        page.plain(f"{numbers}  {_bar(symbols, each.estimate, each.spent, most, cells)}")
    if found.services:
        total = amount(found.estimate) + ("" if found.complete else "+")
        numbers = _row(_("Total"), total, amount(found.spent) if told else "", wide)
        most = max(found.compared or 0.0, found.estimate or 0.0, found.spent or 0.0)
        page.plain(f"{numbers}  {_bar(symbols, found.estimate, found.spent, most, cells if told else 0)}", "bold")
    else:
        page.plain(found.total_words)
    if found.compared is not None:
        page.plain(_row(_("Budget"), amount(found.compared), "", wide))
    budget = "" if found.compared is not None else found.budget_words
    for words in (budget, found.spent_words, found.note, found.source_words):
        if words:
            page.plain(words)


def _row(name: str, estimate: str, spent: str, wide: bool) -> str:
    """The number always stands beside its bar; "+" after a sum: a part of it is not known."""
    plus = "" if estimate.endswith("+") else " "
    room = NAME if wide else NARROW_NAME
    return f"{shortened(name, room):<{room}} {estimate:>{11 - len(plus)}}{plus}{spent:>9}".rstrip()


def _bar(symbols: Symbols, estimate: float | None, spent: float | None, most: float, cells: int) -> str:
    return symbols.inside((spent or 0) / most, (estimate or 0) / most, cells) if cells > 0 and most > 0 else ""


def shortened(text: str, room: int) -> str:
    return text if len(text) <= room else text[: room - 1] + "…"
