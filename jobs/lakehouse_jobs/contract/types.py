"""Column types: what the contract forms call them, and what silver makes of them."""

from __future__ import annotations

import re
from typing import get_args

from lakehouse_jobs.contract.model import LogicalType

# Data Contract Specification 0.9.3, "Data Types"
REFERENCE: dict[str, tuple[LogicalType, str]] = {
    "string": ("string", "STRING"), "text": ("string", "STRING"), "varchar": ("string", "STRING"),
    "int": ("integer", "INT"), "integer": ("integer", "INT"), "long": ("integer", "BIGINT"),
    "bigint": ("integer", "BIGINT"), "float": ("number", "FLOAT"), "double": ("number", "DOUBLE"),
    "number": ("number", "DECIMAL(38,10)"), "decimal": ("number", "DECIMAL(38,10)"),
    "numeric": ("number", "DECIMAL(38,10)"), "boolean": ("boolean", "BOOLEAN"), "date": ("date", "DATE"),
    "timestamp": ("timestamp", "TIMESTAMP"), "timestamp_tz": ("timestamp", "TIMESTAMP"),
    "timestamp_ntz": ("timestamp", "TIMESTAMP_NTZ"), "time": ("time", "STRING"), "object": ("object", "STRING"),
    "record": ("object", "STRING"), "struct": ("object", "STRING"), "array": ("array", "STRING"),
}  # fmt: skip

LOGICAL: dict[str, str] = {
    "string": "STRING", "integer": "BIGINT", "number": "DOUBLE", "boolean": "BOOLEAN", "date": "DATE",
    "timestamp": "TIMESTAMP", "time": "STRING", "object": "STRING", "array": "STRING",
}  # fmt: skip

# ODCS's `format` of a number without a physical type.
BITS: dict[str, str] = {"i8": "INT", "i16": "INT", "u8": "INT", "u16": "INT", "i32": "INT", "f32": "FLOAT"}

_PHYSICAL: tuple[tuple[str, LogicalType, str], ...] = (
    (r"(?:STRING|TEXT|(?:VAR)?CHAR(?:\(\d+\))?)", "string", "STRING"),
    (r"(?:TINYINT|SMALLINT|INT|INTEGER)", "integer", "INT"),
    (r"(?:BIGINT|LONG)", "integer", "BIGINT"),
    (r"(?:FLOAT|REAL)", "number", "FLOAT"),
    (r"DOUBLE", "number", "DOUBLE"),
    (r"(?:DECIMAL|NUMERIC)\((\d{1,2}),\s*(\d{1,2})\)", "number", "DECIMAL({0},{1})"),
    (r"(?:BOOLEAN|BOOL)", "boolean", "BOOLEAN"),
    (r"DATE", "date", "DATE"),
    (r"TIMESTAMP", "timestamp", "TIMESTAMP"),
    (r"TIMESTAMP_NTZ", "timestamp", "TIMESTAMP_NTZ"),
)


def logical(text: str) -> LogicalType | None:
    """The logical type of that name, if there is one."""
    return next((t for t in get_args(LogicalType) if t == text), None)


def physical(text: str) -> tuple[LogicalType, str] | None:
    """Logical and Spark type of a physical type; None for one that another system uses."""
    for pattern, family, spark in _PHYSICAL:
        if match := re.fullmatch(pattern, text.strip(), re.IGNORECASE):
            return family, spark.format(*match.groups())
    return None


def struct(fields: list[tuple[str, str]]) -> str:
    """Spark's type of an object, from its fields' names and types."""
    return f"STRUCT<{', '.join(f'`{name}`: {spark}' for name, spark in fields)}>"


def array(item: str) -> str:
    """Spark's type of a list, from its items' type."""
    return f"ARRAY<{item}>"


def quartz(cron: str) -> str | None:
    """A Quartz expression (seconds first) from one of 6 or 7 fields, or from a Unix one of 5; None if it is neither."""
    parts = cron.split()
    if not all(re.fullmatch(r"[0-9A-Za-z*/,\-?#LW]+", part) for part in parts):
        return None
    if len(parts) in (6, 7):
        return " ".join(parts) if "?" in (parts[3], parts[5]) else None
    if len(parts) != 5:
        return None
    minute, hour, day, month, weekday = parts
    if weekday == "*":
        return f"0 {minute} {hour} {day} {month} ?"
    if day != "*":
        return None
    # Unix counts weekdays from Sunday = 0, Quartz from Sunday = 1.
    shifted = re.sub(r"\d", lambda digit: str(int(digit[0]) % 7 + 1), weekday)
    return f"0 {minute} {hour} ? {month} {shifted}"


def days(period: str, unit: str = "") -> int | None:
    """Days in `P1Y`, `30 days`, `365d`, or in a value with its unit apart; None if it is none of these."""
    match = re.fullmatch(r"P?\s*(\d+)\s*([A-Za-z]*)", f"{period}{unit}".strip())
    if not match:
        return None
    factors = {"": 1, "d": 1, "w": 7, "m": 30, "y": 365}
    factor = factors.get(match[2][:1].lower())
    return int(match[1]) * factor if factor and match[2].lower() not in ("min", "minute", "minutes", "ms") else None
