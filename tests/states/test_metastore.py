"""Metastore: none, ours, another's; who uses it, who may build in it, and what replacing it would lose."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import pytest
from databricks.sdk import AccountClient
from databricks.sdk.service.catalog import (
    CatalogIsolationMode,
    CreateAccountsMetastore,
    PermissionsChange,
    UpdateAccountsMetastore,
)
from databricks.sdk.service.iam import ComplexValue

from tests.states.lakes import lakes, settle
from tests.states.state import State, holds
from tests.steps.early import Setup
from wizard.sandbox.process import Connection
from wizard.setup.step import StepFailed, Verdict
from wizard.steps.account_admin import AccountAdmin
from wizard.steps.account_id import AccountId
from wizard.steps.facts import AccountAdminFacts, FoundationFacts, PrincipalFacts
from wizard.steps.metastore import Metastore
from wizard.steps.metastore_state import PRIVILEGES

CREATE, DELETE = "POST accounts account.metastores.create", "DELETE accounts account.metastores.delete"
ASSIGN, GRANT = "POST accounts account.metastore-assignment.create", "PATCH workspace uc.grants.update"
ROOT = "abfss://root@stadplatform.dfs.core.windows.net/"
TEAM, PLATFORM = "lake-builders", "platform-admins"  # groups of the account; the principal is in the first


@dataclass(frozen=True)
class Region:
    """`has` is the region's metastore, "ours" or another's name; `owner` None is who acts. What of it our workspace
    has, what the principal or its group was granted, and whether the workspace `adbdother` and catalogs use it too."""

    has: str = ""
    assigned: bool = False
    owner: str | None = PLATFORM
    granted: int = 0  # of PRIVILEGES, the first so many
    to_group: bool = False
    shared: bool = False
    catalogs: bool = False
    answers: dict[str, str] = field(default_factory=dict)
    fault: tuple[str, str, int, str] = ("", "", 0, "")  # kind, operation, how often, key

    def __call__(self, cloud: Connection, place: Path) -> Setup:
        setup = settle(lakes(cloud).open(place / "ours", {"metastore": self.answers}), AccountId, AccountAdmin)
        account = setup.world.account(setup.context("test"), "operator")
        empty(account)
        teams(setup, account)
        if self.has:
            self.furnish(setup, account, lakes(cloud).open(place / "other", domain="other"))
        kind, operation, count, key = self.fault
        if kind:
            cloud.add_fault(kind, match={"operation": operation}, count=count, **({"key": key} if key else {}))
        return setup

    def furnish(self, setup: Setup, account: AccountClient, other: Setup) -> None:
        name = f"lakehouse-brazilsouth-{setup.folder.setup_id}" if self.has == "ours" else self.has
        wanted = CreateAccountsMetastore(name=name, region="brazilsouth", storage_root=ROOT)
        made = account.metastores.create(metastore_info=wanted).metastore_info
        assert made is not None
        id = str(made.metastore_id)
        if self.shared or self.catalogs:
            other.book.add(AccountAdminFacts(principal_scim_id="", people={}))
            account.metastore_assignments.create(number(other), id)
        if self.catalogs:
            isolated(other)
        if self.assigned:
            account.metastore_assignments.create(number(setup), id)
            inside = setup.world.workspace(setup.context("test"), "operator")
            who = TEAM if self.to_group else client_id(setup)
            change = PermissionsChange(principal=who, add=list(PRIVILEGES[: self.granted]))
            inside.grants.update("metastore", id, changes=[change])
        if self.owner:
            account.metastores.update(id, metastore_info=UpdateAccountsMetastore(owner=self.owner))


def empty(account: AccountClient) -> None:
    for metastore in list(account.metastores.list()):
        account.metastores.delete(str(metastore.metastore_id), force=True)


def teams(setup: Setup, account: AccountClient) -> None:
    """The two groups, once."""
    if list(account.groups_v2.list(filter=f'displayName eq "{TEAM}"')):
        return
    admin = setup.book.find(AccountAdminFacts)
    assert admin is not None
    account.groups_v2.create(display_name=TEAM, members=[ComplexValue(value=admin.principal_scim_id)])
    account.groups_v2.create(display_name=PLATFORM)


def isolated(other: Setup) -> None:
    """Two catalogs of somebody else's: one for all workspaces, one for its own alone."""
    inside = other.world.workspace(other.context("test"), "operator")
    inside.catalogs.create("sales")
    inside.catalogs.create("finance")
    inside.catalogs.update("finance", isolation_mode=CatalogIsolationMode.ISOLATED)


def number(setup: Setup) -> int:
    found = setup.book.find(FoundationFacts)
    assert found is not None
    return int(found.workspace_id)


def client_id(setup: Setup) -> str:
    found = setup.book.find(PrincipalFacts)
    assert found is not None
    return found.client_id


