"""How a run hears that it is to stop: Ctrl+C, SIGTERM, and a terminal that was closed."""

from __future__ import annotations

import errno
import os
import select
import signal
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from types import FrameType
from typing import TYPE_CHECKING

from wizard.setup.cancel import Cancellation

if TYPE_CHECKING:  # the app's first screen does not wait for pydantic
    from wizard.setup.events import Event

OUTPUTS = (1, 2)  # standard output and standard error
GONE = (errno.EIO, errno.EPIPE)  # what a terminal, and a pipe, says of itself when the other end is closed


@contextmanager
def interruptible(cancel: Cancellation) -> Iterator[None]:
    """The first Ctrl+C (or SIGTERM) asks the run to stop at its next safe point; a second one stops now. Those after
    it change nothing, so that what is left can still be told.

    A closed terminal (SIGHUP) is as one Ctrl+C, however often it is told: the shell and the kernel both tell it."""

    def on_signal(number: int, frame: FrameType | None) -> None:
        if not cancel.requested:
            cancel.request()
            return
        for each in (signal.SIGINT, signal.SIGTERM):
            signal.signal(each, signal.SIG_IGN)
        raise KeyboardInterrupt

    def on_hang_up(number: int, frame: FrameType | None) -> None:
        hang_up(cancel)

    handlers: dict[int, Callable[[int, FrameType | None], None]] = {}
    handlers |= {signal.SIGINT: on_signal, signal.SIGTERM: on_signal}
    closed = getattr(signal, "SIGHUP", None)  # not on every system
    if closed is not None and signal.getsignal(closed) is not signal.SIG_IGN:  # nohup: it is to outlive the terminal
        handlers[closed] = on_hang_up
    try:
        before = {number: signal.signal(number, handler) for number, handler in handlers.items()}
    except ValueError:  # not in the main thread: the front end handles its own signals
        yield
        return
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def heard(emit: Callable[[Event], None], cancel: Cancellation) -> Callable[[Event], None]:
    """`emit`, for which a terminal or a reader (`| head`) that went away is a wish to stop, and no failure of the step
    that spoke."""

    def tell(event: Event) -> None:
        try:
            emit(event)
        except OSError as error:
            if error.errno not in GONE:
                raise
            hang_up(cancel)

    return tell


def hang_up(cancel: Cancellation) -> None:
    """Ask the run to stop, and send what it still says to who went away nowhere: each word there would fail."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for output in OUTPUTS:
        with suppress(OSError):  # closed before
            # `isatty` says no of a terminal that is gone.
            if stat.S_ISCHR(os.fstat(output).st_mode) or _unread(output):
                os.dup2(nowhere, output)
    os.close(nowhere)
    cancel.request()


def _unread(output: int) -> bool:
    """Whether it is a pipe whose reader is gone."""
    look = select.poll()
    look.register(output, 0)
    return any(told & select.POLLERR for _output, told in look.poll(0))
