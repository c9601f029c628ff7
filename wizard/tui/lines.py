"""The lines of a step's log: the newest are kept once, and nothing is made of one until it is looked at."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice

from rich.cells import cell_len

LOG_LINES = 100_000  # kept in view; the file keeps all
WIDEST = 2_000  # cells of a line that are shown, and kept; the file has it whole
LEVELS = ("debug", "info", "warn", "error")  # the first has them all


@dataclass(frozen=True, slots=True)
class LogEntry:
    at: datetime
    level: str
    text: str


class Lines:
    """A line has a number, which it keeps: the first that ever came is 0. For each level it is known which lines are
    of it or above, and each of those has a place among them, which it keeps as well."""

    def __init__(self, most: int = LOG_LINES) -> None:
        self.came = 0  # lines that ever came
        self.widest = 0  # cells of the widest text that ever came
        self._kept: deque[LogEntry] = deque(maxlen=most)
        self._numbers: dict[str, deque[int]] = {level: deque() for level in LEVELS[1:]}
        self._of: dict[str, int] = dict.fromkeys(LEVELS[1:], 0)  # by level: lines of it or above that ever came

    def append(self, entry: LogEntry) -> None:
        for level in LEVELS[1 : LEVELS.index(entry.level) + 1]:
            self._numbers[level].append(self.came)
            self._of[level] += 1
        if len(entry.text) > WIDEST:
            entry = replace(entry, text=entry.text[:WIDEST])
        self._kept.append(entry)
        self.came += 1
        if (first := self.came - len(self._kept)) > 0:
            for numbers in self._numbers.values():
                while numbers and numbers[0] < first:
                    numbers.popleft()
        cells = len(entry.text) if entry.text.isascii() else cell_len(entry.text)
        self.widest = max(self.widest, cells)

    def __len__(self) -> int:
        return len(self._kept)

    def __iter__(self) -> Iterator[LogEntry]:
        return iter(self._kept)

    def __getitem__(self, index: int) -> LogEntry:
        """As of a list of what is kept."""
        return self._kept[index]

    def end(self, level: str) -> int:
        """The place after the last line of the level or above."""
        return self._of.get(level, self.came)

    def begin(self, level: str) -> int:
        """The place of the oldest such line that is kept."""
        numbers = self._numbers.get(level)
        return self.end(level) - (len(self._kept) if numbers is None else len(numbers))

    def at(self, level: str, place: int) -> LogEntry:
        """The line at a place; IndexError where none is kept."""
        if place < self.begin(level):
            raise IndexError(place)
        return self._kept[self._index(level, place)]

    def between(self, level: str, first: int, end: int) -> Iterator[tuple[int, LogEntry]]:
        """The places from `first` to before `end`, with their lines."""
        first, end = max(first, self.begin(level)), min(end, self.end(level))
        if first < end:
            wanted = self._wanted(level, islice(self._kept, self._index(level, first), None))
            yield from zip(range(first, end), wanted, strict=False)

    def backwards(self, level: str, first: int, end: int) -> Iterator[tuple[int, LogEntry]]:
        """The same, the last one first."""
        first, end = max(first, self.begin(level)), min(end, self.end(level))
        if first < end:
            later = len(self._kept) - 1 - self._index(level, end - 1)
            wanted = self._wanted(level, islice(reversed(self._kept), later, None))
            yield from zip(range(end - 1, first - 1, -1), wanted, strict=False)

    def _index(self, level: str, place: int) -> int:
        """Where the line stands among those that are kept."""
        index, numbers = place - self.begin(level), self._numbers.get(level)
        return index if numbers is None else numbers[index] - (self.came - len(self._kept))

    def _wanted(self, level: str, entries: Iterable[LogEntry]) -> Iterator[LogEntry]:
        shown = LEVELS[LEVELS.index(level) :]
        return (entry for entry in entries if entry.level in shown)
