"""Worlds with a service principal: none, one that the wizard made, one that is given, and what happened to it."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from tests import keyrings
from tests.states.state import Arrange
from tests.steps.early import Setup, open_setup
from wizard.cloud.graph import GLOBAL_ADMIN, GraphClient
from wizard.cloud.pipeline import RestClient
from wizard.sandbox.process import Connection
from wizard.setup import mark
from wizard.steps.facts import PrincipalFacts
from wizard.steps.principal_object import SECRET_FILE, display_name
from wizard.steps.principal_questions import ServicePrincipalQuestions
from wizard.steps.principal_rights import ROLES
from wizard.steps.project import Project
from wizard.steps.service_principal import ServicePrincipal
from wizard.steps.sign_in import SignIn

CREATE = {"mode": "create", "client_id": None, "client_secret": None}
ASSIGNER = "Role Based Access Control Administrator"
SECRETS_USER = "4633458b-17de-408a-b874-0445c86b69e6"
READER = "acdd72a7-3385-48ef-bd42-f606fba81ae7"


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


def spoil_secret(setup: Setup) -> None:
    """What is kept is not its secret, or not any more."""
    setup.folder.write(setup.folder.private / SECRET_FILE, "certainly-not-it\n")


def meet_policy(setup: Setup) -> None:
    """A policy of conditional access refuses it, whatever its secret."""
    setup.connection.portal("conditional-access", facts_of(setup).display_name, "block")


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


def without_pim(setup: Setup) -> None:
    """Its Azure roles are gone; who is eligible is not told, as in a tenant without the licence for it."""
    withdraw_roles()(setup)
    setup.connection.add_fault("denied", match={"path": "*/roleEligibility*"}, count=0)


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
    graph_of(setup).grant_directory_role(facts_of(setup).object_id, GLOBAL_ADMIN)


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


def given_in_vault(cloud: Connection, place: Path) -> Setup:
    """Its secret was put into a Key Vault by somebody."""
    setup = given()(cloud, place)
    asked = setup.answers.section(ServicePrincipalQuestions)
    secret = Path(str(asked.client_secret).removeprefix("file:")).read_text(encoding="utf-8")
    setup.world.key_vault(setup.context("test"), "kv-open").set_secret("given", secret)
    answers = {"mode": "given", "client_id": asked.client_id, "client_secret": "keyvault:kv-open/given"}
    return known(cloud, place / "vault", answers)


def little_operator(*eligible: str) -> Callable[[Setup, Path], dict[str, Any]]:
    """An operator that only reads; for some roles it is eligible."""

    def make(chief: Setup, place: Path) -> dict[str, Any]:
        app = new_app(chief, f"little-{uuid.uuid4().hex[:8]}", end=day(400))
        chief.arm.assign_role(READER, app.object_id, "ServicePrincipal")
        graph = graph_of(chief)
        resource = graph.service_principal("00000003-0000-0000-c000-000000000000")
        assert resource is not None
        roles = {role["value"]: role["id"] for role in resource["appRoles"]}
        for name in ("Application.Read.All", "RoleManagement.Read.Directory", "User.Read.All"):
            graph.grant_app_role(app.object_id, resource["id"], roles[name])
        for role in eligible:
            chief.connection.portal("make-eligible", app.object_id, role)
        return {"client_id": app.client_id, "client_secret": secret_file(place, "little", app.secret)}

    return make


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