REPLACE = {"replace": "primary"}
STATES = [
    State(
        "the region has none",
        Metastore, Region(), Verdict.TODO, "make the metastore lakehouse-brazilsouth-",
        sends=(CREATE, ASSIGN), ends=Verdict.DONE,
    ),
    State(
        "ours is there, and not assigned",
        Metastore, Region("ours", owner=None), Verdict.TODO, "assign lakehouse-brazilsouth-",
        sends=(ASSIGN,), ends=Verdict.DONE,
    ),
    State(
        "ours is assigned",
        Metastore, Region("ours", assigned=True, owner=None), Verdict.DONE, "made by this setup",
    ),
    State(
        "another's is in the region, and not assigned",
        Metastore, Region("primary"), Verdict.TODO, "assign primary to the workspace",
        guide="Assign to workspace", sends=(ASSIGN, GRANT), ends=Verdict.DONE,
    ),
    State(
        "another's is assigned, and the principal may not build in it",
        Metastore, Region("primary", assigned=True), Verdict.TODO, "grant CREATE_STORAGE_CREDENTIAL",
        guide="platform-admins, who owns it, or an account admin", sends=(GRANT,), ends=Verdict.DONE,
    ),
    State(
        "another's is assigned, and one privilege is missing",
        Metastore, Region("primary", assigned=True, granted=2), Verdict.TODO,
        "todo\nthe workspace cannot use a metastore yet\ngrant CREATE_STORAGE_CREDENTIAL on",
        guide="Open the metastore primary", sends=(GRANT,), ends=Verdict.DONE,
    ),
    State(
        "another's is assigned, and the privileges reach the principal through a group",
        Metastore, Region("primary", assigned=True, granted=3, to_group=True), Verdict.DONE, "it is reused",
    ),
    State(
        "another's is assigned, and a group that the principal is in owns it",
        Metastore, Region("primary", assigned=True, owner=TEAM), Verdict.DONE, "the principal may build in it",
    ),
    State(
        "another's is assigned and granted, and another workspace uses it too",
        Metastore, Region("primary", assigned=True, granted=3, shared=True), Verdict.DONE,
        "other workspaces use it: adbdother",
    ),
    State(
        "nobody of ours may grant on it",
        Metastore, Region("primary", assigned=True, fault=("denied", "uc.grants.update", 0, "")), Verdict.TODO,
        "grant CREATE_CATALOG", guide="platform-admins, who owns it", sends=(GRANT,), ends=Verdict.TODO, again=(GRANT,),
    ),
    State(
        "one of our own is wanted, and the region has another's",
        Metastore, Region("primary", assigned=True, shared=True, answers={"mode": "create"}), Verdict.BLOCKED,
        "cannot have another", guide="set metastore.mode to reuse",
    ),
    State(
        "none is seen, and the limit is reached all the same",
        Metastore, Region("primary", fault=("without", "account.metastores.list", 3, "metastores")), Verdict.TODO,
        "make the metastore", sends=(CREATE, ASSIGN, GRANT), ends=Verdict.DONE,
    ),
    State(
        "the workspace is assigned to one that the account does not list",
        Metastore,
        Region("primary", assigned=True, fault=("without", "account.metastores.list", 0, "metastores")),
        Verdict.BLOCKED, "which the account does not list", guide="Mend the workspace's metastore",
    ),
    State(
        "its replacement is asked for by another name",
        Metastore, Region("primary", assigned=True, answers={"replace": "primry"}), Verdict.BLOCKED,
        "nothing is replaced", guide="type its name there in full",
    ),
    State(
        "its replacement is asked for, and who acts does not see all of it",
        Metastore, Region("primary", assigned=True, catalogs=True, answers=REPLACE), Verdict.BLOCKED,
        "what is in it cannot be listed from here", guide="its Metastore admin",
    ),
    State(
        "its replacement is asked for, and the workspace does not use it",
        Metastore, Region("primary", owner=None, catalogs=True, answers=REPLACE), Verdict.BLOCKED,
        "what is in it cannot be listed from here", guide="run once so, which assigns it",
    ),
    State(
        "its replacement is asked for by its name, and everything in it can be listed",
        Metastore, Region("primary", assigned=True, owner=None, catalogs=True, answers=REPLACE), Verdict.TODO,
        "lost for good: the workspace adbdother loses its catalogs at once\n"
        "lost for good: the workspace adbdlake loses its catalogs at once\n"
        "lost for good: the catalog finance, with its tables, volumes and grants\n"
        "lost for good: the catalog sales",
        sends=(DELETE, CREATE, ASSIGN), ends=Verdict.DONE,
    ),
]  # fmt: skip


@pytest.mark.parametrize("state", STATES, ids=str)
def test_the_state_is_told(state: State, cloud: Connection, tmp_path: Path) -> None:
    holds(state, cloud, tmp_path)


def test_what_came_after_the_list_is_not_replaced(cloud: Connection, tmp_path: Path) -> None:
    setup = Region("primary", assigned=True, owner=None, answers=REPLACE)(cloud, tmp_path)
    step = Metastore()
    assert setup.check(step).verdict is Verdict.TODO
    setup.world.workspace(setup.context("test"), "operator").catalogs.create("late")
    with pytest.raises(StepFailed, match="more would be lost now than was listed\nlost for good: the catalog late"):
        step.apply(setup.context("metastore"))
    account = setup.world.account(setup.context("test"), "operator")
    assert [metastore.name for metastore in account.metastores.list()] == ["primary"]
