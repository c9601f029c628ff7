"""The metastore taken away by somebody else, and a workspace that its objects do not know: told, and mended."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from databricks.sdk.service.catalog import AzureManagedIdentityRequest, IsolationMode

from tests.steps.early import Setup, make_workspace, open_setup
from wizard.cloud.pipeline import RestClient
from wizard.provisioning import state
from wizard.sandbox import process
from wizard.setup.step import Verdict
from wizard.steps import bindings
from wizard.steps.account_admin import AccountAdmin
from wizard.steps.account_id import AccountId
from wizard.steps.facts import FoundationFacts, MetastoreFacts
from wizard.steps.metastore import Metastore
from wizard.steps.project import Project
from wizard.steps.resource_providers import ResourceProviders
from wizard.steps.service_principal import ServicePrincipal
from wizard.steps.sign_in import SignIn

CREDENTIAL = ("storage_credential", "crisk-credential")


@pytest.fixture
def setup(tmp_path: Path) -> Iterator[Setup]:
    """A workspace with its metastore."""
    with process.connect(tmp_path / "state", "clean") as cloud:
        setup = open_setup(cloud, tmp_path)
        for step in (SignIn(), Project(), ResourceProviders(), ServicePrincipal()):
            assert setup.settle(step).verdict is Verdict.DONE
        make_workspace(setup)
        for late in (AccountId(), AccountAdmin(), Metastore()):
            assert setup.settle(late).verdict is Verdict.DONE
        yield setup
    process.stop(tmp_path / "state")


def facts(setup: Setup) -> tuple[FoundationFacts, MetastoreFacts]:
    foundation, metastore = setup.book.find(FoundationFacts), setup.book.find(MetastoreFacts)
    assert foundation is not None
    assert metastore is not None
    return foundation, metastore


def test_a_metastore_that_somebody_unassigned_or_deleted_is_told_and_there_again(setup: Setup) -> None:
    foundation, metastore = facts(setup)
    account = setup.world.account(setup.context("test"), "operator")
    account.metastore_assignments.delete(int(foundation.workspace_id), metastore.metastore_id)
    found = setup.check(Metastore())
    assert (found.verdict, found.changes) == (Verdict.TODO, (f"assign {metastore.name} to the workspace",))
    assert setup.settle(Metastore()).verdict is Verdict.DONE
    assert facts(setup)[1] == metastore
    account.metastore_assignments.delete(int(foundation.workspace_id), metastore.metastore_id)
    account.metastores.delete(metastore.metastore_id, force=True)
    found = setup.check(Metastore())
    assert found.changes[0] == f"make the metastore {metastore.name}"
    assert setup.settle(Metastore()).verdict is Verdict.DONE
    assert facts(setup)[1].metastore_id != metastore.metastore_id
    assert setup.check(Metastore()).verdict is Verdict.DONE


def connector(setup: Setup, foundation: FoundationFacts) -> str:
    """An access connector beside the workspace."""
    endpoints = setup.connection.target.endpoints
    credential = setup.world.credential(setup.context("test"), "operator")
    rest = RestClient(endpoints.arm, endpoints, credential, endpoints.arm_scope)
    id = f"{foundation.resource_group_id}/providers/Microsoft.Databricks/accessConnectors/one"
    body = {"location": foundation.location, "identity": {"type": "SystemAssigned"}}
    rest.send("PUT", id, query={"api-version": "2024-05-01"}, body=body)
    return id


def note_standing(setup: Setup, *, standing: bool) -> None:
    """Let our state of Unity Catalog name objects, or none."""
    root = setup.folder.terraform(bindings.ROOT)
    root.mkdir(parents=True, exist_ok=True)
    state.note_standing(root, standing)


def test_what_was_bound_to_a_workspace_that_is_gone_is_bound_to_the_one_made_anew(setup: Setup) -> None:
    foundation, _metastore = facts(setup)
    ours = setup.world.workspace(setup.context("test"), "principal")
    identity = AzureManagedIdentityRequest(connector(setup, foundation))
    ours.storage_credentials.create(CREDENTIAL[1], azure_managed_identity=identity)
    ours.storage_credentials.update(CREDENTIAL[1], isolation_mode=IsolationMode.ISOLATION_MODE_ISOLATED)
    note_standing(setup, standing=True)
    assert bindings.unbound(setup.context("metastore")) == ()
    deleted = setup.arm.delete(foundation.workspace_resource_id, "2024-05-01")
    while not deleted():
        pass  # it polls, in the interval that the service names
    anew = make_workspace(setup)
    assert anew.workspace_id != foundation.workspace_id
    note_standing(setup, standing=False)
    assert setup.settle(Metastore()).verdict is Verdict.DONE
    assert bindings.unbound(setup.context("metastore")) == ()  # as of another setup that has our names
    note_standing(setup, standing=True)
    assert bindings.unbound(setup.context("metastore")) == (CREDENTIAL,)
    assert setup.settle(Metastore()).verdict is Verdict.DONE
    bound = setup.world.workspace(setup.context("test"), "principal").workspace_bindings.get_bindings(*CREDENTIAL)
    assert int(anew.workspace_id) in {each.workspace_id for each in bound}
    assert setup.check(Metastore()).verdict is Verdict.DONE
