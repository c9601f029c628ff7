"""The whole journey in a real terminal, by keys; killed in the middle of an apply, and gone on with."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from tests.tui.terminal import WIZARD, Terminal
from wizard.sandbox import process

GO = ("Apply this plan", "Let the wizard do it")
PLAY = "Play the person"
PLAN = "Foundation   ▸ your turn"


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    place = tmp_path / "risk"
    yield place
    process.stop(place / ".wizard" / "sandbox")


def begin(terminal: Terminal) -> None:
    """Through the questions with Enter alone, to the start of the run."""
    terminal.button("Begin")
    terminal.until(lambda: terminal.focused == "Continue", "the first form")
    ready = ("Continue", "Run the journey")
    while terminal.focused != "Run the journey":
        before = terminal.line(2)
        terminal.press("enter")
        terminal.until(lambda b=before: terminal.line(2) != b and terminal.focused in ready, "the next form")  # type: ignore[misc]
    terminal.button("Run the journey")


def approve_until(terminal: Terminal, text: str) -> None:
    """Enter at each approval, P where a person is needed, until the screen has the text."""
    while text not in terminal.text:
        terminal.until(lambda: text in terminal.text or asks(terminal), f"a question or {text}")
        if text in terminal.text:
            return
        if terminal.focused in GO:
            terminal.button(terminal.focused)
        elif PLAY in terminal.text:
            terminal.press("p")
            terminal.until(lambda: PLAY not in terminal.text, "what comes of the click")


def asks(terminal: Terminal) -> bool:
    return terminal.focused in GO or PLAY in terminal.text


def terraforms(folder: Path) -> list[psutil.Process]:
    """Terraform's processes at work in the folder."""
    found = []
    for each in psutil.process_iter(["name", "cwd"]):
        if "terraform" in (each.info["name"] or "") and str(folder) in (each.info["cwd"] or ""):
            found.append(each)
    return found


def test_killed_in_mid_apply_it_says_what_is_true_and_goes_on_to_the_summary(folder: Path) -> None:
    state = folder / ".wizard" / "sandbox"
    folder.mkdir()
    opened = (*WIZARD, "--folder", folder, "--target", "sandbox", "--scenario", "reference")
    with Terminal(opened) as terminal:
        begin(terminal)
        approve_until(terminal, PLAN)
        process.set_latency(state, 1)  # long enough to be killed in the middle
        terminal.button("Apply this plan")
        terminal.until(lambda: "▸ running     azurerm" in terminal.text, "a resource under way")
        terminal.kill()
        assert terminal.wait() == -9
    process.set_latency(state, 0)
    with Terminal((*WIZARD, "--folder", folder)) as terminal:
        terminal.see("True now, asked a moment ago")
        terminal.until(lambda: "checked" not in terminal.text, "the whole truth")
        truth = terminal.text
        assert "it cannot change in this folder" in truth
        assert "Preflight" in truth.split("done")[1], truth
        terminal.button("Go on")
        approve_until(terminal, "Status of all steps")
        assert terminal.focused
        terminal.press("ctrl+c")
        assert terminal.wait() == 0
    assert not terraforms(folder)


def test_resized_at_any_time_nothing_typed_is_lost_and_too_small_says_so(folder: Path) -> None:
    folder.mkdir()
    with Terminal((*WIZARD, "--folder", folder, "--target", "sandbox")) as terminal:
        terminal.see("Nothing is here yet")
        terminal.button("Begin")
        terminal.until(lambda: terminal.focused == "Continue", "the first form")
        terminal.press("shift+tab", *"my own words")
        terminal.see("my own words")
        terminal.resize(30, 8)
        terminal.see("Enlarge to 40x10")
        assert "my own words" not in terminal.text
        terminal.press(*", all")  # keys go where they went before
        terminal.resize(120, 36)
        terminal.see("my own words, all")
        terminal.press("ctrl+c")
        assert terminal.wait() == 0
