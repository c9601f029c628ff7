"""A wizard that is killed and interrupted ends in the same world as one left alone. The long relay is in tests/long."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator

import pytest

from tests.journey import normal, relay
from tests.journey.conftest import RISK
from tests.journey.relay import Relay

GIVEN = ("--target", "sandbox", "--answers", RISK)
SHORT = ("--until", "identity")
SLOW = 3.0  # seconds that one resource takes, so that a signal finds Terraform at it

Make = Callable[[str], Relay]


@pytest.fixture
def make(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Make]:
    made: list[Relay] = []

    def one(name: str) -> Relay:
        made.append(Relay(tmp_path_factory.mktemp("kills") / name, GIVEN, SHORT))
        return made[-1]

    yield one
    for each in made:
        each.close()


def test_killed_and_interrupted_it_ends_the_same_and_nothing_is_asked_again(make: Make) -> None:
    alone, killed = make("alone"), make("killed")
    for moment in (relay.journaled(1), relay.journaled(4), relay.applying("resource-providers")):
        killed.kill(moment)

    killed.slow("azuread_group", SLOW)
    stopped = killed.leg(relay.starting("identity", "azuread_group"), signal.SIGINT)
    assert stopped.code == 130, stopped.explain()
    assert (stopped.events[-1]["event"], stopped.events[-1]["result"]) == ("run_ended", "cancelled")
    assert killed.leftovers() == []

    killed.slow("azuread_group_member", SLOW)
    with killed.still("identity") as (hold, release):
        killed.kill(relay.starting("identity", "azuread_group_member"), first=hold)
        killed.kill(relay.following("identity"))
        last = killed.leg(relay.following("identity"), None, first=release)
    assert last.code == 0, last.explain()
    assert any(map(relay.following("identity"), last.events)), last.explain()

    alone.finish()
    assert normal.differences(alone.world(), killed.world()) == []
    assert relay.duplicates(killed.state) == []
    assert killed.asked() == []
    assert killed.leftovers() == []
    assert killed.kills == 5
