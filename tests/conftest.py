"""One running sandbox for all tests that need a cloud: real HTTPS, real processes, loopback only."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from wizard.sandbox import process
from wizard.sandbox.process import Connection


@pytest.fixture(scope="session")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Connection]:
    """A sandbox with scenario `clean`, shared by the session: leave it as you found it."""
    state = tmp_path_factory.mktemp("sandbox") / "state"
    with process.connect(state) as connection:
        yield connection
    process.stop(state)
