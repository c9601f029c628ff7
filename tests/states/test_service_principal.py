"""Service principal: which there is, whether it signs in, where its secret is, what it holds, who may give it that."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests import keyrings
from tests.states.state import Arrange, State, holds
from tests.steps.early import Setup, open_setup
from wizard.cloud.graph import GraphClient
from wizard.cloud.pipeline import RestClient
from wizard.sandbox import process
from wizard.sandbox.process import Connection
from wizard.setup import mark
from wizard.setup.step import Verdict
from wizard.steps.facts import PrincipalFacts
from wizard.steps.principal_object import SECRET_FILE, display_name
from wizard.steps.principal_rights import GLOBAL_ADMINISTRATOR, ROLES
from wizard.steps.project import Project
from wizard.steps.service_principal import ServicePrincipal
from wizard.steps.sign_in import SignIn

CREATE = {"mode": "create", "client_id": None, "client_secret": None}
FOREIGN = "2ff814a6-3304-4ab8-85cb-cd0e6f879c1d"  # Azure Databricks' own, which every tenant has
ASSIGNER = "Role Based Access Control Administrator"

APPLICATION = ("POST graph graph.application.create", "POST graph graph.servicePrincipal.create")
SECRET = ("POST graph graph.application.addPassword",)
REVOKED = ("POST graph graph.application.removePassword",)
ROLE = ("PUT arm roleAssignments.create",)
APP_ROLE = ("POST graph graph.servicePrincipal.appRoleAssignments.create",)
DIRECTORY_ROLE = ("POST graph graph.directoryRoleAssignment.create",)
RIGHTS = (*ROLE * 2, *APP_ROLE * 4)


@pytest.fixture(scope="module")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Connection]:
    state = tmp_path_factory.mktemp("principal") / "state"
    with process.connect(state) as connection:
        connection.portal("make-key-vault", "kv-open", "lakehouse-wizard")
        connection.portal("make-key-vault", "kv-shut", "outsider")
        yield connection
    process.stop(state)


@pytest.fixture(autouse=True)
def machine_without_a_keyring() -> Iterator[None]:
    with keyrings.machine_with("none"):
        yield


@dataclass(frozen=True)
class App:
    """An application with its service principal and one secret."""

    client_id: str
    application_id: str
    object_id: str
    secret: str


def graph_of(setup: Setup) -> GraphClient:
    return setup.world.graph(setup.context("test"), "operator")


def rest(setup: Setup, host: str) -> Any:
    endpoints = setup.connection.target.endpoints
    credential = setup.world.credential(setup.context("test"), "operator")
    base, scope = {
        "graph": (f"{endpoints.graph}/v1.0", endpoints.graph_scope),
        "arm": (endpoints.arm, endpoints.arm_scope),
    }[host]
    return RestClient(base, endpoints, credential, scope).send


def day(days: int) -> str:
    return f"{datetime.now(UTC) + timedelta(days=days):%Y-%m-%dT%H:%M:%SZ}"


def known(
    cloud: Connection, place: Path, principal: Mapping[str, Any], *, domain: str = "risk", **sections: Any
) -> Setup:
    """Signed in, with the project's names."""
    setup = open_setup(cloud, place, {"service_principal": principal, **sections}, domain=domain)
    for step in (SignIn, Project):
        setup.settle(step())
    return setup


def nobody(domain: str, **principal: Any) -> Arrange:
    """None is there, and one is to be made."""
    return lambda cloud, place: known(cloud, place, {**CREATE, **principal}, domain=domain)


def made(domain: str, then: Callable[[Setup], None] = lambda setup: None, **principal: Any) -> Arrange:
    """One that the wizard made; `then` something happened. `principal`: the answers meanwhile."""

    def arranged(cloud: Connection, place: Path) -> Setup:
        setup = known(cloud, place, CREATE, domain=domain)
        setup.settle(ServicePrincipal())
        then(setup)
        if not principal:
            return setup
        later = known(cloud, place, {**CREATE, **principal}, domain=domain)
        later.folder.update_config({"setup_id": setup.folder.setup_id})
        return later

    return arranged


