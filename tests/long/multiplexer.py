"""The wizard inside a real tmux, on a server of its own: keys by send-keys, the screen by capture-pane.

The screen is looked at again and again: tmux tells nobody that it changed. Its `wait-for` waits for a word that the
program in the pane itself gives, and a wizard gives none; that the program has ended the system tells.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from types import TracebackType

import psutil

from tests.tui.terminal import LOOK, PATIENCE, Screen

KEYS = {"enter": "Enter", "ctrl+c": "C-c", "tab": "Tab", "shift+tab": "BTab", "escape": "Escape"}


class Tmux:
    """A session with one pane, whose program is `argv`; it ends with the program."""

    def __init__(self, argv: Sequence[str | Path], *, size: tuple[int, int] = (80, 24)) -> None:
        self._place = Path(tempfile.mkdtemp(prefix="tmux-"))  # a socket's path is short
        self._size = size
        columns, rows = (str(each) for each in size)
        env = {key: value for key, value in os.environ.items() if key not in ("TMUX", "LC_ALL", "NO_COLOR")}
        words = ("-f", "/dev/null", "new-session", "-d", "-x", columns, "-y", rows, *(str(word) for word in argv))
        self._tmux(*words, env={**env, "LANG": "C.UTF-8"})
        self.pid = int(self._tmux("display-message", "-p", "#{pane_pid}").stdout)

    def _tmux(
        self, *words: str, env: dict[str, str] | None = None, check: bool = True
    ) -> subprocess.CompletedProcess[str]:
        argv = ["tmux", "-u", "-S", str(self._place / "socket"), *words]
        return subprocess.run(argv, env=env, capture_output=True, text=True, encoding="utf-8", check=check)

    def __enter__(self) -> Tmux:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _t: TracebackType | None) -> None:
        if error is not None:
            error.add_note(self.text)
        self._tmux("kill-server", check=False)
        shutil.rmtree(self._place)

    def look(self) -> tuple[str, str]:
        """The text and the button with the focus; both empty where the session is over."""
        screen = Screen(*self._size)
        screen.feed(self._tmux("capture-pane", "-p", "-e", check=False).stdout.rstrip("\n").replace("\n", "\r\n"))
        return "\n".join(screen.lines), screen.focused

    @property
    def text(self) -> str:
        return self.look()[0]

    @property
    def focused(self) -> str:
        return self.look()[1]

    def line(self, number: int) -> str:
        return self.text.split("\n")[number]

    def press(self, *keys: str) -> None:
        self._tmux("send-keys", *(KEYS.get(key, key) for key in keys))

    def until(self, true: Callable[[], object], what: str) -> None:
        deadline = time.monotonic() + PATIENCE
        while not true():
            assert time.monotonic() < deadline, f"{what} never came; the screen:\n{self.text}"
            assert not self.ended(), f"{what} never came: it ended"
            time.sleep(LOOK)

    def see(self, text: str) -> None:
        self.until(lambda: text in self.text, repr(text))

    def kill(self, number: int) -> None:
        os.kill(self.pid, number)

    def ended(self) -> bool:
        return self._tmux("has-session", check=False).returncode != 0

    def wait(self) -> None:
        try:
            psutil.wait_procs([psutil.Process(self.pid)], PATIENCE)
        except psutil.NoSuchProcess:
            return
        assert not psutil.pid_exists(self.pid), f"it never ended; the screen:\n{self.text}"
