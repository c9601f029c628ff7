"""What exists and is not in the state: imported where it is ours, refused where it is not."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.journey import hands
from tests.steps.early import Setup, open_setup
from wizard.provisioning import adoption
from wizard.provisioning.stream import Diagnostic
from wizard.sandbox import process
from wizard.setup.cancel import Cancellation, Cancelled
from wizard.setup.events import Event
from wizard.setup.step import StepFailed, Verdict
from wizard.steps.foundation import Foundation
from wizard.steps.identity import Identity
from wizard.steps.project import Project
from wizard.steps.resource_providers import ResourceProviders
from wizard.steps.service_principal import ServicePrincipal
from wizard.steps.sign_in import SignIn

VOLUME = {"catalog_name": "c", "schema_name": "s", "name": "v"}
ASSIGNMENT = "0d6f2b83-e5a4-4917-8c3d-7b21f9e0a546"


@pytest.fixture
def setup(tmp_path: Path) -> Iterator[Setup]:
    """As far as the principal; the directory's group comes next."""
    with process.connect(tmp_path / "state", "clean") as cloud:
        setup = open_setup(cloud, tmp_path)
        for step in (SignIn(), Project(), ResourceProviders(), ServicePrincipal()):
            assert setup.settle(step).verdict is Verdict.DONE
        yield setup
    process.stop(tmp_path / "state")


def groups(setup: Setup) -> list[str]:
    made = setup.world.graph(setup.context("test"), "operator").group("data_engineer")
    return [str(made["id"])] if made else []


def test_a_group_whose_answer_got_lost_is_adopted_in_the_same_run_and_not_made_again(setup: Setup) -> None:
    setup.connection.add_fault("lost_response", match={"operation": "ApplyResourceChange azuread_group"})
    assert setup.settle(Identity()).verdict is Verdict.DONE
    assert len(groups(setup)) == 1
    assert any("plans identity again to adopt it" in getattr(event, "text", "") for event in setup.events)
    creations = [one for one in setup.mutations() if one.endswith("azuread_group")]
    assert len(creations) == 1
    assert not (setup.folder.terraform("identity") / adoption.FILE).exists()
    assert setup.check(Identity()).verdict is Verdict.DONE


def test_a_group_of_somebody_else_is_left_alone(setup: Setup) -> None:
    graph = setup.world.graph(setup.context("test"), "operator")
    graph._rest.send(
        "POST",
        "/groups",
        body={"displayName": "data_engineer", "mailEnabled": False, "mailNickname": "de", "securityEnabled": True},
    )
    for _again in range(2):
        with pytest.raises(StepFailed) as failed:
            setup.settle(Identity())
        assert "data_engineer" in str(failed.value.problem.raw_message)
    assert not (setup.folder.terraform("identity") / adoption.FILE).exists()


def planned(type: str, after: dict[str, Any]) -> dict[str, Any]:
    change = {"actions": ["create"], "after": after}
    return {"resource_changes": [{"address": f"{type}.one", "type": type, "mode": "managed", "change": change}]}


@pytest.mark.parametrize(
    ("type", "after", "said", "id"),
    [
        (
            "azurerm_subnet",
            {},
            'A resource with the ID "/subscriptions/s/x" already exists - to be',
            "/subscriptions/s/x",
        ),
        ("databricks_schema", {"catalog_name": "c", "name": "s"}, "Schema 'c.s' already exists", "c.s"),
        ("databricks_schema", {"catalog_name": "c", "name": "s"}, "PERMISSION_DENIED", None),
        ("databricks_volume", VOLUME, "url 'abfss://x' overlaps with the storage of Volume 'c.s.v'.", "c.s.v"),
        ("databricks_volume", VOLUME, "url 'abfss://x' overlaps with the storage of Volume 'c.s.other'.", None),
        ("databricks_job", {"name": "j"}, "it already exists", None),
        (
            "azurerm_role_assignment",
            {"scope": "/subscriptions/s"},
            f"RoleAssignmentExists: The ID of the existing role assignment is {ASSIGNMENT.replace('-', '')}.",
            f"/subscriptions/s/providers/Microsoft.Authorization/roleAssignments/{ASSIGNMENT}",
        ),
        ("azurerm_role_assignment", {}, f"RoleAssignmentExists: existing role assignment is {ASSIGNMENT}.", None),
    ],
)
def test_the_import_id_comes_of_the_refusal_and_the_plan(
    type: str, after: dict[str, Any], said: str, id: str | None
) -> None:
    errors = [Diagnostic("error", said, address=f"{type}.one"), Diagnostic("error", said, address="other.one")]
    found = adoption.candidates(planned(type, after), errors, lambda kind, wanted: None)
    assert found == ({f"{type}.one": id} if id else {})


