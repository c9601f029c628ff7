"""Sample input: how many rows a file holds, counted here and not by the job that reads it."""

from __future__ import annotations

import csv
import io

from lakehouse_jobs.contract.model import Source

GZIP = b"\x1f\x8b"


def rows(content: bytes, source: Source) -> int | None:
    """Rows of a CSV file, without its header and empty lines; None for another format or a compressed file."""
    if source.format != "csv" or content.startswith(GZIP):
        return None
    text = io.StringIO(content.decode(source.encoding), newline="")
    count = sum(1 for row in csv.reader(text, delimiter=source.delimiter) if row)
    return count - 1 if source.header and count else count
