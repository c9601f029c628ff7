"""A real pseudo-terminal with the wizard in it: keys in, the screen as a person sees it out.

The screen reader knows what Textual draws with: cursor moves, erasing, styles and text. All else is passed over."""

from __future__ import annotations

import codecs
import fcntl
import os
import pty
import re
import select
import signal
import struct
import sys
import termios
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType

KEYS = {"enter": "\r", "escape": "\x1b", "ctrl+c": "\x03", "tab": "\t", "shift+tab": "\x1b[Z", "down": "\x1b[B"}
PATIENCE = 400.0  # seconds; a loaded machine is slow, a hung app is for ever
LOOK = 0.02  # seconds between two looks at the screen
READ = 65_536  # bytes
WIZARD = (sys.executable, "-m", "wizard.cli")
SEQUENCE = re.compile(
    r"\x1b\[([?>=<]?)([\d;:]*)[ -/]*([@-~])"  # CSI
    r"|\x1b[\]P_^X].*?(?:\x07|\x1b\\)"  # OSC, DCS, APC, PM, SOS
    r"|\x1b[ -/]*[0-Z\\-~]"  # the short ones
    r"|[^\x00-\x1f]+"  # text
    r"|[^\x1b]",
    re.DOTALL,
)
Cell = tuple[str, bool]  # a character, and whether it is bold


class Screen:
    """`columns` x `rows` cells; `feed` takes what a program writes."""

    def __init__(self, columns: int, rows: int) -> None:
        self._rest = ""
        self._bold = False
        self.colours: set[str] = set()  # which were asked for: "grey", "colour"
        self._whole: list[list[Cell]] | None = None  # the last whole picture, while the next one is drawn
        self.answers = ""  # what the terminal is to say to the program
        self.resize(columns, rows)

    def resize(self, columns: int, rows: int) -> None:
        self.columns, self.rows, self._x, self._y = columns, rows, 0, 0
        self._cells: list[list[Cell]] = [[(" ", False)] * columns for _row in range(rows)]
        self._whole = None

    def feed(self, text: str) -> None:
        text, at = self._rest + text, 0
        while (found := SEQUENCE.match(text, at)) is not None:
            at = found.end()
            self._take(found)
        self._rest = text[at:]

    def _take(self, found: re.Match[str]) -> None:
        kind, char = found[3], found[0]
        if kind is None:
            if char >= " ":
                self._text(char)
            elif char in "\r\n":
                self._x, self._y = (0, self._y) if char == "\r" else (self._x, min(self._y + 1, self.rows - 1))
            return
        if char.startswith("\x1b[?2026"):
            self._synchronise(str(kind))
            return
        numbers = [int(part) if part else 0 for part in re.split("[;:]", found[2])]
        if kind in "Hf":
            self._y, self._x = (max(1, number) - 1 for number in (*numbers, 1)[:2])
        elif kind in "ABCD":
            self._move(kind, max(1, numbers[0]))
        elif kind in "JK" and not found[1]:
            self._erase(kind, numbers[0])
        elif kind == "m" and not found[1]:
            self._style(numbers)

    def _synchronise(self, kind: str) -> None:
        """A person sees whole pictures only."""
        if kind == "p":
            self.answers += "\x1b[?2026;2$y"
        else:
            self._whole = [list(row) for row in self._cells] if kind == "h" else None

    def _text(self, text: str) -> None:
        if self._y < self.rows:
            text = text[: max(0, self.columns - self._x)]
            self._cells[self._y][self._x : self._x + len(text)] = [(char, self._bold) for char in text]
            self._x += len(text)

    def _move(self, kind: str, by: int) -> None:
        across, down = {"A": (0, -by), "B": (0, by), "C": (by, 0), "D": (-by, 0)}[kind]
        self._x, self._y = max(0, self._x + across), max(0, self._y + down)

    def _erase(self, kind: str, number: int) -> None:
        if kind == "J" and number >= 2:
            self._cells = [[(" ", False)] * self.columns for _row in range(self.rows)]
        elif kind == "K" and number == 0 and self._y < self.rows:
            self._cells[self._y][self._x :] = [(" ", False)] * (self.columns - self._x)

    def _style(self, numbers: Sequence[int]) -> None:
        at = 0
        while at < len(numbers):
            number = numbers[at]
            if number in (0, 1, 22):
                self._bold = number == 1
            elif number in (38, 48) and numbers[at + 1 : at + 2] == [2]:
                red, green, blue = numbers[at + 2 : at + 5]
                self.colours.add("grey" if red == green == blue else "colour")
                at += 4
            elif number in (38, 48):
                self.colours.add("grey" if numbers[at + 2] in (0, 7, 8, 15, 16, *range(231, 256)) else "colour")
                at += 2
            elif 30 <= number <= 47 or 90 <= number <= 107:
                self.colours.add("grey" if number % 10 in (0, 7, 9) else "colour")
            at += 1

    @property
    def lines(self) -> list[str]:
        return ["".join(char for char, _bold in row).rstrip() for row in self._whole or self._cells]

    @property
    def focused(self) -> str:
        """The button that has the focus, without its brackets."""
        for row in self._whole or self._cells:
            bold = "".join(char if is_bold else "\0" for char, is_bold in row)
            if (found := re.search(r"\[ ([^\0]+?) \]", bold)) is not None:
                return found[1]
        return ""


