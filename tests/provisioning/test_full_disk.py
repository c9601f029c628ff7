"""A disk that is full while Terraform works: nothing is applied without room, and what could be kept comes back."""

from __future__ import annotations

import json
import shutil

import pytest

from tests.provisioning.conftest import LABEL, MakePhase
from wizard.provisioning import errored, room
from wizard.provisioning.phase import STATE, Phase
from wizard.setup.step import StepFailed


def test_without_room_for_its_state_nothing_is_applied(make_phase: MakePhase, monkeypatch: pytest.MonkeyPatch) -> None:
    phase = make_phase()
    phase.plan(LABEL)
    monkeypatch.setattr(room, "LEAST", shutil.disk_usage(phase.folder).total)
    with pytest.raises(StepFailed) as caught:
        phase.apply()
    problem = caught.value.problem
    assert (problem.raw_code, str(phase.folder) in problem.why) == ("DiskFull", True)
    assert not (phase.folder / STATE).exists()
    assert not phase.saved_plan.exists()
    monkeypatch.undo()
    phase.plan(LABEL)
    assert phase.apply() == {"label": "first"}


@pytest.mark.parametrize("rest", ["lost", "kept"])
def test_the_state_that_terraform_left_beside_its_place_is_taken_by_the_next_run(applied: Phase, rest: str) -> None:
    state, beside = applied.folder / STATE, applied.folder / errored.FILE
    held = json.loads(state.read_text())
    beside.write_text(json.dumps({**held, "serial": held["serial"] + 1}))
    if rest == "lost":
        state.unlink()
    assert applied.plan(LABEL).empty
    assert json.loads(state.read_text())["serial"] == held["serial"] + 1
    assert not beside.exists()


def test_a_state_left_beside_that_is_older_or_cut_off_is_not_taken(applied: Phase) -> None:
    state, beside = applied.folder / STATE, applied.folder / errored.FILE
    held = state.read_bytes()
    beside.write_text(json.dumps({**json.loads(held), "serial": 0, "outputs": {}}))
    assert applied.plan(LABEL).empty
    beside.write_bytes(held[:100])
    assert applied.plan(LABEL).empty
    assert state.read_bytes() == held


def test_a_state_left_beside_that_began_elsewhere_stays_and_is_named(applied: Phase) -> None:
    state, beside = applied.folder / STATE, applied.folder / errored.FILE
    held = state.read_bytes()
    beside.write_text(json.dumps({**json.loads(held), "lineage": "another", "serial": 99}))
    with pytest.raises(StepFailed) as caught:
        applied.plan(LABEL)
    assert str(beside) in caught.value.problem.next_action
    assert beside.exists()
    assert state.read_bytes() == held
    beside.unlink()
    assert applied.plan(LABEL).empty


def test_what_stands_in_a_state_left_beside_alone_is_destroyed_too(applied: Phase) -> None:
    (applied.folder / STATE).replace(applied.folder / errored.FILE)
    assert applied.holds_anything()
    assert applied.plan(applied.kept_variables(), destroy=True).summary.headline.endswith("2 to destroy, 0 to replace")
