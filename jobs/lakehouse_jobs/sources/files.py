"""File sources: reader options, and one form of row whatever the file's format.

Every row has the contract's columns as text, and these:
`_rescued_data`  JSON text of what fits no column (None if all does), with `_file_path`
`_file_path`, `_file_modified`  the file it came from, and when that file was last written
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, NamedTuple

from lakehouse_jobs.contract.model import Field, Model, Source

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

RESCUED = "_rescued_data"
PATH = "_file_path"
MODIFIED = "_file_modified"
CORRUPT = "_corrupt_record"
EXTENSIONS = {"csv": "*.csv*", "json": "*.json*", "parquet": "*.parquet"}
MOST_FILES = 1000  # in one micro-batch
_LETTERS = bytes(range(0x80, 0xA0)).decode("cp1252", errors="ignore")
_CONTROLS = _LETTERS.encode("cp1252").decode("iso-8859-1")
_NESTED = ("struct", "array", "map")


class Stamp(NamedTuple):
    """What tells whether a file is as it was."""

    length: int  # bytes
    modified: int  # since 1970, in the platform's own unit


class Unreadable(Exception):  # noqa: N818 - a state of a file, told as it is
    """A file that cannot be read; it says why."""

    def __init__(self, file: str, reason: str) -> None:
        super().__init__(f"{file}: {reason}")
        self.file, self.reason = file, reason


class UnknownColumn(Exception):  # noqa: N818 - a state of a file, told as it is
    """A file has a column that the contract does not know and, as it is frozen, nothing is taken in.

    `some_known`: other columns of it are the contract's. Else it may lack its header, and the names be a row's values:
    then they are not told."""

    def __init__(self, file: str, names: Iterable[str], *, some_known: bool) -> None:
        why = "evolution of columns is freeze, so nothing was written"
        super().__init__(
            f"{file} has columns that the contract does not know: {', '.join(names)}; {why}. "
            "Add them to the contract, or set evolution.column to evolve or discard_value"
            if some_known
            else f"{file} has no column that the contract knows; {why}. "
            "Deliver it with its header, or set source.header to false"
        )


def reader_options(source: Source) -> dict[str, str]:
    """Options of Spark's reader for the format, the same on every platform."""
    if source.format == "csv":
        options = {
            "header": str(source.header).lower(),
            "sep": source.delimiter,
            "quote": '"',
            "escape": '"',
            "multiLine": str(source.multiline).lower(),
            "encoding": charset(source),
            "mode": "PERMISSIVE",
        }
        if source.null_value is None:
            return options
        # By itself Spark takes "" for no value; where that is said otherwise, an empty text in quotes would be one.
        return {**options, "nullValue": source.null_value, "emptyValue": source.null_value}
    if source.format == "json":
        return {"multiLine": str(source.multiline).lower(), "encoding": charset(source), "mode": "PERMISSIVE"}
    return {}


def charset(source: Source) -> str:
    """The encoding as Spark is told it. It knows few: what Windows writes is read as ISO-8859-1, see `_in_letters`."""
    return "ISO-8859-1" if _of_windows(source) else source.encoding


def _of_windows(source: Source) -> bool:
    return source.encoding.lower() in ("windows-1252", "cp1252")


def _in_letters(text: str) -> str:
    """SQL: the same text with Windows' letters where ISO-8859-1 has controls; all else is alike in both."""
    return f"translate({text}, {literal(_CONTROLS)}, {literal(_LETTERS)})"


def text_schema(names: Iterable[str]) -> str:
    """All columns as text: bronze types nothing, so nothing is lost there."""
    return ", ".join(f"{quoted(name)} STRING" for name in names)


def columns(model: Model) -> tuple[str, ...]:
    return tuple(field.name for field in model.fields)


def called(field: Field) -> str:
    """What the input calls the column."""
    return field.source_name or field.name


def source_columns(model: Model) -> tuple[str, ...]:
    """The columns' names in the input."""
    return tuple(called(field) for field in model.fields)


def quoted(name: str) -> str:
    """A name as SQL writes it."""
    return "`" + name.replace("`", "``") + "`"


def literal(text: str) -> str:
    """A text as SQL writes it."""
    escaped = text.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"


def as_text(frame: DataFrame, model: Model, rescued: str | None) -> DataFrame:
    """The one form of row. `rescued` is a SQL expression of JSON text, or None where the frame has the column."""
    present = {field.name: field.dataType.typeName() for field in frame.schema.fields}
    cells, windows = [], _of_windows(model.source)
    for field in model.fields:
        name = called(field)
        cell = quoted(name) if name in present else "null"
        text = f"to_json({cell})" if present.get(name) in _NESTED else f"cast({cell} as string)"
        cells.append(f"{_in_letters(text) if windows else text} as {quoted(field.name)}")
    data = rescued or f"cast({RESCUED} as string)"
    return frame.selectExpr(*cells, f"{_in_letters(data) if windows else data} as {RESCUED}", PATH, MODIFIED)
