"""`adopt` tells by its exit code whether the look was a whole one."""

from __future__ import annotations

import pytest

from wizard import exits
from wizard.commands.adopt import code_of, unasked
from wizard.report.survey import Look
from wizard.setup.outcome import Outcome
from wizard.setup.step import Finding, Verdict


def look(**verdicts: Verdict) -> Look:
    return Look(Outcome({name.replace("_", "-"): Finding(verdict, "?") for name, verdict in verdicts.items()}), {}, {})


@pytest.mark.parametrize(
    ("sign_in", "foundation", "code"),
    [
        (Verdict.DONE, Verdict.TODO, exits.DONE),
        (Verdict.DONE, Verdict.BLOCKED, exits.DONE),  # waits for what is not there yet, which is an answer
        (Verdict.DONE, Verdict.UNKNOWN, exits.FAILED),
        (Verdict.BLOCKED, Verdict.BLOCKED, exits.PERSON_NEEDED),
    ],
)
def test_a_look_that_is_not_whole_is_told(sign_in: Verdict, foundation: Verdict, code: int) -> None:
    found = look(sign_in=sign_in, foundation=foundation)
    assert code_of(found) == code
    assert unasked(found) == (["foundation"] if foundation is Verdict.UNKNOWN else [])
