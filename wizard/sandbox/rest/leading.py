"""Lists that lead their reader on: an empty page that is not the last, a page that leads to itself."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import quote, urlencode

from wizard.sandbox.rest.route import Call, Reply, Route

LEADING = ("empty_page", "same_page")
# Where the items of a list stand, and where the address of the next page.
FORMS = (("value", "nextLink"), ("Items", "NextPageLink"))


async def led(route: Route, call: Call, *, again: bool) -> Reply:
    """A list's page that leads back here: with its items if `again`, else empty. SCIM counts, so that its page is
    the first again; Databricks' other lists go on by a token."""
    reply = await route.handler(replace(call, query={**call.query, "startIndex": "1"}))
    if not isinstance(reply.body, dict) or "Resources" in reply.body:
        return reply
    here = f"{call.base_url}{quote(call.url_path)}?{urlencode(call.query)}"
    body = dict(reply.body)
    for items, plain in FORMS:
        if items in body:
            link = "@odata.nextLink" if "@odata.context" in body else plain
            return replace(reply, body={**body, items: body[items] if again else [], link: here})
    kept = body if again else {key: [] if isinstance(value, list) else value for key, value in body.items()}
    return replace(reply, body={**kept, "next_page_token": "again"})
