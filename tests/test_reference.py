"""The reference in docs/ is made from the code, and is the code's own of today."""

from __future__ import annotations

import pytest

from scripts import contract_reference
from scripts.reference import REFERENCE, pages


@pytest.mark.parametrize("name", sorted(pages()))
def test_a_reference_page_is_current(name: str) -> None:
    assert (REFERENCE / name).read_text(encoding="utf-8") == pages()[name], "run: python scripts/reference.py"


def test_no_page_outlives_what_made_it() -> None:
    assert {path.name for path in REFERENCE.iterdir()} == set(pages())


def test_every_key_of_a_contract_that_is_read_is_told_and_no_other() -> None:
    assert contract_reference.unsaid() == []
