"""The person's own editor, in a real terminal: it has the terminal alone until it ends, and what it left is read."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from tests.tui.scenes import RISK
from tests.tui.terminal import WIZARD, Terminal
from wizard.sandbox import process

EDITOR = """#!/bin/sh
echo "this is the editor"
read version key
sed -i "s/^  version: .*/  version: $version/; s/primary: .*/primary: $key/" "$1"
"""


def to_contracts(terminal: Terminal) -> None:
    """Through the questions, from the first screen on."""
    terminal.until(lambda: terminal.focused.startswith("Go on"), "the first screen")
    while terminal.focused != "Look at the answers":
        before = terminal.focused
        terminal.press("tab")
        terminal.until(partial(moved, terminal, before), "the next button")
    terminal.press("enter")
    while not terminal.text.splitlines()[1].strip().startswith("14  Contracts"):
        terminal.until(lambda: terminal.focused in ("Continue", "Save and continue"), "a form")
        if terminal.focused == "Continue":
            terminal.button("Continue")
    terminal.see("2 valid")


def moved(terminal: Terminal, before: str) -> bool:
    return terminal.focused not in ("", before)


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    place = tmp_path / "risk"
    place.mkdir()
    yield place
    process.stop(place / ".wizard" / "sandbox")


def test_the_editor_has_the_terminal_and_what_it_leaves_is_read_again(folder: Path, tmp_path: Path) -> None:
    editor = tmp_path / "my editor"
    shutil.copy(RISK, folder / "answers.yaml")
    editor.write_text(EDITOR, encoding="utf-8")
    editor.chmod(0o755)
    argv = (*WIZARD, "--folder", folder, "--target", "sandbox")
    with Terminal(argv, size=(120, 36), env={"VISUAL": f"'{editor}'"}) as terminal:
        to_contracts(terminal)
        terminal.press("o")
        terminal.see("this is the editor")
        terminal.write("1.7.0 soon\r")
        terminal.see("account *  1.7.0")
        terminal.see("✗ fix   contracts/account.yaml:")  # `soon` is no flag: the place is named
        assert not (folder / "contracts").exists(), "nothing is written before it is saved"
        terminal.until(lambda: "Lakehouse Wizard" in terminal.line(0), "the whole screen again")
        terminal.press("o")
        terminal.until(lambda: "this is the editor" in terminal.line(0), "the editor again")
        terminal.write("1.8.0 true\r")
        terminal.see("account *  1.8.0")
        terminal.see("2 valid")
        terminal.press("ctrl+c")
        terminal.see("Not saved: account")
        terminal.press("tab", "tab", "enter")
        assert terminal.wait() == 0
    assert not (folder / "contracts").exists()
