"""The monthly estimate: priced meter by meter, and honest about what it does not know."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pytest
from azure.core.exceptions import HttpResponseError

from wizard.report.bill import bill
from wizard.report.cost import Choices, estimate, in_any_case, of_choice
from wizard.report.schedule import runs_a_month


@dataclass(frozen=True)
class Listed:
    amount: float
    unit: str


class PriceList:
    """Prices by (region, meter), in the form of the retail price client; remembers what was asked."""

    def __init__(self, prices: dict[tuple[str, str], list[Listed]]) -> None:
        self.prices = prices
        self.asked: list[dict[str, str]] = []

    def find(self, currency: str = "USD", **fields: str) -> list[Listed]:
        self.asked.append(fields)
        return self.prices.get((fields["armRegionName"], fields["meterName"]), [])


DAILY = "0 49 1 * * ?"
CHOICES = Choices("brazilsouth", True, False, "Standard_DS3_v2", {"account": DAILY, "consents": DAILY})
PRICES = {
    ("Global", "Standard Gateway"): [Listed(0.045, "1 Hour")],
    ("brazilsouth", "Standard IPv4 Static Public IP"): [Listed(0.5, "100 Hours")],
    ("brazilsouth", "Premium Jobs Compute DBU"): [Listed(0.3, "1 Hour")],
    ("brazilsouth", "Premium All-purpose Compute DBU"): [Listed(0.55, "1 Hour")],
    ("brazilsouth", "D3 v2/DS3 v2"): [Listed(0.46, "1 Hour")],
    ("brazilsouth", "Hot LRS Data Stored"): [Listed(0.03, "1 GB/Month"), Listed(0.028, "1 GB/Month")],
    ("brazilsouth", "Standard Throughput Unit"): [Listed(0.04, "1 Hour")],
}


def monthly(choices: Choices, prices: dict[tuple[str, str], list[Listed]]) -> dict[str, float | None]:
    return {line.title: line.monthly for line in estimate(choices, PriceList(prices)).lines}


def test_each_meter_is_priced_by_its_use_in_a_month() -> None:
    cost = estimate(CHOICES, PriceList(PRICES), note="sandbox prices")
    assert {line.title: line.monthly for line in cost.lines} == {
        "NAT gateway": 32.85,  # 730 h, at the price that holds everywhere
        "public address of the gateway": 3.65,  # 730 h, sold by the hundred
        "jobs": 2.28,  # 2 jobs x 30.4 runs x 10 min x 0.75 DBU
        "machines of jobs": 4.66,
        "exploration": 8.25,  # 20 h x 0.75 DBU
        "machine of exploration": 9.2,
        "storage": 0.3,  # 10 GB, at the first tier
    }
    assert cost.complete
    assert cost.known == pytest.approx(61.19)
    assert cost.note == "sandbox prices"


def test_an_unknown_price_is_unknown_and_makes_the_total_a_lower_bound() -> None:
    without = {key: value for key, value in PRICES.items() if key[1] != "Standard Gateway"}
    cost = estimate(CHOICES, PriceList(without))
    gateway = next(line for line in cost.lines if line.title == "NAT gateway")
    assert (gateway.price, gateway.monthly) == (None, None)
    assert not cost.complete
    assert cost.known == pytest.approx(61.19 - 32.85)
    assert cost.as_data()["lines"][0]["monthly"] is None


def test_a_price_of_zero_or_of_another_unit_is_no_price() -> None:
    odd = {
        **PRICES,
        ("Global", "Standard Gateway"): [Listed(0.0, "1 Hour")],
        ("brazilsouth", "Hot LRS Data Stored"): [Listed(0.03, "10K")],
    }
    found = monthly(CHOICES, odd)
    assert found["NAT gateway"] is None
    assert found["storage"] is None


def test_public_egress_costs_addresses_only_while_nodes_run() -> None:
    found = monthly(replace(CHOICES, nat_gateway=False), PRICES)
    assert "NAT gateway" not in found
    assert found["public addresses of nodes"] == pytest.approx(0.15)  # 30.1 h


def test_event_hubs_costs_all_month_when_on() -> None:
    assert monthly(replace(CHOICES, event_hubs=True), PRICES)["Event Hubs"] == pytest.approx(29.2)


def test_a_node_type_without_known_units_leaves_its_lines_unknown() -> None:
    found = monthly(replace(CHOICES, node_type="Standard_E4ds_v5"), PRICES)
    assert found["jobs"] is None
    assert found["machines of jobs"] is None
    assert found["storage"] == 0.3


def test_a_schedule_that_cannot_be_read_leaves_the_jobs_unknown() -> None:
    found = monthly(replace(CHOICES, schedules={"account": "whenever"}), PRICES)
    assert found["jobs"] is None
    assert found["exploration"] == 8.25


@pytest.mark.parametrize(
    ("cron", "runs"),
    [
        ("0 49 1 * * ?", 365 / 12),
        ("0 0/15 * * * ?", 96 * 365 / 12),
        ("0 0 8,20 ? * MON-FRI", 2 * 5 / 7 * 365 / 12),
        ("0 0 8 1 * ?", 1),
        ("0 0 8 L * ?", 1),
        ("0 0 8 1 JAN,JUL ? 2027", 1 / 6),
        ("0 61 1 * * ?", None),
        ("49 1 * * *", None),
    ],
)
def test_a_quartz_schedule_gives_its_runs_a_month(cron: str, runs: float | None) -> None:
    assert runs_a_month(cron) == (None if runs is None else pytest.approx(runs))


class SoldInDollars(PriceList):
    """Refuses every other currency, and after `gone` all of them."""

    gone = False

    def find(self, currency: str = "USD", **fields: str) -> list[Listed]:
        if self.gone or currency != "USD":
            raise HttpResponseError("Invalid currency code")
        return super().find(currency, **fields)


def test_a_currency_or_a_list_that_is_not_to_be_had_ends_no_journey() -> None:
    prices = SoldInDollars(PRICES)
    told = in_any_case(CHOICES, prices, currency="XXX")
    assert (told.currency, told.known) == ("USD", 61.19)
    prices.gone = True
    unknown = in_any_case(CHOICES, prices, currency="BRL")
    assert not unknown.complete
    assert {line.monthly for line in unknown.lines} == {None}


def test_the_price_of_a_choice_is_that_of_the_lines_it_makes() -> None:
    prices = PriceList(PRICES)
    assert of_choice(CHOICES, "foundation.network", "nat_gateway", prices) == 36.5
    assert of_choice(CHOICES, "foundation.event_hubs", "false", prices) == 0.0
    assert of_choice(CHOICES, "compute.node_type", "Standard_Odd", prices) is None
    assert of_choice(replace(CHOICES, schedules={"": ""}), "foundation.network", "public_egress", prices) is None


def test_each_minute_of_idleness_is_billed_as_any_other() -> None:
    found = {wait: estimate(replace(CHOICES, idle_minutes=wait), PriceList(PRICES)).known for wait in (20, 60)}
    hours = 20 * 40 / 60  # 20 uses, 40 minutes longer each
    assert found[60] - found[20] == pytest.approx(hours * (0.75 * 0.55 + 0.46), abs=0.02)


def test_what_an_answer_costs_stands_beside_it() -> None:
    prices = PriceList(PRICES)
    idle = of_choice(CHOICES, "compute.autotermination_minutes", "20", prices)
    assert idle == pytest.approx(20 * 20 / 60 * (0.75 * 0.55 + 0.46), abs=0.01)
    with_hubs = replace(CHOICES, event_hubs=True)
    assert of_choice(with_hubs, "foundation.event_hubs_units", "3", prices) == pytest.approx(3 * 29.2)
    assert of_choice(CHOICES, "foundation.event_hubs_units", "3", prices) == 0.0, "there is no namespace"
    assert of_choice(replace(with_hubs, units=3), "foundation.event_hubs", "true", prices) == pytest.approx(3 * 29.2)


def test_what_an_answer_costs_is_unknown_and_never_nothing() -> None:
    without = PriceList({key: value for key, value in PRICES.items() if key[1] != "D3 v2/DS3 v2"})
    assert of_choice(CHOICES, "compute.autotermination_minutes", "20", without) is None
    assert of_choice(CHOICES, "compute.autotermination_minutes", "", PriceList(PRICES)) is None
    hubs = replace(CHOICES, event_hubs=True)
    assert of_choice(hubs, "foundation.event_hubs_units", "2", PriceList({})) is None


def test_each_figure_has_its_source_and_date() -> None:
    cost = estimate(CHOICES, PriceList(PRICES))
    told = bill({"cost": cost.as_data(), "spent": {"since": "2026-11-01", "asked": "2026-11-21", "total": None}})
    assert told.source_words == (
        f"Sources: estimate: Azure's retail price list, asked on {cost.asked}; "
        "spent: Cost Management, asked on 2026-11-21"
    )
