"""A moving line from the first moment on: nothing heavy is imported here, since it covers the imports themselves."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import cycle

SILENCE = 0.1  # seconds that may pass without a sign of life
FRAMES = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏"
ERASE = "\r\033[K"


@contextmanager
def activity(text: str) -> Iterator[None]:
    """Show that something goes on, on a terminal only, and wipe it off at the end. It goes to standard error,
    so that what a command prints can still be sent to a file."""
    if not sys.stderr.isatty():
        yield
        return
    ended = threading.Event()
    mover = threading.Thread(target=_move, args=(text, ended), name="activity", daemon=True)
    mover.start()
    try:
        yield
    finally:
        ended.set()
        mover.join()


def _move(text: str, ended: threading.Event) -> None:
    shown = False
    for frame in cycle(FRAMES):
        if ended.wait(SILENCE):
            break
        sys.stderr.write(f"{ERASE}{frame} {text}")
        sys.stderr.flush()
        shown = True
    if shown:
        sys.stderr.write(ERASE)
        sys.stderr.flush()
