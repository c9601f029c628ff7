"""The hash key on its way into Spark: as two blocks of bytes in a one-row view, which no plan and no log shows."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from lakehouse_jobs.privacy.protect import PADS

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

BLOCK = 64  # bytes, of SHA-256


def pads(key: bytes) -> tuple[bytes, bytes]:
    """Inner and outer pad of RFC 2104."""
    block = (hashlib.sha256(key).digest() if len(key) > BLOCK else key).ljust(BLOCK, b"\0")
    return bytes(byte ^ 0x36 for byte in block), bytes(byte ^ 0x5C for byte in block)


def register(session: SparkSession, key: bytes) -> None:
    """Make the view that hashes read. A session has one key."""
    from pyspark.sql.utils import is_remote

    inner, outer = pads(key)
    frame = session.createDataFrame([(bytearray(inner), bytearray(outer))], "inner BINARY, outer BINARY")
    if not is_remote():
        # A frame made of Python's values asks a Python worker for them each time; Spark Connect sends them once.
        frame = frame.localCheckpoint()
    frame.createOrReplaceTempView(PADS)
