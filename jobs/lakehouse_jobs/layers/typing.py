"""From text to the contract's types: expressions only, so that each is tested as text."""

from __future__ import annotations

from lakehouse_jobs.contract.model import DECIMAL_COMMA, Field
from lakehouse_jobs.contract.sql import literal
from lakehouse_jobs.sources.files import quoted

PLAIN = "STRING"
_ODD_DOT = r"[.](?!\d\d\d(?!\d))"  # one that parts no thousands: without it 1.5 would be 15


def typed(field: Field, cell: str | None = None) -> str:
    """The value in the field's type, or null where the text is none."""
    text = cell or quoted(field.name)
    kind = field.spark_type
    if kind == PLAIN:
        return text
    if kind.startswith(("STRUCT<", "ARRAY<")):
        return f"from_json({text}, {literal(kind)})"
    if field.format and field.type in ("date", "timestamp"):
        return f"cast(try_to_timestamp({text}, {literal(field.format)}) as {kind})"
    if field.format == DECIMAL_COMMA:
        number = f"replace(replace({text}, '.', ''), ',', '.')"
        return f"try_cast(if({text} rlike {literal(_ODD_DOT)}, null, {number}) as {kind})"
    return f"try_cast({text} as {kind})"
