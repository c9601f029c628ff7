"""What the whole session shares: one sandbox and one Spark, both real, both on this machine."""

from __future__ import annotations

import gc
import os
from collections.abc import Iterator

import pytest
from pyspark.sql import SparkSession

from wizard import text
from wizard.sandbox import process
from wizard.sandbox.process import Connection
from wizard.sandbox.spark import session as sessions

# The tests read English, whatever the language of this machine: here, and in every process they start.
text.use(text.SOURCE)
os.environ["LANGUAGE"] = text.SOURCE


def pytest_collection_finish() -> None:
    """Apps and clouds are made and dropped by the hundred. Python looks for what is left of them after each 700
    objects, among all that is loaded: in the app's tests that took a fourth of the time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000)


@pytest.fixture(scope="session")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Connection]:
    """A sandbox with scenario `clean`, shared by the session: leave it as you found it."""
    state = tmp_path_factory.mktemp("sandbox") / "state"
    with process.connect(state) as connection:
        yield connection
    process.stop(state)


@pytest.fixture(scope="session")
def spark(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SparkSession]:
    session = sessions.start(tmp_path_factory.mktemp("spark"))
    yield session
    session.stop()
