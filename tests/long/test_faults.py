"""Every operation of a journey that changes something goes wrong once; the world in the end is a clean run's.

Each test prints how many faults there were, at how many operations, and how many runs it took."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.faults import world
from tests.faults.journeys import Journey, travel

SDKS = {"mutating": True, "each": True, "match": {"host": "[!p]*"}}  # all but the providers
PROVIDERS = {"mutating": True, "each": True, "match": {"host": "provider.*"}}
LAST_OF_PROVIDERS = "compute"
BOUND = 2  # runs; one is what it should take


@pytest.fixture(scope="module")
def clean(tmp_path_factory: pytest.TempPathFactory) -> Journey:
    return travel(tmp_path_factory.mktemp("clean"), [], bound=1)


@pytest.fixture(scope="module")
def unloaded(tmp_path_factory: pytest.TempPathFactory) -> Journey:
    """As far as any provider changes anything."""
    return travel(tmp_path_factory.mktemp("unloaded"), [], bound=1, until=LAST_OF_PROVIDERS)


def assert_the_same_world(clean: Journey, journey: Journey) -> None:
    assert world.differences(clean.unkeyed, journey.unkeyed) == ""
    assert world.differences(clean.kinds, journey.kinds) == ""
    assert world.differences(clean.shape, journey.shape) == ""


@pytest.mark.parametrize("kind", ["lost_response", "throttled", "error", "timeout", "cut_body"])
def test_every_request_of_the_steps_goes_wrong_once_and_nothing_is_made_twice(
    clean: Journey, tmp_path: Path, kind: str
) -> None:
    journey = travel(tmp_path, [{"kind": kind, "seconds": 0.3, **SDKS}], bound=BOUND)
    print(journey.told(f"{kind}, requests"))
    assert {one for one in clean.mutating if not one.startswith("provider.")} <= set(journey.faults)
    assert_the_same_world(clean, journey)


@pytest.mark.parametrize("kind", ["lost_response", "throttled", "error", "timeout"])
def test_every_change_of_the_providers_goes_wrong_once_and_is_adopted(
    clean: Journey, unloaded: Journey, tmp_path: Path, kind: str
) -> None:
    rule = {"kind": kind, "seconds": 0.3, **PROVIDERS}
    journey = travel(tmp_path, [rule], bound=BOUND, until=LAST_OF_PROVIDERS)
    print(journey.told(f"{kind}, providers"))
    assert {one for one in clean.mutating if one.startswith("provider.")} <= set(journey.faults)
    assert_the_same_world(unloaded, journey)


def test_first_reads_that_know_nothing_of_what_was_made_are_waited_out(clean: Journey, tmp_path: Path) -> None:
    journey = travel(tmp_path, [{"kind": "lag", "count": 2, "match": {"host": "[!p]*"}}], bound=BOUND)
    print(journey.told("lag"))
    assert journey.faults
    assert_the_same_world(clean, journey)


def test_a_stumbling_cloud_is_ridden_out_on_the_whole_journey(clean: Journey, tmp_path: Path) -> None:
    journey = travel(tmp_path, [], bound=BOUND, scenario="flaky")
    print(journey.told("flaky"))
    assert journey.faults
    assert_the_same_world(clean, journey)
