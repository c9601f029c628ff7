"""The REST door of the retail price list; it asks for no login."""

from __future__ import annotations

from urllib.parse import urlencode

from wizard.sandbox.domain.core import CloudError
from wizard.sandbox.domain.prices import PAGE, find_prices
from wizard.sandbox.rest.arm_filters import parse_filter
from wizard.sandbox.rest.route import Call, Reply, Route

PATH = "/api/retail/prices"


def _number(call: Call, name: str, default: int) -> int:
    text = call.query.get(name, str(default))
    if not text.isdigit():
        raise CloudError(400, "BadRequest", f"Invalid OData parameters supplied: {name}={text}.")
    return int(text)


async def list_prices(call: Call) -> Reply:
    """A page of at most 1,000 rows; NextPageLink is absolute, null at the end."""
    currency = call.query.get("currencyCode", "USD").strip("'")
    found = find_prices(parse_filter(call.query.get("$filter")), currency)
    skip, top = _number(call, "$skip", 0), min(_number(call, "$top", PAGE), PAGE)
    page = found[skip : skip + top]
    query = {**call.query, "$skip": str(skip + top)}
    return Reply(
        200,
        {
            "BillingCurrency": currency,
            "CustomerEntityId": "Default",
            "CustomerEntityType": "Retail",
            "Items": page,
            "NextPageLink": f"{call.base_url}{PATH}?{urlencode(query)}" if skip + top < len(found) and top else None,
            "Count": len(page),
        },
    )


ROUTES = [Route("prices.list", "GET", PATH, list_prices, public=True)]
