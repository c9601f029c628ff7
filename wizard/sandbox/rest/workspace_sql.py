"""SQL warehouses and statements, as a workspace serves them."""

from __future__ import annotations

import re

from wizard.sandbox.domain.core import Body
from wizard.sandbox.domain.databricks import invalid
from wizard.sandbox.domain.statements import Statements
from wizard.sandbox.rest.databricks_calls import body_of, route
from wizard.sandbox.rest.route import Call, Reply, Route

SQL = "/api/2.0/sql"


def _statements(call: Call) -> Statements:
    kind = call.cloud.kind("ws.statement")
    assert isinstance(kind, Statements)
    return kind


def _seconds(text: str) -> int:
    match = re.fullmatch(r"(\d+)s", text)
    seconds = int(match[1]) if match else -1
    if seconds != 0 and not 5 <= seconds <= 50:
        raise invalid(f"wait_timeout {text} is not 0s or between 5s and 50s.")
    return seconds


async def _execute(call: Call) -> Reply:
    body = body_of(call)
    if body.get("disposition", "INLINE") != "INLINE" or body.get("format", "JSON_ARRAY") != "JSON_ARRAY":
        raise invalid("The sandbox's warehouse answers INLINE in the format JSON_ARRAY.")
    seconds = _seconds(str(body.get("wait_timeout") or "10s"))
    kind = _statements(call)
    id = str(kind.create(call.caller, body)["statement_id"])
    await kind.wait(id, seconds)
    answer = kind.read(call.caller, id)
    if answer["status"]["state"] in ("PENDING", "RUNNING") and body.get("on_wait_timeout") == "CANCEL":
        kind.delete(call.caller, id)
        answer = kind.read(call.caller, id)
    return Reply(200, answer)


def _cancel(call: Call) -> None:
    _statements(call).delete(call.caller, call.path["id"])


def _chunk(call: Call) -> Body:
    result = _statements(call).read(call.caller, call.path["id"]).get("result")
    if result is None or call.path["chunk"] != "0":
        raise invalid(f"The statement has no chunk {call.path['chunk']}.")
    return dict(result)


ROUTES: list[Route] = [
    route(
        "warehouses.list",
        "GET",
        f"{SQL}/warehouses",
        lambda c: {"warehouses": c.cloud.kind("ws.warehouse").list(c.caller)},
    ),
    route(
        "warehouses.get",
        "GET",
        f"{SQL}/warehouses/{{id}}",
        lambda c: c.cloud.kind("ws.warehouse").read(c.caller, c.path["id"]),
    ),
    Route("statements.execute", "POST", f"{SQL}/statements", _execute, read_post=True),
    Route("statements.execute", "POST", f"{SQL}/statements/", _execute, read_post=True),
    route("statements.get", "GET", f"{SQL}/statements/{{id}}", lambda c: _statements(c).read(c.caller, c.path["id"])),
    route("statements.chunk", "GET", f"{SQL}/statements/{{id}}/result/chunks/{{chunk}}", _chunk),
    route("statements.cancel", "POST", f"{SQL}/statements/{{id}}/cancel", _cancel, read_post=True),
]
