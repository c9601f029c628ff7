"""In the app, by keyboard alone: from a CSV that no test of ours contains to its silver table, rows conserved."""

from __future__ import annotations

import csv
from collections import Counter
from functools import partial
from pathlib import Path

import yaml
from lakehouse_jobs.contract import load
from pyspark.sql import SparkSession
from textual.widgets import Input

from tests.long.test_from_a_sample import SAMPLES, _of, download
from tests.tui.conftest import Person, empty, opened, piloted
from tests.tui.test_journey import ON, approve_until_idle, left
from wizard.guided.launch import Launch
from wizard.sandbox import process
from wizard.tui.screens.contracts import ContractsScreen
from wizard.tui.screens.dialogues import Ask
from wizard.tui.screens.files import ChooseFile

PACKAGE = "palmerpenguins==0.1.6"
MODEL, KEY = "penguins_raw", "Individual ID"


async def from_file(person: Person, file: Path) -> None:
    """What is proposed goes from the list; the contract is made from the file, as it is proposed."""
    assert isinstance(person.app.top, ContractsScreen)
    screen: ContractsScreen = person.app.top
    while screen.desk.entries:
        count = len(screen.desk.entries)
        await person.press("x")
        await person.until(lambda: isinstance(person.app.screen, Ask), "the question")
        await person.press("right", "enter")
        await person.until(partial(_fewer, screen, count), "one contract less")
    await person.press("f")
    await person.until(lambda: isinstance(person.app.screen, ChooseFile) and isinstance(person.app.focused, Input),
                       "the question for a file")  # fmt: skip
    await person.press("end", "ctrl+u", *("space" if char == " " else char for char in str(file)), "enter")
    await person.until(lambda: person.app.screen is screen and screen.desk.entries, "the proposal")
    while getattr(person.app.focused, "act", None) != "save_contracts":
        await person.press("tab")


def _fewer(screen: ContractsScreen, before: int) -> bool:
    return screen.app.screen is screen and len(screen.desk.entries) < before


async def answer(person: Person, file: Path) -> None:
    """Through the forms with what is proposed; the contracts screen makes the one contract."""
    await person.until(lambda: person.app.store.proposed, "proposals")
    await person.button("begin")
    await person.screen("form")
    while (form := person.app.top) is not None and form.kind in ON:
        if form.kind == "contracts":
            await person.until(lambda: getattr(person.app.focused, "act", None) == "save_contracts", "the screen")
            await from_file(person, file)
        await person.button(ON[form.kind])
        await person.until(partial(left, person, form), "the next form")
    await person.screen("journey")


@piloted
async def test_a_file_becomes_a_table_and_every_row_of_it_is_there(tmp_path: Path, spark: SparkSession) -> None:
    file, folder = download(PACKAGE, SAMPLES[PACKAGE], tmp_path), empty(tmp_path)
    async with opened(Launch(folder, target="sandbox"), (120, 36)) as person:
        await answer(person, file)
        await person.button("run")
        await approve_until_idle(person)
        assert person.app.store.result == "done", person.explain()
        assert set(person.states().values()) == {"done"}
    answers = yaml.safe_load((folder / "answers.yaml").read_text(encoding="utf-8"))
    assert answers["contracts"] == {"files": [f"contracts/{MODEL}.yaml"]}
    assert answers["first_run"] == {"samples": {MODEL: str(file)}}
    key = next(each for each in load(folder / "contracts" / f"{MODEL}.yaml").model(MODEL).fields if
               (each.source_name or each.name) == KEY)  # fmt: skip
    with file.open(encoding="utf-8", newline="") as text:
        written = list(csv.DictReader(text))
    record, silver, quarantine = _of(folder / ".wizard" / "sandbox", MODEL, spark)
    count = len(written)
    assert record.balanced
    assert (record.read, record.taken, record.valid, record.quarantined) == (count, count, count, 0)
    assert (len(silver), quarantine) == (count, False)
    assert Counter(row[key.name] for row in silver) == Counter(row[KEY] for row in written)
    process.stop(folder / ".wizard" / "sandbox")
