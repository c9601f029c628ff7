"""File sources: reader options, and one form of row whatever the file's format.

Every row has the contract's columns as text, and these:
`_rescued_data`  JSON text of what fits no column (None if all does), with `_file_path`
`_file_path`, `_file_modified`  the file it came from, and when that file was last written
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from lakehouse_jobs.contract.model import Model, Source

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

RESCUED = "_rescued_data"
PATH = "_file_path"
MODIFIED = "_file_modified"
EXTENSIONS = {"csv": "*.csv*", "json": "*.json*", "parquet": "*.parquet"}
MOST_FILES = 1000  # in one micro-batch


def reader_options(source: Source) -> dict[str, str]:
    """Options of Spark's reader for the format, the same on every platform."""
    if source.format == "csv":
        return {
            "header": str(source.header).lower(),
            "sep": source.delimiter,
            "quote": '"',
            "escape": '"',
            "multiLine": str(source.multiline).lower(),
            "encoding": source.encoding,
            "mode": "PERMISSIVE",
        }
    if source.format == "json":
        return {"multiLine": str(source.multiline).lower(), "encoding": source.encoding, "mode": "PERMISSIVE"}
    return {}


def text_schema(names: tuple[str, ...]) -> str:
    """All columns as text: bronze types nothing, so nothing is lost there."""
    return ", ".join(f"{quoted(name)} STRING" for name in names)


def columns(model: Model) -> tuple[str, ...]:
    return tuple(field.name for field in model.fields)


def quoted(name: str) -> str:
    """A name as SQL writes it."""
    return "`" + name.replace("`", "``") + "`"


def as_text(frame: DataFrame, model: Model, rescued: str | None) -> DataFrame:
    """The one form of row. `rescued` is a SQL expression of JSON text, or None where the frame has the column."""
    present = set(frame.columns)
    cells = [
        f"cast({quoted(name)} as string) as {quoted(name)}"
        if name in present
        else f"cast(null as string) as {quoted(name)}"
        for name in columns(model)
    ]
    data = f"{rescued} as {RESCUED}" if rescued else f"cast({RESCUED} as string) as {RESCUED}"
    return frame.selectExpr(*cells, data, PATH, MODIFIED)
