"""What lasts says so every 30 s; a person is waited for with a line a minute and one at each change."""

from __future__ import annotations

from pathlib import Path

from wizard.guided.messages import StepInfo
from wizard.prompts.narrator import Narrator, clock
from wizard.setup.events import ApplyStarted, Checked, CheckStarted, ResourceChanged

GUIDE: dict[str, object] = {"headline": "Do it", "actions": ("open it",), "who": "an admin", "link": None}


class Hands:
    """The hands of a clock."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


def narrator() -> tuple[Narrator, Hands]:
    hands = Hands()
    told = Narrator(lambda step: Path("logs") / f"{step}.log", hands)
    told.know(tuple(StepInfo(name, name, "terraform", (), None, ()) for name in ("first", "second")))
    return told, hands


def test_a_resource_has_a_line_when_it_starts_and_ends_and_its_wait_is_told_every_30_seconds() -> None:
    voice, hands = narrator()
    silent = voice.until
    assert silent is None
    assert voice.lines(ApplyStarted(step="second")) == ["[2/2] second: running, the log is logs/second.log"]
    started = ResourceChanged(step="second", address="a.b", action="create", state="started")
    assert voice.lines(started) == ["[2/2] second: creates a.b"]
    hands.seconds = 29.0
    assert (voice.still(), voice.until) == ([], 1.0)
    hands.seconds = 134.0
    assert voice.still() == ["[2/2] second: still waiting for a.b, 2:14"]
    assert (voice.still(), voice.until) == ([], 30.0)
    ended = ResourceChanged(step="second", address="a.b", action="create", state="done", seconds=134.0)
    assert voice.lines(ended) == ["[2/2] second: created a.b, 2:14"]


def test_a_blocked_step_is_told_at_each_change_and_else_once_a_minute() -> None:
    voice, hands = narrator()
    blocked = Checked(step="first", verdict="blocked", why="not yet", guide=GUIDE)
    told = []
    for look in range(26):  # every 5 s
        hands.seconds = 5.0 * look
        assert voice.lines(CheckStarted(step="first")) == []
        told.append(voice.lines(blocked))
    assert told[0] == ["[1/2] first: blocked, not yet", "  Do it", "  who: an admin", "  1. open it"]
    assert [number for number, lines in enumerate(told) if lines] == [0, 12, 24]
    assert told[24] == ["[1/2] first: blocked still, after 25 looks: not yet"]
    assert voice.lines(Checked(step="first", verdict="done", why="there")) == ["[1/2] first: done, there"]
    assert voice.state() == ["[1/2] first: done, there", "[2/2] second: not looked at yet"]


def test_times_are_told_as_a_clock_shows_them() -> None:
    assert [clock(seconds) for seconds in (4, 134.9, 3734)] == ["0:04", "2:14", "1:02:14"]
