"""What is wrong with how a model is ingested and protected: keys, sequence, deletes, clustering, PII."""

from __future__ import annotations

from collections.abc import Iterator
from typing import get_args

from lakehouse_jobs.contract import sql_check
from lakehouse_jobs.contract.located import Defect, Located, nearest
from lakehouse_jobs.contract.model import Protection
from lakehouse_jobs.contract.quality import flat
from lakehouse_jobs.contract.views import Column, Table, listed

PROTECTIONS = get_args(Protection)
MOST_CLUSTERED = 4  # liquid clustering takes no more
# Words of classification that say: not for everybody's eyes.
PERSONAL = ("pii", "personal", "sensitive", "restricted", "confidential", "secret", "private")
NESTED = ("object", "array")


def problems(located: Located, table: Table) -> Iterator[Defect]:
    """All of it, of one model."""
    for column in table.columns:
        yield from _pii(located, column, None)
    yield from _keys(located, table)
    yield from _sequence(located, table)
    yield from _deletes(located, table)
    yield from _cluster(located, table)


def _pii(located: Located, column: Column, around: Column | None) -> Iterator[Defect]:
    written = column.pii
    if written and written is not True and written not in PROTECTIONS:
        meant = nearest(str(written), PROTECTIONS)
        remedy = f"did you mean {meant}?" if meant else f"choose one of {', '.join(PROTECTIONS)}"
        yield located.defect(column.place("pii"), f"is {written!r}", "it is no known protection", remedy)
    elif written and around is not None:
        why = f"{around.full_name}, which holds it, is protected as a whole"
        yield located.defect(column.place("pii"), f"is {written!r}", why, "protect the one or the other")
    for inner in [*column.fields, *([column.items] if column.items else [])]:
        yield from _pii(located, inner, around or (column if written else None))


def _keys(located: Located, table: Table) -> Iterator[Defect]:
    keys = [column for column in table.columns if column.key_position is not None]
    if table.columns and not keys and table.settings.get("write") != "append" and not located.lost:
        why = "rows are deduplicated and merged by it"
        yield located.defect(table.path, "has no primary key", why, f"{table.key_remedy}, or write: append")
    for column in keys:
        if column.pii and column.pii != "hash":
            why = "two keys would look alike under it, and their rows become one"
            yield located.defect(column.place("pii"), f"protects a key by {column.pii}", why, "use hash")
        if column.fields or column.items:
            yield located.defect(column.type_path, f"is {column.logical}", "a key is one value", "use a field of it")


def _sequence(located: Located, table: Table) -> Iterator[Defect]:
    by_name = {column.name: column for column in table.columns}
    for number, name in _listed(table, "sequence"):
        path, column = (*table.settings_path, "sequence", number), by_name.get(name)
        if column is None:
            yield _unknown(located, table, path, name, "the newest row of a key is found by it")
        elif name in table.names("sequence")[:number]:
            yield located.defect(path, f"{name} stands twice", "it has told already", "remove one")
        elif column.pii:
            why = f"protected by {column.pii} its order is lost"
            yield located.defect(path, f"{name} is protected", why, "order by a column in clear, or leave it out")
        elif column.logical in (*NESTED, "boolean"):
            yield located.defect(path, f"{name} is {column.logical}", "it has no order", "order by a time or a number")
        elif column.key_position is not None:
            why = "the rows of a key have it in common"
            yield located.defect(path, f"{name} is part of the key", why, "order by a time or a number")


def _deletes(located: Located, table: Table) -> Iterator[Defect]:
    written = table.settings.get("deletes")
    if not isinstance(written, str):
        return
    path = (*table.settings_path, "deletes")
    if table.settings.get("write") == "append":
        why = "write: append has no key whose row could go"
        yield located.defect(path, "says which rows go", why, "use write: merge, or remove it")
    for fault in sql_check.predicate(written, names(table)):
        yield located.defect(path, *fault)


def _cluster(located: Located, table: Table) -> Iterator[Defect]:
    by_name = {column.name: column for column in table.columns}
    for number, name in _listed(table, "cluster"):
        path, column = (*table.settings_path, "cluster", number), by_name.get(name)
        if column is None:
            yield _unknown(located, table, path, name, "silver is laid out by it")
        elif name in table.names("cluster")[:number]:
            yield located.defect(path, f"{name} stands twice", "silver is laid out by it already", "remove one")
        elif number >= MOST_CLUSTERED:
            why = f"a table is clustered by {MOST_CLUSTERED} columns at most"
            yield located.defect(path, f"{name} is one too many", why, "keep those most filtered by")
        elif column.pii not in (None, False, "hash"):
            why = f"what {column.pii} leaves of it would stand in the table's statistics, and orders nothing"
            yield located.defect(path, f"{name} is protected", why, "cluster by another column, or protect it by hash")
        elif not column.pii and str(column.classification).lower() in PERSONAL:
            why = "its clear values would stand in the table's statistics"
            remedy = "protect it by hash, or cluster by another column"
            yield located.defect(path, f"{name} is {column.classification}", why, remedy)
        elif column.logical in (*NESTED, "boolean"):
            why = "Delta keeps no statistics of it to skip by"
            yield located.defect(path, f"{name} is {column.logical}", why, "cluster by a text, number or time")


def _listed(table: Table, key: str) -> Iterator[tuple[int, str]]:
    for number, name in enumerate(listed(table.settings.get(key))):
        if isinstance(name, str):
            yield number, name


def _unknown(located: Located, table: Table, path: tuple[str | int, ...], name: str, why: str) -> Defect:
    known = [column.name for column in table.columns]
    meant = nearest(name, known)
    remedy = f"did you mean {meant}?" if meant else f"choose of {', '.join(known)}"
    return located.defect(path, f"{name!r} is no column of {table.name}", why, remedy)


def names(table: Table) -> list[str]:
    """What SQL over a row may name."""
    return [column.full_name for column in flat(table.columns)]
