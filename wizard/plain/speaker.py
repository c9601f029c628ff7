"""How a headless run speaks: lines for people, or one JSON event a line for programs."""

from __future__ import annotations

import json
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from typing import TYPE_CHECKING, Protocol

from rich.console import Console
from rich.markup import escape

from wizard.plain.lines import line
from wizard.setup.events import CheckStarted, DestroyPlanned, Event, PlannedRemoval, Summarised, Waiting
from wizard.setup.step import Removal
from wizard.text import _

if TYPE_CHECKING:
    from wizard.report.closing import Closing
    from wizard.report.status import StatusReport


class Speaker(Protocol):
    """Takes every event of a run, and what a command has to say at its end."""

    def __call__(self, event: Event) -> None: ...
    def tell(self, text: str) -> None: ...
    def summary(self, closing: Closing) -> None: ...
    def status(self, report: StatusReport) -> None: ...
    def removals(self, removals: Mapping[str, Removal]) -> None: ...


@contextmanager
def speaker(as_json: bool, *, quiet: bool = False) -> Iterator[Speaker]:
    """The voice of one command. `quiet` leaves the events out, for commands that answer with a document."""
    if as_json:
        yield JsonSpeaker(quiet)
        return
    console = Console(highlight=False, soft_wrap=True)
    lines = LineSpeaker(console, quiet)
    with lines.activity():
        yield lines


class JsonSpeaker:
    """One JSON object a line on standard output, flushed, so that a reader can follow."""

    def __init__(self, quiet: bool) -> None:
        self._quiet = quiet
        self._lock = threading.Lock()

    def __call__(self, event: Event) -> None:
        if not self._quiet:
            self._write(event.model_dump_json(exclude_none=True))

    def _write(self, text: str) -> None:
        with self._lock:
            sys.stdout.write(text + "\n")
            sys.stdout.flush()

    def tell(self, text: str) -> None:
        print(text, file=sys.stderr)

    def summary(self, closing: Closing) -> None:
        self(Summarised.model_validate(closing.as_data()))

    def status(self, report: StatusReport) -> None:
        self._write(json.dumps(report.as_data(), indent=2))

    def removals(self, removals: Mapping[str, Removal]) -> None:
        steps = tuple(PlannedRemoval(step=name, **asdict(removal)) for name, removal in removals.items())
        self(DestroyPlanned(steps=steps))


class LineSpeaker:
    """A line for each event; on a terminal, a moving line below says what runs now."""

    def __init__(self, console: Console, quiet: bool) -> None:
        self._console, self._quiet = console, quiet
        self._status = console.status(_("starting"))
        self._running: dict[str, str] = {}
        self._lock = threading.Lock()

    @contextmanager
    def activity(self) -> Iterator[None]:
        if not self._console.is_terminal:
            yield
            return
        with self._status:
            yield

    def _say_now(self, text: str) -> None:
        """Set the moving line, which may have stood still for a question or a table."""
        if self._console.is_terminal:
            self._status.update(escape(text))
            self._status.start()

    def __call__(self, event: Event) -> None:
        with self._lock:
            self._follow(event)
            text = None if self._quiet else line(event)
            if text is not None:
                self._console.print(text)

    def _follow(self, event: Event) -> None:
        """Keep the moving line at what runs now."""
        step = getattr(event, "step", None)
        if step is None:
            return
        if event.event in ("checked", "failed", "removed"):
            self._running.pop(step, None)
        elif isinstance(event, Waiting):
            self._running[step] = event.what
        elif isinstance(event, CheckStarted):
            self._running[step] = _("checking")
        else:
            self._running[step] = getattr(event, "text", "") or getattr(event, "address", "") or _("applying")
        # Never empty: an empty text would leave the last one standing.
        self._say_now(" · ".join(f"{name}: {what}" for name, what in self._running.items()) or _("working"))

    def tell(self, text: str) -> None:
        self._console.print(escape(text))

    def summary(self, closing: Closing) -> None:
        from wizard.report.render import render_closing

        self._status.stop()
        render_closing(closing, self._console)

    def status(self, report: StatusReport) -> None:
        from wizard.report.render import render_status

        self._status.stop()
        render_status(report, self._console)

    def removals(self, removals: Mapping[str, Removal]) -> None:
        self._status.stop()
        if any(removal.objects for removal in removals.values()):
            self.tell(_("Destroy would take away, in this order:"))
        else:
            self.tell(_("There is nothing of this setup to destroy."))
        for name, removal in removals.items():
            self.tell(f"  {name}")
            for thing in removal.objects:
                self.tell(f"    − {thing}")
            for loss in removal.data_loss:
                self.tell("    ! " + _("data is lost for good: {loss}", loss=loss))
            for thing in removal.kept:
                self.tell("    = " + _("stays: {thing}", thing=thing))
