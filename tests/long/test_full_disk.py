"""A setup folder whose disk fills: told each time with the place and what to do; nothing is lost."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.journey import relay
from tests.journey.conftest import RISK
from tests.journey.disk import Disk
from tests.journey.following import during, event, follow, problems
from tests.journey.relay import Leg, Moment
from tests.journey.running import COMMAND
from wizard.sandbox import process as sandbox

UNTIL = ("--target", "sandbox", "--until", "foundation")
WORKSPACE = "azurerm_databricks_workspace"
FULL = "There is no space left on this machine's disk"


@dataclass(frozen=True, slots=True)
class Place:
    """A folder alone on its disk; its cloud is elsewhere, as a real one is."""

    disk: Disk
    cloud: sandbox.Connection
    state: Path

    @property
    def folder(self) -> Path:
        """Where the wizard finds it."""
        return self.disk.place / "lab"

    @property
    def seen(self) -> Path:
        """The same folder from here."""
        return self.disk.seen / "lab"

    def run(self, *more: str | Path, at: Moment | None = None) -> Leg:
        argv = [*COMMAND, "run", "--json", "--folder", self.folder, *UNTIL, "--sandbox", self.state, *more]
        return follow(self.disk.on(argv), at=at)

    def fails(self, *more: str | Path, at: Moment, fill: Callable[[], None]) -> Leg:
        """A run whose disk fills at `at`; the disk has space again after it, and no line of the journal is torn."""
        leg = self.run(*more, at=during(at, fill))
        assert leg.code == 4, leg.explain()
        assert "Traceback" not in leg.err
        self.disk.free()
        for line in (self.seen / ".wizard" / "journal.jsonl").read_text(encoding="utf-8").splitlines():
            json.loads(line)
        return leg


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    state = tmp_path / "cloud"
    with sandbox.connect(state, "clean") as cloud, Disk(tmp_path / "disk") as disk:
        yield Place(disk, cloud, state)
    sandbox.stop(state)


def no_space_at(place: Place, file: str) -> str:
    return f"there is no space left at {place.folder / file}; free some there, then run again"


def test_a_disk_that_fills_is_told_each_time_and_with_space_each_next_run_goes_on(place: Place, tmp_path: Path) -> None:
    """Each run begins where the one before it failed, and so shows that nothing was lost."""
    long = tmp_path / "answers.yaml"
    long.write_text(RISK.read_text(encoding="utf-8") + f"# {'x' * 200_000}\n", encoding="utf-8")
    disk = place.disk

    disk.fill()
    leg = place.run("--answers", long)
    assert leg.code == 2, leg.explain()
    assert "free some there, then run again, or choose another --folder" in leg.err
    disk.free()

    disk.fill(leave=64)
    leg = place.run("--answers", long)
    assert leg.code == 4, leg.explain()
    assert leg.err.strip() == no_space_at(place, "answers.yaml")
    assert not list(place.seen.glob("*answers*"))  # not a part of it either
    disk.free()

    leg = place.fails("--answers", long, at=event("apply_started", "resource-providers"), fill=disk.fill)
    assert (
        no_space_at(place, ".wizard/logs/events.log") in leg.err
        or no_space_at(place, ".wizard/journal.jsonl") in leg.err
    ), leg.err  # whichever was written next
    assert (place.seen / "answers.yaml").read_bytes() == long.read_bytes()

    few = lambda: disk.fill(leave=1024)  # noqa: E731 - a moment's act
    leg = place.fails(at=event("apply_started", "foundation"), fill=few)
    (told,) = problems(leg)
    assert told["what"] == "There is no space to keep what an apply makes; nothing was applied"
    assert str(place.folder / ".wizard/terraform/foundation") in told["why"]
    assert not (place.seen / ".wizard/terraform/foundation/terraform.tfstate").exists()

    place.cloud.add_fault("slow", match={"operation": f"ApplyResourceChange {WORKSPACE}"}, seconds=3)
    leg = place.fails(at=relay.starting("foundation", WORKSPACE), fill=disk.fill)
    assert FULL in {problem["what"] for problem in problems(leg)} or "there is no space left at" in leg.err
    with pytest.raises(ValueError, match=r"."):
        json.loads((place.seen / ".wizard/terraform/foundation/terraform.tfstate").read_bytes())

    last = place.run()
    assert last.code == 0, last.explain()
    assert "a full disk cut the state off" in "".join(str(found.get("text")) for found in last.events)
    assert relay.duplicates(place.state) == []
    before = place.cloud.requests(mutating=True)
    again = place.run()
    assert (again.code, again.find("apply_started")) == (0, []), again.explain()
    assert place.cloud.requests(mutating=True) == before
