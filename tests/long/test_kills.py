"""A run that is asked to stop, once or twice, in Terraform or beside it; the killed ones are in test_kill_relay.py."""

from __future__ import annotations

import json
import os
import pty
import signal
from collections.abc import Callable, Iterator

import pytest

from tests.journey import normal, relay
from tests.journey.conftest import RISK
from tests.journey.relay import Leg, Relay
from tests.journey.running import COMMAND
from wizard.provisioning.living import Record
from wizard.sandbox import process as sandbox

GIVEN = ("--target", "sandbox", "--answers", RISK)
SHORT = ("--until", "account-id")  # the workspace, and what stands beside it
WORKSPACE = "azurerm_databricks_workspace"
MAKES_WORKSPACE = relay.starting("foundation", WORKSPACE)
SLOW = 5.0  # seconds that one resource takes, so that a signal finds Terraform at it

Make = Callable[..., Relay]


@pytest.fixture(scope="module")
def make(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Make]:
    """Makes relays; at the end every sandbox must have ended by itself, and nothing may be left of it."""
    made: list[Relay] = []

    def one(name: str, always: tuple[str, ...] = SHORT) -> Relay:
        made.append(Relay(tmp_path_factory.mktemp("kills") / name, GIVEN, always))
        return made[-1]

    yield one
    try:
        left = {each.folder.name: each.outlived() for each in made}
        assert not any(left.values()), left
    finally:
        for each in made:
            each.close()


@pytest.fixture(scope="module")
def alone(make: Make) -> Relay:
    one = make("alone")
    one.finish()
    return one


def assert_same(one: Relay, alone: Relay) -> None:
    assert normal.differences(alone.world(), one.world()) == []
    assert relay.duplicates(one.state) == []
    assert one.asked() == []
    assert one.leftovers() == []


def assert_cancelled(leg: Leg) -> None:
    assert leg.code == 130, leg.explain()
    assert (leg.events[-1]["event"], leg.events[-1]["result"]) == ("run_ended", "cancelled")


def behind(leg: Leg) -> dict[str, str]:
    """What the run said it may leave, by step."""
    return {event["step"]: event["what"] for event in leg.find("left_behind")}


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_one_wish_to_stop_interrupts_once_and_the_next_run_converges(make: Make, alone: Relay, number: int) -> None:
    stopped = make(f"stopped-{number}")
    stopped.kill(relay.journaled(1))  # so that there is a sandbox
    stopped.slow(WORKSPACE, SLOW)
    leg = stopped.leg(MAKES_WORKSPACE, number)
    assert_cancelled(leg)
    assert behind(leg) == {}
    said = (stopped.folder / ".wizard/terraform/foundation/apply.jsonl").read_text()
    assert "Interrupt received" in said
    assert "Two interrupts" not in said
    assert stopped.leftovers() == []
    stopped.finish()
    assert_same(stopped, alone)


def test_a_second_ctrl_c_says_what_is_left_and_the_next_run_follows_it(make: Make, alone: Relay) -> None:
    left = make("left")
    left.kill(relay.journaled(1))
    left.slow(WORKSPACE, SLOW)
    with left.still("foundation") as (hold, release):
        leg = left.leg(MAKES_WORKSPACE, signal.SIGINT, first=hold, again=relay.heard)
        assert_cancelled(leg)
        assert "apply of foundation goes on as process" in behind(leg)["foundation"], leg.explain()
        last = left.leg(relay.following("foundation"), None, first=release)
    assert last.code == 0, last.explain()
    assert_same(left, alone)


def test_a_second_ctrl_c_in_a_call_says_that_it_may_take_effect(make: Make, alone: Relay) -> None:
    left = make("call")
    left.kill(relay.journaled(1))
    match = {"host": "arm", "method": "POST", "path": "*/register"}
    sandbox.add_fault(left.state, {"kind": "slow", "match": match, "seconds": SLOW})
    leg = left.leg(relay.applying("resource-providers"), signal.SIGINT, again=relay.heard)
    assert_cancelled(leg)
    assert "may still take effect" in behind(leg)["resource-providers"], leg.explain()
    left.finish()
    assert_same(left, alone)


def test_stopped_in_the_first_run_its_jobs_go_on_and_the_next_run_follows_them(make: Make) -> None:
    """One Ctrl+C stops the watching, not the jobs, and says which go on."""
    stopped = make("jobs", ())
    leg = stopped.leg(relay.telling("first-run", "account: "), signal.SIGINT)
    assert_cancelled(leg)
    assert "goes on there" in behind(leg)["first-run"], leg.explain()
    assert stopped.leftovers() == []
    stopped.finish()
    requests = sandbox.requests(stopped.state, mutating=True)
    assert sum(str(request["path"]).endswith("/jobs/run-now") for request in requests) == 2
    assert relay.duplicates(stopped.state) == []
    assert stopped.asked() == []
    assert stopped.leftovers() == []


def test_a_closed_terminal_stops_the_run_and_leaves_nothing(make: Make) -> None:
    closed = make("closed", ("--until", "identity"))
    closed.kill(relay.journaled(1))
    closed.slow("azuread_group", SLOW)
    command = [*COMMAND, "run", "--folder", str(closed.folder), *closed.always]
    pid, terminal = pty.fork()
    if not pid:
        os.execv(command[0], command)
    record = Record(closed.folder / ".wizard/terraform/identity")
    while (started := record.read()) is None or started.verb != "apply":
        os.read(terminal, 65536)  # whoever looks at it
    os.close(terminal)
    _pid, status = os.waitpid(pid, 0)
    assert os.waitstatus_to_exitcode(status) == 130
    *_before, last = (closed.folder / ".wizard/journal.jsonl").read_text().splitlines()
    assert json.loads(last)["result"] == "cancelled"
    assert closed.leftovers() == []
    closed.finish()
    assert closed.leftovers() == []
