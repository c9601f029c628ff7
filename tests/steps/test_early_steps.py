"""The steps before and around Terraform: each checks, applies and checks again against a running sandbox;
a second check finds nothing to do and sends nothing that changes anything."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.clouds import of_its_own
from tests.steps.early import Setup, make_workspace, open_setup
from wizard.sandbox.process import Connection
from wizard.setup.step import Found, Verdict
from wizard.steps.account_admin import AccountAdmin
from wizard.steps.account_id import AccountId, introspected
from wizard.steps.base import WizardStep
from wizard.steps.facts import (
    AccountAdminFacts,
    AccountFacts,
    MetastoreFacts,
    PrincipalFacts,
    ProjectFacts,
    SignInFacts,
)
from wizard.steps.metastore import Metastore
from wizard.steps.network_watcher import NetworkWatcher
from wizard.steps.preflight import Preflight
from wizard.steps.principal_object import SECRET_FILE
from wizard.steps.project import Project
from wizard.steps.resource_providers import NAMESPACES, ResourceProviders, states
from wizard.steps.service_principal import ServicePrincipal
from wizard.steps.sign_in import SignIn

BEFORE_TERRAFORM: tuple[type[WizardStep], ...] = (Preflight, SignIn, Project, ResourceProviders, ServicePrincipal)
AROUND_TERRAFORM: tuple[type[WizardStep], ...] = (NetworkWatcher, AccountId, AccountAdmin, Metastore)


@pytest.fixture
def clean(tmp_path: Path) -> Iterator[Connection]:
    """A sandbox of its own: these steps change it."""
    with of_its_own(tmp_path / "clean") as connection:
        yield connection


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Connection]:
    """One for the tests that keep out of each other's way by a domain of their own."""
    state = tmp_path_factory.mktemp("shared") / "clean"
    with of_its_own(state) as connection:
        yield connection


@pytest.fixture
def reference(tmp_path: Path) -> Iterator[Connection]:
    with of_its_own(tmp_path / "reference", "reference") as connection:
        yield connection


def settle(setup: Setup, *kinds: type[WizardStep]) -> None:
    for kind in kinds:
        finding = setup.settle(kind())
        assert finding.verdict is Verdict.DONE, f"{kind.name}: {finding.why} {finding.problem}"


def test_in_clean_every_early_step_ends_done_and_a_second_check_changes_nothing(
    clean: Connection, tmp_path: Path
) -> None:
    setup = open_setup(clean, tmp_path)
    settle(setup, Preflight, SignIn, Project)
    unregistered = setup.check(ResourceProviders())
    assert unregistered.verdict is Verdict.TODO
    assert any("Microsoft.Databricks" in change for change in unregistered.changes)
    settle(setup, ResourceProviders, ServicePrincipal)
    assert states(setup.arm) == dict.fromkeys(NAMESPACES, "Registered")
    make_workspace(setup)
    settle(setup, *AROUND_TERRAFORM)
    for kind in (SignInFacts, ProjectFacts, PrincipalFacts, AccountFacts, AccountAdminFacts, MetastoreFacts):
        assert setup.book.find(kind) is not None, kind.__name__

    before = setup.mutations()
    assert before
    for step in (*BEFORE_TERRAFORM, *AROUND_TERRAFORM):
        finding = setup.check(step())
        assert finding.verdict is Verdict.DONE, f"{step.name}: {finding.why}"
        assert not finding.changes
    assert setup.mutations() == before

    metastore, ctx = Metastore(), setup.context("metastore")
    removal = metastore.removal(ctx)
    assert removal is not None
    assert len(removal.objects) == 2  # our metastore, and its assignment
    metastore.destroy(ctx)
    assert metastore.removal(ctx) is None
    assert list(setup.world.account(ctx, "operator").metastores.list()) == []


@pytest.mark.parametrize("role_set", ["least_privilege", "owner"])
def test_a_principal_is_made_with_its_rights_and_taken_away_again(
    shared: Connection, tmp_path: Path, role_set: str
) -> None:
    changes = {"service_principal": {"mode": "create", "client_id": None, "client_secret": None, "role_set": role_set}}
    setup = open_setup(shared, tmp_path, changes)
    settle(setup, *BEFORE_TERRAFORM)
    principal = setup.book.find(PrincipalFacts)
    assert principal is not None
    assert principal.client_id != shared.info["identities"]["lakehouse-wizard"]["client_id"]
    secret = setup.folder.private / SECRET_FILE
    assert stat.S_IMODE(secret.stat().st_mode) == 0o600

    before = setup.mutations()
    assert setup.check(ServicePrincipal()).verdict is Verdict.DONE
    assert setup.mutations() == before

    step, ctx = ServicePrincipal(), setup.context("service-principal")
    removal = step.removal(ctx)
    assert removal is not None
    assert any(principal.display_name in text for text in removal.objects)
    step.destroy(ctx)
    assert step.removal(ctx) is None
    assert not secret.exists()
    assert setup.arm.role_assignments(principal.object_id) == []


def test_in_reference_the_first_admin_is_asked_of_a_person_and_the_rest_done(
    reference: Connection, tmp_path: Path
) -> None:
    setup = open_setup(reference, tmp_path)
    settle(setup, *BEFORE_TERRAFORM)
    signed_in = setup.book.find(SignInFacts)
    assert signed_in is not None
    assert signed_in.operator_kind == "user"
    make_workspace(setup)
    settle(setup, AccountId)
    blocked = setup.check(AccountAdmin())
    assert blocked.verdict is Verdict.BLOCKED
    assert blocked.guide is not None
    assert "Global Administrator" in blocked.guide.who

    reference.portal("first-login", "operator")
    settle(setup, AccountAdmin, Metastore)
    metastore = setup.book.find(MetastoreFacts)
    assert metastore is not None
    assert metastore.name == "metastore_azure_brazilsouth"

    before = setup.mutations()
    assert setup.check(AccountAdmin()).verdict is Verdict.DONE
    assert setup.check(Metastore()).verdict is Verdict.DONE
    assert setup.mutations() == before

    rungs: list[Found] = []
    assert introspected(setup.context("account-id"), rungs) is not None
    assert [each.state for each in rungs] == ["done"]

    step, ctx = Metastore(), setup.context("metastore")
    step.destroy(ctx)
    assert [item.name for item in setup.world.account(ctx, "operator").metastores.list()] == [metastore.name]
