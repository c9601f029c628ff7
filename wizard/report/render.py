"""The summary on a terminal: a symbol and a word for each step, so that neither colour nor glyph is needed."""

from __future__ import annotations

from rich import box
from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text

from wizard.report.bill import Bill, amount, bill
from wizard.report.closing import Closing
from wizard.report.links import Link
from wizard.report.status import StatusReport, StepStatus, TableStatus
from wizard.setup.step import Verdict
from wizard.steps.rights import Ability, can_words
from wizard.text import N_, _, figure

SIGNS: dict[str, tuple[str, str, str]] = {  # verdict -> symbol, word, style
    Verdict.DONE: ("✓", N_("done"), "green"),
    Verdict.TODO: ("○", N_("to do"), "yellow"),
    Verdict.BLOCKED: ("■", N_("blocked"), "magenta"),
    Verdict.UNKNOWN: ("?", N_("unknown"), "red"),
}

WIDE = 110  # columns; below that what explains a row is left to the receipt, where it is whole


def render_closing(closing: Closing, console: Console) -> None:
    """The end of a run: steps, tables, cost, links, and where the receipt lies."""
    render_status(closing.status, console)
    if closing.cost is not None or closing.spent is not None:
        _section(console, _("Cost a month"), _cost(bill(closing.content()), wide=console.width >= WIDE))
    if closing.links:
        _section(console, _("Links"), _links(closing.links))
    if closing.receipt is not None:
        console.print(Text(_("Receipt: {path}", path=closing.receipt)), soft_wrap=True)


def render_status(report: StatusReport, console: Console) -> None:
    """Steps with verdict and reason, tables with rows."""
    _section(console, _("Steps"), _steps(report.steps))
    if report.tables:
        _section(console, _("Tables"), _tables(report.tables, wide=console.width >= WIDE))
    if report.rights:
        render_rights(report.rights, console)


def render_rights(rights: tuple[Ability, ...], console: Console) -> None:
    """Each step with who does it, and what is lacking."""
    table = _grid((_("step"), "left"), (_("who can do it"), "left"), (_("lacks"), "left"))
    table.columns[0].no_wrap = True
    for one in rights:
        table.add_row(Text(one.step), Text(can_words(one)), Text(", ".join(one.lacks)))
    _section(console, _("Who can do what"), table)


def _section(console: Console, title: str, body: RenderableType) -> None:
    console.print(Text(title, style="bold"))
    console.print(body)
    console.print()


def _grid(*columns: tuple[str, str]) -> Table:
    """A table of (heading, justify) columns; text folds, nothing is cut off."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
    for heading, justify in columns:
        table.add_column(heading, justify="right" if justify == "right" else "left", overflow="fold")
    return table


def _steps(steps: tuple[StepStatus, ...]) -> Table:
    table = _grid((_("step"), "left"), (_("verdict"), "left"), (_("why"), "left"))
    table.columns[0].no_wrap = table.columns[1].no_wrap = True
    for step in steps:
        symbol, word, style = SIGNS[step.verdict]
        table.add_row(Text(step.name), Text(f"{symbol} {_(word)}", style=style), Text(step.why))
    return table


def _tables(tables: tuple[TableStatus, ...], *, wide: bool) -> Table:
    table = _grid((_("table"), "left"), (_("rows"), "right"))
    if wide or any(each.why for each in tables):
        table.add_column(_("location"), overflow="fold")
    table.columns[1].no_wrap = True
    for each in tables:
        rows = _("unknown") if each.rows is None else figure(each.rows, ",")
        cells = [Text(each.name), Text(rows), Text(each.why or (each.location if wide else "") or "")]
        table.add_row(*cells[: len(table.columns)])
    return table


def _cost(found: Bill, *, wide: bool) -> RenderableType:
    parts: list[RenderableType] = []
    if found.lines:
        monthly = _("{currency} a month", currency=found.currency)
        table = _grid((_("what"), "left"), (_("quantity"), "right"), (_("price"), "right"), (monthly, "right"))
        if wide:
            table.add_column(_("why"), overflow="fold")
        for line in found.lines:
            cells = [line.what, line.quantity, line.price, line.monthly, line.why]
            table.add_row(*(Text(cell) for cell in cells[: len(table.columns)]))
        parts.append(table)
    parts.append(Text(found.total_words, style="bold"))
    parts += [Text(words, style="dim") for words in (found.note, found.budget_words, found.source_words) if words]
    if found.spent is not None:
        billed = _grid((_("service"), "left"), (_("estimate"), "right"), (_("spent"), "right"))
        for each in found.services:
            billed.add_row(Text(each.name), Text(amount(each.estimate)), Text(amount(each.spent)))
        parts += [Text(), billed]
    if found.spent_words:
        parts.append(Text(found.spent_words))
    return Group(*parts)


def _links(found: tuple[Link, ...]) -> RenderableType:
    lines = []
    for link in found:
        lines += [Text(link.title), Text(f"  {link.url}", style="cyan", overflow="fold")]
    return Group(*lines)
