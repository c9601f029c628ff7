"""What is wrong with what a column says of its values: type, lengths, limits, pattern, format, examples."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from lakehouse_jobs.contract.located import Defect, Located
from lakehouse_jobs.contract.model import DECIMAL_COMMA
from lakehouse_jobs.contract.views import Column

NUMBERS = ("integer", "number")
MOMENTS = ("date", "timestamp")
_LEAST = ("minimum", "exclusiveMinimum")
_MOST = ("maximum", "exclusiveMaximum")
# What Python's engine says of a pattern that no engine would take.
_BROKEN = ("missing )", "unbalanced parenthesis", "unterminated character set", "nothing to repeat", "bad escape (end")
_VALUES = {
    "boolean": "true|false|t|f|yes|no|y|n|1|0",
    "integer": r"[+-]?\d+",
    "number": r"[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?",
}
_LIKE = {"date": "2020-01-31", "timestamp": "2020-01-31T12:00:00", "time": "12:00:00"}
_LETTERS = frozenset("GuyMLdDQqYwWEecFahKkHmsSAnNVzOXxZpB")


def problems(located: Located, column: Column) -> Iterator[Defect]:
    """Of this column alone, not of the fields in it."""
    if column.logical is None:
        return  # without a type none of it can be judged
    yield from _type(located, column)
    yield from _lengths(located, column)
    yield from _bounds(located, column)
    yield from _pattern(located, column)
    yield from _format(located, column)
    yield from _values(located, column)


def _type(located: Located, column: Column) -> Iterator[Defect]:
    if match := re.fullmatch(r"DECIMAL\((\d+),(\d+)\)", column.spark_type):
        precision, scale = int(match[1]), int(match[2])
        if not (1 <= precision <= 38 and scale <= precision):
            why = "a DECIMAL has 1 to 38 digits, of which no more can stand after the point"
            yield located.defect(column.type_path, f"is {column.spark_type}", why, "write it as DECIMAL(18,2)")
    zeros = next((e for e in column.examples if re.fullmatch(r"0\d+", e)), None)
    if zeros and column.logical in NUMBERS:
        why = f"the example {zeros} would lose its zeros"
        yield located.defect(column.type_path, "is a number", why, "make it a string")


def _lengths(located: Located, column: Column) -> Iterator[Defect]:
    least, most = column.limits.get("minLength"), column.limits.get("maxLength")
    if isinstance(most, int) and most < 1:
        why = "a length is 1 or more"
        yield located.defect(column.place("maxLength"), f"is {most!r}", why, "write a whole number above 0")
    elif isinstance(least, int) and least < 0:
        why = "a length is 0 or more"
        yield located.defect(column.place("minLength"), f"is {least!r}", why, "write a whole number")
    elif isinstance(least, int) and isinstance(most, int) and least > most:
        why = f"maxLength is {most}, so that no text would do"
        yield located.defect(column.place("minLength"), f"is {least}", why, "make it the smaller one")


def _bounds(located: Located, column: Column) -> Iterator[Defect]:
    ordered = column.logical in (*NUMBERS, *MOMENTS, "time")
    known: dict[str, Any] = {}
    for key in (*_LEAST, *_MOST):
        written = column.limits.get(key)
        if written is None:
            continue
        value = _read(written, column)
        if not ordered:
            why = f"the type {column.logical} has no such limit"
            yield located.defect(column.place(key), f"is {written!r}", why, "use lengths or a pattern, or remove it")
        elif value is None:
            remedy = "write a number" if column.logical in NUMBERS else f'write it as "{_LIKE[str(column.logical)]}"'
            why = f"the column is of type {column.logical}"
            yield located.defect(column.place(key), f"is {written!r}", why, remedy)
        else:
            known[key] = value
    for low in _LEAST:
        for high in _MOST:
            if low in known and high in known and known[low] > known[high]:
                why = f"{high} is {column.limits[high]}, so that no value would do"
                yield located.defect(column.place(low), f"is {column.limits[low]}", why, "make it the smaller one")
    step = column.limits.get("multipleOf")
    if step is not None and (column.logical not in NUMBERS or not _positive(step)):
        why = "only a number is a multiple, of a number above 0"
        yield located.defect(column.place("multipleOf"), f"is {step!r}", why, "write a number above 0, or remove it")


def _positive(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and value > 0


def _read(written: Any, column: Column) -> Any:
    """The value of a limit, comparable with those of its column; None if it is no value of the column."""
    if column.logical in NUMBERS:
        plain = isinstance(written, int | float) and not isinstance(written, bool)
        return written if plain and written == written else None  # noqa: PLR0124 - NaN is no limit
    if column.logical == "time":
        return written if isinstance(written, str) and re.fullmatch(r"\d\d:\d\d(:\d\d(\.\d+)?)?Z?", written) else None
    return moment(written)


def moment(written: Any) -> datetime | None:
    """A date or time as ISO 8601 has it; None if it is none."""
    try:
        found = datetime.fromisoformat(written) if isinstance(written, str) else None
    except ValueError:
        return None
    return found.replace(tzinfo=None) if found else None


def broken(pattern: str) -> str | None:
    """Why no engine would take a regular expression; None where Java's may well."""
    # What Java has and Python has not stands for something that both have.
    plain = re.sub(r"\\[pP](\{\w+\}|\w)|\\[hRXvHVG]", r"\\w", pattern).replace(r"\z", r"\Z")
    plain = re.sub(r"\(\?<(?=[A-Za-z])", "(?P<", plain)
    try:
        re.compile(plain)
    except re.error as error:
        return error.msg if error.msg.startswith(_BROKEN) else None
    except (OverflowError, RecursionError):
        return "it is too large"
    return None


