"""Planted values are looked for in every file that a run of jobs leaves: as bytes, unpacked, and inside Parquet."""

from __future__ import annotations

import base64
import gzip
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path

from pyarrow import parquet


def forms(secret: bytes) -> list[str]:
    """A key as it may be written."""
    signed = [byte - 256 if byte > 127 else byte for byte in secret]
    listed = [", ".join(map(str, values)) for values in (list(secret), signed)]
    return [secret.hex(), secret.hex().upper(), base64.b64encode(secret).decode().rstrip("="), *listed,
            *(text.replace(" ", "") for text in listed)]  # fmt: skip


def contents(path: Path) -> Iterator[bytes]:
    """A file's bytes, and what they hold when they are unpacked."""
    raw = path.read_bytes()
    yield raw
    if raw[:2] == b"\x1f\x8b":
        yield gzip.decompress(raw)
    if raw[:1] == b"\x78":
        try:
            yield zlib.decompress(raw)
        except zlib.error:
            return
    if raw[:4] == b"PAR1":
        for batch in parquet.ParquetFile(path).iter_batches():
            yield "\n".join(str(row) for row in batch.to_pylist()).encode()


def found(files: Iterable[Path], values: Iterable[str], raw: Iterable[bytes] = ()) -> list[str]:
    """`file: value` for each planted value in a file; `raw` are looked for as bytes alone."""
    wanted = [(value, value.encode()) for value in values] + [(repr(secret), secret) for secret in raw]
    told = []
    for path in files:
        if path.is_file():
            held = list(contents(path))
            told += [f"{path}: {name}" for name, value in wanted if any(value in each for each in held)]
    return told
