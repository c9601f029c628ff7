"""App and `run` are two front ends of one engine: in the same world, with the same answers, both change the same."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from tests.faults.world import plain
from tests.journey.running import wizard
from tests.tui.conftest import empty, opened, piloted
from tests.tui.test_journey import answer_all, approve_until_idle
from wizard import exits
from wizard.guided.launch import Launch
from wizard.sandbox import process
from wizard.setup.folder import Folder


def sent(folder: Path) -> Counter[str]:
    """Every mutating request that came in and what it was about, the providers' among them, with ids and times aside;
    but not a person's click in the portal."""
    setup = Folder(folder).setup_id
    requests = process.requests(folder / ".wizard" / "sandbox", mutating=True)
    told = (f"{one['method']} {one['host']} {one['operation']} {one['path']}" for one in requests
            if one["host"] != "control")  # fmt: skip
    return Counter(plain(text, setup) for text in told)


@pytest.mark.parametrize("world", ["clean", "reference"])
def test_both_send_the_same_mutating_requests(tmp_path: Path, world: str) -> None:
    app, alone = empty(tmp_path), tmp_path / "alone"
    by_app = _in_the_app(app, world)
    by_run = _alone(alone, world, app / "answers.yaml")
    assert sum(by_app.values()) > 50
    assert by_app - by_run == Counter(), "what the app alone sends"
    assert by_run - by_app == Counter(), "what the run alone sends"


@piloted
async def _journey(app: Path, world: str) -> None:
    async with opened(Launch(app, target="sandbox", scenario=world)) as person:
        await answer_all(person)
        await person.button("run")
        await approve_until_idle(person)
        assert person.app.store.result == "done", person.explain()


def _in_the_app(app: Path, world: str) -> Counter[str]:
    _journey(app, world)
    found = sent(app)
    process.stop(app / ".wizard" / "sandbox")
    return found


def _alone(folder: Path, world: str, answers: Path) -> Counter[str]:
    """In `reference` it ends where a person is needed, and the same command goes on after the one login."""
    ran = wizard("run", "--target", "sandbox", "--scenario", world, "--answers", answers, "--folder", folder, "--json")
    if world == "reference":
        assert ran.code == exits.PERSON_NEEDED, ran.explain()
        done = wizard("sandbox", "portal", "first-login", "--folder", folder)
        assert done.code == 0, done.explain()
        ran = wizard("run", "--folder", folder, "--json")
    assert ran.code == 0, ran.explain()
    found = sent(folder)
    process.stop(folder / ".wizard" / "sandbox")
    return found
