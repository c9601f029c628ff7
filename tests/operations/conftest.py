"""All exercises, run once in order against a sandbox of their own."""

from __future__ import annotations

import os
import traceback
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.operations.exercises import EXERCISES
from tests.operations.running import Exercised, begin
from wizard.sandbox import process
from wizard.sandbox.process import Connection


@pytest.fixture(scope="session")
def exercised(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Exercised]:
    """An exercise that fails is told by the tests of its operations; the next ones run all the same."""
    state = tmp_path_factory.mktemp("operations") / "state"
    done = Exercised()
    with process.connect(state) as connection:
        with clean_environment(connection):
            surface = begin(connection)
            for exercise in EXERCISES:
                before = len(connection.requests())
                try:
                    exercise(surface)
                except Exception:
                    done.failures[exercise.__name__] = traceback.format_exc()
                done.records[exercise.__name__] = list(connection.requests()[before:])
        yield done
    process.stop(state)


@contextmanager
def clean_environment(connection: Connection) -> Iterator[None]:
    """databricks-sdk takes its CA from here; nothing of the person's own settings is to be seen."""
    with pytest.MonkeyPatch.context() as environment:
        for name in list(os.environ):
            if name.startswith(("DATABRICKS_", "ARM_", "AZURE_")):
                environment.delenv(name)
        environment.setenv("REQUESTS_CA_BUNDLE", connection.info["ca_file"])
        environment.setenv("DATABRICKS_CONFIG_FILE", os.devnull)
        yield