@pytest.mark.parametrize(
    ("type", "before", "ours"),
    [
        ("azurerm_resource_group", {"tags": {"lakehouse-setup": "mine"}}, True),
        ("azurerm_resource_group", {"tags": {"lakehouse-setup": "theirs"}}, False),
        ("azurerm_resource_group", {"tags": None}, False),
        ("databricks_catalog", {"comment": "lakehouse-setup=mine"}, True),
        ("azurerm_subnet", {}, True),
    ],
)
def test_only_what_carries_our_mark_or_is_a_part_of_ours_is_imported(
    type: str, before: dict[str, Any], ours: bool
) -> None:
    change = {"actions": ["no-op"], "before": before, "importing": {"id": "there"}}
    plan = {"resource_changes": [{"address": f"{type}.one", "type": type, "change": change}]}
    assert adoption.foreign(plan, "mine", {}) == ({} if ours else {f"{type}.one": "there"})


def test_import_blocks_are_kept_once_and_half_a_file_is_none(tmp_path: Path) -> None:
    assert adoption.keep(tmp_path, {"a.b": "1"})
    assert adoption.keep(tmp_path, {"c.d": "2"})
    assert not adoption.keep(tmp_path, {"a.b": "1"})
    assert adoption.read(tmp_path) == {"a.b": "1", "c.d": "2"}
    (tmp_path / adoption.FILE).write_text('{"import": [')
    assert adoption.read(tmp_path) == {}
    adoption.forget(tmp_path)
    assert adoption.read(tmp_path) == {}


def test_a_lost_state_is_told_before_a_destroy_and_one_run_adopts_it_all(setup: Setup, tmp_path: Path) -> None:
    step = Foundation()
    assert step.removal(setup.context("foundation")) is None
    assert setup.settle(step).verdict is Verdict.DONE
    shutil.rmtree(setup.folder.private / "terraform")
    with pytest.raises(StepFailed) as lost:
        Foundation().removal(setup.context("foundation"))
    assert lost.value.problem.raw_code == "StateLost"
    assert "rsgdrisk" in lost.value.problem.what
    before, asked = hands.store(tmp_path / "state"), len(setup.mutations())
    assert setup.settle(Foundation()).verdict is Verdict.DONE
    assert before == hands.store(tmp_path / "state"), setup.connection.requests(mutating=True)[asked:]
    assert setup.check(Foundation()).verdict is Verdict.DONE
    assert Foundation().removal(setup.context("foundation")) is not None


@pytest.mark.parametrize("kind", ["lost_response", "timeout"])
def test_every_answer_of_the_foundation_gets_lost_and_one_run_is_enough(setup: Setup, kind: str) -> None:
    setup.connection.add_fault(kind, mutating=True, each=True, seconds=0.05, match={"host": "provider.*"})
    assert setup.settle(Foundation()).verdict is Verdict.DONE
    (rule,) = setup.connection.faults()
    assert rule["hits"] >= 20
    assert setup.check(Foundation()).verdict is Verdict.DONE


def test_a_cancel_is_heard_between_two_turns(setup: Setup) -> None:
    setup.connection.add_fault("lost_response", match={"operation": "ApplyResourceChange azurerm_resource_group"})
    cancel, step = Cancellation(), Foundation()
    assert setup.check(step).verdict is Verdict.TODO

    def tell(event: Event) -> None:
        if "plans foundation again" in getattr(event, "text", ""):
            cancel.request()

    with pytest.raises(Cancelled):
        step.apply(replace(setup.context("foundation"), cancel=cancel, emit=tell))
    assert setup.settle(Foundation()).verdict is Verdict.DONE
