"""Protection in plain Python, for samples and log lines: it gives what the SQL of `protect` gives.

One limit: a FLOAT or DOUBLE is hashed by its shortest text, of which the JVM before 19 sometimes makes a longer one."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import math
import re
import struct
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from lakehouse_jobs.contract.model import Field, Protection
from lakehouse_jobs.privacy.protect import EMAIL, GENERIC_LENGTH, GONE, KEPT_DIGITS, PHONE_DIGITS, way

_EMAIL = re.compile(EMAIL, re.ASCII)


def protected(field: Field, value: Any, key: bytes, version: str = "v1") -> Any:
    """A value as silver has it. `value` is of the field's own type: str, int, float, Decimal, bool, date, datetime
    (one without a zone is TIMESTAMP_NTZ), bytes, a list, or a mapping for an object."""
    if value is None:
        return None
    if field.pii:
        return shielded(way(field, field.pii), text_of(field, value), key, version)
    if field.items and isinstance(value, list):
        return [protected(field.items, each, key, version) for each in value]
    if field.fields and isinstance(value, Mapping):
        return {inner.name: protected(inner, value.get(inner.name), key, version) for inner in field.fields}
    return value


def shielded(how: Protection, text: str | None, key: bytes, version: str = "v1") -> str | None:
    """A text, protected; None stays None."""
    if text is None:
        return None
    if how == "hash":
        return f"{version}:{hmac.new(key, text.encode(), hashlib.sha256).hexdigest()}"
    return _MASKS.get(how, _redacted)(text)


def text_of(field: Field, value: Any) -> str:
    """A value as Spark casts it to text; a moment in UTC."""
    if isinstance(value, float):
        return _floating(value, _shortest(value) if field.spark_type == "FLOAT" else repr(value))
    return next((write(value) for kind, write in _WRITTEN if isinstance(value, kind)), str(value))


def _redacted(_: str) -> str:
    return GONE


def _email(text: str) -> str:
    if not _EMAIL.fullmatch(text):
        return GONE
    local, _, domain = text.rpartition("@")
    return f"{local[0] if len(local) > 1 else ''}{GONE}@{domain}"


def _phone(text: str) -> str:
    digits = re.sub("[^0-9]", "", text)
    return GONE + digits[-KEPT_DIGITS:] if len(digits) >= PHONE_DIGITS else GONE


def _generic(text: str) -> str:
    return text[0] + GONE if len(text) >= GENERIC_LENGTH else GONE


def _moment(value: datetime) -> str:
    moment = value.astimezone(UTC).replace(tzinfo=None) if value.tzinfo else value
    text = moment.isoformat(sep=" ")
    return text.rstrip("0") if moment.microsecond else text


def _json(value: Mapping[str, Any] | list[Any]) -> str:
    return json.dumps(_filled(value), ensure_ascii=False, separators=(",", ":"))


def _filled(value: Any) -> Any:
    """JSON as Spark writes it: an object leaves out what is null."""
    if isinstance(value, Mapping):
        return {key: _filled(inner) for key, inner in value.items() if inner is not None}
    return [_filled(inner) for inner in value] if isinstance(value, list) else value


def _shortest(value: float) -> str:
    """The shortest text of a number of 32 bits."""
    (single,) = struct.unpack("f", struct.pack("f", value))
    texts = (f"{single:.{digits}g}" for digits in range(1, 10))
    return next((text for text in texts if struct.pack("f", float(text)) == struct.pack("f", single)), repr(single))


def _floating(value: float, shortest: str) -> str:
    """A floating-point number as Java writes it."""
    if not math.isfinite(value):
        return _ENDLESS[repr(value)]
    number = Decimal(shortest)
    if not number or 1e-3 <= abs(value) < 1e7:
        text = f"{number:f}"
        return text if "." in text else f"{text}.0"
    sign, digits, _ = number.normalize().as_tuple()
    rest = "".join(map(str, digits[1:])) or "0"
    return f"{'-' if sign else ''}{digits[0]}.{rest}E{number.adjusted()}"


_ENDLESS = {"nan": "NaN", "inf": "Infinity", "-inf": "-Infinity"}
_MASKS: dict[Protection, Callable[[str], str]] = {
    "mask_email": _email, "mask_phone": _phone, "mask_generic": _generic,
}  # fmt: skip
# In this order: True is an int, a datetime a date.
_WRITTEN: tuple[tuple[type | tuple[type, ...], Callable[[Any], str]], ...] = (
    (bool, lambda value: str(value).lower()),
    (Decimal, str),  # as Spark writes it with ANSI off, as a run has it: tiny ones with an exponent
    (datetime, _moment),
    (date, date.isoformat),
    ((bytes, bytearray), lambda value: base64.b64encode(value).decode()),
    ((Mapping, list), _json),
)
