"""The storage account of the states: made once, with this setup's mark, and never somebody else's taken away.

Terraform's azurerm backend itself is not initialised: no Azure is here. Its block is validated."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.steps.early import Setup, open_setup
from wizard.cloud.api_versions import STORAGE
from wizard.provisioning import binary
from wizard.sandbox import process
from wizard.setup.step import Problem, StepFailed, Verdict
from wizard.steps import resume, state_account, state_backend
from wizard.steps.foundation import Foundation
from wizard.steps.project import Project
from wizard.steps.resource_providers import ResourceProviders
from wizard.steps.service_principal import ServicePrincipal
from wizard.steps.sign_in import SignIn

SECTION = {"state": {"backend": "azurerm"}}


@pytest.fixture
def setup(tmp_path: Path) -> Iterator[Setup]:
    """Everything before foundation is done."""
    with process.connect(tmp_path / "state", "clean") as cloud:
        setup = open_setup(cloud, tmp_path, SECTION)
        for step in (SignIn(), Project(), ResourceProviders(), ServicePrincipal()):
            assert setup.settle(step).verdict is Verdict.DONE
        yield setup
    process.stop(tmp_path / "state")


def account(setup: Setup) -> state_account.Account:
    ctx = setup.context("foundation")
    return state_account.Account(ctx, state_backend.of(ctx.answers, "foundation"))


def changes(setup: Setup) -> list[str]:
    """The operations that changed something, in order, by method and the last parts of their path."""
    return [
        f"{one['method']} {one['path'].split('/providers/')[-1]}"
        for one in setup.connection.requests(mutating=True)
        if one["host"] == "arm" and one["method"] != "POST"
    ]


def test_foundation_says_what_it_would_make_before_any_plan(setup: Setup) -> None:
    found = setup.check(Foundation())
    assert found.verdict is Verdict.TODO
    assert found.why == "Terraform's states have no place yet"
    assert [line.split(":")[0] for line in found.changes] == [
        "make resource group rsgdrisk-state for the states",
        "make storage account sttdrisk for the states",
        "make container tfstate in sttdrisk",
        "let the principal read and write the states",
    ]


def test_it_is_made_by_these_calls_and_only_once(setup: Setup) -> None:
    before, ctx = len(changes(setup)), setup.context("foundation")
    state_account.make(ctx)
    made = changes(setup)[before:]
    assert [line.split("/roleAssignments/")[0] for line in made] == [
        f"PUT /subscriptions/{setup.connection.info['subscription_id']}/resourceGroups/rsgdrisk-state",
        "PUT Microsoft.Storage/storageAccounts/sttdrisk",
        "PUT Microsoft.Storage/storageAccounts/sttdrisk/blobServices/default",
        "PUT Microsoft.Storage/storageAccounts/sttdrisk/blobServices/default/containers/tfstate",
        "PUT Microsoft.Authorization",
    ]
    body = account(setup).body
    assert body is not None
    assert body["tags"]["lakehouse-setup"] == setup.folder.setup_id
    properties = body["properties"]
    assert properties["minimumTlsVersion"] == "TLS1_2"
    assert (properties["allowBlobPublicAccess"], properties["allowSharedKeyAccess"]) == (False, False)
    service = setup.arm.resource(account(setup).service_id, STORAGE)
    assert service is not None
    for name, value in state_account.SERVICE["properties"].items():
        assert service["properties"][name] == value

    state_account.make(ctx)
    assert changes(setup)[before:] == made
    assert state_account.missing(ctx) == ()


def test_a_new_folder_takes_the_id_from_the_account(setup: Setup) -> None:
    made = setup.folder.setup_id
    state_account.make(setup.context("foundation"))
    setup.folder.update_config({"setup_id": "0123456789ab"})
    assert resume.begun_elsewhere(setup.context("preflight")) == made


def problem_of(setup: Setup) -> Problem:
    with pytest.raises(StepFailed) as caught:
        setup.check(Foundation())
    return caught.value.problem


def with_state(setup: Setup, **state: str) -> Setup:
    """The same setup with other answers."""
    changed = open_setup(setup.connection, setup.folder.root.parent, {"state": {"backend": "azurerm", **state}})
    changed.book = setup.book
    return changed


def test_what_is_nobodys_stays_and_is_used_where_it_is_named(setup: Setup) -> None:
    """As an account that the team made itself, in the group that the wizard would have made."""
    state_account.make(setup.context("foundation"))
    held = account(setup)
    assert held.body is not None
    held.arm.put(held.id, STORAGE, {"location": held.body["location"], **state_account.ACCOUNT})
    assert problem_of(setup).raw_code == "StateAccountTaken"
    state_account.destroy(setup.context("foundation"))
    assert account(setup).body is not None
    assert state_account.missing(with_state(setup, storage_account="sttdrisk").context("foundation")) == ()


def test_another_setups_account_is_not_shared_nor_its_id_taken_over(setup: Setup) -> None:
    """Its destroy would take our states along, and two lakehouses with one id each other away."""
    state_account.make(setup.context("foundation"))
    made = setup.folder.setup_id
    setup.folder.update_config({"setup_id": "0123456789ab"})
    for one in (setup, with_state(setup, storage_account="sttdrisk")):
        problem = problem_of(one)
        assert problem.raw_code == "StateAccountTaken"
        assert made in problem.why
        state_account.destroy(one.context("foundation"))
        assert account(one).body is not None
    named = {"backend": "azurerm", "storage_account": "sttdrisk", "resource_group": "rsgdrisk-state"}
    other = open_setup(setup.connection, setup.folder.root.parent, {"state": named, "project": {"domain": "credit"}})
    assert resume.begun_elsewhere(other.context("preflight")) is None


def test_a_name_that_is_taken_elsewhere_and_a_place_inside_the_lakehouse_are_refused(setup: Setup) -> None:
    state_account.make(setup.context("foundation"))
    problem = problem_of(with_state(setup, resource_group="elsewhere"))
    assert (problem.raw_code, "state.storage_account" in problem.next_action) == ("StateAccountTaken", True)
    assert problem_of(with_state(setup, resource_group="RsgdRisk")).raw_code == "StateInside"


def test_a_destroy_names_it_and_takes_it_away_last(setup: Setup) -> None:
    ctx = setup.context("foundation")
    state_account.make(ctx)
    named = state_account.removable(ctx)
    assert [line.split(" (")[0] for line in named] == ["storage account sttdrisk", "resource group rsgdrisk-state"]
    state_account.destroy(ctx)
    assert account(setup).group is None
    assert state_account.gone(ctx)
    assert Foundation().removal(ctx) is None


def test_the_block_is_one_that_terraform_knows(setup: Setup, tmp_path: Path) -> None:
    """`init -backend=false` and `validate`: nobody is asked, and no secret stands in it."""
    ctx = setup.context("foundation")
    backend, place = state_backend.of(ctx.answers, "foundation"), tmp_path / "block"
    place.mkdir()
    backend.write(place)
    assert setup.world.principal_login(ctx).client_secret not in (place / "backend.tf.json").read_text()
    env = {"PATH": str(Path(binary.find(None, {}).argv[0]).parent), "CHECKPOINT_DISABLE": "1"}
    terraform = binary.find(None, env).argv
    for arguments in (["init", "-backend=false", "-input=false"], ["validate", "-json"]):
        done = subprocess.run([*terraform, *arguments], cwd=place, env=env, capture_output=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
    assert json.loads(done.stdout)["valid"]
