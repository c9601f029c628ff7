"""Objects and lists that came as JSON text: parsed with all values as text, and what of them was lost in typing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from lakehouse_jobs.contract.model import Field
from lakehouse_jobs.contract.sql import literal
from lakehouse_jobs.sources.files import quoted

_CORRUPT = "_corrupt_record"  # as Spark calls it


def as_texts(field: Field) -> Field:
    """The same field with every value in it as text; one that is protected whole is one text."""
    parts = () if field.pii else tuple(as_texts(each) for each in field.fields)
    items = as_texts(field.items) if field.items and not field.pii else None
    return replace(field, spark_type="STRING", fields=parts, items=items)


def described(field: Field) -> str:
    """Spark's type of a field, from its parts."""
    if field.fields:
        return f"STRUCT<{', '.join(f'{quoted(each.name)}: {described(each)}' for each in field.fields)}>"
    return f"ARRAY<{described(field.items)}>" if field.items else field.spark_type


def lost(field: Field, text: str, typed: str) -> str:
    """SQL, null for false too: whether the text is no JSON of the field's form, or a value in it none of its type."""
    plain = as_texts(_bare(field))
    # As part of an object: only there does Spark say that something did not parse.
    form = literal(f"STRUCT<v: {described(plain)}, {_CORRUPT}: STRING>")
    parsed = f"from_json(concat('{{\"v\":', {text}, '}}'), {form})"
    found = [f"{parsed}.{_CORRUPT} is not null", *_lost(field, f"{parsed}.v", typed, 0)]
    return f"({text} is not null and ({typed} is null or {' or '.join(found)}))"


def _bare(field: Field) -> Field:
    """Without protection: what is protected must be of its type too."""
    items = _bare(field.items) if field.items else None
    return replace(field, pii=None, fields=tuple(_bare(each) for each in field.fields), items=items)


def _lost(field: Field, text: str, typed: str, depth: int) -> Iterator[str]:
    for each in field.fields:
        yield from _lost(each, f"{text}.{quoted(each.name)}", f"{typed}.{quoted(each.name)}", depth)
    if field.items:
        one, other = f"_t{depth}", f"_v{depth}"
        inside = list(_lost(field.items, one, other, depth + 1))
        if inside:
            pairs = f"zip_with({text}, {typed}, ({one}, {other}) -> {' or '.join(inside)})"
            yield f"exists({pairs}, _lost -> _lost)"
    elif not field.fields and field.spark_type != "STRING":
        yield f"({text} is not null and {typed} is null)"
