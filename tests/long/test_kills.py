"""The wizard is killed again and again; the world ends as if it never had been. The long relay is in tests/long."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator

import pytest

from tests.journey import normal, relay
from tests.journey.conftest import RISK
from tests.journey.relay import Relay
from wizard.provisioning.living import Record
from wizard.sandbox import process as sandbox

SHORT = ("--target", "sandbox", "--answers", RISK, "--until", "ingestion")
Make = Callable[[str], Relay]


@pytest.fixture(scope="module")
def make(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Make]:
    made: list[Relay] = []

    def one(name: str) -> Relay:
        made.append(Relay(tmp_path_factory.mktemp("kills") / name, SHORT))
        return made[-1]

    yield one
    for each in made:
        each.close()


@pytest.fixture(scope="module")
def unkilled(make: Make) -> dict[str, normal.Objects]:
    whole = make("unkilled")
    whole.finish()
    return whole.world()


WORKSPACE = relay.starting("foundation", "azurerm_databricks_workspace")


def slow_workspace(one: Relay, seconds: float) -> None:
    """The next workspace takes `seconds` to be made, as a real one takes minutes."""
    match = {"operation": "ApplyResourceChange azurerm_databricks_workspace"}
    sandbox.add_fault(one.state, {"kind": "slow", "match": match, "seconds": seconds})


def assert_same(one: Relay, unkilled: dict[str, normal.Objects]) -> None:
    assert normal.differences(unkilled, one.world()) == []
    assert relay.duplicates(one.state) == []
    assert one.leftovers() == []


def test_killed_at_events_and_inside_an_apply_it_ends_the_same(make: Make, unkilled: dict[str, normal.Objects]) -> None:
    killed = make("killed")
    for moment in (relay.nth(1), relay.nth(9)):
        leg = killed.leg(moment)
        assert leg.killed, leg.explain()
    slow_workspace(killed, 15)
    leg = killed.leg(WORKSPACE)
    assert leg.killed, leg.explain()
    followed = killed.leg(relay.nth(20))
    assert followed.killed, followed.explain()
    waits = [event["what"] for event in followed.events if event["event"] == "waiting"]
    assert any("apply of foundation" in what for what in waits), waits
    assert killed.leg(relay.nth(24)).killed
    killed.finish()
    assert killed.kills == 5
    assert_same(killed, unkilled)


def test_one_ctrl_c_interrupts_once_and_the_next_run_converges(make: Make, unkilled: dict[str, normal.Objects]) -> None:
    stopped = make("stopped")
    stopped.leg(relay.nth(1))  # so that there is a sandbox
    slow_workspace(stopped, 3)
    leg = stopped.leg(WORKSPACE, signal.SIGINT)
    assert leg.code == 130, leg.explain()
    assert (leg.events[-1]["event"], leg.events[-1]["result"]) == ("run_ended", "cancelled")
    said = (stopped.folder / ".wizard/terraform/foundation/apply.jsonl").read_text()
    assert "Interrupt received" in said
    assert "Two interrupts" not in said
    assert stopped.leftovers() == []
    stopped.finish()
    assert_same(stopped, unkilled)


def test_a_second_ctrl_c_says_what_is_left_and_the_next_run_follows_it(
    make: Make, unkilled: dict[str, normal.Objects]
) -> None:
    left = make("left")
    left.leg(relay.nth(1))
    slow_workspace(left, 12)
    record = Record(left.folder / ".wizard/terraform/foundation")

    def heard() -> bool:
        started = record.read()
        return started is not None and started.interrupted

    leg = left.leg(WORKSPACE, signal.SIGINT, insist=heard)
    assert leg.code == 130, leg.explain()
    assert (leg.events[-1]["event"], leg.events[-1]["result"]) == ("run_ended", "cancelled")
    told = [event["what"] for event in leg.events if event["event"] == "left_behind"]
    assert any("apply of foundation goes on as process" in what for what in told), leg.explain()
    left.finish()
    assert_same(left, unkilled)
