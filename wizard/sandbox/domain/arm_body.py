"""Small work on JSON bodies: reading by path, deep merging, stable etags."""

from __future__ import annotations

import copy
import hashlib
import json
from typing import Any

from wizard.sandbox.domain.core import Body

PRIVATE = "_"


def at(body: Body, path: str) -> Any:
    """The value at a dotted path, or None."""
    value: Any = body
    for part in path.split("."):
        if not isinstance(value, dict):
            return None
        value = value.get(part)
    return value


def place(body: Body, path: str, value: Any) -> None:
    """Put a value at a dotted path, making the objects on the way."""
    *parents, last = path.split(".")
    for part in parents:
        found = body.get(part)
        if not isinstance(found, dict):
            found = body[part] = {}
        body = found
    body[last] = value


def merged(under: Body, over: Body) -> Body:
    """`over` upon `under`, objects merged deeply, all else replaced; neither is changed."""
    result = copy.deepcopy(under)
    for key, value in over.items():
        below = result.get(key)
        result[key] = merged(below, value) if isinstance(below, dict) and isinstance(value, dict) else value
    return result


def without_none(body: Body) -> Body:
    """A copy without null values: ARM takes null for absent."""
    return {
        key: without_none(value) if isinstance(value, dict) else value
        for key, value in body.items()
        if value is not None
    }


def etag(body: Body) -> str:
    """A GUID-like tag of the content: equal bodies have equal tags."""
    digest = hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()
    return f"{digest[:8]}-{digest[8:12]}-{digest[12:16]}-{digest[16:20]}-{digest[20:32]}"


def public(body: Body) -> Body:
    """A copy without the keys that only the sandbox knows."""
    return {key: value for key, value in body.items() if not key.startswith(PRIVATE)}
