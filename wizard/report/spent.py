"""What a lakehouse has cost this month, as Cost Management tells it. What is not told yet is unknown, never nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from wizard.steps.facts import ProjectFacts
from wizard.text import _

if TYPE_CHECKING:
    from wizard.cloud.arm import ArmClient
    from wizard.steps.base import Ctx

AMOUNTS = ("Cost", "PreTaxCost", "totalCost")  # what the sum's column is called, by version and kind of contract
QUERY: Mapping[str, Any] = {
    "type": "ActualCost",
    "timeframe": "MonthToDate",
    "dataset": {
        "granularity": "None",
        "aggregation": {"totalCost": {"name": "Cost", "function": "Sum"}},
        "grouping": [{"type": "Dimension", "name": "ServiceName"}, {"type": "Dimension", "name": "Meter"}],
    },
}


@dataclass(frozen=True, slots=True)
class Charge:
    """What one meter of a service has cost since the month began."""

    service: str
    meter: str
    amount: float


@dataclass(frozen=True, slots=True)
class Spent:
    """`charges` empty and `why` in words where nothing is told. `currency` is the bill's own."""

    since: str  # a date
    charges: tuple[Charge, ...] = ()
    currency: str | None = None
    why: str = ""
    asked: str = ""  # the date on which Cost Management was asked

    @property
    def total(self) -> float | None:
        return round(sum(charge.amount for charge in self.charges), 2) if self.charges else None

    def as_data(self) -> dict[str, Any]:
        return {
            "since": self.since,
            "asked": self.asked,
            "currency": self.currency,
            "total": self.total,
            "why": self.why,
            "lines": [
                {"service": one.service, "meter": one.meter, "amount": round(one.amount, 4)} for one in self.charges
            ],
        }


def spent(ctx: Ctx) -> Spent:
    """Ask with the operator's sign-in; whatever hinders that is told as the reason, and never raised."""
    since = f"{datetime.now(UTC):%Y-%m-01}"
    project = ctx.maybe(ProjectFacts)
    if project is None:
        return Spent(since, why=_("not asked: the project is not known yet"))
    try:
        groups = (project.resource_group, project.managed_resource_group)
        return of_groups(ctx.world.arm(ctx, "operator"), groups, since)
    except Exception as error:  # a summary stands also where nobody may see the bill
        from wizard.steps.problems import from_exception

        return Spent(since, why=_("not to be had: {why}", why=from_exception(error).what))


def of_groups(arm: ArmClient, groups: Iterable[str], since: str) -> Spent:
    """What these resource groups have cost since the month began. Raises what the client raises."""
    rows = [row for group in groups for row in _rows(arm, f"{arm.scope}/resourceGroups/{group}")]
    charges = [charge for row in rows if (charge := _charge(row)) is not None]
    asked = f"{datetime.now(UTC):%Y-%m-%d}"
    if not charges:
        return Spent(since, why=_("not reported yet"), asked=asked)
    currencies = sorted({str(row["Currency"]) for row in rows if row.get("Currency") and _charge(row) is not None})
    if len(currencies) > 1:  # sums of several have no meaning
        why = _("billed in several currencies: {names}", names=", ".join(currencies))
        return Spent(since, why=why, asked=asked)
    return Spent(since, tuple(_joined(charges)), next(iter(currencies), None), asked=asked)


def _rows(arm: ArmClient, scope: str) -> list[dict[str, Any]]:
    """Of one resource group; none where it is not there."""
    from azure.core.exceptions import ResourceNotFoundError

    try:
        return arm.cost(scope, dict(QUERY))
    except ResourceNotFoundError:
        return []


def _charge(row: Mapping[str, Any]) -> Charge | None:
    amount = next((row[name] for name in AMOUNTS if row.get(name) is not None), None)
    if amount is None:
        return None
    return Charge(str(row.get("ServiceName") or ""), str(row.get("Meter") or ""), float(amount))


def _joined(charges: list[Charge]) -> list[Charge]:
    """One for each service and meter, the dearest first."""
    sums: dict[tuple[str, str], float] = {}
    for each in charges:
        sums[each.service, each.meter] = sums.get((each.service, each.meter), 0.0) + each.amount
    return sorted((Charge(*key, amount) for key, amount in sums.items()), key=lambda each: -each.amount)
