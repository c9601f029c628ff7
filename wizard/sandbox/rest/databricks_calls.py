"""What Databricks' REST doors do alike: plain calls of a kind's operations, and their queries and bodies."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from wizard.sandbox.domain.core import Body
from wizard.sandbox.domain.databricks import invalid
from wizard.sandbox.rest.route import Call, Handler, Reply, Route

Answer = Callable[[Call], Any]


def body_of(call: Call) -> Body:
    """The JSON body; 400 for another."""
    if call.body in (None, b"", ""):
        return {}
    if not isinstance(call.body, dict):
        raise invalid("The request's body is not a JSON object.", "MALFORMED_REQUEST")
    return call.body


def query_of(call: Call, name: str) -> str:
    """A query parameter that must be there."""
    value = call.query.get(name)
    if not value:
        raise invalid(f"Missing required parameter: {name}")
    return value


def flag(call: Call, name: str) -> bool:
    return call.query.get(name, "").lower() == "true"


def answering(answer: Answer, status: int = 200) -> Handler:
    """A handler that answers what a plain function returns; None is `{}`."""

    async def handle(call: Call) -> Reply:
        result = answer(call)
        if isinstance(result, Reply):
            return result
        return Reply(status, {} if result is None else result)

    return handle


def route(operation: str, method: str, path: str, answer: Answer, *, read_post: bool = False) -> Route:
    return Route(operation, method, path, answering(answer), read_post=read_post)
