"""Signals as a run hears them: sent to this process by itself."""

from __future__ import annotations

import errno
import os
import pty
import signal
from collections.abc import Iterator

import pytest

from wizard import interruption
from wizard.interruption import heard, interruptible
from wizard.setup.cancel import Cancellation
from wizard.setup.events import Event, Progress

SAID = Progress(step="foundation", text="goes on")


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """A terminal of our own, which stands for the one that the wizard speaks to."""
    master, slave = pty.openpty()
    monkeypatch.setattr(interruption, "OUTPUTS", (slave,))
    yield slave
    os.close(master)
    os.close(slave)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_the_first_asks_to_stop_and_the_second_insists(number: int) -> None:
    cancel = Cancellation()
    before = signal.getsignal(number)
    with interruptible(cancel):
        signal.raise_signal(number)
        assert cancel.requested
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(number)
        signal.raise_signal(number)  # what is left is told undisturbed
    assert signal.getsignal(number) is before


def test_a_closed_terminal_is_one_wish_to_stop_however_often_it_is_told(terminal: int) -> None:
    cancel = Cancellation()
    before = signal.signal(signal.SIGHUP, signal.SIG_DFL)  # the tests themselves may run under nohup
    try:
        with interruptible(cancel):
            signal.raise_signal(signal.SIGHUP)
            signal.raise_signal(signal.SIGHUP)
    finally:
        signal.signal(signal.SIGHUP, before)
    assert cancel.requested
    assert not os.isatty(terminal)  # what is still said goes nowhere


def test_a_run_under_nohup_outlives_its_terminal() -> None:
    cancel = Cancellation()
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with interruptible(cancel):
            signal.raise_signal(signal.SIGHUP)
    finally:
        signal.signal(signal.SIGHUP, before)
    assert not cancel.requested


def test_a_terminal_that_is_gone_while_a_step_speaks_is_a_wish_to_stop(terminal: int) -> None:
    def gone(event: Event) -> None:
        raise OSError(errno.EIO, "Input/output error")

    cancel = Cancellation()
    heard(gone, cancel)(SAID)
    assert cancel.requested


def test_a_reader_that_is_gone_is_a_wish_to_stop_too(monkeypatch: pytest.MonkeyPatch) -> None:
    read, write = os.pipe()
    monkeypatch.setattr(interruption, "OUTPUTS", (write,))

    def say(event: Event) -> None:
        os.write(write, b"a line\n")

    cancel = Cancellation()
    tell = heard(say, cancel)
    tell(SAID)
    assert not cancel.requested
    os.close(read)
    tell(SAID)
    assert cancel.requested
    say(SAID)  # goes nowhere now, and fails no more
    os.close(write)


def test_any_other_failure_to_speak_stays_one(terminal: int) -> None:
    def full(event: Event) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    cancel = Cancellation()
    with pytest.raises(OSError, match="No space"):
        heard(full, cancel)(SAID)
    assert not cancel.requested
