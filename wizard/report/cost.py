"""The monthly estimate, meter by meter. A price that is not known is told as unknown, never as nothing."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Protocol

from wizard.report.schedule import runs_a_month
from wizard.text import N_, _, _n, figure

HOURS_A_MONTH = 730.0
SESSIONS = 20  # assumed uses of the exploration cluster; after each it waits idle until it ends by itself
WORK_MINUTES = 40.0  # assumed of each, without that wait
MINUTES_A_RUN = 10.0  # assumed: a job cluster's start and a small daily load
STORED_GB = 10.0  # assumed; the samples are far below it
CURRENCY = "USD"

# DBUs an hour, and the meter of the machine. Source: the instance types of the Azure Databricks price page.
# A node type that is not here is priced as unknown.
NODE_TYPES: dict[str, tuple[float, str]] = {
    "Standard_DS3_v2": (0.75, "D3 v2/DS3 v2"),
    "Standard_DS4_v2": (1.5, "D4 v2/DS4 v2"),
    "Standard_DS5_v2": (3.0, "D5 v2/DS5 v2"),
}
MACHINE_PRODUCT = "Virtual Machines DSv2 Series"  # of all of these; the same meters under Windows are another product
GLOBAL = "Global"  # the region of meters that cost the same everywhere


class Price(Protocol):
    @property
    def amount(self) -> float: ...
    @property
    def unit(self) -> str: ...


class PriceFinder(Protocol):
    """`wizard.cloud.prices.PriceClient`, as far as an estimate needs it."""

    def find(self, currency: str = CURRENCY, **fields: str) -> Sequence[Price]: ...


@dataclass(frozen=True, slots=True)
class Choices:
    """What the answers say that costs money. `schedules`: model -> Quartz cron."""

    region: str
    nat_gateway: bool
    event_hubs: bool
    node_type: str
    schedules: Mapping[str, str]
    idle_minutes: int = 20  # after which the exploration cluster stops
    units: int = 1  # throughput units of Event Hubs

    @property
    def exploration_hours(self) -> float:
        """Assumed hours of the exploration cluster in a month, its idle time among them."""
        return SESSIONS * (WORK_MINUTES + self.idle_minutes) / 60


# The answers that cost money, by key: what another value of each makes of the choices.
NETWORK, EVENT_HUBS, NODE_TYPE = "foundation.network", "foundation.event_hubs", "compute.node_type"
UNITS, IDLE = "foundation.event_hubs_units", "compute.autotermination_minutes"
CHOSEN: Mapping[str, Callable[[Choices, str], Choices]] = {
    NETWORK: lambda choices, value: replace(choices, nat_gateway=value == "nat_gateway"),
    EVENT_HUBS: lambda choices, value: replace(choices, event_hubs=value == "true"),
    NODE_TYPE: lambda choices, value: replace(choices, node_type=value),
    UNITS: lambda choices, value: replace(choices, units=int(value)),
    IDLE: lambda choices, value: replace(choices, idle_minutes=int(value)),
}
WITHOUT: Mapping[str, Callable[[Choices], Choices]] = {  # what an answer costs is what it costs more than this
    UNITS: lambda choices: replace(choices, units=0),
    IDLE: lambda choices: replace(choices, idle_minutes=0),
}


@dataclass(frozen=True, slots=True)
class Usage:
    """One meter's use in a month; `quantity` None where it cannot be known. `answer` is the key of the answer that
    turns it; empty where every setup does."""

    title: str  # in English: translated where it is shown
    service: str
    meter: str
    quantity: float | None
    unit: str  # of measure, as the price list has it: hour, gb/month
    why: str
    product: str | None = None
    shown: str = "h"  # the unit as people read it
    answer: str = ""


@dataclass(frozen=True, slots=True)
class CostLine:
    """`price` is for one `unit` (h, DBU, GB); `monthly` is None wherever price or quantity is unknown."""

    title: str
    meter: str
    quantity: float | None
    unit: str
    price: float | None
    monthly: float | None
    currency: str
    why: str
    service: str = ""  # as the price list and the bill name it
    answer: str = ""  # the key of the answer that makes it, if one does


@dataclass(frozen=True, slots=True)
class Cost:
    lines: tuple[CostLine, ...]
    currency: str
    note: str | None = None  # how sure the prices are, where they are not the cloud's own
    asked: str = ""  # the date on which the price list was asked

    @property
    def known(self) -> float:
        """The sum of what is known."""
        return round(sum(line.monthly for line in self.lines if line.monthly is not None), 2)

    @property
    def complete(self) -> bool:
        return all(line.monthly is not None for line in self.lines)

    def as_data(self) -> dict[str, Any]:
        return {
            "currency": self.currency,
            "monthly": self.known,
            "complete": self.complete,
            "note": self.note,
            "asked": self.asked,
            "lines": [
                {
                    "title": line.title,
                    "service": line.service,
                    "meter": line.meter,
                    "quantity": line.quantity,
                    "unit": line.unit,
                    "price": line.price,
                    "monthly": line.monthly,
                    "why": line.why,
                }
                for line in self.lines
            ],
        }


def estimate(choices: Choices, prices: PriceFinder, *, currency: str = CURRENCY, note: str | None = None) -> Cost:
    """Price every meter the choices turn; a few requests, without sign-in."""
    lines = tuple(_price(usage, choices.region, prices, currency) for usage in usages(choices))
    return Cost(lines, currency, note, f"{datetime.now(UTC):%Y-%m-%d}")


class NoPrices:
    """The price list of who cannot ask any."""

    def find(self, currency: str = CURRENCY, **fields: str) -> Sequence[Price]:
        return ()


def in_any_case(choices: Choices, prices: PriceFinder, *, currency: str, note: str | None = None) -> Cost:
    """As `estimate`; in US dollars where the list is not sold in that currency, and all unknown where it cannot be had:
    a journey that is done does not fail for a price."""
    from azure.core.exceptions import AzureError

    for code in dict.fromkeys((currency, CURRENCY)):
        with suppress(AzureError):
            return estimate(choices, prices, currency=code, note=note)
    return estimate(choices, NoPrices(), currency=currency, note=note)


def of_choice(
    choices: Choices, answer: str, value: str, prices: PriceFinder, *, currency: str = CURRENCY
) -> float | None:
    """What a month costs of that which `value` makes, given as the answer of this key; None where a part of it is
    unknown, and 0 only where it makes nothing that is billed."""
    try:
        wanted = CHOSEN[answer](choices, value)
    except ValueError:  # of a number that is not typed to its end
        return None
    if answer in WITHOUT:
        return _more(wanted, WITHOUT[answer](choices), prices, currency)
    lines = [_price(usage, choices.region, prices, currency) for usage in usages(wanted) if usage.answer == answer]
    known = [line.monthly for line in lines if line.monthly is not None]
    return round(sum(known), 2) if len(known) == len(lines) else None


def _more(wanted: Choices, without: Choices, prices: PriceFinder, currency: str) -> float | None:
    """What one costs more than the other; of what both cost alike, the price need not be known."""
    more = 0.0
    for one, other in zip(usages(wanted), usages(without), strict=True):
        if one.quantity == other.quantity:
            continue
        price = _find(one, wanted.region, prices, currency)
        if price is None or one.quantity is None or other.quantity is None:
            return None
        more += price * (one.quantity - other.quantity)
    return round(more, 2)


class Remembered:
    """A price list that is asked but once for each price."""

    def __init__(self, prices: PriceFinder) -> None:
        self._prices = prices
        self._found: dict[tuple[object, ...], Sequence[Price]] = {}

    def find(self, currency: str = CURRENCY, **fields: str) -> Sequence[Price]:
        key = (currency, *sorted(fields.items()))
        if key not in self._found:
            self._found[key] = self._prices.find(currency, **fields)
        return self._found[key]


def assumptions(hours: float) -> str:
    """What an estimate takes for granted, in words; `hours` of the exploration cluster."""
    return _(
        "assumed: {hours} h of cluster, {minutes} min a run, {gb} GB",
        hours=figure(round(hours, 1), "g"),
        minutes=figure(MINUTES_A_RUN, "g"),
        gb=figure(STORED_GB, "g"),
    )


def usages(choices: Choices) -> tuple[Usage, ...]:
    """What a month uses, before any price."""
    cluster_hours, job_hours = choices.exploration_hours, _job_hours(choices.schedules)
    found = [
        *_network(choices.nat_gateway, cluster_hours, job_hours),
        *_compute(choices, cluster_hours, job_hours),
        Usage(
            N_("storage"),
            "Storage",
            "Hot LRS Data Stored",
            STORED_GB,
            "gb/month",
            _("assumed: {gb} GB kept", gb=figure(STORED_GB, "g")),
            product="Azure Data Lake Storage Gen2 Hierarchical Namespace",
            shown="GB",
        ),
    ]
    if choices.event_hubs:
        found.append(
            Usage(
                N_("Event Hubs"),
                "Event Hubs",
                "Standard Throughput Unit",
                HOURS_A_MONTH * choices.units,
                "hour",
                _n(
                    "{n} throughput unit, all month, used or not",
                    "{n} throughput units, all month, used or not",
                    choices.units,
                ),
                answer=EVENT_HUBS,
            )
        )
    return tuple(found)


def _network(nat_gateway: bool, cluster_hours: float, job_hours: float | None) -> list[Usage]:
    address = ("Virtual Network", "Standard IPv4 Static Public IP")
    if nat_gateway:
        always = _("all month, as long as the workspace exists, even idle")
        return [
            Usage(N_("NAT gateway"), "NAT Gateway", "Standard Gateway", HOURS_A_MONTH, "hour", always, answer=NETWORK),
            Usage(N_("public address of the gateway"), *address, HOURS_A_MONTH, "hour", always, answer=NETWORK),
        ]
    hours = None if job_hours is None else cluster_hours + job_hours
    running = _("only while a node runs")
    return [Usage(N_("public addresses of nodes"), *address, hours, "hour", running, answer=NETWORK)]


def _compute(choices: Choices, cluster_hours: float, job_hours: float | None) -> list[Usage]:
    dbu, machine = NODE_TYPES.get(choices.node_type, (None, choices.node_type))
    hours = figure(round(cluster_hours, 1), "g")
    exploring = _("assumed: {hours} hours a month on one {node}", hours=hours, node=choices.node_type)
    running = _(
        "{jobs} jobs as scheduled, assumed {minutes} minutes each, on one {node}; nothing while paused",
        jobs=len(choices.schedules),
        minutes=figure(MINUTES_A_RUN, "g"),
        node=choices.node_type,
    )
    databricks, machines = "Azure Databricks", "Virtual Machines"
    found = [
        Usage(N_("jobs"), databricks, "Premium Jobs Compute DBU", _times(job_hours, dbu), "hour", running, shown="DBU"),
        Usage(N_("machines of jobs"), machines, machine, job_hours, "hour", running, product=MACHINE_PRODUCT),
        Usage(
            N_("exploration"),
            databricks,
            "Premium All-purpose Compute DBU",
            _times(cluster_hours, dbu),
            "hour",
            exploring,
            shown="DBU",
        ),
        Usage(
            N_("machine of exploration"), machines, machine, cluster_hours, "hour", exploring, product=MACHINE_PRODUCT
        ),
    ]
    return [replace(usage, answer=NODE_TYPE) for usage in found]


def _times(hours: float | None, rate: float | None) -> float | None:
    return None if hours is None or rate is None else hours * rate


def _job_hours(schedules: Mapping[str, str]) -> float | None:
    runs = [runs_a_month(cron) for cron in schedules.values()]
    known = [count for count in runs if count is not None]
    return None if len(known) < len(runs) else sum(known) * MINUTES_A_RUN / 60


def _price(usage: Usage, region: str, prices: PriceFinder, currency: str) -> CostLine:
    price = _find(usage, region, prices, currency)
    quantity = None if usage.quantity is None else round(usage.quantity, 2)
    monthly = None if price is None or usage.quantity is None else round(price * usage.quantity, 2)
    return CostLine(
        usage.title,
        usage.meter,
        quantity,
        usage.shown,
        price,
        monthly,
        currency,
        usage.why,
        usage.service,
        usage.answer,
    )


def _find(usage: Usage, region: str, prices: PriceFinder, currency: str) -> float | None:
    fields = {"serviceName": usage.service, "meterName": usage.meter}
    if usage.product:
        fields["productName"] = usage.product
    for place in (region, GLOBAL):
        found = [_for_one(price, usage.unit) for price in prices.find(currency, **fields, armRegionName=place)]
        known = [price for price in found if price]
        if known:
            return max(known)  # of several tiers the first is the dearest, and ours
    return None


def _for_one(price: Price, unit: str) -> float | None:
    """The price of one `unit`, from a unit of measure such as `1 Hour` or `100 GB/Month`; None if it is another."""
    match = re.fullmatch(r"(\d+)(K?) (\w+?)s?(/\w+)?", price.unit)
    if match is None or f"{match[3]}{match[4] or ''}".lower() != unit:
        return None
    return price.amount / (int(match[1]) * (1000 if match[2] else 1))