def _pattern(located: Located, column: Column) -> Iterator[Defect]:
    pattern = column.limits.get("pattern")
    if not isinstance(pattern, str):
        return
    if column.logical != "string":
        why = f"the column is of type {column.logical}, and a pattern reads text"
        yield located.defect(column.place("pattern"), f"is {pattern!r}", why, "remove it, or make the column a string")
    elif fault := broken(pattern):
        what = f"is {pattern!r}"
        yield located.defect(column.place("pattern"), what, f"it is no regular expression: {fault}", "correct it")


def _format(located: Located, column: Column) -> Iterator[Defect]:
    written = column.limits.get("format")
    if not isinstance(written, str):
        return
    if written == DECIMAL_COMMA and column.logical != "number":
        why = f"the column is of type {column.logical}"
        yield located.defect(column.place("decimalComma"), "asks for a decimal comma", why, "remove it")
    if column.logical not in MOMENTS:
        return
    letters = re.sub(r"'[^']*'", "", written)
    fault = _misread(letters, column)
    if fault:
        yield located.defect(column.place("format"), f"is {written!r}", *fault)


def _misread(letters: str, column: Column) -> tuple[str, str] | None:
    """Why a pattern of dates, without its quoted text, would read them wrongly, and what to write."""
    if "Y" in letters and "w" not in letters:
        return "Y is the year that a week belongs to", "write yyyy"
    if "D" in letters and ("M" in letters or "m" in letters):
        return "D is the day of the year", "write dd"
    among_days = re.search(r"y\W*m+\W*d|d\W*m+\W*y", letters)
    if among_days or ("m" in letters and not set("HhKk") & set(letters)):
        return "m is the minute", "write MM for the month"
    if unknown := sorted(set(re.findall(r"[A-Za-z]", letters)) - _LETTERS):
        return f"{unknown[0]} means nothing in it", "quote text: 'T'"
    if not re.search(r"[yuM]", letters):
        return f"it reads no {column.logical}", "write it as yyyy-MM-dd"
    return None


def _values(located: Located, column: Column) -> Iterator[Defect]:
    """The values it may have, and those it gives as examples."""
    allowed = column.limits.get("enum")
    if isinstance(allowed, list):
        odd = next((value for value in allowed if not fits(value, column)), None)
        if not allowed or odd is not None:
            what = f"has {odd!r}" if allowed else "is empty"
            why = f"the column is of type {column.logical}" if allowed else "no value would do"
            yield located.defect(column.place("enum"), what, why, "list values of the column's type")
            return
    known = {str(value) for value in allowed} if isinstance(allowed, list) else None
    for example in column.examples:
        why = ""
        if not fits(example, column):
            why = f"the column is of type {column.logical}"
        elif known is not None and example not in known:
            why = "enum does not list it"
        elif column.logical == "string" and not _long_enough(example, column):
            why = "its length is out of bounds"
        if why:
            yield located.defect(column.place("examples"), f"has {example!r}", why, "correct the one or the other")
            return


def _long_enough(text: str, column: Column) -> bool:
    least, most = column.limits.get("minLength"), column.limits.get("maxLength")
    enough = not isinstance(least, int) or len(text) >= least
    return enough and (not isinstance(most, int) or len(text) <= most)


def fits(value: Any, column: Column) -> bool:
    """Whether a value written in a contract may be one of the column. With a format of its own, anything may."""
    if value is None:
        return False
    text, logical = str(value).strip(), str(column.logical)
    if logical == "date" and not column.limits.get("format"):
        return moment(text) is not None
    if logical in NUMBERS and column.limits.get("format") == DECIMAL_COMMA:
        return True
    return logical not in _VALUES or re.fullmatch(_VALUES[logical], text, re.IGNORECASE) is not None
