"""The log of the step in view: follows, pauses, searches, filters. The store keeps the lines; this only shows them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from functools import lru_cache
from itertools import islice

from rich.cells import cell_len
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.geometry import Size
from textual.widgets import Input, Log, Static

from wizard.text import _, _n
from wizard.tui.store import LOG_LINES, LogEntry, StepState

LEVELS = ("debug", "info", "warn", "error")
WIDEST = 2_000  # cells of a line that are shown; the file has it whole


def plain(text: str) -> str:
    """The text without what a terminal would obey: shown as text, always."""
    if text.isprintable():
        return text[:WIDEST]
    return "".join(char if char.isprintable() else "?" if char != "\t" else " " for char in text)[:WIDEST]


@lru_cache(maxsize=64)
def _clock(at: datetime) -> str:
    """The local time; many lines share a second."""
    return f"{at.astimezone():%H:%M:%S}"


class LogView(Log):
    """Textual's log, for lines that pour in: it starts no thread for each batch and takes lines as they are."""

    def add(self, lines: list[str]) -> None:
        """`lines` of printable characters, without their ends. Follows them, unless the person looks elsewhere."""
        follows = self.auto_scroll and self.is_vertical_scroll_end and not self.is_vertical_scrollbar_grabbed
        self._lines.extend(lines)
        self._prune_max_lines()
        self._width = max(self._width, *(len(line) if line.isascii() else cell_len(line) for line in lines))
        # Its own place and its neighbours' stay as they are: the whole screen need not be laid out again.
        self.set_reactive(LogView.virtual_size, Size(self._width, len(self._lines)))
        self._scroll_update(self.virtual_size)
        if follows:
            self.scroll_end(animate=False, immediate=True, x_axis=False)
        self.refresh()


class LogPane(Vertical):
    """`draw` brings it up to date with a step's log."""

    def __init__(self) -> None:
        super().__init__(id="logpane")
        self._step: str | None = None
        self._taken = 0  # lines of the step's log that are shown or were filtered out
        self.level, self.paused, self.sought = "info", False, ""
        self._held = 0

    def compose(self) -> ComposeResult:
        yield Static(id="log-title")
        find = Input(placeholder=_("find in the log, Enter"), id="log-find", compact=True)
        find.display = False
        yield find
        log = LogView(id="log", max_lines=LOG_LINES, auto_scroll=True)
        log.can_focus = True
        yield log

    @property
    def log_view(self) -> LogView:
        return self.query_one("#log", LogView)

    def draw(self, step: StepState | None, folder: str) -> None:
        if step is None:
            return
        if step.name != self._step:
            self._step, self._taken, self.paused = step.name, 0, False
            self.log_view.clear()
        new = step.logged - self._taken
        self._held = new if self.paused else 0
        if new and not self.paused:
            count = min(new, len(step.log))
            self._write(islice(step.log, len(step.log) - count, None))
            self._taken = step.logged
        self._title(step, folder)

    def _write(self, entries: Iterable[LogEntry]) -> None:
        least = LEVELS.index(self.level)
        lines = [
            f"{_clock(entry.at.replace(microsecond=0))} {entry.level:<5} {plain(entry.text)}"
            for entry in entries
            if LEVELS.index(entry.level) >= least
        ]
        if lines:
            self.log_view.add(lines)

    def on_resize(self) -> None:
        """What follows shows its end, also where it has become lower."""
        if not self.paused:
            self.log_view.scroll_end(animate=False, immediate=True)

    def _title(self, step: StepState, folder: str) -> None:
        state = _("paused, {n} new", n=self._held) if self.paused else _("following")
        level = _("level {level} and above", level=self.level)
        count = _n("{n} line", "{n} lines", step.logged)
        text = _("Log  {state}   {level}   {count}", state=state, level=level, count=count)
        if self.sought:
            text += "   " + _("find: {text}", text=self.sought)
        self.query_one("#log-title", Static).update(text, layout=False)

    def toggle_pause(self, step: StepState | None, folder: str) -> None:
        self.paused = not self.paused
        self.log_view.auto_scroll = not self.paused
        self.draw(step, folder)

    def follow(self, step: StepState | None, folder: str) -> None:
        self.paused, self.log_view.auto_scroll = False, True
        self.draw(step, folder)
        self.log_view.scroll_end(animate=False)

    def next_level(self, step: StepState | None, folder: str) -> None:
        self.level = LEVELS[(LEVELS.index(self.level) + 1) % len(LEVELS)]
        self._step = None
        self.draw(step, folder)

    def ask_find(self) -> None:
        find = self.query_one("#log-find", Input)
        find.display = True
        find.focus()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.sought = event.value
        event.input.display = False
        self.log_view.focus()
        self.find(forward=False)

    def close_find(self) -> bool:
        """Whether there was a search to close."""
        find = self.query_one("#log-find", Input)
        was = bool(find.display)
        find.display = False
        return was

    def find(self, *, forward: bool) -> None:
        """Scroll to the next (or the last) line that holds the text."""
        log = self.log_view
        top = round(log.scroll_y)
        wanted = self.sought.lower()
        hits = [number for number, line in enumerate(log.lines) if wanted and wanted in line.lower()]
        if not hits:
            return
        later = [number for number in hits if number > top] if forward else [number for number in hits if number < top]
        self.paused, log.auto_scroll = True, False
        log.scroll_to(y=(later[0] if forward else later[-1]) if later else hits[0 if forward else -1], animate=False)
