"""The end of a journey as one HTML file that needs nothing else, from the summary's data."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from wizard.report import bill
from wizard.report.links import Link
from wizard.report.page import Block, Heading, Paragraph, Places, Rows, html
from wizard.report.render import SIGNS
from wizard.text import _, figure


def summary_html(data: Mapping[str, Any], *, name: str, language: str) -> str:
    """`data` is a `Summarised` event's."""
    blocks: list[Block] = [Heading(_("The lakehouse {name}", name=name), 1)]
    blocks += [Heading(_("Steps")), Rows((_("Step"), _("State"), _("Why")), tuple(
        (str(step["name"]), _state(str(step["verdict"])), str(step.get("why", ""))) for step in data["steps"]
    ))]  # fmt: skip
    blocks += [Heading(_("Tables")), Rows((_("Table"), _("Rows")), tuple(
        (str(table["name"]), _("unknown") if table["rows"] is None else figure(table["rows"], ","))
        for table in data["tables"]
    ), numbers=(1,))]  # fmt: skip
    blocks += [Heading(_("Cost a month")), *bill.blocks(bill.bill(data))]
    blocks += [Heading(_("Links")), Places(tuple(Link(link["title"], link["url"]) for link in data["links"]))]
    if data.get("receipt"):
        blocks += [Heading(_("Receipt")), Paragraph(str(data["receipt"]))]
    return html(blocks, language)


def _state(verdict: str) -> str:
    symbol, word, _style = SIGNS[verdict]
    return f"{symbol} {_(word)}"
