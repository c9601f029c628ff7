"""Which of two rows with one key is newer. The same order within a batch, against silver, and against what was deleted.

First the sequence, or where none is declared the time of the file; then a row that deletes; then what silver stores. So
the outcome never depends on which row came first. Without a sequence many rows share a time, and the columns decide in
their order. With one that is an exception: there a hash of the columns decides, for the first of MERGE's two passes
carries no more than the order needs."""

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
    last = (TIE,) if model.sequence else columns(model)
    listed = [*moments(model), *((DELETES,) if model.deletes else ()), *last]
    return f"row_number() over (partition by {keys} order by {', '.join(f'{quoted(cell)} desc' for cell in listed)})"


def newer(model: Model) -> str:
    """Whether a row `s` is newer than silver's `t`. Never null: in a struct null is before any value."""
    if model.sequence:
        ours, theirs = (_struct(alias, moments(model)) for alias in "st")
        last = f"s.{TIE} > {tie(columns(model), 't.')}"
        last = f"(s.{DELETES} or {last})" if model.deletes else last
        return f"({ours} > {theirs} or ({ours} = {theirs} and {last}))"
    deletes = (f"s.{DELETES}", "false") if model.deletes else ("false", "false")
    ours = _struct("s", moments(model), deletes[0], *_cells("s", columns(model)))
    theirs = _struct("t", moments(model), deletes[1], *_cells("t", columns(model)))
    # A row that came again as it was stays as it was first seen.
    same = " and ".join(f"t.{quoted(name)} <=> s.{quoted(name)}" for name in columns(model))
    other = f"(s.{DELETES} or not ({same}))" if model.deletes else f"not ({same})"
    return f"({ours} > {theirs} and {other})"


def outlived(model: Model) -> str:
    """Whether a row `s` is no newer than the deletion `d` of its key: at one moment the deletion comes last."""
    return f"({_struct('s', moments(model))} <= {_struct('d', moments(model))})"


def _struct(alias: str, names: Sequence[str], *more: str) -> str:
    return f"struct({', '.join([*_cells(alias, names), *more])})"


def _cells(alias: str, names: Sequence[str]) -> list[str]:
    return [f"{alias}.{quoted(name)}" for name in names]
