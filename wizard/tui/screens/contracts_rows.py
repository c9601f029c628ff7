"""What the contracts screen says: pure functions from the desk to text and table rows."""

from __future__ import annotations

import textwrap

from lakehouse_jobs.contract.model import Field, Model
from rich.cells import cell_len
from textual.content import Content

from wizard.contracts import rules
from wizard.contracts.edit import ContractDraft, shown_type
from wizard.contracts.workflow import settings
from wizard.guided.desk import Desk, Entry
from wizard.text import _, _n
from wizard.tui.symbols import MARKS, Symbols
from wizard.tui.widgets.grid import Head

COLUMNS, WORKFLOW = "columns", "workflow"  # the two pages
STATE = 11  # cells of a state's symbol and word
NAME, TYPE, RULE = 18, 13, 22  # most cells of these columns
SEEN, VALUE, ABOUT = 14, 18, 20  # least cells
PADDING = 2  # cells of a column beside its text


def state(desk: Desk, entry: Entry) -> str:
    if not entry.current:
        return "checking"
    return "fix" if desk.faults(entry) else "ok"


def title(desk: Desk, number: int, page: str) -> Content:
    """How many stand well, and which page this is."""
    fix = len(desk.to_fix)
    words = _n("{n} valid", "{n} valid", len(desk.entries) - fix)
    parts = [words, _n("{n} to fix", "{n} to fix", fix)] if fix else [words]
    about = _("workflow, page 2 of 2") if page == WORKFLOW else _("columns, page 1 of 2")
    about += " *" if desk.changed else ""  # as at each contract that is not saved
    name = f"{number}  {_('Contracts')}" if number else _("Contracts")
    return Content.assemble((name, "bold"), f"   {', '.join(parts)}   {about}")


def option(desk: Desk, entry: Entry, number: int, symbols: Symbols) -> Content:
    """One line of the list: its state as a symbol and a word, its name, its version."""
    told = state(desk, entry)
    several = entry.draft is not None and len(entry.draft.contract.models) > 1
    name = f"{entry.name}: {entry.draft.model(number).name}" if several and entry.draft else entry.name
    changed = " *" if entry.changed else ""
    return Content.assemble(
        (f"{symbols.both(told):<{STATE}}", MARKS[told].style), f"{name}{changed}  {entry.version}".rstrip()
    )


def _yes(flag: bool) -> str:
    return _("yes") if flag else _("no")


def rule_words(model: Model, at: int) -> str:
    """The first rule, and how many more there are."""
    first, *more = [rule.words for rule in rules.found(model, at)] or ["-"]
    return f"{first} +{len(more)}" if more else first


def columns(draft: ContractDraft, number: int, rows: int | None, width: int) -> tuple[list[Head], list[list[str]]]:
    """The table of columns; `rows` of the sample beside it, if any."""
    model = draft.model(number)
    seen = _("Seen") if rows is None else _n("Seen in {n} row", "Seen in {n} rows", rows)
    labels = {"name": _("Column"), "type": _("Type"), "key": _("Key"), "null": _("Null"), "pii": _("PII"),
              "rule": _("Rule"), "seen": seen}  # fmt: skip
    told = [
        [each.name, shown_type(each), _place(each), _yes(not each.required), each.pii or _("none"),
         rule_words(model, at), draft.evidence(number, at)]
        for at, each in enumerate(model.fields)
    ]  # fmt: skip
    most = {"name": NAME, "type": TYPE, "rule": RULE}
    return _table(labels, told, most, SEEN, width), told


def _place(column: Field) -> str:
    return "-" if column.key_position is None else str(column.key_position)


def workflow(draft: ContractDraft, number: int, width: int) -> tuple[list[Head], list[list[str]]]:
    """The table of settings."""
    found = list(settings(draft, number))
    labels = {"label": _("Setting"), "value": _("Value"), "about": _("Meaning")}
    told = [[each.label, each.words or "-", each.about] for each in found]
    return _table(labels, told, {"value": max(VALUE, width // 4)}, ABOUT, width), told


def _table(labels: dict[str, str], rows: list[list[str]], most: dict[str, int], least: int, width: int) -> list[Head]:
    """Each column as wide as what stands in it, at most as it may be; the last takes what they leave."""
    heads, left = [], width
    for at, (key, label) in enumerate(labels.items()):
        longest = max([cell_len(row[at]) for row in rows] or [0])
        room = max(cell_len(label), min(longest, most.get(key, longest)))
        if at == len(labels) - 1:
            room = max(cell_len(label), least, left - PADDING - 1)
        left -= room + PADDING
        heads.append(Head(key, label, room))
    return heads


def word(desk: Desk, entry: Entry | None, symbols: Symbols, more: str) -> Content:
    """The line under the table: what is to be fixed first, with its place; else `more`."""
    if entry is None:
        return Content(_("Nothing is here yet: make a contract, from a file that you have, or take one over."))
    if not entry.current:
        return Content.styled(symbols.both("checking"), MARKS["checking"].style)
    faults = desk.faults(entry)
    if not faults:
        return Content(more)
    first, *others = faults
    count = "   " + _n("and {n} more", "and {n} more", len(others)) if others else ""
    return Content.assemble((f"{symbols.both('fix')}   {first}", MARKS["fix"].style), count)


def folded(text: str, width: int) -> tuple[list[str], list[int]]:
    """Lines of at most `width` cells, what is folded two cells further in; and where each line of the text begins."""
    lines: list[str] = []
    begins = []
    for line in text.splitlines():
        begins.append(len(lines))
        inset = " " * (min(len(line) - len(line.lstrip()), width // 2) + 2)
        lines += textwrap.wrap(line, max(16, width), subsequent_indent=inset, break_on_hyphens=False,
                               drop_whitespace=False, replace_whitespace=False) or [""]  # fmt: skip
    return lines, begins


def about(draft: ContractDraft, number: int, page: str, row: int) -> str:
    """What is under the cursor, in words that the table has no room for."""
    if page == WORKFLOW:
        rows = list(settings(draft, number))
        return f"{rows[row].label}: {rows[row].about}" if row < len(rows) else ""
    fields = draft.model(number).fields
    seen = draft.evidence(number, row) if row < len(fields) else ""
    return f"{fields[row].name}: {seen}" if seen else ""
