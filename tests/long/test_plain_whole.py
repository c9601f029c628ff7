"""The whole journey in plain mode through a real pseudo-terminal, and the world that it leaves: a headless run's."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from tests.journey import normal
from tests.journey.running import wizard
from tests.long.test_plain_journey import END, MENU, PLAN, TAKES, plain, to_project
from tests.plain.person import Person
from wizard import exits
from wizard.sandbox import process
from wizard.sandbox.control import read_info

PERSON = r"checking in \d+ s, then less and less often, and going on by itself\n[\s\S]*?plays the person here: .*\n"
DONE_BY_WIZARD = r"go: the wizard does this\n[\s\S]*?stop stops\n"


@pytest.fixture
def folders(tmp_path: Path) -> Iterator[tuple[Path, Path]]:
    found = tmp_path / "one" / "risk", tmp_path / "other" / "risk"
    yield found
    for folder in found:
        process.stop(folder / ".wizard" / "sandbox")


def world(folder: Path) -> dict[str, normal.Objects]:
    state = folder / ".wizard" / "sandbox"
    config = yaml.safe_load((folder / "config.yaml").read_text(encoding="utf-8"))
    return normal.world(state, config["setup_id"], normal.constants(read_info(state)))


def by_lines(person: Person, folder: Path) -> list[str]:
    """From the first question to the end; what was asked on the way, in its order."""
    to_project(person)
    person.line("domain")
    person.until(r"domain \[risk\]:")
    person.line("sales")
    while person.until(TAKES, MENU) != MENU:
        person.line()
    person.line()
    asked = []
    while (came := person.until(PLAN, DONE_BY_WIZARD, PERSON, END)) != END:
        asked.append(came)
        if came is PERSON:  # another terminal plays the person; this one goes on by itself
            info = read_info(folder / ".wizard" / "sandbox")
            clicked = wizard("sandbox", "portal", "--folder", folder, "first-login", info["operator"])
            assert clicked.code == exits.DONE, clicked.explain()
        else:
            person.line("go")
    return asked


def headless(folder: Path, answers: Path) -> None:
    """The same journey without a person, but for the same click."""
    state = folder / ".wizard" / "sandbox"
    with process.connect(state, "reference"):
        first = wizard("run", "--folder", folder, "--target", "sandbox", "--answers", answers)
        assert first.code == exits.PERSON_NEEDED, first.explain()
        clicked = wizard("sandbox", "portal", "--folder", folder, "first-login", read_info(state)["operator"])
        assert clicked.code == exits.DONE, clicked.explain()
        second = wizard("run", "--folder", folder)
        assert second.code == exits.DONE, second.explain()


def test_the_whole_journey_by_lines_leaves_the_world_of_a_headless_run(folders: tuple[Path, Path]) -> None:
    one, other = folders
    with plain(one, "--scenario", "reference", "--json") as person:
        asked = by_lines(person, one)
        assert person.end() == exits.DONE, person.text[-4000:]
        said = person.text
    assert asked.count(PERSON) == 1
    assert b"\x1b" not in person.raw
    summary = json.loads(said[said.rindex("\n{\n") :])
    assert {step["verdict"] for step in summary["steps"]} == {"done"}
    assert len(summary["tables"]) == 4
    assert "sales.silver.consents" in said
    headless(other, one / "answers.yaml")
    assert normal.differences(world(other), world(one)) == []
    with process.connect(one / ".wizard" / "sandbox") as connection:
        before = len(connection.requests(mutating=True))
        again = wizard("run", "--folder", one)
        assert again.code == exits.DONE, again.explain()
        assert len(connection.requests(mutating=True)) == before
