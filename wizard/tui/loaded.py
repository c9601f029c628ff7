"""The models of the first run: where the rows of each one's newest run went, what its tables hold, what rows failed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.content import Content

from wizard.setup.events import ModelRows
from wizard.text import N_, _, figure
from wizard.tui.symbols import MARKS, Symbols

if TYPE_CHECKING:
    from wizard.tui.told import Page

TABLE = 60  # cells under which rows are no table
CELL, STATE = 9, 11  # cells of a number, of a state
MOST_RULES = 8  # of a model
ALWAYS = {"valid": N_("valid"), "quarantined": N_("quarant."), "duplicates": N_("dupl."), "stale": N_("stale")}
SELDOM = {"discarded": N_("discard."), "deleted": N_("deleted")}  # shown where a model has some


def models(page: Page, rows: list[ModelRows], symbols: Symbols) -> None:
    """A table where there is room, else a line a model; then what is held, then the rules that rows failed."""
    wide = max(8, *(len(row.model) for row in rows)) + 2
    parts = {**ALWAYS, **{name: head for name, head in SELDOM.items() if any(getattr(row, name) for row in rows)}}
    if page.width < TABLE + CELL * (len(parts) - len(ALWAYS)):
        _lines(page, rows, symbols)
    else:
        _sums(page, rows, symbols, wide, parts)
        page.gap()
        _held(page, rows, wide)
    _rules(page, rows)


def _sums(page: Page, rows: list[ModelRows], symbols: Symbols, wide: int, parts: dict[str, str]) -> None:
    head = "".join(f"{text:>{CELL}}" for text in (_("Rows in"), *map(_, parts.values())))
    page.lines.append(
        Content.styled(f"{_('Model'):<{wide}}{_('State'):<{STATE}}{head} {_('Check')}", "bold $state-quiet")
    )
    for row in rows:
        counts = (row.taken, *(getattr(row, name) for name in parts))
        page.lines.append(
            Content.assemble(
                f"{row.model:<{wide}}",
                (f"{symbols.both(row.state):<{STATE}}", MARKS[row.state].style),
                "".join(f"{_count(count):>{CELL}}" for count in counts) + " ",
                _balance(row, symbols),
            )
        )


def _held(page: Page, rows: list[ModelRows], wide: int) -> None:
    head = "".join(f"{text:>{CELL}}" for text in (_("bronze"), _("silver"), _("quarant.")))
    page.lines.append(Content.styled(f"{_('Rows held'):<{wide}}{'':<{STATE}}{head}", "bold $state-quiet"))
    for row in rows:
        held = "".join(f"{_count(count):>{CELL}}" for count in (row.bronze, row.silver, row.quarantine))
        page.plain(f"{row.model:<{wide}}{'':<{STATE}}{held}   {row.words}")


def _lines(page: Page, rows: list[ModelRows], symbols: Symbols) -> None:
    for row in rows:
        names = [*ALWAYS, *(name for name in SELDOM if getattr(row, name))]
        parts = " + ".join(_count(getattr(row, name)) for name in names)
        page.lines.append(
            Content.assemble((row.model, "bold"), "  ", (symbols.both(row.state), MARKS[row.state].style))
        )
        page.plain(f"  {_count(row.taken)} = {parts}")


def _rules(page: Page, rows: list[ModelRows]) -> None:
    """Of each model the rules that most rows failed; a row may fail several."""
    failed = [row for row in rows if row.rules]
    if not failed:
        return
    page.gap()
    page.plain(_("Rules that rows failed"), "bold $state-quiet")
    for row in failed:
        most = sorted(row.rules.items(), key=lambda item: (-item[1], item[0]))
        for rule, count in most[:MOST_RULES]:
            page.plain(f"{row.model}  {rule}: {_count(count)}")
        if len(most) > MOST_RULES:
            page.plain(_("{model}  {n} more rules", model=row.model, n=len(most) - MOST_RULES))


def _count(rows: int | None) -> str:
    return "-" if rows is None else figure(rows, ",")


def _balance(row: ModelRows, symbols: Symbols) -> tuple[str, str]:
    """Whether every row of the newest run is accounted for."""
    if row.state == "running" or row.balanced is None:
        return ("", "")
    if row.balanced:
        return (f"{symbols.symbol('done')} " + _("equal"), MARKS["done"].style)
    missing = (row.taken or 0) - sum(getattr(row, name) or 0 for name in (*ALWAYS, *SELDOM))
    return (f"{symbols.symbol('failed')} " + _("{n} rows off", n=missing), MARKS["failed"].style)
