"""Two setups in one subscription: what they share outlives the one that made it, whichever goes first."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.steps.early import Setup, make_workspace, open_setup
from wizard.sandbox import process
from wizard.setup.step import Verdict
from wizard.steps.account_admin import AccountAdmin
from wizard.steps.account_id import AccountId
from wizard.steps.facts import DirectoryFacts
from wizard.steps.identity import Identity
from wizard.steps.metastore import Metastore
from wizard.steps.project import Project
from wizard.steps.resource_providers import ResourceProviders
from wizard.steps.service_principal import ServicePrincipal
from wizard.steps.sign_in import SignIn

ANA = "ana@lakehousesandbox.onmicrosoft.com"
LATER = (AccountId, AccountAdmin, Metastore)


@pytest.fixture
def pair(tmp_path: Path) -> Iterator[tuple[Setup, Setup]]:
    """`risk` makes a principal and a person; `fraud` is given that principal, and has that person in its group."""
    people = {"create_members": [ANA]}
    with process.connect(tmp_path / "state", "clean") as cloud:
        made: dict[str, Any] = {"mode": "create", "client_id": None, "client_secret": None}
        first = open_setup(cloud, tmp_path / "one", {"service_principal": made, "identity": people})
        settle(first)
        principal = ServicePrincipal().check(first.context("service-principal")).facts
        secret = f"file:{first.folder.private / 'principal-secret'}"
        given = {"mode": "given", "client_id": getattr(principal, "client_id", ""), "client_secret": secret}
        second = open_setup(cloud, tmp_path / "two", {"service_principal": given, "identity": people}, domain="fraud")
        settle(second)
        yield first, second
    process.stop(tmp_path / "state")


def settle(setup: Setup) -> None:
    """Every step of one setup up to the metastore, with a workspace made over REST."""
    for step in (SignIn, Project, ResourceProviders, ServicePrincipal, Identity):
        assert setup.settle(step()).verdict is Verdict.DONE
    directory = setup.book.find(DirectoryFacts)
    assert directory is not None
    make_workspace(setup)
    setup.book.add(directory)
    for later in LATER:
        found = setup.settle(later())
        assert found.verdict is Verdict.DONE, found


def same_answers_elsewhere(setup: Setup) -> None:
    """Their copy in another folder is another setup, whose names are taken: it is told by whom."""
    other = open_setup(setup.connection, setup.folder.root.parent / "copy")
    for step in (SignIn(), Project()):
        assert other.settle(step).verdict is Verdict.DONE
    found = other.check(ResourceProviders())
    assert found.verdict is Verdict.BLOCKED
    assert found.why.startswith(f"taken by the setup {setup.folder.setup_id}: resource group rsgdrisk")
    assert found.guide is not None
    assert "run in its own folder" in found.guide.actions[0]


def test_what_two_setups_share_outlives_the_one_that_made_it(pair: tuple[Setup, Setup]) -> None:
    first, second = pair
    theirs = second.folder.setup_id
    metastore, principal = Metastore(), ServicePrincipal()
    same_answers_elsewhere(first)

    removal = metastore.removal(first.context("metastore"))
    assert removal is not None
    assert len(removal.objects) == 1  # the assignment
    assert "in use by the workspaces" in removal.kept[0]
    metastore.destroy(first.context("metastore"))
    assert second.check(Metastore()).verdict is Verdict.DONE  # the rights on it too

    assert Identity().removal(first.context("identity")) is not None
    Identity().destroy(first.context("identity"))
    removal = principal.removal(first.context("service-principal"))
    assert removal is not None
    assert removal.objects == ()
    assert len(removal.kept) == 4  # the person, two roles, the application
    assert all(f"in use by setup {theirs} (group data_engineer_fraud)" in thing for thing in removal.kept)
    principal.destroy(first.context("service-principal"))
    for step in (SignIn(), Project(), ResourceProviders(), ServicePrincipal(), Identity()):
        assert second.check(step).verdict is Verdict.DONE, step.name
    for later in LATER:
        assert second.check(later()).verdict is Verdict.DONE, later.name

    # The last one goes: what it was given stays, and its maker can take it away now.
    removal = Metastore().removal(second.context("metastore"))
    assert removal is not None
    assert removal.kept == (
        f"metastore lakehouse-brazilsouth-{first.folder.setup_id}, made by another setup; "
        "no workspace uses it after this",
    )
    Metastore().destroy(second.context("metastore"))
    Identity().destroy(second.context("identity"))
    assert ServicePrincipal().removal(second.context("service-principal")) is None  # its rights are its maker's too
    removal = principal.removal(first.context("service-principal"))
    assert removal is not None
    assert removal.kept == ()
    assert len(removal.objects) == 4
    principal.destroy(first.context("service-principal"))
    assert principal.removal(first.context("service-principal")) is None
