"""The app in a real pseudo-terminal: what a terminal can be, and what can become of it."""

from __future__ import annotations

import signal
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.tui.terminal import WIZARD, Terminal
from wizard.tui.symbols import needs_ascii, needs_mono


def opened(folder: Path, *more: str, env: Mapping[str, str | None] | None = None) -> Terminal:
    folder.mkdir(exist_ok=True)
    return Terminal((*WIZARD, "--folder", folder, "--target", "sandbox", *more), env=env)


@pytest.mark.parametrize(
    "end", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP, None], ids=["SIGTERM", "SIGINT", "SIGHUP", "closed"]
)
def test_a_wish_to_end_ends_it(end: int | None, tmp_path: Path) -> None:
    with opened(tmp_path / "risk") as terminal:
        terminal.until(lambda: terminal.focused == "Begin", "the first screen")
        if end is None:
            terminal.close()
        else:
            terminal.kill(end)
        assert terminal.wait() == 0


def test_without_utf_8_and_colour_it_is_drawn_in_ascii_and_without_colours(tmp_path: Path) -> None:
    with opened(tmp_path / "risk", env={"LANG": "C", "TERM": "vt100"}) as terminal:
        terminal.see("loading the journey")
        assert terminal.text.isascii(), terminal.text
        terminal.until(lambda: terminal.focused == "Begin", "the focus")
        assert terminal.colours <= {"grey"}, terminal.colours


@pytest.mark.parametrize(
    ("env", "ascii"),
    [
        ({"LANG": "C", "LC_CTYPE": "C.UTF-8"}, True),  # as Python leaves it behind
        ({"LANG": "POSIX"}, True),
        ({"LANG": "en_US.ISO-8859-1"}, True),
        ({"LANG": "pt_BR.UTF-8", "LC_ALL": "C"}, True),
        ({"LANG": "pt_BR.UTF-8"}, False),
        ({"LANG": "C.UTF-8"}, False),
        ({"LANG": "de_DE.utf8@euro"}, False),
        ({"LANG": "pt_BR.UTF-8", "TERM": "linux"}, True),
    ],
)
def test_which_terminals_get_ascii(env: dict[str, str], ascii: bool) -> None:
    assert needs_ascii(env) is ascii


@pytest.mark.parametrize(
    ("env", "mono"),
    [({"TERM": "vt100"}, True), ({"TERM": "xterm-mono"}, True), ({"NO_COLOR": "1"}, True), ({"TERM": "xterm"}, False)],
)
def test_which_terminals_get_no_colours(env: dict[str, str], mono: bool) -> None:
    assert needs_mono(env) is mono
