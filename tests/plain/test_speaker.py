"""What runs now stands in one moving line, on a terminal only, and goes when it is over."""

from __future__ import annotations

import io

from rich.console import Console

from wizard.plain.speaker import LineSpeaker
from wizard.setup.events import Checked, CheckStarted, ModelRows, Progress, RunEnded, StepProblem
from wizard.setup.step import Removal


def speaker(*, terminal: bool) -> tuple[LineSpeaker, io.StringIO]:
    out = io.StringIO()
    return LineSpeaker(Console(file=out, force_terminal=terminal, width=120), quiet=False), out


def written_by(voice: LineSpeaker, out: io.StringIO) -> str:
    with voice.activity():
        voice(CheckStarted(step="first"))
        voice(Progress(step="first", text="plans first"))
        voice(Checked(step="first", verdict="done", why="there"))
        begin = len(out.getvalue())
        voice(RunEnded(result="done", exit_code=0, seconds=1.0))
    return out.getvalue()[begin:]


def test_on_a_terminal_an_ended_step_does_not_stay_in_the_moving_line() -> None:
    voice, out = speaker(terminal=True)
    rest = written_by(voice, out)
    assert "first: plans first" in out.getvalue()
    assert "first: plans first" not in rest


def test_without_a_terminal_nothing_moves() -> None:
    voice, out = speaker(terminal=False)
    written_by(voice, out)
    assert "\x1b" not in out.getvalue()
    assert out.getvalue().splitlines()[1:] == [
        "✓ done     first: there",
        "✓ done: all that was asked for is as wanted (1.0 s)",
    ]


def test_where_the_rows_of_a_model_went_is_a_sum_with_the_rules_below() -> None:
    voice, out = speaker(terminal=False)
    counts = {"taken": 5, "valid": 2, "quarantined": 2, "duplicates": 0, "stale": 0, "deleted": 1, "discarded": 0}
    voice(ModelRows(step="first", model="account", state="running", words="RUNNING"))
    rules = {"name required": 2, "email pattern": 1}
    voice(ModelRows.model_validate({"step": "first", "model": "account", "state": "done", "balanced": True,
                                    "rules": rules, **counts}))  # fmt: skip
    assert [line.strip() for line in out.getvalue().splitlines()] == [
        "account: 5 rows in = 2 valid + 2 quarantined + 0 duplicates + 0 stale + 1 deleted: equal",
        "name required: 2 rows failed it",
        "email pattern: 1 rows failed it",
    ]


def test_after_a_question_the_line_moves_again() -> None:
    voice, out = speaker(terminal=True)
    with voice.activity():
        voice.removals({"first": Removal(("a thing",))})
        begin = len(out.getvalue())
        voice(CheckStarted(step="first"))
    assert "first: checking" in out.getvalue()[begin:]


def test_the_service_s_own_words_follow_what_promises_them() -> None:
    voice, out = speaker(terminal=False)
    problem: dict[str, object] = {
        "what": "a",
        "why": "its own words are kept below",
        "next_action": "b",
        "raw_message": "Quota [x]\nis 0",
    }
    voice(StepProblem(step="first", problem=problem))
    told = [line.strip() for line in out.getvalue().splitlines()]
    assert told[-2:] == ["its words: Quota [x]", "its words: is 0"]
