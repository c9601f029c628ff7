"""A person at a real pseudo-terminal: reads what comes, types lines, waits for words with a deadline, never sleeps."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import signal
import struct
import sys
import termios
import time
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType

PATIENCE = 240.0  # seconds; a loaded machine is slow, a hung program is for ever
ESCAPE = re.compile(r"\x1b\[[0-9;?]*[ -/]*[@-~]|\x1b[()][AB0]|\x1b[=>78]|\r")
SIZE = (24, 80)


class Person:
    """Runs `lakehouse-wizard ARGUMENTS` on a terminal of its own. `raw` is all that came, `text` the same as read."""

    def __init__(self, *arguments: str | Path, env: Mapping[str, str] | None = None) -> None:
        argv = [sys.executable, "-m", "wizard.cli", *map(str, arguments)]
        environment = {**os.environ, "TERM": "dumb", **(env or {})}
        self.pid, self._terminal = pty.fork()
        if self.pid == 0:
            try:
                os.execve(argv[0], argv, environment)
            finally:
                os._exit(127)
        fcntl.ioctl(self._terminal, termios.TIOCSWINSZ, struct.pack("HHHH", *SIZE, 0, 0))
        self.raw, self._mark, self.code = b"", 0, None if self.pid else 0
        self._ended = False

    @property
    def text(self) -> str:
        return ESCAPE.sub("", self.raw.decode("utf-8", "replace"))

    @property
    def unread(self) -> str:
        return self.text[self._mark :]

    def until(self, *words: str) -> str:
        """Read on until one of `words` (regular expressions) came; that one. What stood before it counts as read."""
        deadline = time.monotonic() + PATIENCE
        while True:
            found = [(match.end(), word) for word in words if (match := re.search(word, self.unread))]
            if found:
                end, word = min(found)
                self._mark += end
                return word
            assert not self._ended, f"it ended before {words}:\n{self.text[-6000:]}"
            assert time.monotonic() < deadline, f"{words} never came:\n{self.text[-6000:]}"
            self._read()

    def line(self, text: str = "") -> None:
        self.keys(text + "\r")

    def keys(self, keys: str) -> None:
        data = keys.encode()
        while data:
            written = os.write(self._terminal, data[:512])  # a terminal takes little at once
            data = data[written:]
            self._read(0.0)

    def signal(self, number: signal.Signals) -> None:
        os.kill(self.pid, number)

    def end(self) -> int:
        """Read to the end; the exit code."""
        deadline = time.monotonic() + PATIENCE
        while not self._ended:
            assert time.monotonic() < deadline, f"it does not end:\n{self.text[-6000:]}"
            self._read()
        if self.code is None:
            self.code = os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])
        return self.code

    def _read(self, seconds: float = 1.0) -> None:
        if not select.select([self._terminal], [], [], seconds)[0]:
            return
        try:
            data = os.read(self._terminal, 65536)
        except OSError:  # the other end was closed
            data = b""
        self.raw += data
        self._ended = self._ended or not data

    def __enter__(self) -> Person:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.code is None:
            self.signal(signal.SIGKILL)
            os.waitpid(self.pid, 0)
        os.close(self._terminal)
