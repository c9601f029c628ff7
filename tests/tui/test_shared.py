"""A shared sandbox that is named without a command reaches the app and plain mode."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.journey.conftest import RISK
from tests.journey.running import Ran, inside
from tests.tui.conftest import opened, piloted
from wizard import exits
from wizard.cli import build_parser
from wizard.guided.launch import Launch
from wizard.sandbox import process


@pytest.fixture
def shared(tmp_path: Path) -> Iterator[Path]:
    """Where the shared sandbox is to be; it is ended after the test."""
    place = tmp_path / "cloud"
    yield place
    process.stop(place)


def launch(*arguments: str | Path) -> Launch:
    return Launch.of(build_parser().parse_args([str(argument) for argument in arguments]))


def plain(*arguments: str | Path) -> Ran:
    return inside("--plain", "--answers", RISK, *arguments)


@piloted
async def test_the_app_works_in_the_shared_sandbox_and_nowhere_else(tmp_path: Path, shared: Path) -> None:
    folder = tmp_path / "risk"
    given = launch("--folder", folder, "--sandbox", shared, "--answers", RISK, "--until", "sign-in")
    assert given.target == "sandbox"
    async with opened(given) as person:
        await person.button("go_on")
        await person.until(lambda: person.app.store.result, "the end")
        assert person.app.store.result == "done", person.explain()
    assert (shared / "store.sqlite").is_file()
    assert not (folder / ".wizard" / "sandbox").exists()
    async with opened(launch("--folder", folder, "--sandbox", tmp_path / "another")) as person:
        await person.until(lambda: person.app.store.fault, "what is wrong")
        assert str(shared) in person.app.store.fault


def test_plain_mode_works_in_the_shared_sandbox(tmp_path: Path, shared: Path) -> None:
    folder = tmp_path / "risk"
    ran = plain("--folder", folder, "--sandbox", shared, "--until", "sign-in")
    assert ran.code == exits.DONE, ran.explain()
    assert (shared / "store.sqlite").is_file()
    assert not (folder / ".wizard" / "sandbox").exists()
    refused = plain("--folder", folder, "--sandbox", tmp_path / "another")
    assert refused.code == exits.INVALID, refused.explain()
    assert str(shared) in refused.out


def test_a_step_that_is_none_is_told_before_anything_opens() -> None:
    ran = inside("--plain", "--until", "summery")
    assert ran.code == exits.INVALID
    assert "there is no step summery" in ran.err
