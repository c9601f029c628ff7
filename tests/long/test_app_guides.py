"""Scenario `reference`: the three places where a person is needed, each noticed by the timed look alone."""

from __future__ import annotations

from pathlib import Path

from tests.journey.running import wizard
from tests.tui.conftest import Person, empty, opened, piloted
from tests.tui.test_journey import answer_all
from wizard.guided.launch import Launch
from wizard.sandbox import process
from wizard.tui.store import StepState

OFTEN = 0.5  # seconds between two looks


def portal(folder: Path, click: str, who: str) -> None:
    """A click by somebody else, from outside: the app is not told of it."""
    done = wizard("sandbox", "portal", click, who, "--folder", folder)
    assert done.code == 0, done.explain()


async def guided(person: Person, name: str, what: str) -> None:
    """Until the step guides a person, and looks by itself."""
    await person.until(lambda: step_of(person, name).asked == what, f"{name} asks")
    step = step_of(person, name)
    assert step.guide is not None
    looks = len(step.seen)
    await person.until(lambda: len(step.seen) > looks, f"{name} looks by itself")


def step_of(person: Person, name: str) -> StepState:
    return person.app.store.steps[name]


async def comes_true(person: Person, name: str) -> None:
    await person.until(lambda: step_of(person, name).state == "done", f"{name} is noticed")


async def approve(person: Person, name: str) -> None:
    def asked_or_done() -> bool:
        """The one before may have been pressed through to this one's plan, which stands side by side with it."""
        return step_of(person, name).asked == "approve" or step_of(person, name).state == "done"

    await person.until(asked_or_done, f"the plan of {name}")
    while step_of(person, name).asked:
        await person.button("apply")
        await person.pilot.pause(0.2)


@piloted
async def test_roles_first_admin_and_somebody_elses_metastore(tmp_path: Path) -> None:
    launch = Launch(empty(tmp_path), target="sandbox", scenario="reference", until="metastore", often=OFTEN)
    async with opened(launch) as person:
        await answer_all(person)
        await person.button("run")
        await guided(person, "service-principal", "approve")
        principal = step_of(person, "service-principal")
        assert len(principal.asked_changes) == 6
        portal(launch.folder, "assign-owner", "lakehouse-wizard")
        await person.until(lambda: len(principal.asked_changes) == 4, "the role is noticed, four are to go")
        portal(launch.folder, "grant-app-roles", "lakehouse-wizard")
        await comes_true(person, "service-principal")
        await approve(person, "foundation")
        await approve(person, "identity")
        await guided(person, "account-admin", "person")
        assert step_of(person, "account-admin").state == "blocked"
        portal(launch.folder, "first-login", "operator")
        await comes_true(person, "account-admin")
        await guided(person, "metastore", "approve")
        guide = step_of(person, "metastore").guide
        assert guide is not None
        assert "data-platform-admins" in guide["who"]
        portal(launch.folder, "share-metastore", "lakehouse-wizard")
        await comes_true(person, "metastore")
        await person.until(lambda: person.app.store.result, "the end")
        assert person.app.store.result == "done", person.explain()
    process.stop(launch.folder / ".wizard" / "sandbox")
