"""The log of the step in view: follows, pauses, searches, filters. The store keeps the lines; this only shows them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from functools import lru_cache

from rich.cells import cell_len
from rich.segment import Segment
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.geometry import Size
from textual.scroll_view import ScrollView
from textual.selection import Selection
from textual.strip import Strip
from textual.widgets import Input, Static

from wizard.text import _, _n
from wizard.tui.lines import LEVELS, WIDEST, Lines, LogEntry
from wizard.tui.store import StepState
from wizard.tui.widgets.field import Line

HEAD = 15  # cells before its text: the clock and the level


def plain(text: str) -> str:
    """The text without what a terminal would obey: shown as text, always."""
    if text.isprintable():
        return text[:WIDEST]
    return "".join(char if char.isprintable() else "?" if char != "\t" else " " for char in text)[:WIDEST]


@lru_cache(maxsize=64)
def _clock(at: datetime) -> str:
    """The local time; many lines share a second."""
    return f"{at.astimezone():%H:%M:%S}"


def told(entry: LogEntry) -> str:
    """The entry as it is shown."""
    return f"{_head(entry)}{plain(entry.text)}"


def _head(entry: LogEntry) -> str:
    return f"{_clock(entry.at.replace(microsecond=0))} {entry.level:<5} "


def holding(text: str, entries: Iterable[tuple[int, LogEntry]]) -> int | None:
    """The first place whose line, as it is shown, holds the text in small letters. A hundred thousand may be looked at
    for one key: the head, which many share, is made once for them."""
    known, head = None, ""
    for place, entry in entries:
        line, at = plain(entry.text).lower(), entry.at
        second = (at.second, at.minute, at.hour, entry.level)
        if second != known:
            known, head = second, _head(entry)
        if text in line or text in head + line[: len(text)]:
            return place
    return None


class LogView(ScrollView, can_focus=True):
    """Shows the lines of a level and above. Only those in view are ever made, so that a log which pours in, or is very
    long, costs a drawing no more than a short one. A line is told by its place, which it keeps while older ones go."""

    ALLOW_SELECT = True
    DEFAULT_CSS = "LogView { overflow: scroll; }"

    def __init__(self) -> None:
        super().__init__(id="log")
        self.follows = True
        self.level = "info"
        self._lines = Lines()
        self._first = self._end = 0  # the places that are shown

    @property
    def lines(self) -> list[str]:
        """All that can be scrolled to, made now."""
        return [told(entry) for _place, entry in self._lines.between(self.level, self._first, self._end)]

    def show(self, lines: Lines, level: str, *, held: bool) -> None:
        """Bring it up to date; what came while it is `held` is not shown yet."""
        fresh = lines is not self._lines or level != self.level
        self._lines, self.level = lines, level
        first = lines.begin(level)
        end = self._end if held and not fresh else lines.end(level)
        if not fresh and (first, end) == (self._first, self._end):
            return
        stay = self.scroll_y - (0 if fresh else first - self._first)
        end_in_view = fresh or (self.is_vertical_scroll_end and not self.is_vertical_scrollbar_grabbed)
        self._first, self._end = first, max(first, end)
        # Its own place and its neighbours' stay as they are: the whole screen need not be laid out again.
        self.set_reactive(LogView.virtual_size, Size(min(WIDEST, lines.widest) + HEAD, self._end - first))
        self._scroll_update(self.virtual_size)
        if self.follows and end_in_view:
            self.scroll_end(animate=False, immediate=True, x_axis=False)
        else:
            self.scroll_to(y=max(0, stay), animate=False)  # what is read stays where it is
        self.refresh()

    def render_line(self, y: int) -> Strip:
        across, down = self.scroll_offset
        width, style, place = self.size.width, self.rich_style, self._first + down + y
        try:
            text = told(self._lines.at(self.level, place)) if place < self._end else ""
        except IndexError:  # it went after the last drawing
            text = ""
        if not text:
            return Strip.blank(width, style)
        parts = [(text, style)]
        selection = self.text_selection
        if selection is not None and (span := selection.get_span(place)) is not None:
            start, end = span[0], len(text) if span[1] == -1 else span[1]
            marked = style + self.screen.get_component_rich_style("screen--selection")
            parts = [(text[:start], style), (text[start:end], marked), (text[end:], style)]
        strip = Strip([Segment(*part) for part in parts if part[0]], cell_len(text))
        return strip.crop_extend(across, across + width, style).apply_offsets(across, place)

    def get_selection(self, selection: Selection) -> tuple[str, str] | None:
        """What is marked, and what ends it."""
        start, end = selection
        first = self._first if start is None else max(start.y, self._first)
        last = self._end - 1 if end is None else min(end.y, self._end - 1)
        chosen = [told(entry) for _place, entry in self._lines.between(self.level, first, last + 1)]
        if not chosen:
            return None
        if end is not None and end.y == last:
            chosen[-1] = chosen[-1][: end.x]
        if start is not None and start.y == first:
            chosen[0] = chosen[0][start.x :]
        return "\n".join(chosen), "\n"

    def selection_updated(self, selection: Selection | None) -> None:
        self.refresh()

    def find(self, text: str, *, forward: bool) -> bool:
        """Scroll to the next (or the last) line that holds the text, and round the end; whether there is one."""
        wanted, top = text.lower(), self._first + round(self.scroll_y)
        if not wanted:
            return False
        seek = self._lines.between if forward else self._lines.backwards
        near, far = (top + 1, self._end), (self._first, top + 1)
        for first, end in (near, far) if forward else ((self._first, top), (top, self._end)):
            place = holding(wanted, seek(self.level, first, end))
            if place is not None:
                self.follows = False
                self.scroll_to(y=place - self._first, animate=False)
                return True
        return False


class LogPane(Vertical):
    """`draw` brings it up to date with a step's log."""

    def __init__(self) -> None:
        super().__init__(id="logpane")
        self._step: str | None = None
        self._taken = 0  # lines of the step's log that ever came when it was last shown to its end
        self.level, self.paused, self.sought = "info", False, ""
        self._told = ""  # the title as it stands

    def compose(self) -> ComposeResult:
        yield Static(id="log-title")
        find = Line(placeholder=_("find in the log, Enter"), id="log-find", compact=True)
        find.display = False
        yield find
        yield LogView()

    def on_descendant_focus(self) -> None:
        self.add_class("-read")  # its title tells that the log has the focus

    def on_descendant_blur(self) -> None:
        self.remove_class("-read")

    @property
    def log_view(self) -> LogView:
        return self.query_one("#log", LogView)

    def draw(self, step: StepState | None, folder: str) -> None:
        if step is None:
            return
        log = self.log_view
        if step.name != self._step:
            self._step, self.paused = step.name, False
        if not self.paused:
            self._taken = step.logged
        log.follows = not self.paused
        log.show(step.log, self.level, held=self.paused)
        self._tell(step)

    def on_resize(self) -> None:
        """What follows shows its end, also where it has become lower."""
        if not self.paused:
            self.log_view.scroll_end(animate=False, immediate=True)

    def _tell(self, step: StepState) -> None:
        state = _("paused, {n} new", n=step.logged - self._taken) if self.paused else _("following")
        level = _("level {level} and above", level=self.level)
        count = _n("{n} line", "{n} lines", step.logged)
        text = _("Log  {state}   {level}   {count}", state=state, level=level, count=count)
        if self.sought:
            text += "   " + _("find: {text}", text=self.sought)
        if text != self._told:
            self._told = text
            self.query_one("#log-title", Static).update(Content(text), layout=False)

    def toggle_pause(self, step: StepState | None, folder: str) -> None:
        self.paused = not self.paused
        self.draw(step, folder)

    def follow(self, step: StepState | None, folder: str) -> None:
        self.paused = False
        self.draw(step, folder)
        self.log_view.scroll_end(animate=False)

    def next_level(self, step: StepState | None, folder: str) -> None:
        self.level = LEVELS[(LEVELS.index(self.level) + 1) % len(LEVELS)]
        self.paused = False  # as where another step comes into view
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
        if self.log_view.find(self.sought, forward=forward):
            self.paused = True
