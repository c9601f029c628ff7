"""What breaks under a run is told on the screen, never as a traceback; the folder stays as it was, a retry goes on."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from textual.widgets import Static

from tests.tui.conftest import Person, empty, opened, piloted
from tests.tui.test_journey import answer_all
from wizard.guided.launch import Launch
from wizard.sandbox import process


def told(person: Person) -> str:
    """What the work area says, wherever its lines are broken."""
    assert person.app.top is not None
    return " ".join(str(person.app.top.query_one("#body", Static).content).split())


@asynccontextmanager
async def answered(tmp_path: Path, until: str) -> AsyncIterator[tuple[Person, Path]]:
    """The app in a new folder, every question answered, and the folder; its sandbox is stopped at the end."""
    launch = Launch(empty(tmp_path), target="sandbox", until=until)
    async with opened(launch) as person:
        await answer_all(person)
        yield person, launch.folder
    process.stop(launch.folder / ".wizard" / "sandbox")


@piloted
async def test_a_step_that_meets_what_nobody_expected_is_a_failure_to_retry(tmp_path: Path) -> None:
    async with answered(tmp_path, "contracts") as (person, folder):
        in_the_way = folder / "contracts"
        in_the_way.write_text("no folder", encoding="utf-8")
        await person.button("run")
        step = person.app.store.steps
        await person.until(lambda: step["contracts"].asked == "retry", "the failure")
        await person.until(lambda: getattr(person.app.focused, "act", None) == "retry", "Retry")
        assert person.states()["contracts"] == "failed"
        assert "contracts:Fileexists" in told(person).replace(" ", ""), told(person)  # a long path is broken anywhere
        assert "Traceback" not in told(person)
        assert in_the_way.read_text(encoding="utf-8") == "no folder"
        in_the_way.unlink()
        await person.press("enter")
        await person.until(lambda: person.app.store.result, "the end")
        assert person.app.store.result == "done", person.explain()


@piloted
async def test_a_run_that_cannot_even_begin_says_why_and_the_next_one_does(tmp_path: Path) -> None:
    async with answered(tmp_path, "sign-in") as (person, folder):
        config = folder / "config.yaml"
        config.write_text("target: [sandbox", encoding="utf-8")
        await person.button("run")
        await person.until(lambda: person.app.store.fault, "what is wrong")
        await person.until(lambda: person.app.store.mode is None, "the end of it")
        assert str(config) in person.app.store.fault
        assert "Traceback" not in person.app.store.fault
        assert person.app.store.result is None
        assert not (folder / ".wizard" / "journal.jsonl").exists()
        config.unlink()
        await person.button("run")
        await person.until(lambda: person.app.store.result, "the end")
        assert person.app.store.result == "done", person.explain()
        assert not person.app.store.fault
