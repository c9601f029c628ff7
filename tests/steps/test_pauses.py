"""Retry-After, in both its forms and in milliseconds."""

from datetime import UTC, datetime

import pytest

from wizard.steps.pauses import MOST, asked_for

NOW = datetime(2026, 11, 21, 10, 0, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"Retry-After": "7"}, 7.0),
        ({"retry-after": " 7 "}, 7.0),
        ({"Retry-After": "0"}, 0.0),
        ({"Retry-After": "99999"}, MOST),
        ({"Retry-After": "Sat, 21 Nov 2026 10:00:12 GMT"}, 12.0),
        ({"Retry-After": "Sat, 21 Nov 2026 09:00:00 GMT"}, 0.0),
        ({"Retry-After": "Mon, 05 Jan 2015 12:00:07 GMT", "Date": "Mon, 05 Jan 2015 12:00:00 GMT"}, 7.0),
        ({"Retry-After": "soon"}, None),
        ({"Retry-After": "-3"}, None),
        ({"x-ms-retry-after-ms": "1500", "Retry-After": "9"}, 1.5),
    ],
)
def test_the_pause_that_is_asked_for(headers: dict[str, str], seconds: float | None) -> None:
    assert asked_for(headers, NOW) == seconds
