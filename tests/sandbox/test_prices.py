"""The price list: no login, exact filters, pages."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote, urlencode

import pytest

from tests.sandbox.conftest import Http
from wizard.cloud.endpoints import Endpoints
from wizard.cloud.prices import PriceClient
from wizard.sandbox.domain.arm_compute import sizes
from wizard.sandbox.domain.prices import find_prices, price_list
from wizard.sandbox.process import Connection


def ask(http: Http, sandbox: Connection, terms: str = "", **query: str) -> Any:
    """The first page for a filter; `currencyCode` and `$…` are query parameters."""
    parameters = {**({"$filter": terms} if terms else {}), **query}
    url = f"{sandbox.info['endpoints']['prices']}/api/retail/prices"
    return http("GET", f"{url}?{urlencode(parameters, quote_via=quote)}").json


DBU = "serviceName eq 'Azure Databricks' and armRegionName eq 'brazilsouth' and meterName eq '{}'"


@pytest.mark.parametrize(
    "meter", ["Premium All-purpose Compute DBU", "Premium Jobs Compute DBU", "Premium Serverless SQL DBU"]
)
def test_databricks_units_have_a_price_in_the_region(http: Http, sandbox: Connection, meter: str) -> None:
    page = ask(http, sandbox, DBU.format(meter))
    (item,) = page["Items"]
    assert item["retailPrice"] > 0
    assert (item["unitOfMeasure"], item["currencyCode"]) == ("1 Hour", "USD")
    assert (page["Count"], page["NextPageLink"]) == (1, None)


def test_case_matters(http: Http, sandbox: Connection) -> None:
    assert ask(http, sandbox, DBU.format("premium jobs compute dbu"))["Items"] == []


def test_another_currency_is_another_amount(http: Http, sandbox: Connection) -> None:
    terms = DBU.format("Premium Jobs Compute DBU")
    dollars = ask(http, sandbox, terms)["Items"][0]["retailPrice"]
    page = ask(http, sandbox, terms, currencyCode="'BRL'")
    assert page["BillingCurrency"] == page["Items"][0]["currencyCode"] == "BRL"
    assert page["Items"][0]["retailPrice"] > dollars


def test_the_whole_list_comes_in_pages(http: Http, sandbox: Connection) -> None:
    page = ask(http, sandbox)
    assert page["Count"] == len(page["Items"]) == 1000
    seen = list(page["Items"])
    while page["NextPageLink"]:
        page = http("GET", page["NextPageLink"]).json
        seen += page["Items"]
    assert seen == list(price_list())


def test_every_size_has_a_machine_price_in_both_regions() -> None:
    for region in ("brazilsouth", "eastus2"):
        for size in sizes():
            terms = [("serviceName", "Virtual Machines"), ("armSkuName", size), ("armRegionName", region)]
            assert {row["productName"].endswith("Windows") for row in find_prices(terms)} == {True, False}, size


@pytest.mark.parametrize(
    ("service", "meter"),
    [
        ("NAT Gateway", "Standard Gateway"),
        ("NAT Gateway", "Standard Data Processed"),
        ("Virtual Network", "Standard IPv4 Static Public IP"),
        ("Event Hubs", "Standard Throughput Unit"),
        ("Event Hubs", "Standard Ingress Events"),
        ("Storage", "Hot LRS Data Stored"),
        ("Storage", "Hot Write Operations"),
    ],
)
def test_what_the_foundation_uses_has_a_price(service: str, meter: str) -> None:
    for region in ("brazilsouth", "eastus2"):
        assert find_prices([("serviceName", service), ("meterName", meter), ("armRegionName", region)])


@pytest.mark.parametrize("terms", ["meterName ne 'x'", "contains(meterName, 'x')", "colour eq 'x'", "meterName eq x"])
def test_filters_that_are_not_understood_are_refused(http: Http, sandbox: Connection, terms: str) -> None:
    assert "error" in ask(http, sandbox, terms)


def test_the_wizards_own_client_finds_prices(sandbox: Connection) -> None:
    endpoints: Endpoints = sandbox.target.endpoints
    found = PriceClient(endpoints).find(serviceName="Storage", meterName="Hot LRS Data Stored", armRegionName="eastus2")
    assert {price.unit for price in found} == {"1 GB/Month"}
    assert PriceClient(endpoints).lowest(serviceName="Storage", meterName="No such meter") is None
