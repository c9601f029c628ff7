"""What a very talkative Terraform writes: `python -m benchmarks.noise LINES PER_SECOND`, the same bytes each time."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator

PIECE = 500  # lines that are written at once


def pieces(lines: int) -> Iterator[bytes]:
    """The stream, in pieces of `PIECE` lines."""
    for first in range(0, lines, PIECE):
        messages = (f"line {number}: still creating, [10s elapsed]" for number in range(first, first + PIECE))
        texts = [json.dumps({"@level": "info", "@message": text, "type": "log"}) for text in messages]
        yield ("\n".join(texts) + "\n").encode()


def main(lines: int, per_second: int) -> None:
    began = time.monotonic()
    for number, piece in enumerate(pieces(lines)):
        sys.stdout.buffer.write(piece)
        sys.stdout.buffer.flush()
        due = began + (number + 1) * PIECE / per_second
        time.sleep(max(0.0, due - time.monotonic()))  # the rate is what is measured under


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
