"""The end of the journey: what it costs, what stands, what the tables hold, where it is, and how to do it again."""

from __future__ import annotations

from typing import Any

from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from wizard.text import _, _n, figure
from wizard.tui.actions import SUMMARY
from wizard.tui.screens.base import Drawn
from wizard.tui.symbols import Symbols
from wizard.tui.told import Page
from wizard.tui.widgets.buttons import ButtonRow

BAR = 22  # cells


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
            self.query_one("#summary-text", Static).update(summary(data, self.wizard.symbols, width, self._budget))
        said = self.query_one("#said", Static)
        said.display = bool(self.wizard.store.said)
        said.update(self.wizard.store.said)
        super().draw()

    @property
    def _budget(self) -> str:
        """A month's, as it was answered."""
        draft = self.wizard.store.draft
        return "" if draft is None else draft.text("foundation.monthly_budget")

    def do_close(self) -> None:
        self.wizard.act("quit")

    def do_status(self) -> None:
        self.wizard.switch("journey")

    def do_back(self) -> None:
        self.wizard.switch("journey")

    def do_export(self) -> None:
        self.wizard.export()


def summary(data: dict[str, Any], symbols: Symbols, width: int, budget: str) -> Content:
    page = Page(width)
    _cost(page, data.get("cost"), symbols)
    if budget:
        page.plain(f"{_('Budget'):<32} {budget:>9}")
    page.plain(f"{_('Spent'):<32} {_('unknown'):>9}  " + _("the cloud reports up to 24 h late"))
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
    page.add(_("Again"), "lakehouse-wizard run --answers answers.yaml")
    return page.content


def _cost(page: Page, cost: dict[str, Any] | None, symbols: Symbols) -> None:
    if cost is None:
        page.add(_("Cost"), _("not estimated: the answers do not say enough"))
        return
    page.plain(_("Cost a month, {currency}, estimate", currency=cost["currency"]), "bold")
    most = max([line["monthly"] or 0.0 for line in cost["lines"]] or [1.0]) or 1.0
    for line in cost["lines"]:
        known = line["monthly"]
        number = _("unknown").rjust(9) if known is None else figure(known, "9.2f")
        bar = "" if known is None else symbols.bar(known / most, BAR)
        page.plain(f"{_(line['title']):<32} {number}  {bar}")
    plus = "" if cost["complete"] else "+"
    page.plain(f"{_('Total'):<32} {figure(cost['monthly'], '9.2f')}{plus}", "bold")
    if cost.get("note"):
        page.plain(str(cost["note"]))
