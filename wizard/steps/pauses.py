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
    moment = _moment(text)
    if moment is None:
        return None
    # By the service's own clock where it tells it: this machine's may be wrong.
    left = (moment - (_moment(lowered.get("date", "")) or now or datetime.now(UTC))).total_seconds()
    return min(MOST, max(0.0, left))


def _moment(date: str) -> datetime | None:
    """Of a header; one that names no zone is UTC. None for what is no date."""
    try:
        found = parsedate_to_datetime(date)
    except ValueError:
        return None
    return found.replace(tzinfo=found.tzinfo or UTC)
