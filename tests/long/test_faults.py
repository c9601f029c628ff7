"""Every operation of a journey that changes something goes wrong once; the world in the end is a clean run's."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.faults import world
from tests.faults.journeys import Journey, travel

SDKS = {"mutating": True, "each": True, "match": {"host": "[!p]*"}}  # all but the providers
PROVIDERS = {"mutating": True, "each": True, "match": {"host": "provider.*"}}


@pytest.fixture(scope="module")
def clean(tmp_path_factory: pytest.TempPathFactory) -> Journey:
    return travel(tmp_path_factory.mktemp("clean"), [], bound=1)


@pytest.mark.parametrize(
    ("kind", "bound"), [("lost_response", 20), ("throttled", 3), ("error", 25), ("timeout", 20), ("cut_body", 20)]
)
def test_every_request_of_the_steps_goes_wrong_once_and_nothing_is_made_twice(
    clean: Journey, tmp_path: Path, kind: str, bound: int
) -> None:
    journey = travel(tmp_path, [{"kind": kind, "seconds": 0.3, **SDKS}], bound=bound)
    print(f"{kind}: {journey.faults.total()} faults at {len(journey.faults)} operations, {len(journey.runs)} runs")
    assert {one for one in clean.mutating if not one.startswith("provider.")} <= set(journey.faults)
    assert world.differences(clean.kinds, journey.kinds) == ""
    assert world.differences(clean.shape, journey.shape) == ""


@pytest.mark.parametrize("kind", ["lost_response", "error"])
def test_every_change_of_the_providers_goes_wrong_once_and_is_adopted(
    clean: Journey, tmp_path: Path, kind: str
) -> None:
    journey = travel(tmp_path, [{"kind": kind, **PROVIDERS}], bound=40)
    print(f"{kind}: {journey.faults.total()} faults at {len(journey.faults)} operations, {len(journey.runs)} runs")
    assert {one for one in clean.mutating if one.startswith("provider.")} <= set(journey.faults)
    assert world.differences(clean.kinds, journey.kinds) == ""
    assert world.differences(clean.shape, journey.shape) == ""
