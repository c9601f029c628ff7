"""The reference in docs/ is made from the code, and is the code's own of today."""

from __future__ import annotations

import pytest

from scripts.reference import REFERENCE, pages


@pytest.mark.parametrize("name", ["commands.md", "answers.md", "answers.schema.json", "events.schema.json",
                                  "exit-codes.md", "permissions.md"])  # fmt: skip
def test_a_reference_page_is_current(name: str) -> None:
    assert (REFERENCE / name).read_text(encoding="utf-8") == pages()[name], "run: python scripts/reference.py"
