"""A run that is killed with SIGKILL at a point of its own: a process with a Spark of its own, Java included.

Its arguments are FOLDER, POINT, NUMBER and those of ingest. POINT is `rename:PATTERN` (Python is about to
move a file to a path that fits) or `seen:PATTERN` (a file that fits is there, whoever made it), and NUMBER is which of
them. With POINT `none` it runs to its end."""

from __future__ import annotations

import os
import signal
import sys
import threading
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

from lakehouse_jobs.main import ingest

from wizard.sandbox.spark import session as sessions


def end() -> None:
    os.killpg(0, signal.SIGKILL)


def main(folder: str, point: str, number: str, *arguments: str) -> None:
    # Beside the lakehouse where its disk may be full.
    session = sessions.start(Path(os.environ.get("SPARK_FOLDER", folder)) / f"spark-{os.getpid()}")
    kind, _, pattern = point.partition(":")
    moved = [0]

    def at_rename(event: str, what: tuple[Any, ...]) -> None:
        if event != "os.rename" or not os.fspath(what[1]).startswith(folder):
            return
        if kind != "rename" or fnmatch(os.fspath(what[1]), pattern):
            moved[0] += 1
            if kind == "rename" and moved[0] == int(number):
                end()

    def watch() -> None:
        root = Path(folder)
        while True:
            if sum(1 for path in root.rglob(Path(pattern).name) if fnmatch(str(path), pattern)) >= int(number):
                end()

    sys.addaudithook(at_rename)
    if kind == "seen":
        threading.Thread(target=watch, daemon=True).start()
    ingest(arguments)
    session.stop()


if __name__ == "__main__":
    main(*sys.argv[1:])
