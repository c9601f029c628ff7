"""Sandboxes that several files of states share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.clouds import of_its_own
from wizard.sandbox.process import Connection


@pytest.fixture(scope="session")
def account(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Connection]:
    """A Databricks account whose one principal is operator, principal and admin; a state leaves no fault behind."""
    state = tmp_path_factory.mktemp("account") / "state"
    with of_its_own(state) as connection:
        yield connection


@pytest.fixture
def cloud(account: Connection) -> Iterator[Connection]:
    yield account
    account.clear_faults()
