"""Service principal: which there is, whether it signs in, where its secret is, what it holds, who may give it that."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests import keyrings
from tests.states.principals import (
    ASSIGNER,
    become_eligible,
    disable,
    disable_given,
    end_secret,
    given,
    given_in_vault,
    little_operator,
    lose_secret,
    made,
    make_global_administrator,
    make_twice,
    meet_policy,
    narrow_condition,
    nobody,
    orphan_secret,
    own_a_group,
    read_only_vault,
    spoil_secret,
    unable,
    with_keyring,
    withdraw_app_role,
    withdraw_roles,
    without_pim,
)
from tests.states.state import Arrange, State, holds, sent
from tests.steps.early import Setup
from wizard.sandbox import process
from wizard.sandbox.process import Connection
from wizard.setup.step import Verdict
from wizard.steps.principal_object import SECRET_FILE
from wizard.steps.service_principal import ServicePrincipal

FOREIGN = "2ff814a6-3304-4ab8-85cb-cd0e6f879c1d"  # Azure Databricks' own, which every tenant has

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
def machine_without_a_keyring(cloud: Connection) -> Iterator[None]:
    with keyrings.machine_with("none"):
        yield
    cloud.clear_faults()


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
    row("what is kept is not its secret", made("spoilt", spoil_secret), TODO, "make a new secret",
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
    row("a policy refuses its sign-in, whatever its secret", made("policed", meet_policy, renew_days=0),
        Verdict.UNKNOWN, "conditional access"),
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
        then="make a new secret", again=(*SECRET, "PUT vault vault.secrets.set", *REVOKED)),
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
    row("who is eligible is not told", made("nopim", without_pim), TODO, "give lakehouse-nopim: role Contributor",
        "Contributor", sends=ROLE * 2, ends=DONE),
    row("it is only eligible for its directory role", made("pim2", become_eligible("Global Administrator"),
        directory_permission="global_administrator"), TODO, "only eligible for directory role Global Administrator",
        "Global Administrator", sends=DIRECTORY_ROLE, ends=DONE),
    # One that is given.
    row("the given one is there, with all it needs", given(), DONE, "signs in, until"),
    row("the given one's secret is in a Key Vault", given_in_vault, DONE, "signs in, until"),
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


def test_a_secret_that_cannot_be_written_down_is_revoked(cloud: Connection, tmp_path: Path) -> None:
    """As on a full disk: something else stands where its file is to be."""

    def block(setup: Setup) -> None:
        lose_secret(setup)
        (setup.folder.private / SECRET_FILE / "kept").mkdir(parents=True)

    setup = made("unwritten", block)(cloud, tmp_path)
    before = len(sent(cloud))
    with pytest.raises(OSError, match=SECRET_FILE):
        setup.settle(ServicePrincipal())
    assert tuple(sent(cloud)[before:]) == (*SECRET, *REVOKED)
