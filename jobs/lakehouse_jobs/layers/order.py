"""Which of two rows with one key is newer. The same order within a batch, against silver, and against what was deleted.

First the sequence, or where none is declared the time of the file; then a row that deletes; then a hash of what silver
stores. So rows with one sequence have an order too, and the outcome never depends on which came first. It is a hash of
64 bits and not the columns themselves, for the first of MERGE's two passes carries no more than the order needs."""

from __future__ import annotations

from collections.abc import Sequence

from lakehouse_jobs.contract.model import Model
from lakehouse_jobs.sources.files import MODIFIED, columns, quoted

TIE = "_tie"
DELETES = "_deletes"


def moments(model: Model) -> tuple[str, ...]:
    """The columns that say when a row was written."""
    return model.sequence or (MODIFIED,)


def tie(names: Sequence[str], alias: str = "") -> str:
    """A hash of a row as silver stores it. Spark's hash skips nulls, so which cells are null is hashed too."""
    cells = [f"{alias}{quoted(name)}" for name in names]
    nulls = [f"{cell} is null" for cell in cells]
    return f"xxhash64({', '.join([*cells, *nulls])})"


def newest(model: Model) -> str:
    """The window that numbers the rows of a key, the newest first; null is before any value."""
    keys = ", ".join(map(quoted, model.keys))
    listed = [*map(quoted, moments(model)), *([DELETES] if model.deletes else []), TIE]
    return f"row_number() over (partition by {keys} order by {', '.join(f'{cell} desc' for cell in listed)})"


def newer(model: Model, names: Sequence[str]) -> str:
    """Whether a row `s` is newer than silver's `t`. Never null: in a struct null is before any value."""
    ours, theirs = (", ".join(f"{a}.{quoted(name)}" for name in moments(model)) for a in "st")
    later = f"struct({ours}) > struct({theirs})"
    same = f"struct({ours}) = struct({theirs})"
    last = f"s.{DELETES} or s.{TIE} > {tie(names, 't.')}" if model.deletes else f"s.{TIE} > {tie(names, 't.')}"
    if model.sequence:
        return f"({later} or ({same} and ({last})))"
    # A row that came again as it was stays as it was first seen.
    other = " and ".join(f"t.{quoted(name)} <=> s.{quoted(name)}" for name in columns(model))
    changed = f"({later} or ({same} and ({last})))"
    return f"({changed} and (s.{DELETES} or not ({other})))" if model.deletes else f"({changed} and not ({other}))"


def outlived(model: Model) -> str:
    """Whether a row `s` is no newer than the deletion `d` of its key: at one moment the deletion comes last."""
    ours, theirs = (", ".join(f"{a}.{quoted(name)}" for name in moments(model)) for a in "sd")
    return f"(struct({ours}) <= struct({theirs}))"
