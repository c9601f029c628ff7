"""The whole journey in a real terminal, and in a tmux, by keys; killed, told to end or left in the middle of an apply,
and gone on with."""

from __future__ import annotations

import json
import re
import signal
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from tests.journey.running import wizard
from tests.long.multiplexer import Tmux
from tests.tui.terminal import WIZARD, Terminal
from wizard import exits
from wizard.sandbox import process

GO = ("Apply this plan", "Let the wizard do it")
ON = ("Continue", "Save and continue")  # from one form to the next
PLAY = "Play the person"
PLAN = "Foundation   ▸ your turn"
UNDER_WAY = re.compile(r"▸ running +\+ ")  # a row: its state, and the sign of what is made
Seat = Terminal | Tmux


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    place = tmp_path / "risk"
    place.mkdir()
    yield place
    process.stop(place / ".wizard" / "sandbox")


def seat(kind: type[Terminal] | type[Tmux], folder: Path, *more: str) -> Seat:
    return kind((*WIZARD, "--folder", folder, *more))


def answer(seat: Seat, *names: str) -> None:
    """Wait for the focus on a button of one of these names, press it, and wait until the screen says otherwise."""
    seat.until(lambda: seat.look()[1].startswith(names), f"the focus on {names}")
    before = place(seat)
    seat.press("enter")
    seat.until(lambda: place(seat) != before, f"what comes of {names}")


def place(seat: Seat) -> tuple[str, list[str]]:
    """The button with the focus, and the lines that say which form or step is in view, with its state."""
    text, focused = seat.look()
    return focused, text.split("\n")[1:3]


def begin(seat: Seat) -> None:
    """Through the questions with Enter alone, to the start of the run."""
    answer(seat, "Begin")
    while not seat.look()[1].startswith("Run the journey"):
        answer(seat, *ON)
        seat.until(lambda: seat.look()[1].startswith((*ON, "Run the journey")), "the next form")
    answer(seat, "Run the journey")


def approve_until(seat: Seat, text: str) -> None:
    """Enter at each approval, P where a person is needed, until the screen has the text."""
    while True:
        seat.until(lambda: text in seat.text or asks(seat), f"a question or {text}")
        shown, focused = seat.look()
        if text in shown:
            return
        if focused in GO:
            answer(seat, focused)
        elif focused and PLAY in shown:
            seat.press("p")
            seat.until(lambda: PLAY not in seat.text, "what comes of the click")


def asks(seat: Seat) -> bool:
    shown, focused = seat.look()
    return focused in GO or (bool(focused) and PLAY in shown)


def apply_slowly(seat: Seat, folder: Path) -> None:
    """To the foundation's apply, and into the middle of it."""
    approve_until(seat, PLAN)
    process.set_latency(folder / ".wizard" / "sandbox", 1)  # seconds; long enough to be met in the middle
    answer(seat, "Apply this plan")
    seat.until(lambda: UNDER_WAY.search(seat.text), "a resource under way")


def terraforms(folder: Path) -> list[psutil.Process]:
    """Terraform's processes at work in the folder."""
    found = []
    for each in psutil.process_iter(["name", "cwd"]):
        if "terraform" in (each.info["name"] or "") and str(folder) in (each.info["cwd"] or ""):
            found.append(each)
    return found


@pytest.mark.parametrize("kind", [Terminal, Tmux])
def test_killed_in_mid_apply_it_says_what_is_true_and_goes_on_to_the_summary(
    folder: Path, kind: type[Terminal] | type[Tmux]
) -> None:
    with seat(kind, folder, "--target", "sandbox", "--scenario", "reference") as first:
        begin(first)
        apply_slowly(first, folder)
        first.kill(signal.SIGKILL)
        first.wait()
    process.set_latency(folder / ".wizard" / "sandbox", 0)
    with seat(kind, folder) as second:
        second.see("True now, asked a moment ago")
        second.until(lambda: "checked" not in second.text, "the whole truth")
        truth = second.text
        assert "it cannot change in this folder" in truth
        assert "1 to" in truth.split("✓ done")[1].split("\n")[0], truth
        answer(second, "Go on")
        approve_until(second, "Status of all steps")
        second.until(lambda: second.look()[1], "the focus")
        second.press("ctrl+c")
        assert second.wait() in (0, None)  # tmux keeps no exit code
    assert not terraforms(folder)
    again = wizard("status", "--folder", folder, "--json")
    assert again.code == exits.DONE, again.explain()


@pytest.mark.parametrize(
    "end", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP, None], ids=["SIGTERM", "SIGINT", "SIGHUP", "closed"]
)
def test_told_to_end_in_mid_apply_it_stops_as_by_control_c_and_the_next_run_goes_on(
    folder: Path, end: signal.Signals | None
) -> None:
    with Terminal((*WIZARD, "--folder", folder, "--target", "sandbox", "--until", "foundation")) as terminal:
        begin(terminal)
        apply_slowly(terminal, folder)
        if end is None:
            terminal.close()
        else:
            terminal.kill(end)
        assert terminal.wait() == exits.CANCELLED
    assert not terraforms(folder)
    told = [json.loads(line) for line in (folder / ".wizard" / "journal.jsonl").read_text("utf-8").splitlines()]
    assert [event["result"] for event in told if event["event"] == "run_ended"] == ["cancelled"]
    assert not [event for event in told if event["event"] == "failed"]
    process.set_latency(folder / ".wizard" / "sandbox", 0)
    again = wizard("run", "--folder", folder, "--until", "foundation", "--json")
    assert again.code == exits.DONE, again.explain()
    assert again.verdicts()["foundation"] == "done"


def test_resized_at_any_time_nothing_typed_is_lost_and_too_small_says_so(folder: Path) -> None:
    with Terminal((*WIZARD, "--folder", folder, "--target", "sandbox")) as terminal:
        terminal.see("Nothing is here yet")
        answer(terminal, "Begin")
        terminal.until(lambda: terminal.focused == "Continue", "the first form")
        terminal.press("tab")
        terminal.until(lambda: terminal.focused == "Back", "Back")
        terminal.press("tab")
        terminal.until(lambda: not terminal.focused, "the first field")
        terminal.press(*"my own words")
        terminal.see("my own words")
        terminal.resize(30, 8)
        terminal.see("Enlarge to 40x10")
        assert "my own words" not in terminal.text
        terminal.press(*", all")  # keys go where they went before
        terminal.resize(120, 36)
        terminal.see("my own words, all")
        terminal.press("ctrl+c")
        assert terminal.wait() == 0
