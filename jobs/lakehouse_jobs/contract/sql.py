"""SQL as text: written safely, and judged as far as that goes without Spark."""

from __future__ import annotations

from typing import Any


def quoted(name: str) -> str:
    """A column's name as SQL: `a.b` is the field b of the object a."""
    return ".".join(f"`{part.replace('`', '``')}`" for part in name.split("."))


def literal(text: str) -> str:
    """A text as SQL."""
    escaped = text.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"


def constant(value: Any, spark_type: str) -> str:
    """A value of a contract as SQL of a column's type, so that no comparison casts the column."""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, int | float) and spark_type not in ("STRING", "DATE"):
        return str(value)
    text = literal(str(value))
    return text if spark_type == "STRING" else f"CAST({text} AS {spark_type})"
