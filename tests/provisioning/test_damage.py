"""A state that is damaged, emptied or another setup's is told with its remedy; nothing is made on top of it."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.provisioning.conftest import LABEL, MakePhase
from wizard.provisioning import lineage
from wizard.provisioning.phase import STATE, Phase
from wizard.setup.step import StepFailed


def state_of(phase: Phase) -> Path:
    return phase.folder / STATE


def refused(phase: Phase) -> StepFailed:
    """What a plan and a destroy both say; the state stays as it is."""
    before = state_of(phase).read_bytes()
    with pytest.raises(StepFailed) as caught:
        phase.plan(LABEL)
    with pytest.raises(StepFailed):
        phase.holds_anything()
    assert state_of(phase).read_bytes() == before
    return caught.value


def test_a_truncated_state_is_told_with_the_backup_to_put_back(applied: Phase) -> None:
    state, backup = state_of(applied), state_of(applied).with_name(f"{STATE}.backup")
    shutil.copy(state, backup)
    state.write_bytes(state.read_bytes()[:200])
    problem = refused(applied).problem
    assert problem.raw_code == "StateDamaged"
    assert problem.next_action.startswith(f"put its backup in its place: cp {backup} {state}")
    shutil.copy(backup, state)
    assert applied.plan(LABEL).empty


def test_an_emptied_state_with_a_backup_is_told_with_the_backup_to_put_back(applied: Phase) -> None:
    shutil.copy(state_of(applied), state_of(applied).with_name(f"{STATE}.backup"))
    state_of(applied).write_bytes(b"")
    assert "put its backup in its place" in refused(applied).problem.next_action


def test_an_emptied_state_without_a_backup_is_told_and_not_taken_for_a_first_run(applied: Phase) -> None:
    state_of(applied).write_bytes(b"")
    problem = refused(applied).problem
    assert problem.what == "The state of trial is empty, though it named what was made"
    assert f"move {state_of(applied)} away" in problem.next_action
    state_of(applied).unlink()  # as the remedy says
    assert applied.plan(LABEL).summary.headline.startswith("2 to add")


def test_an_empty_state_of_a_run_that_never_ended_is_a_first_run(make_phase: MakePhase) -> None:
    phase = make_phase()
    phase.folder.mkdir(parents=True)
    state_of(phase).write_bytes(b"")  # Terraform makes the file before it writes to it
    assert not phase.plan(LABEL).empty


def test_a_state_of_another_lineage_is_told_and_nothing_is_changed(applied: Phase) -> None:
    held = json.loads(state_of(applied).read_text())
    other = "00000000-1111-2222-3333-444444444444"
    state_of(applied).write_text(json.dumps({**held, "lineage": other}))
    problem = refused(applied).problem
    assert (problem.raw_code, other in problem.why, held["lineage"] in problem.why) == ("StateForeign", True, True)


MARKS: dict[str, Callable[[str], dict[str, Any]]] = {
    "azurerm_resource_group": lambda mark: {"tags": {"lakehouse-setup": mark, "domain": "risk"}},
    "databricks_cluster": lambda mark: {"custom_tags": {"lakehouse-setup": mark}},
    "databricks_schema": lambda mark: {"properties": {"lakehouse-setup": mark}},
    "databricks_catalog": lambda mark: {"comment": f"risk (lakehouse-setup={mark})"},
    "azuread_group": lambda mark: {"description": f"lakehouse-setup={mark}"},
}


@pytest.mark.parametrize("type", MARKS)
def test_a_state_whose_objects_carry_another_setups_id_is_told_and_nothing_is_changed(
    applied: Phase, type: str
) -> None:
    held = json.loads(state_of(applied).read_text())
    instances = [{"schema_version": 0, "attributes": {"tags": None, **MARKS[type]("aaaaaaaaaaaa")}}]
    held["resources"] = [{"mode": "managed", "type": type, "name": "one", "provider": "p", "instances": instances}]
    state_of(applied).write_text(json.dumps(held))
    problem = refused(replace(applied, setup_id="bbbbbbbbbbbb")).problem
    assert problem.raw_code == "StateForeign"
    assert "aaaaaaaaaaaa" in problem.why
    lineage.check(state_of(applied), "aaaaaaaaaaaa")  # and to its own setup it is fine
    lineage.check(state_of(applied), "bbbbbbbbbbbb", frozenset({"aaaaaaaaaaaa"}))  # as to one that took it over


def test_what_a_state_only_reads_tells_nothing_of_whose_it_is(applied: Phase) -> None:
    held = json.loads(state_of(applied).read_text())
    instances = [{"schema_version": 0, "attributes": {"tags": {"lakehouse-setup": "aaaaaaaaaaaa"}}}]
    held["resources"] = [{"mode": "data", "type": "t", "name": "one", "provider": "p", "instances": instances}]
    state_of(applied).write_text(json.dumps(held))
    lineage.check(state_of(applied), "bbbbbbbbbbbb")
