"""Account admin: who has the role, who lacks it, and who is asked for the first login."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from databricks.sdk import AccountClient
from databricks.sdk.service.iam import Patch, PatchOp

from tests.clouds import of_its_own
from tests.states.lakes import lakes, settle
from tests.states.state import State, holds
from tests.states.test_account_id import CLOSED, NOBODYS, OTHERS
from tests.steps.early import Setup
from wizard.cloud.pipeline import RestClient
from wizard.sandbox.process import Connection
from wizard.setup.step import Verdict
from wizard.steps.account_admin import AccountAdmin
from wizard.steps.account_id import AccountId
from wizard.steps.account_people import ADMIN, SCHEMAS
from wizard.steps.facts import AccountFacts, DirectoryFacts, PrincipalFacts, ProjectFacts, SignInFacts

RESOLVE, JOIN = "POST accounts account.identity.resolve", "POST graph graph.group.members.add"
CREATE, PATCH = "POST accounts account.scim.create", "PATCH accounts account.scim.patch"


@pytest.fixture(scope="module")
def reference(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Connection]:
    """A person is operator, and may be admin or not; the principal is somebody else."""
    yield from opened(tmp_path_factory, "reference")


@pytest.fixture(scope="module")
def synced(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Connection]:
    """As `reference`, in an account that takes people and groups from Entra by itself."""
    for connection in opened(tmp_path_factory, "synced"):
        connection.portal("sync-identities")
        yield connection


def opened(tmp_path_factory: pytest.TempPathFactory, name: str) -> Iterator[Connection]:
    state = tmp_path_factory.mktemp(f"account-admin-{name}") / "state"
    with of_its_own(state, "reference") as connection:
        yield connection


@dataclass(frozen=True)
class People:
    """What the account of `reference` has of our three: "admin", "user", "inactive" or "absent"."""

    principal: str = "absent"
    owner: str = "absent"
    operator: str = "admin"
    of: str = "reference"
    page: str = ""  # the operation that a web page answers in the place of

    def __call__(self, cloud: Connection, place: Path) -> Setup:
        setup = settle(lakes(cloud).open(place), AccountId)
        cloud.portal("first-login")
        signed_in, principal = setup.book.find(SignInFacts), setup.book.find(PrincipalFacts)
        project = setup.book.find(ProjectFacts)
        assert signed_in is not None
        assert principal is not None
        assert project is not None
        account = setup.world.account(setup.context("test"), "operator")
        put(account.service_principals_v2, "applicationId", principal.client_id, self.principal)
        put(account.users_v2, "userName", project.owner, self.owner)
        put(account.users_v2, "userName", signed_in.operator_name, self.operator)
        if self.of == "synced":
            group_in_entra(setup, project, [principal.object_id] if self.principal == "admin" else [])
        if self.page:
            cloud.add_fault("web_page", match={"operation": self.page}, count=0)
        return setup


def group_in_entra(setup: Setup, project: ProjectFacts, members: list[str]) -> None:
    """The group of the step identity, a new one each time."""
    endpoints = setup.connection.target.endpoints
    credential = setup.world.credential(setup.context("test"), "operator")
    rest = RestClient(f"{endpoints.graph}/v1.0", endpoints, credential, endpoints.graph_scope)
    wanted = {"displayName": project.group, "mailEnabled": False, "mailNickname": "lake", "securityEnabled": True}
    bound = {"members@odata.bind": [f"https://graph.microsoft.com/v1.0/directoryObjects/{id}" for id in members]}
    made = rest.send("POST", "/groups", body={**wanted, **(bound if members else {})})
    facts = DirectoryFacts(group_name=project.group, group_object_id=str(made["id"]), member_upns=(project.owner,))
    setup.book.add(facts)


def put(people: Any, attribute: str, name: str, wanted: str) -> None:
    """Make one of the account's people so."""
    found = next(iter(people.list(filter=f'{attribute} eq "{name}"')), None)
    if wanted == "absent":
        if found is not None:
            people.delete(found.id)
        return
    if found is None:
        key = {"application_id": name} if attribute == "applicationId" else {"user_name": name}
        found = people.create(**key, display_name=name, active=True)
    operations = [Patch(PatchOp.REPLACE, "active", [{"value": str(wanted != "inactive").lower()}])]
    if wanted == "user":
        operations.append(Patch(PatchOp.REMOVE, f'roles[value eq "{ADMIN}"]'))
    else:
        operations.append(Patch(PatchOp.ADD, "roles", [{"value": ADMIN}]))
    people.patch(found.id, operations=operations, schemas=SCHEMAS)


