"""Sandboxes that several files of states share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from wizard.sandbox import process
from wizard.sandbox.process import Connection


@pytest.fixture(scope="session")
def account(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Connection]:
    """A Databricks account whose one principal is operator, principal and admin; a state leaves no fault behind."""
    state = tmp_path_factory.mktemp("account") / "state"
    with process.connect(state) as connection:
        yield connection
    process.stop(state)


@pytest.fixture
def cloud(account: Connection) -> Iterator[Connection]:
    yield account
    account.clear_faults()
