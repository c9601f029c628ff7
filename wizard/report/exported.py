"""The end of a journey as one HTML file that needs nothing else, from the summary's data."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from wizard.report.links import Link
from wizard.report.page import Block, Heading, Paragraph, Places, Rows, html
from wizard.text import _


def summary_html(data: Mapping[str, Any], *, name: str, budget: str, language: str) -> str:
    """`data` is a `Summarised` event's; `budget` as it was answered, a month."""
    blocks: list[Block] = [Heading(_("The lakehouse {name}", name=name), 1)]
    blocks += [Heading(_("Steps")), Rows((_("Step"), _("State"), _("Why")), tuple(
        (str(step["name"]), str(step["verdict"]), str(step.get("why", ""))) for step in data["steps"]
    ))]  # fmt: skip
    blocks += [Heading(_("Tables")), Rows((_("Table"), _("Rows")), tuple(
        (str(table["name"]), _("unknown") if table["rows"] is None else f"{table['rows']:,}")
        for table in data["tables"]
    ), numbers=(1,))]  # fmt: skip
    blocks += _cost(data.get("cost"), budget)
    blocks += [Heading(_("Links")), Places(tuple(Link(link["title"], link["url"]) for link in data["links"]))]
    if data.get("receipt"):
        blocks += [Heading(_("Receipt")), Paragraph(str(data["receipt"]))]
    return html(blocks, language)


def _cost(cost: Mapping[str, Any] | None, budget: str) -> list[Block]:
    if cost is None:
        return []
    lines = [
        (str(line["title"]), _("unknown") if line["monthly"] is None else f"{line['monthly']:.2f}")
        for line in cost["lines"]
    ]
    total = f"{cost['monthly']:.2f}{'' if cost['complete'] else '+'}"
    head = (_("Meter"), _("{currency} a month, estimate", currency=cost["currency"]))
    blocks: list[Block] = [Heading(_("Cost")), Rows(head, (*lines, (_("Total"), total)), numbers=(1,))]
    if budget:
        blocks.append(Paragraph(_("Budget: {budget} a month", budget=budget)))
    if cost.get("note"):
        blocks.append(Paragraph(str(cost["note"])))
    return blocks
