"""The whole relay: the wizard is killed at every journaled event, inside applies, and from a snapshot per step."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from functools import partial

import pytest

from tests.journey import normal, relay
from tests.journey.conftest import RISK
from tests.journey.relay import Event, Leg, Moment, Relay
from wizard.journey import STEPS
from wizard.sandbox import process as sandbox

GIVEN = ("--target", "sandbox", "--answers", RISK)
SHORT = ("--until", "ingestion")
INSIDE = (
    ("foundation", "azurerm_resource_group"),
    ("foundation", "azurerm_databricks_workspace"),
    ("identity", "azuread_group"),
    ("unity-catalog", "databricks_catalog"),
    ("compute", "databricks_cluster"),
)
# Steps that change the world by single calls: killed after the first of these. The others are killed as they begin.
BY_CALLS = ("resource-providers", "account-admin", "metastore", "ingestion")
SLOW = 5.0  # seconds that one resource takes, so that the kill finds Terraform at it
MOST = 120  # kills after which a relay that never ends is given up

Make = Callable[..., Relay]


@pytest.fixture(scope="module")
def make(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Make]:
    """Makes relays; at the end every sandbox must have ended by itself, and nothing may be left of it."""
    made: list[Relay] = []

    def one(name: str, always: tuple[str, ...] = ()) -> Relay:
        made.append(Relay(tmp_path_factory.mktemp("relay") / name, GIVEN, always))
        return made[-1]

    yield one
    try:
        left = {each.folder.name: each.outlived() for each in made}
        print(f"\nkills by kill -9: { ({each.folder.name: each.kills for each in made if each.kills}) }")
        assert not any(left.values()), left
    finally:
        for each in made:
            each.close()


@pytest.fixture(scope="module")
def whole(make: Make) -> Relay:
    """A run of everything that nobody disturbed."""
    one = make("whole")
    one.finish()
    return one


@pytest.fixture(scope="module")
def short(make: Make) -> Relay:
    """As `whole`, up to the jobs."""
    one = make("short", SHORT)
    one.finish()
    return one


def assert_same(one: Relay, other: Relay) -> None:
    assert normal.differences(other.world(), one.world()) == []
    assert relay.duplicates(one.state) == []
    assert one.asked() == []
    assert one.leftovers() == []


def started_runs(one: Relay) -> int:
    requests = sandbox.requests(one.state, mutating=True)
    return sum(str(request["path"]).endswith("/jobs/run-now") for request in requests)


def loaded(leg: Leg) -> str:
    """What the first run's last check counted."""
    return [str(event["why"]) for event in leg.find("checked") if event["step"] == "first-run"][-1]


def test_killed_at_each_journaled_event_in_turn_it_ends_the_same(make: Make, whole: Relay) -> None:
    killed, killed_at = make("each"), set[tuple[str, ...]]()
    for _number in range(MOST):
        if not killed.leg(relay.not_in(killed_at)).killed:
            break
    last = killed.legs[-1]
    assert last.code == 0, last.explain()
    assert {relay.key(event) for event in last.events if event["event"] in relay.JOURNALED} <= killed_at
    assert started_runs(killed) == 2
    assert loaded(last) == loaded(whole.legs[0])
    assert_same(killed, whole)


@pytest.mark.parametrize(("step", "type"), INSIDE)
def test_killed_inside_an_apply_its_successor_follows_it(make: Make, short: Relay, step: str, type: str) -> None:
    killed = make(type, SHORT)
    killed.kill(relay.journaled(1))  # so that there is a sandbox
    killed.slow(type, SLOW)
    with killed.still(step.replace("-", "_")) as (hold, release):
        killed.kill(relay.starting(step, type), first=hold)
        last = killed.leg(relay.following(step), None, first=release)
    assert last.code == 0, last.explain()
    assert any(map(relay.following(step), last.events)), last.explain()
    assert_same(killed, short)


def test_killed_once_at_each_step_from_a_snapshot_before_it_it_ends_the_same(
    make: Make, short: Relay, whole: Relay
) -> None:
    """Each kill starts from the folder as it was before that step, so that no kill leans on another."""
    base = make("base")
    applied = {event["step"] for event in whole.legs[0].find("apply_started")}
    for step in (each.name for each in STEPS if each.name in applied):
        beyond = step not in {event["step"] for event in short.legs[0].find("checked")}
        one = make(f"at-{step}", () if beyond else SHORT)
        if base.folder.exists():
            base.close()  # a snapshot is of files: the sandbox must have written its own
            shutil.copytree(base.folder, one.folder, symlinks=True)
        began: list[Event] = []
        one.kill(remembering(relay.applying(step), began), first=partial(changed, one, began))
        one.finish()
        assert_same(one, whole if beyond else short)
        one.close()
        base.always = ("--until", step)
        base.finish()


def remembering(moment: Moment, kept: list[Event]) -> Moment:
    def reached(event: Event) -> bool:
        if moment(event):
            kept.append(event)
            return True
        return False

    return reached


def changed(one: Relay, began: list[Event]) -> None:
    """Wait until the step that began has changed something, where it does so by calls of its own."""
    if began[0]["step"] not in BY_CALLS:
        return
    moment = str(began[0]["at"])[:23]  # both in UTC; the sandbox's record has milliseconds
    relay.until(lambda: any(str(each["at"])[:23] >= moment for each in sandbox.requests(one.state, mutating=True)))


@pytest.mark.parametrize("words", ["run ", "account: "])
def test_killed_in_the_first_run_its_jobs_are_followed_and_not_started_twice(
    make: Make, whole: Relay, words: str
) -> None:
    killed = make(f"jobs-{len(words)}")
    killed.kill(relay.telling("first-run", words))
    last = killed.finish()
    started = started_runs(killed)
    assert started == 2
    assert loaded(last) == loaded(whole.legs[0])
    assert_same(killed, whole)
