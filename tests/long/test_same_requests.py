"""App and `run` are two front ends of one engine: in the same world, with the same answers, both change the same."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from tests.journey.running import wizard
from tests.tui.conftest import empty, opened, piloted
from tests.tui.test_journey import answer_all, approve_until_idle
from wizard import exits
from wizard.guided.launch import Launch
from wizard.sandbox import process

WORLD = "reference"


def sent(folder: Path) -> Counter[str]:
    """Every mutating request that came in, the providers' among them; but not a person's click in the portal."""
    requests = process.requests(folder / ".wizard" / "sandbox", mutating=True)
    return Counter(f"{one['method']} {one['host']} {one['operation']}" for one in requests if one["host"] != "control")


@piloted
async def test_both_send_the_same_mutating_requests(tmp_path: Path) -> None:
    app = empty(tmp_path)
    async with opened(Launch(app, target="sandbox", scenario=WORLD)) as person:
        await answer_all(person)
        await person.button("run")
        await approve_until_idle(person)
        assert person.app.store.result == "done", person.explain()
    by_app = sent(app)
    process.stop(app / ".wizard" / "sandbox")

    alone = tmp_path / "alone"
    answers = app / "answers.yaml"
    first = wizard("run", "--target", "sandbox", "--scenario", WORLD, "--answers", answers, "--folder", alone, "--json")
    assert first.code == exits.PERSON_NEEDED, first.explain()
    done = wizard("sandbox", "portal", "first-login", "operator", "--folder", alone)
    assert done.code == 0, done.explain()
    second = wizard("run", "--folder", alone, "--json")
    assert second.code == 0, second.explain()
    by_run = sent(alone)
    process.stop(alone / ".wizard" / "sandbox")

    assert sum(by_app.values()) > 50
    assert by_app - by_run == Counter(), "what the app alone sends"
    assert by_run - by_app == Counter(), "what the run alone sends"
