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
        self._log = os.open(log, flags, 0o600)
        self._paths = {self._journal: journal, self._log: log}
        if torn:  # a line that a crash cut off stays, but takes no other line with it
            self._append(self._journal, b"\n")
        self._redact = redact
        self._lock, self._open = threading.Lock(), True

    def __call__(self, event: Event) -> None:
        """Keep an event. What a call says that was left to itself, after the end of its run, is no more kept."""
        line = (self._redact(event.model_dump_json(exclude_none=True)) + "\n").encode()
        with self._lock:
            if not self._open:
                return
            if event.journaled:  # first: where the disk is full, what happened matters more than the log
                self._append(self._journal, line)
            self._append(self._log, line)

    def _append(self, handle: int, line: bytes) -> None:
        """The whole line or none of it. Raises OSError with the path."""
        size = os.fstat(handle).st_size
        try:
            written = os.write(handle, line)
            if written < len(line):  # a disk that is full takes what still fits
                os.write(handle, line[written:])
            if handle == self._journal:
                os.fsync(handle)
        except OSError as error:
            os.ftruncate(handle, size)
            raise OSError(error.errno, error.strerror, str(self._paths[handle])) from error

    def close(self) -> None:
        with self._lock:
            self._open = False
            os.close(self._journal)
            os.close(self._log)


def last_setup_id(journal: Path) -> str | None:
    """The setup's id as the last run began with it; for a remedy's words only."""
    return last_told(journal, "setup_id")


def last_told(journal: Path, key: str) -> str | None:
    """What the last event that has `key` says of it; for a remedy's words only."""
    try:
        lines = journal.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return None
    for line in reversed(lines):
        try:
            event = json.loads(line)
        except ValueError:
            continue
        if isinstance(event, dict) and event.get(key):
            return str(event[key])
    return None


def durations(journal: Path) -> dict[str, tuple[float, float]]:
    """The shortest and the longest apply of each step, in seconds; empty where nothing is told. To say how long a step
    usually takes, and for nothing else."""
    found: dict[str, tuple[float, float]] = {}
    try:
        lines = journal.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return found
    for line in lines:
        if '"applied"' not in line:
            continue
        try:
            event = json.loads(line)
            step, seconds = str(event["step"]), float(event["seconds"])
        except (ValueError, TypeError, KeyError):
            continue
        if event.get("event") == "applied":
            least, most = found.get(step, (seconds, seconds))
            found[step] = (min(least, seconds), max(most, seconds))
    return found


def _is_torn(journal: Path) -> bool:
    try:
        with journal.open("rb") as file:
            if file.seek(0, os.SEEK_END) == 0:
                return False
            file.seek(-1, os.SEEK_END)
            return file.read() != b"\n"
    except FileNotFoundError:
        return False
