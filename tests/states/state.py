"""One state of the world that a step may meet: what the step tells of it, and what it sends.

A file `test_<step>.py` beside this one lists the states of its step; `test_table.py` counts them all."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tests.steps.early import Setup
from wizard.sandbox.process import Connection
from wizard.setup.step import Finding, StepFailed, Verdict
from wizard.steps.base import WizardStep

Arrange = Callable[[Connection, Path], Setup]


@dataclass(frozen=True, slots=True)
class State:
    """`says` is part of what the check tells, `guide` of what it asks of a person (None: it asks nothing).

    `sends`: the mutating requests that the step's apply sends by itself, in order, as `METHOD host operation` of the
    sandbox's recording; `ends`: the verdict after it; `again`: what a re-run sends where it is to try
    once more; `then`: part of what is told after the first."""

    name: str
    step: type[WizardStep]
    arrange: Arrange
    verdict: Verdict
    says: str
    guide: str | None = None
    sends: tuple[str, ...] = ()
    ends: Verdict | None = None
    again: tuple[str, ...] = ()
    then: str = ""

    def __str__(self) -> str:
        return f"{self.step.name}: {self.name}"


def holds(state: State, cloud: Connection, place: Path) -> None:
    """Arrange the state, look, let the step do what it can, and look again: a re-run sends nothing that changes."""
    setup = state.arrange(cloud, place)
    before = len(sent(cloud))
    finding = setup.check(state.step())
    assert finding.verdict is state.verdict, told(finding)
    assert state.says.lower() in told(finding).lower(), told(finding)
    assert len(sent(cloud)) == before, f"a check changes nothing: {sent(cloud)[before:]}"
    _guides(state.guide, finding)
    ended = _settled(setup, state.step())
    assert tuple(sent(cloud)[before:]) == state.sends
    assert ended.verdict is (state.ends or state.verdict), told(ended)
    assert state.then.lower() in told(ended).lower(), told(ended)
    before = len(sent(cloud))
    again = _settled(setup, state.step())
    assert again.verdict is ended.verdict, told(again)
    assert tuple(sent(cloud)[before:]) == state.again, "a re-run sends nothing that changes"


def sent(cloud: Connection) -> list[str]:
    """Mutating requests so far."""
    return [f"{one['method']} {one['host']} {one['operation']}" for one in cloud.requests(mutating=True)]


def told(finding: Finding) -> str:
    """All that the finding says."""
    problem, guide = finding.problem, finding.guide
    words = [finding.verdict.value, finding.why, *finding.changes, *(found.what for found in finding.found)]
    if problem is not None:
        words += [problem.what, problem.why, problem.next_action]
    if guide is not None:
        words += [guide.headline, *guide.actions, guide.who]
    return "\n".join(map(str, words))


def _guides(wanted: str | None, finding: Finding) -> None:
    if wanted is None:
        assert finding.guide is None, told(finding)
        return
    assert finding.guide is not None, told(finding)
    asked = "\n".join((finding.guide.headline, *finding.guide.actions, finding.guide.who))
    assert wanted.lower() in asked.lower(), asked
    assert finding.guide.who, "who can do it is named"


def _settled(setup: Setup, step: WizardStep) -> Finding:
    """As the engine: an apply that fails leaves the finding of a last look."""
    try:
        return setup.settle(step)
    except StepFailed:
        return setup.check(step)
