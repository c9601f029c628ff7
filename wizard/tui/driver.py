"""The terminal, which may go away at any time: then the app is told once, and what it still draws goes nowhere."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Any, cast

from wizard import interruption
from wizard.setup.cancel import Cancellation

if TYPE_CHECKING:
    from textual.driver import Driver

    from wizard.tui.app import WizardApp


class Outlet:
    """The terminal as a file. A terminal that is gone takes every word and fails at none: the thread that writes
    would die of it, and the app would wait for that thread for ever."""

    def __init__(self, file: Any) -> None:
        self._file = file

    def write(self, text: str) -> int:
        try:
            return int(self._file.write(text))
        except OSError:
            interruption.hang_up(Cancellation())
            return len(text)

    def flush(self) -> None:
        try:
            self._file.flush()
        except OSError:
            interruption.hang_up(Cancellation())

    def __getattr__(self, name: str) -> Any:
        return getattr(self._file, name)


def driver() -> type[Driver] | None:
    """Textual's driver of this system, for terminals that go away; None: Textual's own choice."""
    if os.name != "posix" or not sys.__stdin__ or not sys.__stdin__.isatty():
        return None
    from textual.drivers.linux_driver import LinuxDriver

    class Terminal(LinuxDriver):
        def start_application_mode(self) -> None:
            if not isinstance(self._file, Outlet):
                self._file = cast(Any, Outlet(self._file))
            super().start_application_mode()  # type: ignore[no-untyped-call]  # Textual gives it no types

        def run_input_thread(self) -> None:
            try:
                super().run_input_thread()
            except OSError:  # nobody types any more
                app = cast("WizardApp", self._app)
                app.call_later(app.hang_up)

    return Terminal
