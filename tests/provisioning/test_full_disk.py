"""A disk that is full while Terraform works: nothing is applied without room, and what could be kept comes back."""

from __future__ import annotations

import json
import shutil

import pytest

from tests.provisioning.conftest import MakePhase
from wizard.provisioning import errored, room
from wizard.provisioning.phase import STATE
from wizard.setup.step import StepFailed


def test_without_room_for_its_state_nothing_is_applied(make_phase: MakePhase, monkeypatch: pytest.MonkeyPatch) -> None:
    phase = make_phase()
    phase.plan({"label": "first"})
    monkeypatch.setattr(room, "LEAST", shutil.disk_usage(phase.folder).total)
    with pytest.raises(StepFailed) as caught:
        phase.apply()
    problem = caught.value.problem
    assert (problem.raw_code, str(phase.folder) in problem.why) == ("DiskFull", True)
    assert not (phase.folder / STATE).exists()
    assert not phase.saved_plan.exists()
    monkeypatch.undo()
    phase.plan({"label": "first"})
    assert phase.apply() == {"label": "first"}


@pytest.mark.parametrize("rest", ["lost", "kept"])
def test_the_state_that_terraform_left_beside_its_place_is_taken_by_the_next_run(
    make_phase: MakePhase, rest: str
) -> None:
    phase = make_phase()
    phase.plan({"label": "first"})
    phase.apply()
    state, beside = phase.folder / STATE, phase.folder / errored.FILE
    held = json.loads(state.read_text())
    beside.write_text(json.dumps({**held, "serial": held["serial"] + 1}))
    if rest == "lost":
        state.unlink()
    assert phase.plan({"label": "first"}).empty
    assert json.loads(state.read_text())["serial"] == held["serial"] + 1
    assert not beside.exists()


def test_a_state_left_beside_that_is_older_or_cut_off_is_not_taken(make_phase: MakePhase) -> None:
    phase = make_phase()
    phase.plan({"label": "first"})
    phase.apply()
    state, beside = phase.folder / STATE, phase.folder / errored.FILE
    held = state.read_bytes()
    beside.write_text(json.dumps({**json.loads(held), "serial": 0, "outputs": {}}))
    assert phase.plan({"label": "first"}).empty
    beside.write_bytes(held[:100])
    assert phase.plan({"label": "first"}).empty
    assert state.read_bytes() == held


def test_a_state_left_beside_that_began_elsewhere_stays_and_is_named(make_phase: MakePhase) -> None:
    phase = make_phase()
    phase.plan({"label": "first"})
    phase.apply()
    state, beside = phase.folder / STATE, phase.folder / errored.FILE
    held = state.read_bytes()
    beside.write_text(json.dumps({**json.loads(held), "lineage": "another", "serial": 99}))
    with pytest.raises(StepFailed) as caught:
        phase.plan({"label": "first"})
    assert str(beside) in caught.value.problem.next_action
    assert beside.exists()
    assert state.read_bytes() == held
    beside.unlink()
    assert phase.plan({"label": "first"}).empty


def test_what_stands_in_a_state_left_beside_alone_is_destroyed_too(make_phase: MakePhase) -> None:
    phase = make_phase()
    phase.plan({"label": "first"})
    phase.apply()
    (phase.folder / STATE).replace(phase.folder / errored.FILE)
    assert phase.holds_anything()
    assert phase.plan(phase.kept_variables(), destroy=True).summary.headline.endswith("2 to destroy, 0 to replace")
