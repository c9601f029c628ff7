"""What a plan would import is ours by our id alone; without an id of ours nothing is."""

from __future__ import annotations

from typing import Any

import pytest

from wizard.provisioning import adoption
from wizard.setup import mark

MARKED: list[dict[str, Any]] = [
    {"tags": {mark.KEY: "0123456789ab"}},
    {"custom_tags": {mark.KEY: "0123456789ab"}},
    {"properties": {mark.KEY: "0123456789ab"}},
    {"comment": f"{mark.KEY}=0123456789ab"},
    {"description": f"of us, {mark.KEY}=0123456789ab"},
]


def importing(body: dict[str, Any]) -> dict[str, Any]:
    change = {"actions": ["no-op"], "before": body, "importing": {"id": "there"}}
    return {"resource_changes": [{"address": "some_type.one", "type": "some_type", "change": change}]}


@pytest.mark.parametrize("body", MARKED)
def test_only_our_own_mark_counts(body: dict[str, Any]) -> None:
    assert adoption.foreign(importing(body), "0123456789ab", {}) == {}
    for id in ("ba9876543210", ""):
        assert adoption.foreign(importing(body), id, {}) == {"some_type.one": "there"}


def test_what_was_agreed_to_counts_by_its_id_in_letters_of_any_case() -> None:
    assert adoption.foreign(importing({}), "0123456789ab", {"some_type.one": "THERE"}) == {}
    assert adoption.foreign(importing({}), "0123456789ab", {"some_type.one": "another"}) == {"some_type.one": "there"}
