"""Access: whether people can use the lakehouse, looked at as they would meet it, whatever was once granted."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import pytest
from databricks.sdk import AccountClient, WorkspaceClient
from databricks.sdk.errors import NotFound
from databricks.sdk.service.catalog import (
    CatalogIsolationMode,
    CreateAccountsMetastore,
    PermissionsChange,
    Privilege,
    WorkspaceBinding,
    WorkspaceBindingBindingType,
)
from databricks.sdk.service.iam import ComplexValue, Patch, PatchOp, WorkspacePermission

from tests.clouds import of_its_own
from tests.states.lakes import lakes, settle
from tests.states.state import State, holds
from tests.states.test_metastore import ROOT
from tests.steps.early import Setup
from wizard.sandbox.process import Connection
from wizard.setup.step import Verdict
from wizard.steps.account_admin import AccountAdmin
from wizard.steps.account_id import AccountId
from wizard.steps.account_people import SCHEMAS
from wizard.steps.exploration import Exploration, project_path
from wizard.steps.facts import AccountAdminFacts, CatalogFacts, FoundationFacts, ProjectFacts
from wizard.steps.metastore import Metastore

RIGHTS = (Privilege.USE_SCHEMA, Privilege.SELECT)


@dataclass
class Lakehouse:
    """What Terraform makes of it, by the same clients: a catalog with one schema, and a group that may read it."""

    setup: Setup

    def __post_init__(self) -> None:
        ctx, project = self.setup.context("test"), self.setup.book.find(ProjectFacts)
        foundation, people = self.setup.book.find(FoundationFacts), self.setup.book.find(AccountAdminFacts)
        assert project is not None
        assert foundation is not None
        assert people is not None
        self.account: AccountClient = self.setup.world.account(ctx, "operator")
        self.workspace: WorkspaceClient = self.setup.world.workspace(ctx, "principal")
        self.number, self.catalog = int(foundation.workspace_id), project.catalog
        self.group, self.owner = project.group, project.owner
        self.person = people.people[project.owner]

    def build(self) -> Lakehouse:
        """Once; then as it should be again, whatever a state left of it."""
        found = list(self.account.groups_v2.list(filter=f'displayName eq "{self.group}"'))
        if not found:
            self.workspace.catalogs.create(self.catalog)
            found = [self.account.groups_v2.create(display_name=self.group)]
        self.group_id = str(found[0].id)
        self.workspace.catalogs.update(self.catalog, isolation_mode=CatalogIsolationMode.OPEN)
        if "gold" not in {schema.name for schema in self.workspace.schemas.list(self.catalog)}:
            self.workspace.schemas.create("gold", self.catalog)
        self.members(self.person)
        self.account.workspace_assignment.update(
            self.number, int(self.group_id), permissions=[WorkspacePermission.USER]
        )
        self.active("true")
        self.grant(add=RIGHTS)
        self.grant(self.owner, remove=RIGHTS)
        self.workspace.grants.update(
            "catalog", self.catalog, changes=[PermissionsChange(principal=self.group, add=[Privilege.USE_CATALOG])]
        )
        return self

    def members(self, *ids: str) -> None:
        members = [ComplexValue(value=id).as_dict() for id in ids]
        self.account.groups_v2.patch(
            self.group_id, operations=[Patch(PatchOp.REPLACE, "members", members)], schemas=SCHEMAS
        )

    def active(self, value: str) -> None:
        change = Patch(PatchOp.REPLACE, "active", [{"value": value}])
        self.account.users_v2.patch(self.person, operations=[change], schemas=SCHEMAS)

    def grant(self, who: str = "", add: tuple[Privilege, ...] = (), remove: tuple[Privilege, ...] = ()) -> None:
        change = PermissionsChange(principal=who or self.group, add=list(add), remove=list(remove))
        self.workspace.grants.update("schema", f"{self.catalog}.gold", changes=[change])

    def bind(self, number: int, type: WorkspaceBindingBindingType) -> None:
        """Isolated, and bound to one workspace alone."""
        self.workspace.catalogs.update(self.catalog, isolation_mode=CatalogIsolationMode.ISOLATED)
        remove = [WorkspaceBinding(self.number)] if number != self.number else []
        self.workspace.workspace_bindings.update_bindings(
            "catalog", self.catalog, add=[WorkspaceBinding(number, type)], remove=remove
        )


@pytest.fixture(scope="module")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Connection]:
    state = tmp_path_factory.mktemp("access") / "state"
    with of_its_own(state) as connection:
        yield connection


def but(change: Callable[[Lakehouse], object] = lambda lake: None) -> Callable[[Connection, Path], Setup]:
    """A lakehouse as it should be, its exploration project in place, but for one thing that somebody changed."""

    def arrange(cloud: Connection, place: Path) -> Setup:
        setup = settle(lakes(cloud).open(place), AccountId, AccountAdmin)
        account = setup.world.account(setup.context("test"), "operator")
        if not list(account.metastores.list()):
            wanted = CreateAccountsMetastore(name="primary", region="brazilsouth", storage_root=ROOT)
            account.metastores.create(metastore_info=wanted)
        settle(setup, Metastore)
        lake = Lakehouse(setup).build()
        setup.book.add(CatalogFacts(catalog=lake.catalog, schemas=("gold",), volumes={}, group_name=lake.group))
        with suppress(NotFound):  # of the state before, with another setup's mark
            lake.workspace.workspace.delete(project_path(setup.context("test")), recursive=True)
        settle(setup, Exploration)
        change(lake)
        return setup

    return arrange


def elsewhere(lake: Lakehouse) -> None:
    """Isolated to another workspace than ours."""
    other = (
        lakes(lake.setup.connection)
        .open(lake.setup.folder.root.parent / "other", domain="other")
        .book.find(FoundationFacts)
    )
    assert other is not None
    lake.bind(int(other.workspace_id), WorkspaceBindingBindingType.BINDING_TYPE_READ_WRITE)


def before_the_first_login(lake: Lakehouse) -> None:
    """The account takes people from Entra by itself; the workspace has not seen this one yet."""
    known = lake.setup.book.find(AccountAdminFacts)
    assert known is not None
    lake.setup.book.add(known.model_copy(update={"synced": True}))
    lake.members()


def by_itself(lake: Lakehouse) -> None:
    """The person holds what the group has lost."""
    lake.grant(remove=RIGHTS)
    lake.grant(lake.owner, add=RIGHTS)


STATES = [
    State("everybody enters and reads", Exploration, but(), Verdict.DONE, "enters the workspace and reads clake.gold"),
    State(
        "the person holds by itself what the group lost",
        Exploration, but(by_itself), Verdict.DONE, "enters the workspace and reads clake.gold",
    ),
    State(
        "the schema is gone, which another step tells and mends",
        Exploration, but(lambda lake: lake.workspace.schemas.delete(f"{lake.catalog}.gold")), Verdict.DONE,
        "/Shared/lakehouse-lake is in place",
    ),
    State(
        "somebody took the person out of the group",
        Exploration, but(lambda lake: lake.members()), Verdict.BLOCKED, "may not enter the workspace",
        guide="run again: the steps account-admin and unity-catalog put back",
    ),
    State(
        "the account takes people from Entra by itself, and this one has not logged in yet",
        Exploration, but(before_the_first_login), Verdict.DONE, "comes to the workspace with the first login",
    ),
    State(
        "somebody took the group out of the workspace",
        Exploration, but(lambda lake: lake.account.workspace_assignment.delete(lake.number, int(lake.group_id))),
        Verdict.BLOCKED, "neither alone nor by a group", guide="Let everybody in again",
    ),
    State(
        "the person is deactivated in the account",
        Exploration, but(lambda lake: lake.active("false")), Verdict.BLOCKED, "is deactivated in the Databricks",
        guide="an account admin",
    ),
    State(
        "somebody took a grant away",
        Exploration, but(lambda lake: lake.grant(remove=(Privilege.SELECT,))), Verdict.BLOCKED,
        "1 of 1 cannot use the lakehouse", guide="lacks SELECT on clake.gold",
    ),
    State(
        "the catalog is bound to the workspace to be read alone",
        Exploration,
        but(lambda lake: lake.bind(lake.number, WorkspaceBindingBindingType.BINDING_TYPE_READ_ONLY)),
        Verdict.BLOCKED, "to be read alone", guide="Let everybody in again",
    ),
    State(
        "the catalog is isolated to another workspace",
        Exploration, but(elsewhere), Verdict.BLOCKED, "the catalog clake is closed to the workspace",
        guide="ask who manages",
    ),
]  # fmt: skip


@pytest.mark.parametrize("state", STATES, ids=str)
def test_the_state_is_told(state: State, cloud: Connection, tmp_path: Path) -> None:
    holds(state, cloud, tmp_path)
