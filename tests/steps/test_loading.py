"""Tables that are gone: when they are loaded again, and when that would double what silver has."""

from __future__ import annotations

import pytest

from wizard.steps.loading import Loaded

BRONZE, SILVER, QUARANTINE = "c.bronze.sales", "c.silver.sales", "c.silver.sales_quarantine"


def model(gone: tuple[str, ...], *, appends: bool, newest_input: int = 1) -> Loaded:
    return Loaded("sales", 1, "/landing/sales", None, None, newest_input, None, None, gone, appends)


@pytest.mark.parametrize(
    ("gone", "doubles"),
    [
        ((), False),
        ((BRONZE,), True),
        ((QUARANTINE,), True),  # silver's ledger would go, and bronze be promoted once more
        ((BRONZE, QUARANTINE), True),
        ((SILVER,), False),
        ((BRONZE, SILVER), False),
        ((BRONZE, SILVER, QUARANTINE), False),
    ],
)
def test_only_a_silver_that_appends_and_still_stands_would_double(gone: tuple[str, ...], doubles: bool) -> None:
    assert model(gone, appends=True).doubles is doubles
    assert not model(gone, appends=False).doubles, "rows merged twice change nothing"


def test_where_no_input_is_left_bronze_is_not_loaded_again() -> None:
    assert not model((BRONZE,), appends=True, newest_input=0).doubles
