"""The person's terminal, line by line: text is only appended, and what is typed comes as whole lines.

On a terminal with cursor keys questionary edits the line that is typed; on a dumb one, and on a pipe, the line comes
as it is. Nothing that stands is ever drawn anew."""

from __future__ import annotations

import errno
import os
import select
import signal
import sys
import termios
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from queue import Empty, SimpleQueue
from types import FrameType
from typing import TYPE_CHECKING, Any

from wizard.interruption import hang_up
from wizard.setup.cancel import Cancellation

if TYPE_CHECKING:
    from questionary import Question

CHUNK = 65536  # bytes
ALONE = 1.0  # seconds between two looks at whether it is to end at once, where nobody can be asked


class Leave(Exception):  # noqa: N818 - the person's wish
    """The person goes: Ctrl+D, the end of a pipe, or a terminal that was closed."""


class Interrupted(Exception):  # noqa: N818 - the person's wish
    """Ctrl+C while something was asked, or while something runs."""


class Terminal:
    """`post` may be called from any thread; everything else belongs to the main thread."""

    def __init__(self) -> None:
        self.attended = sys.stdin.isatty() and sys.stdout.isatty()
        self.editing = self.attended and os.environ.get("TERM", "dumb") not in ("dumb", "")
        self.gone = Cancellation()  # hung up, or told to end: nobody is asked any more
        self._interrupted = self._ended = False
        self._typed = b""
        self._events: SimpleQueue[Any] = SimpleQueue()
        self._ear, self._mouth = os.pipe()
        os.set_blocking(self._mouth, False)
        self._prompt: Question | None = None
        self._saying = threading.Lock()

    @contextmanager
    def open(self) -> Iterator[Terminal]:
        """Hear signals and events until the end."""
        for stream in (sys.stdout, sys.stderr):
            if hasattr(stream, "reconfigure"):
                stream.reconfigure(errors="replace")  # a locale without these letters
        os.environ["PROMPT_TOOLKIT_NO_CPR"] = "1"  # else it asks the terminal where its cursor is, and waits for that
        before = {
            number: signal.signal(number, handler)
            for number, handler in (
                (signal.SIGINT, self._on_interrupt),
                (signal.SIGTERM, self._on_end),
                (signal.SIGHUP, self._on_end),
            )
            if signal.getsignal(number) is not signal.SIG_IGN  # nohup
        }
        try:
            yield self
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def _on_interrupt(self, number: int, frame: FrameType | None) -> None:
        self._interrupted = True
        self._wake()

    def _on_end(self, number: int, frame: FrameType | None) -> None:
        if number == signal.SIGHUP:
            hang_up(self.gone)
        elif self.gone.requested:  # the second time: not to wait for what is under way
            self.gone.insist()
        self.gone.request()
        self._wake()
        application = self._prompt.application if self._prompt is not None else None
        if application is not None and application.loop is not None:
            application.loop.call_soon_threadsafe(lambda: application.exit(exception=Leave()))

    def _wake(self) -> None:
        with suppress(BlockingIOError):  # it is awake then
            os.write(self._mouth, b".")

    def post(self, event: Any) -> None:
        self._events.put(event)
        self._wake()

    def heed(self) -> None:
        """For who waits for something else: raises Leave or Interrupted where the person wishes so meanwhile."""
        if self._interrupted:
            self._interrupted = False
            raise Interrupted
        if self.gone.requested:
            raise Leave

    # to the person

    def say(self, text: str = "") -> None:
        """Append a line. A terminal that went away is a wish to leave."""
        try:
            with self._saying:
                sys.stdout.write(text + "\n")
                sys.stdout.flush()
        except OSError as error:
            if error.errno not in (errno.EIO, errno.EPIPE):
                raise
            hang_up(self.gone)

    # from the person

    def ask(self, words: str, *, fresh: bool = False) -> str:
        """One line; `fresh` drops what was typed before it was asked. Raises Leave, Interrupted."""
        if self.gone.requested:
            raise Leave
        if fresh and self.attended:
            self._forget()
        if self.editing:
            return self._edited(words)
        sys.stdout.write(words)
        sys.stdout.flush()
        line = self._line(None, lambda: False)
        assert line is not None
        if not self.attended:
            self.say()
        return line

    def event(self, until: float | None) -> Any | str | None:
        """The next event, or a line that was typed meanwhile, or None after `until` seconds. Raises as `ask`."""
        if self.gone.requested:
            with suppress(Empty):
                return self._events.get(timeout=ALONE if until is None else min(until, ALONE))
            return None
        if self._interrupted:
            self._interrupted = False
            raise Interrupted
        with suppress(Empty):
            return self._events.get_nowait()
        line = self._line(until, lambda: not self._events.empty(), heard=self.attended)
        if line is not None:
            return line
        with suppress(Empty):
            return self._events.get_nowait()
        return None

    def _line(self, until: float | None, enough: Callable[[], bool], *, heard: bool = True) -> str | None:
        """What is typed up to Enter; None at `until` seconds, or where it is `enough`.

        `heard` is whether anything is taken: the lines of a pipe are for what is asked."""
        while True:
            head, enter, rest = self._typed.partition(b"\n") if heard else (b"", b"", b"")
            if enter:
                self._typed = rest
                return head.decode("utf-8", "replace").rstrip("\r")
            if self._ended and heard:
                raise Leave
            listened: list[int] = [self._ear, 0] if heard else [self._ear]
            ready, _out, _odd = select.select(listened, [], [], until)
            if self._ear in ready:
                os.read(self._ear, CHUNK)
            if self._interrupted:
                self._interrupted = False
                raise Interrupted
            if self.gone.requested:
                raise Leave
            if 0 in ready:
                self._read()
            elif until is not None or enough():
                return None

    def _read(self) -> None:
        try:
            data = os.read(0, CHUNK)
        except OSError:  # the terminal went away
            data = b""
            self.gone.request()
        if data:
            self._typed += data
        elif self.attended:
            raise Leave  # Ctrl+D; a terminal goes on after it
        else:
            self._typed += b"\n" if self._typed else b""
            self._ended = True

    def _edited(self, words: str) -> str:
        import questionary
        from prompt_toolkit.output import ColorDepth

        self._prompt = questionary.text(words.rstrip(), qmark="", color_depth=ColorDepth.DEPTH_1_BIT)
        try:
            return str(self._prompt.unsafe_ask())
        except KeyboardInterrupt:
            raise Interrupted from None
        except EOFError:
            raise Leave from None
        finally:
            self._prompt = None

    def _forget(self) -> None:
        """Drop what was typed ahead: money is spent on a word, not on an Enter that was meant for something else."""
        self._typed = b""
        with suppress(termios.error):
            termios.tcflush(0, termios.TCIFLUSH)
        if self.editing:
            from prompt_toolkit.application import get_app_session
            from prompt_toolkit.input.typeahead import clear_typeahead

            clear_typeahead(get_app_session().input)
