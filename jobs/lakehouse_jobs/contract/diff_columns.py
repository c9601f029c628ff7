"""The changes of a model's columns, as the parts of `diff.Change`: place, what, kind, why, effect."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal

from lakehouse_jobs.contract.model import Field, Model

Kind = Literal["breaking", "compatible"]
Told = tuple[str, str, Kind, str, str]
_WIDER = (("INT", "BIGINT"), ("INT", "DOUBLE"), ("FLOAT", "DOUBLE"), ("DATE", "TIMESTAMP_NTZ"))
_DIGITS = {"INT": 10, "BIGINT": 20}
_ASIDE = "rows in silver stay; from the next run on, rows that break it go to quarantine"
_TAKEN = "none; rows that were set aside for it stay in quarantine until they are delivered again"
_TELLING = ("classification", "description", "examples")


def columns(old: Model, new: Model) -> Iterator[Told]:
    yield from _fields(old.fields, new.fields, old.name, new)


def _fields(old: tuple[Field, ...], new: tuple[Field, ...], place: str, model: Model, *, inside: bool = False
            ) -> Iterator[Told]:  # fmt: skip
    ours, theirs = {field.name: field for field in old}, {field.name: field for field in new}
    for name, field in ours.items():
        where = f"{place}.{name}"
        if name in theirs:
            yield from _field(field, theirs[name], where, model, inside=inside)
        else:
            effect = "silver keeps the column; rows from now on have NULL in it"
            if inside:
                effect = _retyped(model)
            yield where, "removed", "breaking", "queries that name it find nothing new", effect
    for name, field in theirs.items():
        if name not in ours:
            yield _added(field, f"{place}.{name}", model, inside=inside)


def _added(field: Field, place: str, model: Model, *, inside: bool) -> Told:
    if inside:
        return place, "added", "breaking", "the type of the column that holds it changes", _retyped(model)
    effect = f"ALTER TABLE adds {field.name} {silver_type(field)} to silver; rows that are there have NULL in it"
    if field.required:
        return place, "added, required", "breaking", "a delivery without it was right so far", f"{effect}; {_ASIDE}"
    return place, "added", "compatible", "no query names it yet, and no delivery needs it", effect


def silver_type(field: Field) -> str:
    """A protected column is text."""
    return "STRING" if field.pii else field.spark_type


def _field(old: Field, new: Field, place: str, model: Model, *, inside: bool) -> Iterator[Told]:
    if old.fields and new.fields and old.type == new.type:
        yield from _fields(old.fields, new.fields, place, model, inside=True)
    elif old.items and new.items:
        yield from _field(old.items, new.items, f"{place}[]", model, inside=True)
    elif (old.type, old.spark_type) != (new.type, new.spark_type):
        yield _typed(old, new, place, model, inside=inside)
    if old.pii != new.pii:
        yield _protected(old, new, place, model)
    if old.required != new.required:
        why = "deliveries without a value were right so far" if new.required else "queries meet NULL in it"
        yield (
            place,
            "required" if new.required else "no longer required",
            "breaking",
            why,
            (_ASIDE if new.required else _TAKEN),
        )
    if old.source_name != new.source_name:
        what = f"called {new.source_name or new.name} in the input, not {old.source_name or old.name}"
        effect = "none; a delivery with the old name has NULL there, and its values in the rescued data"
        yield f"{place}.source_name", what, "breaking", "deliveries call it otherwise", effect
    yield from _limits(old, new, place)
    for name in _TELLING:
        if getattr(old, name) != getattr(new, name):
            yield f"{place}.{name}", "changed", "compatible", "it is told, not used", "nothing: no table shows it"


def _typed(old: Field, new: Field, place: str, model: Model, *, inside: bool) -> Told:
    what = f"{old.spark_type} → {new.spark_type}"
    if old.spark_type == new.spark_type:
        what = f"{old.type} → {new.type}"
        return f"{place}.type", what, "compatible", "both are stored alike", "none"
    if old.pii and new.pii:
        why = "values are checked against another type"
        return f"{place}.type", what, "breaking", why, f"none; a protected column is text. {_ASIDE}"
    if not inside and wider(old.spark_type, new.spark_type):
        why = "every value of the one is one of the other"
        return (
            f"{place}.type",
            what,
            "compatible",
            why,
            f"silver's column is widened to {new.spark_type}; no file changes",
        )
    if not inside and wider(new.spark_type, old.spark_type):
        effect = f"silver's column stays {old.spark_type}, which takes every value"
        return f"{place}.type", what, "compatible", "queries get the type they got", effect
    return f"{place}.type", what, "breaking", "queries get another type", _retyped(model)


def wider(old: str, new: str) -> bool:
    """Whether a column of the one type is widened to the other: every value fits, and Delta can."""
    one, other = (re.fullmatch(r"DECIMAL\((\d+),(\d+)\)", text) for text in (old, new))
    if one and other and old != new:
        whole = int(other[1]) - int(other[2]) >= int(one[1]) - int(one[2])
        return whole and int(other[2]) >= int(one[2])
    if other and old in _DIGITS:
        return int(other[1]) >= _DIGITS[old] and int(other[2]) == 0
    return (old, new) in _WIDER


def _retyped(model: Model) -> str:
    refused = "the next run refuses, since silver has the old type"
    return f"{refused}: rename the column, or rebuild silver of {model.name} from bronze"


def _protected(old: Field, new: Field, place: str, model: Model) -> Told:
    what = f"{old.pii or 'clear'} → {new.pii or 'clear'}"
    effect = "values from now on are protected by it, those that are there stay as they are"
    if old.pii is None:
        effect = "values from now on are protected, those that are there stay clear: rebuild silver to be rid of them"
    elif new.pii is None:
        effect = "values from now on stand there in clear, those that are there stay protected"
    if silver_type(old) != silver_type(new):
        effect = f"{_retyped(model)}. {effect}"
    why = "the same value looks otherwise, so that queries and joins find only one of the two"
    return f"{place}.pii", what, "breaking", why, effect


def _limits(old: Field, new: Field, place: str) -> Iterator[Told]:
    for name, sign in (("max_length", -1), ("min_length", 1), ("minimum", 1), ("maximum", -1)):
        before, after = getattr(old, name), getattr(new, name)
        if before == after:
            continue
        narrow = after is not None and (before is None or _above(after, before) == (sign > 0))
        why = "values that were right are no longer" if narrow else "every value that was right still is"
        kind: Kind = "breaking" if narrow else "compatible"
        yield f"{place}.{name}", f"{_or_none(before)} → {_or_none(after)}", kind, why, _ASIDE if narrow else _TAKEN
    if old.pattern != new.pattern:
        narrow = new.pattern is not None
        why = "values are held against another pattern" if narrow else "every value that was right still is"
        what = f"{_or_none(old.pattern)} → {_or_none(new.pattern)}"
        yield f"{place}.pattern", what, "breaking" if narrow else "compatible", why, _ASIDE if narrow else _TAKEN
    if old.format != new.format:
        what = f"{_or_none(old.format)} → {_or_none(new.format)}"
        yield f"{place}.format", what, "breaking", "deliveries write it in another way", _ASIDE


def _or_none(value: object) -> str:
    return "none" if value is None else str(value)


def _above(one: int | str, other: int | str) -> bool:
    """Numbers as numbers, dates as text."""
    try:
        return float(one) > float(other)
    except ValueError:
        return str(one) > str(other)
