"""What resources have cost, as Cost Management tells it: after a delay, by column name.

Counted is what is billed by the hour of its existence; machines and Databricks units leave no usage here."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from wizard.sandbox.domain.arm_kind import arm_kinds
from wizard.sandbox.domain.authorization import covers
from wizard.sandbox.domain.authorization_actions import action_of
from wizard.sandbox.domain.cloud import Cloud
from wizard.sandbox.domain.core import Body, Caller, CloudError
from wizard.sandbox.domain.prices import unit_price

DELAY = timedelta(hours=8)
"""Usage appears after 8 to 24 hours.
source: https://learn.microsoft.com/azure/cost-management-billing/costs/understand-cost-mgt-data"""

# type -> service and meter; the units are the SKU's capacity
METERS: dict[str, tuple[str, str]] = {
    "Microsoft.Network/natGateways": ("NAT Gateway", "Standard Gateway"),
    "Microsoft.Network/publicIPAddresses": ("Virtual Network", "Standard IPv4 Static Public IP"),
    "Microsoft.EventHub/namespaces": ("Event Hubs", "Standard Throughput Unit"),
}
PASSED = ("arm.billing", "days")  # kind and id of what the store keeps of it
TIMEFRAMES = ("MonthToDate", "BillingMonthToDate", "TheLastMonth", "WeekToDate", "Custom")
DIMENSIONS = ("ServiceName", "Meter", "ResourceId", "ResourceType", "ResourceGroupName", "ResourceLocation")
COST_NAMES = ("Cost", "PreTaxCost", "CostUSD")


@dataclass(frozen=True, slots=True)
class Charge:
    """One resource's cost of one day, in US dollars."""

    day: datetime
    dimensions: dict[str, str]
    amount: float


def today(cloud: Cloud) -> datetime:
    """The moment for the bill alone: days may have passed for it that nobody waited for."""
    return cloud.now() + timedelta(days=_passed(cloud))


def let_pass(cloud: Cloud, days: int) -> int:
    """Let days pass for the bill; how many did in all."""
    passed = _passed(cloud) + days
    cloud.store.put(*PASSED, {"days": passed})
    return passed


def _passed(cloud: Cloud) -> int:
    return int((cloud.store.get(*PASSED) or {"days": 0})["days"])


def query(cloud: Cloud, caller: Caller, scope: str, wanted: Body) -> Body | None:
    """`properties.columns` and `.rows`; None while there is nothing to tell (HTTP 204).

    Raises CloudError 400 for a timeframe or a dimension that is not known."""
    cloud.authorization.require(caller, action_of("costManagement.query"), scope)
    dataset = wanted.get("dataset") or {}
    start, end = _period(today(cloud), wanted)
    charges = list(_charges(cloud, scope, start, end))
    if not charges:
        return None
    grouping = [str(one.get("name")) for one in dataset.get("grouping") or ()]
    for name in grouping:
        if name not in DIMENSIONS:
            raise CloudError(400, "BadRequest", f"Invalid query definition: '{name}' is not a dimension.")
    daily = str(dataset.get("granularity") or "None").lower() == "daily"
    measures = _measures(dataset.get("aggregation") or {})
    columns = [{"name": name, "type": "Number"} for name in measures]
    columns += [{"name": "UsageDate", "type": "Number"}] if daily else []
    columns += [{"name": name, "type": "String"} for name in (*grouping, "Currency")]
    totals: dict[tuple[Any, ...], float] = {}
    for charge in charges:
        key: tuple[Any, ...] = (int(charge.day.strftime("%Y%m%d")),) if daily else ()
        key += tuple(charge.dimensions[name] for name in grouping)
        totals[key] = totals.get(key, 0.0) + charge.amount
    rows = [[*[round(amount, 6)] * len(measures), *key, "USD"] for key, amount in sorted(totals.items())]
    return {"properties": {"nextLink": None, "columns": columns, "rows": rows}}


def _measures(aggregation: Body) -> list[str]:
    """The columns of the aggregations, named by their aliases; sums of cost only."""
    for item in aggregation.values():
        if item.get("name") not in COST_NAMES or str(item.get("function")).lower() != "sum":
            raise CloudError(400, "BadRequest", f"Invalid query definition: {item} is not the sum of a cost.")
    return [str(item["name"]) for item in aggregation.values()] or ["Cost"]


def _period(now: datetime, wanted: Body) -> tuple[datetime, datetime]:
    month = now.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    frame = str(wanted.get("timeframe"))
    if frame not in TIMEFRAMES:
        raise CloudError(400, "BadRequest", f"Invalid query definition: the timeframe '{frame}' is not known.")
    if frame == "Custom":
        period = wanted.get("timePeriod") or {}
        try:
            return _moment(period["from"]), _moment(period["to"])
        except (KeyError, ValueError):
            raise CloudError(
                400, "BadRequest", "Invalid query definition: the time period is missing or no date."
            ) from None
    if frame == "TheLastMonth":
        return (month - timedelta(days=1)).replace(day=1), month
    if frame == "WeekToDate":
        return (now - timedelta(days=now.weekday())).replace(hour=0, minute=0, second=0, microsecond=0), now
    return month, now


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text.replace("Z", "+00:00"))
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _charges(cloud: Cloud, scope: str, start: datetime, end: datetime) -> Iterator[Charge]:
    end = min(end, today(cloud) - DELAY)
    for kind in arm_kinds(cloud):
        if kind.name not in METERS:
            continue
        for body in kind.bodies():
            if covers(scope, body["id"]):
                yield from _of_resource(body, kind.name, start, end)


def _of_resource(body: Body, kind: str, start: datetime, end: datetime) -> Iterator[Charge]:
    service, meter = METERS[kind]
    price = unit_price(service, meter, body["location"])
    units = int(body["sku"].get("capacity") or 1)
    dimensions = {
        "ServiceName": service,
        "Meter": meter,
        "ResourceId": body["id"].lower(),
        "ResourceType": kind.lower(),
        "ResourceGroupName": body["id"].split("/")[4].lower(),
        "ResourceLocation": body["location"],
    }
    day = max(start, _moment(body["systemData"]["createdAt"]))
    while price is not None and day < end:
        midnight = (day + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
        hours = (min(midnight, end) - day).total_seconds() / 3600
        yield Charge(day, dimensions, hours * units * price)
        day = midnight
