"""How an installed program starts: with its bytecode at hand, whatever this shell says of writing it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from tempfile import TemporaryDirectory


@contextmanager
def installed() -> Iterator[Mapping[str, str | None]]:
    """The environment to start both sides of a comparison with; the first start of each fills the cache."""
    with TemporaryDirectory() as place:
        yield {"PYTHONDONTWRITEBYTECODE": None, "PYTHONPYCACHEPREFIX": place}
