"""What a lakehouse costs, in words: the one form of estimate, budget and spending that every front end draws."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from wizard.report.page import Block, Paragraph, Rows
from wizard.text import _, figure, money


@dataclass(frozen=True, slots=True)
class Line:
    """One meter of the estimate. What is not known is a word."""

    what: str
    meter: str
    quantity: str
    price: str
    monthly: str
    why: str


@dataclass(frozen=True, slots=True)
class Service:
    """A service's month: what was estimated, and what was spent so far. None: not known, or not told yet."""

    name: str
    estimate: float | None
    spent: float | None


@dataclass(frozen=True, slots=True)
class Bill:
    """`estimate` and `spent` are sums in `currency`; `spent_words` tell of the last also where it is None. `budget` is
    in the subscription's own currency: `budget_currency`, empty while no bill told which that is."""

    currency: str
    lines: tuple[Line, ...]
    services: tuple[Service, ...]
    estimate: float | None
    complete: bool
    budget: float | None
    budget_currency: str
    spent: float | None
    spent_words: str
    note: str
    estimated_on: str = ""
    asked_on: str = ""

    @property
    def source_words(self) -> str:
        """Where the figures come from, and of which day they are; empty where that was not told."""
        told = []
        if self.estimated_on and self.lines and not self.note:  # the note says whose prices they are
            told.append(_("estimate: Azure's retail price list, asked on {day}", day=self.estimated_on))
        if self.asked_on:
            told.append(_("spent: Cost Management, asked on {day}", day=self.asked_on))
        return _("Sources: {sources}", sources="; ".join(told)) if told else ""

    @property
    def total_words(self) -> str:
        total = amount(self.estimate, self.currency)
        if self.estimate is None:
            return _("Not estimated: the answers do not say enough")
        return _("Total: {total}", total=total) if self.complete else _("Total: at least {total}", total=total)

    @property
    def budget_words(self) -> str:
        if self.budget is None:
            return ""
        if not self.budget_currency:
            budget = figure(self.budget, ",g")
            return _("Budget: {budget} a month, in the subscription's currency", budget=budget)
        return _("Budget: {budget} a month", budget=money(self.budget, self.budget_currency))

    @property
    def compared(self) -> float | None:
        """The budget, where it is a sum in `currency` and may stand among the others; None else."""
        return self.budget if self.budget_currency and self.budget_currency == self.currency else None


def bill(data: Mapping[str, Any]) -> Bill:
    """From a summary's data: `cost`, and `spent` and `budget` where they are there."""
    cost, spent, budget = data.get("cost") or {}, data.get("spent") or {}, data.get("budget")
    estimated, charges = list(cost.get("lines", ())), list(spent.get("lines", ()))
    same = not charges or not estimated or spent.get("currency") in (None, cost.get("currency"))
    return Bill(
        currency=str((cost if estimated else spent).get("currency") or ""),
        lines=tuple(map(_line, estimated)),
        services=tuple(_services(estimated, charges if same else [])),
        estimate=cost.get("monthly"),
        complete=bool(cost.get("complete")),
        budget=None if budget is None else float(budget),
        budget_currency=str(spent.get("currency") or ""),
        spent=spent.get("total") if same else None,
        spent_words=_spent(spent) if spent else "",
        note=str(cost.get("note") or ""),
        estimated_on=str(cost.get("asked") or ""),
        asked_on=str(spent.get("asked") or "") if spent else "",
    )


def blocks(found: Bill) -> Iterator[Block]:
    """For a page: the meters, the sum, and what was spent."""
    if found.lines:
        head = (_("what"), _("meter"), _("quantity"), _("price"), _("{currency} a month", currency=found.currency))
        cells = ((x.what, x.meter, x.quantity, x.price, x.monthly, x.why) for x in found.lines)
        yield Rows((*head, _("why")), tuple(cells), numbers=(2, 3, 4))
    yield Paragraph(found.total_words)
    if found.note:
        yield Paragraph(found.note)
    if found.budget is not None:
        yield Paragraph(found.budget_words)
    if found.spent is not None:
        rows = tuple((each.name, amount(each.estimate), amount(each.spent)) for each in found.services)
        yield Rows((_("service"), _("estimate"), _("spent")), rows, numbers=(1, 2))
    if found.spent_words:
        yield Paragraph(found.spent_words)
    if found.source_words:
        yield Paragraph(found.source_words)


def amount(value: float | None, currency: str = "") -> str:
    """Money, or the word that says it is not known."""
    if value is None:
        return _("unknown")
    return money(value, currency) if currency else figure(value, ",.2f")


def _line(line: Mapping[str, Any]) -> Line:
    quantity, price = line.get("quantity"), line.get("price")
    return Line(
        what=_(str(line["title"])),
        meter=str(line.get("meter", "")),
        quantity=_("unknown") if quantity is None else f"{figure(quantity, ',g')} {line.get('unit', '')}",
        price=_("unknown") if price is None else figure(price, ",.4f"),
        monthly=amount(line.get("monthly")),
        why=str(line.get("why", "")),
    )


def _services(estimated: list[Mapping[str, Any]], charges: list[Mapping[str, Any]]) -> Iterator[Service]:
    """Those that were estimated, in their order, then those that only the bill knows. A service with a part that has no
    price has none."""
    names = dict.fromkeys([*(_service(line) for line in estimated), *(str(each["service"]) for each in charges)])
    for name in names:
        parts = [line.get("monthly") for line in estimated if _service(line) == name]
        told = [float(each["amount"]) for each in charges if each["service"] == name]
        known = [part for part in parts if part is not None]
        yield Service(
            name=name,
            estimate=round(sum(known), 2) if parts and len(known) == len(parts) else None,
            spent=round(sum(told), 2) if told else None,
        )


def _service(line: Mapping[str, Any]) -> str:
    return str(line.get("service") or _(str(line["title"])))


def _spent(spent: Mapping[str, Any]) -> str:
    if spent.get("total") is None:
        return _("Spent since {day}: unknown, {why}; Azure reports up to 24 h late",
                 day=spent.get("since", ""), why=spent.get("why") or _("not reported yet"))  # fmt: skip
    total = money(float(spent["total"]), str(spent.get("currency") or ""))
    return _("Spent since {day}: {total}; Azure reports up to 24 h late", day=spent.get("since", ""), total=total)