def facts_of(setup: Setup) -> PrincipalFacts:
    found = setup.book.find(PrincipalFacts)
    assert found is not None
    return found


def application_of(setup: Setup) -> dict[str, Any]:
    found = graph_of(setup).application(facts_of(setup).client_id)
    assert found is not None
    return found


def lose_secret(setup: Setup) -> None:
    (setup.folder.private / SECRET_FILE).unlink()


def end_secret(days: int) -> Callable[[Setup], None]:
    """The one kept secret ends (or ended) in so many days."""

    def change(setup: Setup) -> None:
        graph, application = graph_of(setup), application_of(setup)
        for one in application["passwordCredentials"]:
            graph.remove_password(application["id"], one["keyId"])
        secret = graph.add_password(application["id"], mark.words(setup.folder.setup_id), day(days))
        setup.folder.write(setup.folder.private / SECRET_FILE, secret + "\n")

    return change


def orphan_secret(setup: Setup) -> None:
    """A run was killed after Graph told a secret, before it was kept."""
    graph_of(setup).add_password(application_of(setup)["id"], mark.words(setup.folder.setup_id), day(90))


def make_twice(setup: Setup) -> None:
    ours = mark.words(setup.folder.setup_id)
    graph_of(setup).create_application(display_name(setup.context("test")), ours, ours)


def disable(setup: Setup) -> None:
    rest(setup, "graph")("PATCH", f"/servicePrincipals/{facts_of(setup).object_id}", body={"accountEnabled": False})


def withdraw_app_role(setup: Setup) -> None:
    held = graph_of(setup).app_roles(facts_of(setup).object_id)
    path = f"/servicePrincipals/{facts_of(setup).object_id}/appRoleAssignments/{held[0]['id']}"
    rest(setup, "graph")("DELETE", path)


def narrow_condition(setup: Setup) -> None:
    """Its assignment is replaced by one that lets it assign less."""
    mine = setup.arm.role_assignments(facts_of(setup).object_id)
    (assigner,) = [one for one in mine if one.role_id == ROLES[ASSIGNER]]
    setup.arm.unassign_role(assigner.id)
    narrow = (
        "((!(ActionMatches{'Microsoft.Authorization/roleAssignments/write'})) OR "
        "(@Request[Microsoft.Authorization/roleAssignments:RoleDefinitionId] ForAnyOfAnyValues:GuidEquals "
        f"{{{ROLES['Storage Blob Data Contributor']}}}))"
    )
    name = str(uuid.uuid4())
    setup.arm.assign_role(ROLES[ASSIGNER], facts_of(setup).object_id, "ServicePrincipal", narrow, name=name)


def own_a_group(setup: Setup) -> None:
    """Owner of one resource group, which is below the subscription."""
    for one in setup.arm.role_assignments(facts_of(setup).object_id):
        setup.arm.unassign_role(one.id)
    group = f"{setup.arm.scope}/resourceGroups/rg-owned"
    rest(setup, "arm")("PUT", group, query={"api-version": "2024-03-01"}, body={"location": "brazilsouth"})
    setup.arm.assign_role(ROLES["Owner"], facts_of(setup).object_id, "ServicePrincipal", scope=group)


def withdraw_roles(*eligible: str) -> Callable[[Setup], None]:
    """Its Azure roles are gone; for some it may be activated."""

    def change(setup: Setup) -> None:
        for one in setup.arm.role_assignments(facts_of(setup).object_id):
            setup.arm.unassign_role(one.id)
        for role in eligible:
            setup.connection.portal("make-eligible", facts_of(setup).object_id, role)

    return change


