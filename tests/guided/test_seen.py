"""The form says which tenants and subscriptions the sign-in of its answers sees."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from wizard.guided.advice import Advice, Where
from wizard.setup.draft import Draft

SCENARIO = "reference"  # in which a person has signed in to the Azure CLI
NOWHERE = "00000000-0000-4000-8000-000000000000"


@pytest.fixture
def advice(root: Path) -> Iterator[Advice]:
    found = Advice(Where(root, "sandbox", SCENARIO), lambda event: None, quiet=0.01)
    yield found
    found.close()


def test_before_anything_is_answered_both_are_named(advice: Advice, draft: Draft) -> None:
    tenant, subscription = draft.text("sign_in.tenant_id"), draft.text("sign_in.subscription_id")
    draft.answer("sign_in.tenant_id", "")
    draft.answer("sign_in.subscription_id", "")
    draft.answer("project.domain", "")
    words = advice.named(draft).words
    assert words["sign_in.tenant_id"] == ("fix", f"the sign-in sees: {tenant}")
    assert words["sign_in.subscription_id"] == ("fix", f"the sign-in sees: Lakehouse Sandbox {subscription}")


def test_a_chosen_subscription_is_told_by_name_and_state(advice: Advice, draft: Draft) -> None:
    assert advice.named(draft).words["sign_in.subscription_id"] == ("ok", "Lakehouse Sandbox, Enabled")


def test_one_that_is_not_seen_is_told_with_those_that_are(advice: Advice, draft: Draft) -> None:
    subscription = draft.text("sign_in.subscription_id")
    draft.answer("sign_in.subscription_id", NOWHERE)
    state, words = advice.named(draft).words["sign_in.subscription_id"]
    assert state == "fix"
    assert words == f"the sign-in does not see it; it sees: Lakehouse Sandbox {subscription}"


@pytest.mark.parametrize("method", ["browser", "device_code"])
def test_no_person_is_asked_to_sign_in_by_a_form(advice: Advice, draft: Draft, method: str) -> None:
    draft.answer("sign_in.method", method)
    assert "sign_in.subscription_id" not in advice.named(draft).words
