"""A sandbox for the tests of a module, or for one test: it ends, with its process, when they do."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from wizard.sandbox import process
from wizard.sandbox.process import Connection


@contextmanager
def of_its_own(state: Path, scenario: str | None = None) -> Iterator[Connection]:
    """Whatever befalls who uses it, no process stays."""
    try:
        with process.connect(state, scenario) as connection:
            yield connection
    finally:
        process.stop(state)
