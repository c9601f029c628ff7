"""What things cost, as both front ends say it. A price that is not known is a word, never 0."""

from __future__ import annotations

from wizard.guided.messages import Priced
from wizard.report.cost import assumptions
from wizard.text import _, currency, figure


def a_month(amount: float | None, code: str) -> str:
    """Of one choice."""
    if amount is None:
        return _("unknown")
    return _("+ {amount} / month", amount=_in(amount, code))


def in_all(priced: Priced) -> str:
    """The estimate, and what it takes for granted."""
    if priced.monthly is None:
        return _("unknown: the price list did not answer")
    amount, assumed = _in(priced.monthly, priced.currency), assumptions()
    if priced.complete:
        return _("{amount} / month; {assumed}", amount=amount, assumed=assumed)
    return _("at least {amount} / month, a price is unknown; {assumed}", amount=amount, assumed=assumed)


def _in(amount: float, code: str) -> str:
    return f"{currency(code)} {figure(amount, ',.2f')}"
