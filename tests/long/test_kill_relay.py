"""The whole relay: the wizard is killed at every journaled event, inside applies, and from a snapshot per step."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.journey import normal, relay
from tests.journey.conftest import RISK
from tests.journey.relay import Moment, Relay
from wizard.sandbox import process as sandbox

WHOLE = ("--target", "sandbox", "--answers", RISK)
SHORT = (*WHOLE, "--until", "ingestion")
INSIDE = (
    ("foundation", "azurerm_resource_group"),
    ("foundation", "azurerm_databricks_workspace"),
    ("identity", "azuread_group"),
    ("unity-catalog", "databricks_catalog"),
    ("compute", "databricks_cluster"),
)
SLOW = 15.0  # seconds that one operation takes, so that a wizard's successor finds it still going
MOST = 80  # kills after which a relay that never ends is given up

Make = Callable[..., Relay]


@pytest.fixture(scope="module")
def make(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Make]:
    made: list[Relay] = []

    def one(name: str, arguments: tuple[str | Path, ...] = SHORT) -> Relay:
        made.append(Relay(tmp_path_factory.mktemp("relay") / name, arguments))
        return made[-1]

    yield one
    for each in made:
        each.close()


@pytest.fixture(scope="module")
def unkilled(make: Make) -> Relay:
    whole = make("unkilled")
    whole.finish()
    return whole


def assert_same(one: Relay, other: Relay) -> None:
    assert normal.differences(other.world(), one.world()) == []
    assert relay.duplicates(one.state) == []
    assert one.leftovers() == []


def test_killed_at_each_journaled_event_in_turn_it_ends_the_same(make: Make, unkilled: Relay) -> None:
    killed = make("each")
    for number in range(1, MOST):
        if not killed.leg(relay.nth(number)).killed:
            break
    assert killed.legs[-1].code == 0, killed.legs[-1].explain()
    print(f"killed {killed.kills} times")
    assert killed.kills >= len([event for event in killed.legs[-1].events if event["event"] in relay.JOURNALED]) - 1
    assert_same(killed, unkilled)


@pytest.mark.parametrize(("step", "type"), INSIDE)
def test_killed_inside_an_apply_its_successor_follows_it(make: Make, unkilled: Relay, step: str, type: str) -> None:
    killed = make(type)
    assert killed.leg(relay.nth(1)).killed
    match = {"operation": f"ApplyResourceChange {type}"}
    sandbox.add_fault(killed.state, {"kind": "slow", "match": match, "seconds": SLOW})
    leg = killed.leg(relay.starting(step, type))
    assert leg.killed, leg.explain()
    killed.finish()
    waits = [event["what"] for event in killed.legs[-1].events if event["event"] == "waiting"]
    assert any("apply of" in what for what in waits), waits
    assert_same(killed, unkilled)


def test_killed_once_at_each_step_from_a_snapshot_before_it_it_ends_the_same(
    make: Make, unkilled: Relay, tmp_path: Path
) -> None:
    """Each kill starts from the folder as it was before that step, so that no kill leans on another."""
    base = make("base")
    steps = [event["step"] for event in unkilled.legs[0].events if event["event"] == "apply_started"]
    for step in steps:
        one = make(f"at-{step}")
        if base.folder.exists():
            base.close()
            shutil.copytree(base.folder, one.folder, symlinks=True)
        leg = one.leg(applying(step))
        assert leg.killed, leg.explain()
        one.finish()
        assert_same(one, unkilled)
        one.close()
        base.arguments = (*WHOLE, "--until", step)
        base.finish()


def applying(step: str) -> Moment:
    return lambda event: event["event"] == "apply_started" and event["step"] == step


@pytest.mark.parametrize("words", ["run ", "account: "])
def test_killed_in_the_first_run_its_jobs_are_followed_and_not_started_twice(make: Make, words: str) -> None:
    killed = make(f"jobs-{len(words)}", WHOLE)
    leg = killed.leg(relay.telling("first-run", words))
    assert leg.killed, leg.explain()
    killed.finish()
    started = [
        request
        for request in sandbox.requests(killed.state, mutating=True)
        if str(request.get("path", "")).endswith("/jobs/run-now")
    ]
    assert len(started) == 2
    assert killed.leftovers() == []