class Terminal:
    """A program in a pseudo-terminal of its own, whose session it leads."""

    def __init__(
        self,
        argv: Sequence[str | Path],
        *,
        size: tuple[int, int] = (80, 24),
        env: Mapping[str, str | None] | None = None,
    ) -> None:
        changed = {"TERM": "xterm-256color", "COLORTERM": None, "NO_COLOR": None, "LC_ALL": None, "LANG": "C.UTF-8"}
        environment = {**os.environ, **{**changed, **(env or {})}}
        self.screen, self.code = Screen(*size), None
        self._lock, self._open, self.bytes = threading.Condition(), True, 0
        self._decoder = codecs.getincrementaldecoder("utf-8")(errors="replace")
        self.pid, self._master = pty.fork()
        if self.pid == 0:  # the child: nothing but its image
            _size(0, *size)
            words = [str(word) for word in argv]
            os.execvpe(words[0], words, {key: value for key, value in environment.items() if value is not None})
        self._wake, self._woken = os.pipe()  # what is written ends the reader: a read under way would keep the terminal
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        threading.Thread(target=self._reap, daemon=True).start()

    code: int | None  # its exit code, negative for a signal; None while it lives

    def __enter__(self) -> Terminal:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _t: TracebackType | None) -> None:
        if error is not None:
            error.add_note(self.text)
        self.end()

    def _reap(self) -> None:
        _pid, status = os.waitpid(self.pid, 0)
        with self._lock:
            self.code = os.waitstatus_to_exitcode(status)
            self._lock.notify_all()

    def _read(self) -> None:
        while self._wake not in select.select([self._master, self._wake], [], [])[0]:
            try:
                got = os.read(self._master, READ)
            except OSError:  # the last of the other side has closed it
                return
            if not got:
                return
            with self._lock:
                self.bytes += len(got)
                self.screen.feed(self._decoder.decode(got))
                if self.screen.answers:
                    self.write(self.screen.answers)
                    self.screen.answers = ""
                self._lock.notify_all()

    @property
    def text(self) -> str:
        with self._lock:
            return "\n".join(self.screen.lines)

    @property
    def focused(self) -> str:
        with self._lock:
            return self.screen.focused

    @property
    def colours(self) -> set[str]:
        with self._lock:
            return {*self.screen.colours}

    def look(self) -> tuple[str, str]:
        """The text and the button with the focus, of one and the same picture."""
        with self._lock:
            return "\n".join(self.screen.lines), self.screen.focused

    def line(self, number: int) -> str:
        """One line of the screen, from 0."""
        with self._lock:
            return self.screen.lines[number]

    def write(self, text: str) -> None:
        os.write(self._master, text.encode())

    def press(self, *keys: str) -> None:
        for key in keys:
            self.write(KEYS.get(key, key))

    def until(self, true: Callable[[], object], what: str) -> None:
        deadline = time.monotonic() + PATIENCE
        while not true():
            assert time.monotonic() < deadline, f"{what} never came; the screen:\n{self.text}"
            assert not self.ended(), f"{what} never came: it ended {self.code}; the screen:\n{self.text}"
            with self._lock:
                self._lock.wait(LOOK)  # at most; what is drawn wakes us

    def see(self, text: str) -> None:
        self.until(lambda: text in self.text, repr(text))

    def button(self, name: str) -> None:
        """Wait until the button has the focus, press it, and wait until it or what the strip of steps says changed."""
        self.until(lambda: self.focused.startswith(name), f"the focus on {name}")
        before = self._place()
        self.press("enter")
        self.until(lambda: self._place() != before, f"what comes of {name}")

    def _place(self) -> tuple[str, str]:
        """The button with the focus, and which step is in view, with its state."""
        with self._lock:
            return self.screen.focused, self.screen.lines[1]

    def resize(self, columns: int, rows: int) -> None:
        with self._lock:
            self.screen.resize(columns, rows)
        _size(self._master, columns, rows)

    def kill(self, number: int = signal.SIGKILL) -> None:
        with suppress(ProcessLookupError):  # it has ended by itself
            os.kill(self.pid, number)

    def close(self) -> None:
        """Close the terminal, as a person closes its window: the program hears a hang-up."""
        if self._open:
            self._open = False
            os.write(self._woken, b".")
            self._reader.join()
            for descriptor in (self._master, self._wake, self._woken):
                os.close(descriptor)

    def ended(self) -> bool:
        return self.code is not None

    def wait(self) -> int:
        """Its exit code, negative for a signal."""
        with self._lock:
            ended = self._lock.wait_for(self.ended, PATIENCE)
        assert ended, f"it never ended; the screen:\n{self.text}"
        assert self.code is not None
        return self.code

    def end(self) -> None:
        """Leave nothing behind, whatever came before."""
        if not self.ended():
            self.kill()
            self.wait()
        self.close()


def _size(descriptor: int, columns: int, rows: int) -> None:
    fcntl.ioctl(descriptor, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
