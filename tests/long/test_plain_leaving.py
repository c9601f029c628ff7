"""Plain mode: who does not wait for what is under way is offered to leave it; a second SIGTERM leaves it unasked."""

from __future__ import annotations

import signal
from pathlib import Path

import psutil
import pytest

from tests.journey.running import wizard
from tests.long.test_app_terminal import terraforms
from tests.long.test_plain_journey import PLAN, folder, plain, take_all
from tests.plain.person import Person
from wizard import exits
from wizard.sandbox import process

__all__ = ["folder"]  # the fixture
STOP = r"stop\? \(keep/stop\)"


def into_an_apply(person: Person, folder: Path, seconds: float) -> None:
    """Into the middle of the foundation's apply, of which each call then takes so many seconds."""
    take_all(person)
    person.line()
    person.until(PLAN)
    state = folder / ".wizard" / "sandbox"
    process.set_latency(state, 1)
    person.line("go")
    person.until(r"creates azurerm_resource_group")
    process.set_latency(state, seconds)
    person.until(r"creates azurerm_storage_account")


def goes_on(folder: Path, left: list[psutil.Process]) -> None:
    """What was left ends by itself, and the next run goes on from there."""
    process.set_latency(folder / ".wizard" / "sandbox", 0)
    again = wizard("run", "--folder", folder, "--until", "foundation", "--json")
    assert again.code == exits.DONE, again.explain()
    assert again.verdicts()["foundation"] == "done"
    psutil.wait_procs(left)
    assert not terraforms(folder)


def test_a_second_sigterm_does_not_wait_for_what_is_under_way(folder: Path) -> None:
    with plain(folder, "--until", "foundation") as person:
        into_an_apply(person, folder, 20)
        person.signal(signal.SIGTERM)
        person.until(r"stopping: 1 step ends the calls it has sent")
        person.signal(signal.SIGTERM)
        person.until(r"apply of foundation goes on as process \d+")
        assert person.end() == exits.CANCELLED
        left = terraforms(folder)
        assert left, "it was not waited for"
    goes_on(folder, left)


def test_once_it_has_not_stopped_for_long_leaving_is_offered_and_taken(folder: Path) -> None:
    with plain(folder, "--until", "foundation") as person:
        into_an_apply(person, folder, 90)
        person.keys("\x03")
        person.until(STOP)
        person.line("stop")
        person.until(r"stopping: 1 step ends the calls it has sent")
        person.until(r"It has not stopped yet, 1:0\d after you asked\. Type leave to stop at once")
        person.line("leave")
        person.until(r"apply of foundation goes on as process \d+")
        assert person.end() == exits.CANCELLED
        left = terraforms(folder)
        assert left
    goes_on(folder, left)


@pytest.mark.parametrize("word", ["wait", "leave"])
def test_control_c_again_asks_whether_to_leave_what_is_under_way(folder: Path, word: str) -> None:
    with plain(folder, "--until", "foundation") as person:
        into_an_apply(person, folder, 10)
        person.keys("\x03")
        person.until(STOP)
        person.line("stop")
        person.until(r"stopping: 1 step ends the calls it has sent")
        person.keys("\x03")
        person.until(r"leave the calls to themselves\? \(wait/leave\)")
        person.line(word)
        if word == "leave":
            person.until(r"apply of foundation goes on as process \d+")
        assert person.end() == exits.CANCELLED
        assert bool(terraforms(folder)) == (word == "leave")
        left = terraforms(folder)
    goes_on(folder, left)