def become_eligible(role: str) -> Callable[[Setup], None]:
    """Instead of its app roles it may be activated for a directory role."""

    def change(setup: Setup) -> None:
        send, object_id = rest(setup, "graph"), facts_of(setup).object_id
        for held in graph_of(setup).app_roles(object_id):
            send("DELETE", f"/servicePrincipals/{object_id}/appRoleAssignments/{held['id']}")
        setup.connection.portal("make-eligible", object_id, role)

    return change


def make_global_administrator(setup: Setup) -> None:
    become_eligible("Directory Readers")(setup)
    graph_of(setup).grant_directory_role(facts_of(setup).object_id, GLOBAL_ADMINISTRATOR)


def new_app(setup: Setup, name: str, *, end: str, principal: bool = True) -> App:
    graph = graph_of(setup)
    application = graph.create_application(name, "of a test", "of-a-test")
    made_of_it = graph.create_service_principal(application["appId"], "of-a-test") if principal else {"id": ""}
    secret = graph.add_password(application["id"], "of a test", end)
    return App(application["appId"], application["id"], made_of_it["id"], secret)


def secret_file(place: Path, name: str, secret: str) -> str:
    place.mkdir(parents=True, exist_ok=True)
    file = place / name
    file.write_text(secret, encoding="utf-8")
    file.chmod(0o600)
    return f"file:{file}"


def given(
    happened: Callable[[Setup, App], None] = lambda setup, app: None,
    *,
    client_id: Callable[[App], str] = lambda app: app.client_id,
    secret: Callable[[App], str | None] = lambda app: app.secret,
    days: int = 400,
    principal: bool = True,
    operator: Callable[[Setup, Path], dict[str, Any]] | None = None,
    holds_rights: bool = True,
) -> Arrange:
    """An application of the tenant's, named in the answers; `operator` gives the sign-in of another operator."""

    def arranged(cloud: Connection, place: Path) -> Setup:
        chief = known(cloud, place / "chief", CREATE, domain="chief")
        app = new_app(chief, f"given-{uuid.uuid4().hex[:8]}", end=day(days), principal=principal)
        if principal and holds_rights:
            cloud.portal("assign-owner", app.object_id)
            cloud.portal("grant-app-roles", app.object_id)
        happened(chief, app)
        text = secret(app)
        where = secret_file(place, "given", text) if text is not None else f"file:{place}/nothing-here"
        answers = {"mode": "given", "client_id": client_id(app), "client_secret": where}
        sections: dict[str, Any] = {"sign_in": operator(chief, place)} if operator else {}
        return known(cloud, place / "ours", answers, **sections)

    return arranged


def little_operator(*eligible: str) -> Callable[[Setup, Path], dict[str, Any]]:
    """An operator that only reads; for some roles it is eligible."""

    def make(chief: Setup, place: Path) -> dict[str, Any]:
        app = new_app(chief, f"little-{uuid.uuid4().hex[:8]}", end=day(400))
        chief.arm.assign_role(READER, app.object_id, "ServicePrincipal")
        send, graph = rest(chief, "graph"), graph_of(chief)
        resource = graph.service_principal("00000003-0000-0000-c000-000000000000")
        assert resource is not None
        roles = {role["value"]: role["id"] for role in resource["appRoles"]}
        for name in ("Application.Read.All", "RoleManagement.Read.Directory", "User.Read.All"):
            graph.grant_app_role(app.object_id, resource["id"], roles[name])
        for role in eligible:
            chief.connection.portal("make-eligible", app.object_id, role)
        assert send is not None
        return {"client_id": app.client_id, "client_secret": secret_file(place, "little", app.secret)}

    return make


SECRETS_USER = "4633458b-17de-408a-b874-0445c86b69e6"
READER = "acdd72a7-3385-48ef-bd42-f606fba81ae7"


def unable(domain: str) -> Arrange:
    """A principal is to be made by an operator who may not make applications."""

    def arranged(cloud: Connection, place: Path) -> Setup:
        chief = known(cloud, place / "chief", CREATE, domain="chief")
        return known(cloud, place / "ours", CREATE, domain=domain, sign_in=little_operator()(chief, place))

    return arranged


