"""How long a step usually takes: from the journal of the runs before, and only while it is at work."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.tui.scenes import AT, begun
from wizard.setup.events import Applied, ApplyStarted, CheckStarted
from wizard.setup.journal import durations
from wizard.tui import told
from wizard.tui.store import Store


def waiting(usual: tuple[float, float] | None, elapsed: float) -> str:
    store = Store()
    for event in [*begun("foundation"), ApplyStarted(at=AT, step="foundation")]:
        store.apply(event)
    step = store.steps["foundation"]
    assert step.began is not None
    step.began -= elapsed
    return told.waiting(step, usual)


@pytest.mark.parametrize(
    ("usual", "elapsed", "words"),
    [
        ((185.0, 290.0), 20.0, "usually 3 to 5 min"),
        ((20.0, 100.0), 20.0, "usually up to 2 min"),
        ((12.0, 30.4), 20.0, "usually up to 31 s"),
        ((12.0, 30.0), 70.0, "longer than usual"),
    ],
)
def test_it_is_said_in_whole_minutes_or_seconds(usual: tuple[float, float], elapsed: float, words: str) -> None:
    assert words in waiting(usual, elapsed)


def test_nothing_is_said_of_what_is_short_or_was_never_seen() -> None:
    assert "usual" not in waiting(None, 100.0)
    assert "usual" not in waiting((0.1, 2.0), 3.0)


def test_a_check_says_nothing_of_how_long_an_apply_takes() -> None:
    store = Store()
    for event in [*begun("foundation"), ApplyStarted(at=AT, step="foundation"), CheckStarted(at=AT, step="foundation")]:
        store.apply(event)
    assert "usual" not in told.waiting(store.steps["foundation"], (185.0, 290.0))


def test_the_journal_tells_the_shortest_and_the_longest(tmp_path: Path) -> None:
    journal = tmp_path / "journal.jsonl"
    events = [Applied(step="foundation", seconds=n) for n in (200.0, 290.0, 185.0)]
    lines = [event.model_dump_json() for event in events]
    journal.write_text("\n".join([*lines, '{"event": "applied", "step": "compu', "{}"]), encoding="utf-8")
    assert durations(journal) == {"foundation": (185.0, 290.0)}
    assert durations(tmp_path / "none") == {}
