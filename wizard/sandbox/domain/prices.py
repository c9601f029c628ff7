"""The retail price list: one row for each meter, region, tier and way of selling it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import yaml

from wizard.sandbox.domain.arm_types import DATA, locations
from wizard.sandbox.domain.core import Body, CloudError

PAGE = 1000


@lru_cache(maxsize=1)
def _data() -> dict[str, Any]:
    data: dict[str, Any] = yaml.safe_load((DATA / "prices.yaml").read_text(encoding="utf-8"))
    return data


@lru_cache(maxsize=1)
def price_list() -> tuple[Body, ...]:
    """All rows in US dollars, in the form of the API's `Items`, in a fixed order."""
    return tuple(row for region, factor in _data()["regions"].items() for row in _rows(region, factor))


def _rows(region: str, factor: float) -> Iterator[Body]:
    for meter in _data()["meters"]:
        scale = 1.0 if meter.get("even") else factor
        for minimum, price in meter.get("tiers") or [[0, meter["price"]]]:
            yield _row(region, meter, price=price * scale, minimum=minimum)
    for name, machine in _data()["machines"].items():
        for system, base in (("", machine["price"]), (" Windows", machine["windows"])):
            product = f"Virtual Machines {machine['series']} Series{system}"
            for way, share in (("", 1.0), (" Spot", _data()["spot_factor"])):
                meter = {
                    "service": "Virtual Machines",
                    "family": "Compute",
                    "product": product,
                    "sku": machine["sku"] + way,
                    "meter": machine["meter"] + way,
                    "unit": "1 Hour",
                }
                yield _row(region, meter, price=base * share * factor, arm_sku=name)


def _row(region: str, meter: Body, *, price: float, minimum: float = 0, arm_sku: str = "") -> Body:
    amount = round(price, 6)
    return {
        "currencyCode": "USD",
        "tierMinimumUnits": float(minimum),
        "retailPrice": amount,
        "unitPrice": amount,
        "armRegionName": region,
        "location": locations()[region],
        "effectiveStartDate": _data()["effective"],
        "meterId": _id(region, meter["product"], meter["meter"]),
        "meterName": meter["meter"],
        "productId": _id(meter["product"])[:13].upper(),
        "skuId": f"{_id(meter['product'])[:13].upper()}/{_id(region, meter['sku'])[:4].upper()}",
        "productName": meter["product"],
        "skuName": meter["sku"],
        "serviceName": meter["service"],
        "serviceId": _id(meter["service"])[:13].upper(),
        "serviceFamily": meter["family"],
        "unitOfMeasure": meter["unit"],
        "type": "Consumption",
        "isPrimaryMeterRegion": True,
        "armSkuName": arm_sku,
    }


def _id(*seed: str) -> str:
    text = hashlib.sha256("\0".join(seed).encode()).hexdigest()
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:32]}"


def find_prices(terms: list[tuple[str, str]], currency: str = "USD") -> list[Body]:
    """The rows whose fields equal all the terms, case mattering, in one currency.

    Raises CloudError 400 for a field that rows do not have, or a currency that is not sold."""
    rates = _data()["currencies"]
    if currency not in rates:
        raise CloudError(400, "BadRequest", f"Invalid currency code '{currency}'.")
    fields = price_list()[0]
    for field, _value in terms:
        if field not in fields:
            raise CloudError(400, "BadRequest", f"Invalid OData parameters supplied: there is no field '{field}'.")
    found = [row for row in price_list() if all(str(row[field]) == value for field, value in terms)]
    return [_in_currency(row, currency, rates[currency]) for row in found]


def _in_currency(row: Body, currency: str, rate: float) -> Body:
    amount = round(row["retailPrice"] * rate, 6)
    return {**row, "currencyCode": currency, "retailPrice": amount, "unitPrice": amount}


def unit_price(service: str, meter: str, region: str) -> float | None:
    """The first tier's price in US dollars, or None where the list has none."""
    terms = [("serviceName", service), ("meterName", meter), ("armRegionName", region)]
    return next((float(row["retailPrice"]) for row in find_prices(terms)), None)