def with_keyring(domain: str) -> Arrange:
    def arranged(cloud: Connection, place: Path) -> Setup:
        keyrings.use("drawer")
        return nobody(domain, secret_store="keyring")(cloud, place)

    return arranged


def read_only_vault(cloud: Connection, place: Path) -> Setup:
    """The operator may read the vault's secrets, and set none."""
    setup = nobody("reader", secret_store="key_vault", key_vault="kv-read")(cloud, place)
    cloud.portal("make-key-vault", "kv-read", "outsider")
    vault = f"{setup.arm.scope}/resourceGroups/rg-vaults/providers/Microsoft.KeyVault/vaults/kv-read"
    me = cloud.info["identities"][cloud.info["operator"]]["object_id"]
    setup.arm.assign_role(SECRETS_USER, me, "ServicePrincipal", scope=vault)
    return setup


def disable_given(setup: Setup, app: App) -> None:
    rest(setup, "graph")("PATCH", f"/servicePrincipals/{app.object_id}", body={"accountEnabled": False})


TODO, DONE, BLOCKED = Verdict.TODO, Verdict.DONE, Verdict.BLOCKED
STILL = "still to be made"


def row(name: str, arrange: Arrange, verdict: Verdict, says: str, guide: str | None = None, **more: Any) -> State:
    return State(name, ServicePrincipal, arrange, verdict, says, guide, **more)


