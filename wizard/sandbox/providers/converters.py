"""How one value looks on either side: a converter's name in the data → to REST, to Terraform."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable
from itertools import pairwise
from typing import Any
from urllib.parse import urlsplit

from wizard.sandbox.providers.values import UNKNOWN, empty

Convert = Callable[..., Any]


def same(value: Any, *_: str) -> Any:
    return value


def _fields(arguments: tuple[str, ...]) -> dict[str, str]:
    return dict(argument.split("=", 1) for argument in arguments)


def _choice_rest(value: Any, *arguments: str) -> Any:
    return _fields(arguments).get(str(value).lower() if isinstance(value, bool) else str(value), value)


def _choice_state(value: Any, *arguments: str) -> Any:
    text = str(value).lower()
    return next((mine for mine, rest in _fields(arguments).items() if rest.lower() == text), value)


def id_part(id: Any, segment: str) -> Any:
    """The name after `/segment/` in a resource id, whatever the case of the segment; None if absent."""
    parts = str(id).split("/")
    return next((b for a, b in pairwise(parts) if a.lower() == segment.lower()), None)


def location(value: Any, *_: str) -> Any:
    """`Brazil South` and `brazilsouth` are one region."""
    return str(value).replace(" ", "").lower()


def _before(id: Any, segment: str) -> Any:
    position = str(id).lower().rfind(f"/{segment.lower()}/")
    return str(id)[:position] if position >= 0 else None


def _derived_key(value: Any, label: str) -> str:
    """An access key as Azure's look: 64 bytes in base64, the same each time for the same account."""
    return base64.b64encode(hashlib.sha512(f"{label}\0{value}".encode()).digest()).decode()


def _endpoint(name: Any, before: str, service: str, after: str = "") -> str:
    return f"{before.strip('-')}{name}.{service}.core.windows.net{after}"


def _container_url(id: Any, *_: str) -> str:
    return f"https://{id_part(id, 'storageAccounts')}.blob.core.windows.net/{id_part(id, 'containers')}"


CONVERTERS: dict[str, tuple[Convert, Convert]] = {
    "same": (same, same),
    "location": (location, location),
    "choice": (_choice_rest, _choice_state),
    "enabled": (lambda v: "Enabled" if v else "Disabled", lambda v: str(v).lower() == "enabled"),
    "not": (lambda v: not v, lambda v: not v),
    "part": (same, id_part),
    "before": (same, _before),
    "host": (same, lambda v: urlsplit(str(v)).netloc),
    "ids": (lambda v: [{"id": one} for one in v], lambda v: [one["id"] for one in v]),
    "values": (lambda v: [{"value": one} for one in v], lambda v: [one["value"] for one in v]),
    "identities": (lambda v: {one: {} for one in v}, sorted),
    "listed": (", ".join, lambda v: [one.strip() for one in str(v).split(",")]),
    "days": (lambda v: None if v == -1 else v, same),
    "endpoint": (same, _endpoint),
    "volume_path": (same, lambda v: "/Volumes/" + str(v).replace(".", "/")),
    "container_url": (same, _container_url),
    "text": (same, str),
    "prefix": (lambda v, p: str(v).removeprefix(p), lambda v, p: p + str(v)),
    "key": (same, _derived_key),
}


ABSENT: dict[str, Any] = {"days": -1}
"""What Terraform shows where REST holds nothing, by converter; else null."""


def equivalent(one: Any, other: Any, compare: str | None = None) -> bool:
    """Whether the real provider would see no difference: empty is unset, ids ignore case."""
    if one is UNKNOWN or other is UNKNOWN:
        return one is other
    if one == other or (empty(one) and empty(other)):
        return True
    if isinstance(one, dict) and isinstance(other, dict):
        return all(equivalent(one.get(key), other.get(key), compare) for key in one.keys() | other.keys())
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(equivalent(a, b, compare) for a, b in zip(one, other, strict=True))
    return isinstance(one, str) and isinstance(other, str) and _same_text(one, other, compare)


def _same_text(one: str, other: str, compare: str | None) -> bool:
    if compare in _NORMAL:
        normal = _NORMAL[compare]
        return bool(normal(one) == normal(other))
    return one.startswith("/subscriptions/") and one.lower() == other.lower()


def _parsed(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text


_NORMAL: dict[str | None, Convert] = {
    "json": _parsed,
    "location": location,
    "slash": lambda text: text.rstrip("/"),
    "nocase": str.lower,
}
