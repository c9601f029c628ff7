"""The whole journey in the app by keyboard alone, in scenario `reference`, and its replay without a screen."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest
import yaml

from tests.journey.running import wizard
from tests.tui.conftest import Person, empty, opened, piloted
from tests.tui.test_journey import ON, approve_until_idle, left
from wizard.guided.launch import Launch
from wizard.sandbox import process
from wizard.tui.screens.form import FormScreen

ANSWERS = {"project": {"domain": "sales"}, "foundation": {"monthly_budget": "321"}}  # others than any template's


async def answer(person: Person) -> None:
    """Through the forms; where an answer is ours, up to its field, and typed over what stands there."""
    await person.until(lambda: person.app.store.proposed, "proposals")
    await person.button("begin")
    await person.screen("form")
    while (form := person.app.top) is not None and form.kind in ON:
        await person.until(partial(_at, person, ON[form.kind]), "Continue")
        for name, text in ANSWERS.get(form.section.name, {}).items() if isinstance(form, FormScreen) else ():
            await _type(person, name, text)
        await person.until(partial(_at, person, ON[form.kind]), "Continue")
        await person.press("enter")
        await person.until(partial(left, person, form), "the next form")


def _at(person: Person, act: str) -> bool:
    return getattr(person.app.focused, "act", None) == act


async def _type(person: Person, name: str, text: str) -> None:
    for _field in range(20):
        if person.app.focused is not None and any(each.id == f"field-{name}" for each in person.app.focused.ancestors):
            break
        await person.press("shift+tab")
    await person.press("end", "ctrl+u", *text, "enter")


@pytest.mark.parametrize("size", [(80, 24), (120, 36)])
@piloted
async def test_from_an_empty_folder_to_the_summary(tmp_path: Path, size: tuple[int, int]) -> None:
    folder = empty(tmp_path)
    async with opened(Launch(folder, target="sandbox", scenario="reference"), size) as person:
        await answer(person)
        await person.button("run")
        asked = await approve_until_idle(person)
        assert person.app.store.result == "done", person.explain()
        assert ("account-admin", "person") in asked
        assert {"service-principal", "foundation", "unity-catalog", "compute"} <= {step for step, _what in asked}
        await person.screen("summary")
        assert set(person.states().values()) == {"done"}
    kept = yaml.safe_load((folder / "answers.yaml").read_text(encoding="utf-8"))
    assert (kept["project"]["domain"], kept["foundation"]["monthly_budget"]) == ("sales", 321)
    state = folder / ".wizard" / "sandbox"
    with process.connect(state) as connection:
        before = len(connection.requests(mutating=True))
        again = wizard("run", "--folder", folder, "--json")
        assert again.code == 0, again.explain()
        assert len(connection.requests(mutating=True)) == before
    process.stop(state)
