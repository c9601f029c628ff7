"""A store of Terraform states as its http backend asks for: read, write, delete, LOCK and UNLOCK, one path a state.

It is no service of Azure's: it stands for the store that a team runs itself. Whoever comes gives the name of one of
the scenario's identities as user, and that identity's secret as password."""

from __future__ import annotations

import base64
import binascii
import hmac
import json
from typing import Any

from wizard.sandbox.domain.build import identity_secrets
from wizard.sandbox.domain.core import CloudError
from wizard.sandbox.rest.route import Call, Handler, Reply, Route

# Beside the world: what the sandbox keeps for its users, as the counters that begin so.
STATE, LOCK = "sandbox.state", "sandbox.state_lock"


async def read(call: Call) -> Reply:
    held = call.cloud.store.get(STATE, call.path["path"])
    return Reply(204) if held is None else Reply(200, json.dumps(held, indent=2).encode() + b"\n", JSON)


async def write(call: Call) -> Reply:
    """Only by who holds the lock, where there is one: Terraform names its own in `ID`."""
    path, lock = call.path["path"], call.cloud.store.get(LOCK, call.path["path"])
    if lock is not None and call.query.get("ID") != lock["ID"]:
        return Reply(423, lock)
    call.cloud.store.put(STATE, path, _document(call.body))
    return Reply(200)


async def delete(call: Call) -> Reply:
    call.cloud.store.delete(STATE, call.path["path"])
    return Reply(200)


async def lock(call: Call) -> Reply:
    """423 with the holder's own words where it is held."""
    path, wanted = call.path["path"], _document(call.body)
    held = call.cloud.store.get(LOCK, path)
    if held is not None and held["ID"] != wanted.get("ID"):
        return Reply(423, held)
    if not wanted.get("ID"):
        raise CloudError(400, "BadRequest", "A lock needs an ID.")
    call.cloud.store.put(LOCK, path, wanted)
    return Reply(200)


async def unlock(call: Call) -> Reply:
    """Without a body, as `terraform force-unlock` asks, whoever holds it."""
    path, given = call.path["path"], _document(call.body)
    held = call.cloud.store.get(LOCK, path)
    if held is not None and given and given.get("ID") != held["ID"]:
        return Reply(409, held)
    call.cloud.store.delete(LOCK, path)
    return Reply(200)


def _document(body: bytes) -> dict[str, Any]:
    try:
        found = json.loads(body or b"{}")
    except ValueError as error:
        raise CloudError(400, "BadRequest", f"The body is not JSON: {error}") from error
    if not isinstance(found, dict):
        raise CloudError(400, "BadRequest", "The body is no JSON object.")
    return found


def _guarded(handler: Handler) -> Handler:
    async def answer(call: Call) -> Reply:
        user, password = _basic(call.headers.get("authorization", ""))
        wanted = identity_secrets(call.cloud.state, {}).get(user, "")
        if not wanted or not hmac.compare_digest(password.encode(), wanted.encode()):
            raise CloudError(401, "Unauthorized", "The state store asks for a user and a password.", headers=CHALLENGE)
        return await handler(call)

    return answer


def _basic(header: str) -> tuple[str, str]:
    scheme, _, encoded = header.partition(" ")
    if scheme.lower() != "basic":
        return "", ""
    try:
        user, _, password = base64.b64decode(encoded, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return "", ""
    return user, password


JSON = {"Content-Type": "application/json"}
CHALLENGE = {"WWW-Authenticate": 'Basic realm="states"'}
_PATH = "/{path:.+}"

ROUTES = [
    Route(f"states.{handler.__name__}", method, _PATH, _guarded(handler), public=True, raw_body=True)
    for method, handler in (("GET", read), ("POST", write), ("DELETE", delete), ("LOCK", lock), ("UNLOCK", unlock))
]
