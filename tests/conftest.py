"""What the whole session shares: one sandbox and one Spark, both real, both on this machine."""

from __future__ import annotations

import gc
import os
from collections.abc import Iterator

import pytest
from pyspark.sql import SparkSession
from xdist.remote import Producer
from xdist.scheduler import LoadFileScheduling

from tests.clouds import of_its_own
from wizard import text
from wizard.sandbox.process import Connection
from wizard.sandbox.spark import session as sessions

# The tests read English, whatever the language of this machine: here, and in every process they start.
text.use(text.SOURCE)
os.environ["LANGUAGE"] = text.SOURCE
# All that needs the Spark session, or the life of a lakehouse that has it.
WITH_SPARK = ("tests/jobs/", "tests/journey/test_life.py", "tests/journey/test_defaults.py")


class Files(LoadFileScheduling):  # type: ignore[misc]  # xdist has no types
    """With several workers a file is one worker's, so that what it shares is made once; so is all that has Spark."""

    def _split_scope(self, nodeid: str) -> str:
        return "spark" if nodeid.startswith(WITH_SPARK) else str(super()._split_scope(nodeid))


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> Files:
    config.option.loadscopereorder = False  # the order of the files stays: that with most tests is seldom the longest
    return Files(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes longest comes first; the order of all others stays."""
    items.sort(key=lambda item: not item.nodeid.startswith(WITH_SPARK))


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
    with of_its_own(state) as connection:
        yield connection


@pytest.fixture(scope="session")
def spark(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SparkSession]:
    session = sessions.start(tmp_path_factory.mktemp("spark"))
    yield session
    session.stop()
