"""Retail prices of Azure, without login."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from wizard.cloud.endpoints import Endpoints
from wizard.cloud.pipeline import RestClient


@dataclass(frozen=True, slots=True)
class Price:
    """`amount` in `currency` for one `unit` (as "1 Hour", "1 GB/Month")."""

    service: str
    meter: str
    sku: str
    amount: float
    currency: str
    unit: str


class PriceClient:
    """Names are case-sensitive. A price that is not found is None, never 0."""

    def __init__(self, endpoints: Endpoints) -> None:
        self._rest = RestClient(endpoints.prices, endpoints, None)

    def find(self, currency: str = "USD", **fields: str) -> list[Price]:
        """Every consumption price whose fields equal the given ones, as `serviceName="Azure Databricks"`,
        `armRegionName="brazilsouth"`, `meterName=…`."""
        query = {
            "$filter": " and ".join(f"{name} eq {_quoted(value)}" for name, value in fields.items()),
            "currencyCode": f"'{currency}'",
        }
        items = self._rest.pages("/api/retail/prices", query=query, items="Items", next_page="NextPageLink")
        return [_price(item, currency) for item in items if item.get("type", "Consumption") == "Consumption"]

    def lowest(self, currency: str = "USD", **fields: str) -> Price | None:
        """The first tier's price, or None where there is none."""
        found = [price for price in self.find(currency, **fields) if price.amount > 0]
        return min(found, key=lambda price: price.amount, default=None)


def _quoted(value: str) -> str:
    """As OData has a text: a quote within it is doubled."""
    return "'" + value.replace("'", "''") + "'"


def _price(item: dict[str, Any], currency: str) -> Price:
    return Price(
        service=str(item.get("serviceName", "")),
        meter=str(item.get("meterName", "")),
        sku=str(item.get("skuName", "")),
        amount=float(item["retailPrice"]),
        currency=str(item.get("currencyCode") or currency),
        unit=str(item.get("unitOfMeasure", "")),
    )
