"""The pause that a service asks for, in either form of Retry-After."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

MOST = 300.0  # seconds; a service that asks for more is asked again before
MILLISECONDS = ("retry-after-ms", "x-ms-retry-after-ms")


def asked_for(headers: Mapping[str, str], now: datetime | None = None) -> float | None:
    """Seconds from now, at most MOST; None where none is asked for, or what is written is no time."""
    lowered = {str(name).lower(): str(value).strip() for name, value in headers.items()}
    for name in MILLISECONDS:
        if lowered.get(name, "").isdecimal():
            return min(MOST, int(lowered[name]) / 1000)
    text = lowered.get("retry-after", "")
    if text.isdecimal():
        return min(MOST, float(text))
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    left = (moment.replace(tzinfo=moment.tzinfo or UTC) - (now or datetime.now(UTC))).total_seconds()
    return min(MOST, max(0.0, left))
