"""The append-only journal: what happened, for people and support. Nothing ever asks it what is true."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Callable
from pathlib import Path

from wizard.setup.events import Event


class Journal:
    """One JSON event a line. Step-level events are flushed to disk before the run goes on;
    all events, resource by resource, go to the log beside it without that cost."""

    def __init__(self, journal: Path, log: Path, redact: Callable[[str], str]) -> None:
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC
        torn = _is_torn(journal)
        self._journal = os.open(journal, flags, 0o600)
        if torn:  # a line that a crash cut off stays, but takes no other line with it
            os.write(self._journal, b"\n")
        self._log = os.open(log, flags, 0o600)
        self._redact = redact
        self._lock = threading.Lock()

    def __call__(self, event: Event) -> None:
        line = (self._redact(event.model_dump_json(exclude_none=True)) + "\n").encode()
        with self._lock:
            os.write(self._log, line)
            if event.journaled:
                os.write(self._journal, line)
                os.fsync(self._journal)

    def close(self) -> None:
        os.close(self._journal)
        os.close(self._log)


def last_setup_id(journal: Path) -> str | None:
    """The setup's id as the last run began with it; for a remedy's words only."""
    try:
        lines = journal.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return None
    for line in reversed(lines):
        try:
            event = json.loads(line)
        except ValueError:
            continue
        if isinstance(event, dict) and event.get("setup_id"):
            return str(event["setup_id"])
    return None


def _is_torn(journal: Path) -> bool:
    try:
        with journal.open("rb") as file:
            if file.seek(0, os.SEEK_END) == 0:
                return False
            file.seek(-1, os.SEEK_END)
            return file.read() != b"\n"
    except FileNotFoundError:
        return False
