"""Sample input: how many rows a file holds, counted here and not by the job that reads it."""

from __future__ import annotations

import csv
import gzip
import io
import json
import zlib

from lakehouse_jobs.contract.model import Source

GZIP = b"\x1f\x8b"
UTF8 = ("UTF-8", "UTF8")


def rows(content: bytes, source: Source) -> int | None:
    """Rows of a file, without its header and empty lines; None for one that cannot be counted here: Parquet without
    pyarrow, or damaged, which the job that reads it refuses by name."""
    try:
        if source.format == "parquet":
            return _parquet(content)
        plain = gzip.decompress(content) if content.startswith(GZIP) else content
        text = plain.decode("utf-8-sig" if source.encoding.upper() in UTF8 else source.encoding)
        return _csv(text, source) if source.format == "csv" else _json(text, source)
    except (OSError, EOFError, zlib.error, LookupError, ValueError, csv.Error, RecursionError):
        return None


def _csv(text: str, source: Source) -> int:
    csv.field_size_limit(max(len(text), csv.field_size_limit()))  # a cell may be a megabyte
    count = sum(1 for row in csv.reader(io.StringIO(text, newline=""), delimiter=source.delimiter) if row)
    return count - 1 if source.header and count else count


def _json(text: str, source: Source) -> int:
    if not source.multiline:
        return sum(1 for line in text.split("\n") if line.strip())
    found = json.loads(text) if text.strip() else []
    return len(found) if isinstance(found, list) else 1


def _parquet(content: bytes) -> int | None:
    try:
        from pyarrow.parquet import ParquetFile
    except ImportError:
        return None
    with ParquetFile(io.BytesIO(content)) as file:
        return int(file.metadata.num_rows)
