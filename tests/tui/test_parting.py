"""What the terminal keeps of the app."""

from __future__ import annotations

from pathlib import Path

import pytest

from wizard.tui import parting
from wizard.tui.store import Store


def ended(result: str | None, mode: str = "run") -> Store:
    store = Store()
    store.result, store.last_mode = result, mode
    return store


def test_a_journey_that_was_finished_leaves_its_receipt() -> None:
    store = ended("done")
    store.summary = {"receipt": ".wizard/receipts/0001-7b3aa090c6cd.json"}
    assert parting.words(store, Path()) == "Receipt: .wizard/receipts/0001-7b3aa090c6cd.json"


@pytest.mark.parametrize("result", ["cancelled", "failed", "blocked", None])
def test_one_that_was_not_says_how_to_go_on(result: str | None) -> None:
    said = parting.words(ended(result), Path("my lakehouse"))
    assert said == "To go on from here: lakehouse-wizard --folder 'my lakehouse'"


def test_where_nothing_was_run_there_is_nothing_to_say() -> None:
    assert not parting.words(ended("done", mode="check"), Path())