def told(account_id: str, change: Callable[[AccountClient], None] | None = None) -> Callable[[Connection, Path], Setup]:
    """In `clean`, with an account id that a person gave."""

    def arrange(cloud: Connection, place: Path) -> Setup:
        setup = lakes(cloud).open(place)
        setup.book.add(AccountFacts(account_id=account_id, source="answers"))
        return setup

    return arrange


STATES = [
    State(
        "nobody of ours is admin, and one who could be is the operator",
        AccountAdmin, People(operator="user"), Verdict.BLOCKED, "is not admin of the Databricks account",
        guide="as operator@lakehousesandbox.onmicrosoft.com, who is a Global Administrator, log in once",
    ),
    State(
        "the account does not know the operator",
        AccountAdmin, People(operator="absent"), Verdict.BLOCKED, "is not admin of the Databricks account",
        guide="a Global Administrator: operator@lakehousesandbox.onmicrosoft.com",
    ),
    State(
        "the operator alone is admin, and nobody else is there",
        AccountAdmin, People(), Verdict.TODO, "account admins now: operator@lakehousesandbox.onmicrosoft.com",
        sends=(CREATE, PATCH, CREATE, PATCH), ends=Verdict.DONE,
    ),
    State(
        "the principal is there without the role",
        AccountAdmin, People("user", "admin"), Verdict.TODO, "make lakehouse-wizard account admin",
        sends=(PATCH,), ends=Verdict.DONE,
    ),
    State(
        "the principal user is there without the role",
        AccountAdmin, People("admin", "user"), Verdict.TODO, "make lakehouse.owner_example.com#EXT#",
        sends=(PATCH,), ends=Verdict.DONE,
    ),
    State(
        "the principal user is not in the account",
        AccountAdmin, People("admin"), Verdict.TODO, "to the Databricks account",
        sends=(CREATE, PATCH), ends=Verdict.DONE,
    ),
    State(
        "the principal is deactivated",
        AccountAdmin, People("inactive", "admin"), Verdict.TODO, "activate lakehouse-wizard in the Databricks account",
        sends=(PATCH,), ends=Verdict.DONE,
    ),
    State(
        "both have the role",
        AccountAdmin, People("admin", "admin"), Verdict.DONE,
        "account admins now: lakehouse-wizard, lakehouse.owner_example.com#EXT#",
    ),
    State(
        "the operator is no admin but others are, the principal among them, who lacks nothing",
        AccountAdmin, People("admin", "admin", "user"), Verdict.DONE,
        "is no account admin, so the principal lakehouse-wizard acts",
    ),
    State(
        "the operator is no admin, and the principal who is gives the role to the principal user",
        AccountAdmin, People("admin", "user", "absent"), Verdict.TODO, "account admins now: lakehouse-wizard",
        sends=(PATCH,), ends=Verdict.DONE,
    ),
    State(
        "both have the role, and the account takes nobody from Entra",
        AccountAdmin, People("admin", "admin"), Verdict.DONE, "automatic identity management is off",
    ),
    State(
        "whether the account takes people from Entra cannot be told, which holds nothing up",
        AccountAdmin, People("admin", "user", page="account.identity.*"), Verdict.TODO, "the account did not tell",
        sends=(PATCH,), ends=Verdict.DONE,
    ),
    State(
        "the account takes people from Entra by itself, and has nobody of ours yet",
        AccountAdmin, People(of="synced"), Verdict.TODO, "add the principal lakehouse-wizard to the Entra group",
        sends=(RESOLVE, PATCH, RESOLVE, PATCH, JOIN), ends=Verdict.DONE,
    ),
    State(
        "the account takes people from Entra by itself, and has everybody",
        AccountAdmin, People("admin", "admin", of="synced"), Verdict.DONE, "automatic identity management is on",
    ),
    State(
        "the account id is nobody's",
        AccountAdmin, told(NOBODYS), Verdict.BLOCKED, f"there is no Databricks account {NOBODYS}",
        guide="Give the workspace's own account",
    ),
    State(
        "the account is another one, which the operator administers",
        AccountAdmin, told(OTHERS), Verdict.BLOCKED, "does not list the workspace adbdlake",
        guide="put that one into account_id.account_id",
    ),
    State(
        "the account is another one, which lets the operator see nothing",
        AccountAdmin, told(CLOSED), Verdict.BLOCKED, "is not admin of the Databricks account",
        guide="the id may be another account's",
    ),
]  # fmt: skip


@pytest.mark.parametrize("state", STATES, ids=str)
def test_the_state_is_told(state: State, request: pytest.FixtureRequest, tmp_path: Path) -> None:
    scenario = state.arrange.of if isinstance(state.arrange, People) else "cloud"
    connection = request.getfixturevalue(scenario)
    try:
        holds(state, connection, tmp_path)
    finally:
        connection.clear_faults()
