"""Which columns tell a row from every other, and which tells its newest state."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import combinations

from lakehouse_jobs.contract.model import Field

from wizard.contracts import names
from wizard.contracts.frame import Column, Frame
from wizard.text import _

MOST_PARTS = 6  # columns of which two are tried together


@dataclass(frozen=True, slots=True)
class Chosen:
    """`why` by the column's name."""

    keys: tuple[str, ...] = ()
    sequence: tuple[str, ...] = ()
    why: dict[str, str] = field(default_factory=dict)


def chosen(found: Frame, fields: Sequence[Field]) -> Chosen:
    """The first column that is unique, filled and named like an id; else two such that are so together."""
    flat = [
        (own, column) for own, column in zip(fields, found.columns, strict=True) if not own.fields and not own.items
    ]
    ids = [(own.name, column) for own, column in flat if names.identifies(column.name) and _filled(column)]
    key = next(((name,) for name, column in ids if column.unique), None) or _together(ids)
    if not key:
        return Chosen()
    why = dict.fromkeys(key, _("key: unique and filled") if len(key) == 1 else _("key: unique together and filled"))
    for own, column in flat:
        ordered = own.type in ("date", "timestamp", "integer") and names.orders(column.name)
        if ordered and own.name not in key and own.pii is None and _filled(column):
            return Chosen(key, (own.name,), {**why, own.name: _("the newest row of a key has the greatest")})
    return Chosen(key, (), why)


def _filled(column: Column) -> bool:
    return bool(column.cells) and None not in column.cells


def _together(ids: list[tuple[str, Column]]) -> tuple[str, ...]:
    for (one, left), (other, right) in combinations(ids[:MOST_PARTS], 2):
        if len(set(zip(left.cells, right.cells, strict=True))) == len(left.cells) > 1:
            return (one, other)
    return ()