STATES = [
    # One that the wizard makes.
    row("there is none", nobody("none"), TODO, STILL, sends=(*APPLICATION, *SECRET, *RIGHTS), ends=DONE),
    row("it is there, with all it needs", made("there"), DONE, "signs in, until"),
    row("its secret is lost", made("lost", lose_secret), TODO, "make a new secret",
        sends=(*SECRET, *REVOKED), ends=DONE),
    row("its secret has ended", made("ended", end_secret(-2)), TODO, "make a new secret",
        sends=(*SECRET, *REVOKED), ends=DONE),
    row("its secret ends soon", made("soon", end_secret(12)), DONE, "set service_principal.renew_days"),
    row("its secret ends soon, and is to be renewed", made("renewed", end_secret(12), renew_days=20), TODO,
        "since its secret ends soon", sends=(*SECRET, *REVOKED), ends=DONE),
    row("a killed run left a secret that nobody knows", made("orphan", orphan_secret), TODO, "revoke 1 secrets",
        sends=REVOKED, ends=DONE),
    row("a lost answer left a second application", made("twice", make_twice), TODO, "made twice",
        sends=("DELETE graph graph.application.delete",), ends=DONE),
    row("somebody disabled it", made("disabled", disable), BLOCKED, "is disabled", "Enabled for users to sign-in"),
    # Where its secret is kept.
    row("a keyring is wanted where the machine has none", nobody("nokeys", secret_store="keyring"), BLOCKED,
        "no keyring that programs can use", "service_principal.secret_store to file"),
    row("the machine's keyring keeps its secret", with_keyring("keys"), TODO, STILL,
        sends=(*APPLICATION, *SECRET, *RIGHTS), ends=DONE),
    row("the Key Vault does not exist", nobody("novault", secret_store="key_vault", key_vault="kv-nowhere"), BLOCKED,
        "no Key Vault kv-nowhere", "az keyvault list"),
    row("the Key Vault is not the operator's to use", nobody("shut", secret_store="key_vault", key_vault="kv-shut"),
        BLOCKED, "may not use the secrets of the Key Vault kv-shut", "Key Vault Secrets Officer"),
    row("a Key Vault keeps its secret", nobody("vault", secret_store="key_vault", key_vault="kv-open"), TODO, STILL,
        sends=(*APPLICATION, *SECRET, "PUT vault vault.secrets.set", *RIGHTS), ends=DONE),
    row("the Key Vault lets its secrets be read, not set", read_only_vault, TODO, STILL,
        sends=(*APPLICATION, *SECRET, "PUT vault vault.secrets.set", *REVOKED), ends=TODO,
        then="make a new secret"),
    row("its secret moves into a Key Vault", made("moved", secret_store="key_vault", key_vault="kv-open"), TODO,
        "make a new secret", sends=(*SECRET, "PUT vault vault.secrets.set", *REVOKED), ends=DONE),
    # What it holds.
    row("it lacks one permission of Graph", made("norole", withdraw_app_role), TODO, "application permission",
        "Grant admin consent", sends=APP_ROLE, ends=DONE),
    row("its condition is too narrow", made("narrow", narrow_condition), TODO, ASSIGNER, "condition of the assignment",
        sends=ROLE, ends=DONE),
    row("it is Owner of a resource group only", made("child", own_a_group), TODO, "Contributor", "Contributor",
        sends=ROLE * 2, ends=DONE),
    row("Owner is wanted, and the smaller set is held", made("owner", role_set="owner"), TODO, "Owner",
        "Owner", sends=ROLE, ends=DONE),
    row("it is Global Administrator instead", made("chief1", make_global_administrator), DONE, "holds its roles"),
    row("Global Administrator is wanted and not held", made("chief2", become_eligible("Directory Readers"),
        directory_permission="global_administrator"), TODO, "Global Administrator", "Roles and administrators",
        sends=DIRECTORY_ROLE, ends=DONE),
    row("it is only eligible for its role on the subscription", made("pim1", withdraw_roles("Contributor")), TODO,
        "only eligible for role Contributor", "Contributor", sends=ROLE * 2, ends=DONE),
    row("it is only eligible for its directory role", made("pim2", become_eligible("Global Administrator"),
        directory_permission="global_administrator"), TODO, "only eligible for directory role Global Administrator",
        "Global Administrator", sends=DIRECTORY_ROLE, ends=DONE),
    # One that is given.
    row("the given one is there, with all it needs", given(), DONE, "signs in, until"),
    row("the given one is not in the tenant", given(client_id=lambda app: str(uuid.uuid4())), BLOCKED,
        "it may be of another tenant", "sign_in.tenant_id"),
    row("an object id is given", given(client_id=lambda app: app.object_id), BLOCKED, "not its client id",
        "set service_principal.client_id to"),
    row("the application was never let into the tenant", given(principal=False), BLOCKED, "no service principal",
        "az ad sp create"),
    row("the given one belongs to another tenant", given(client_id=lambda app: FOREIGN), BLOCKED,
        "belongs to another tenant", "your own tenant"),
    row("the given one is disabled", given(disable_given), BLOCKED, "is disabled", "accountEnabled=true"),
    row("the given secret is wrong", given(secret=lambda app: "certainly-not-it"), BLOCKED,
        "The client secret is not right", "make a secret"),
    row("the given secret has ended", given(days=-3), BLOCKED, "ended on", "make a secret"),
    row("the given secret ends soon", given(days=9), DONE, "make a new one before"),
    row("there is no given secret", given(secret=lambda app: None), BLOCKED, "cannot be had", "make a secret"),
    # Who may give it what it lacks.
    row("the operator may not grant", given(holds_rights=False, operator=little_operator()), TODO, "lacks",
        "an Owner of the subscription", sends=RIGHTS, ends=BLOCKED, then="the operator may not grant", again=RIGHTS),
    row("the operator has only to activate its roles", given(holds_rights=False,
        operator=little_operator("Owner", "Global Administrator")), TODO, "lacks", "an Owner of the subscription",
        sends=RIGHTS, ends=BLOCKED, then="My roles, activate Owner", again=RIGHTS),
    row("the operator may not make applications", unable("unable"), TODO, STILL, sends=APPLICATION[:1], ends=BLOCKED,
        then="an Application Administrator", again=APPLICATION[:1]),
]  # fmt: skip


@pytest.mark.parametrize("state", STATES, ids=str)
def test_the_state_is_told(state: State, cloud: Connection, tmp_path: Path) -> None:
    holds(state, cloud, tmp_path)
