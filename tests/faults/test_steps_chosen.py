"""As `test_steps`, for what only answers that are no defaults send: the opt-out, a Key Vault, Global Administrator, a
renewed secret, an account that takes its people from Entra, a replaced metastore; and for taking it all away again."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import pytest
from databricks.sdk.service.catalog import (
    AzureManagedIdentityRequest,
    CreateAccountsMetastore,
    IsolationMode,
    WorkspaceBinding,
)

from tests.faults import world
from tests.faults.test_steps import EACH, FAULTS, ID, RUNS, faulty, operation
from tests.states.lakes import settle
from tests.states.principals import application_of, day, graph_of, make_twice, orphan_secret
from tests.states.test_account_admin import group_in_entra
from tests.states.test_metastore import ROOT
from tests.states.test_network_watcher import make_network
from tests.steps.early import RESOURCES_API, Setup, make_workspace, open_setup
from wizard.provisioning import state as terraform
from wizard.sandbox import process
from wizard.sandbox.process import Connection
from wizard.setup import mark
from wizard.setup.cancel import Cancellation
from wizard.setup.engine import Engine
from wizard.setup.outcome import Result
from wizard.setup.step import Facts
from wizard.steps import bindings, identities
from wizard.steps.account_admin import AccountAdmin
from wizard.steps.account_id import AccountId
from wizard.steps.facts import FoundationFacts, ProjectFacts
from wizard.steps.metastore import Metastore
from wizard.steps.network_watcher import NetworkWatcher
from wizard.steps.preflight import Preflight
from wizard.steps.principal_object import place
from wizard.steps.problems import from_exception
from wizard.steps.project import Project
from wizard.steps.resource_providers import ResourceProviders
from wizard.steps.service_principal import ServicePrincipal
from wizard.steps.sign_in import SignIn

F = TypeVar("F", bound=Facts)
VAULT, REPLACED = "kv-lake", "primary"
VERSIONS = re.compile(r'(\{"attributes": \{[^{}]*\}, "tags": \{\}, "version": "<digest>"\})(?:, \1)+')
NEW_PERSON = "new.person@lakehousesandbox.onmicrosoft.com"
ANSWERS: dict[str, dict[str, Any]] = {
    "service_principal": {
        "mode": "create",
        "client_id": None,
        "client_secret": None,
        "secret_store": "key_vault",
        "key_vault": VAULT,
        "renew_days": 60,
        "directory_permission": "global_administrator",
    },
    "identity": {"members": [NEW_PERSON], "create_members": [NEW_PERSON]},
    "network_watcher": {"opt_out": "permanent"},
    "metastore": {"replace": REPLACED},
}
MADE = (
    "vault PUT vault.secrets.set",
    "graph POST graph.directoryRoleAssignment.create",
    "graph POST graph.user.create",
    "graph POST graph.application.removePassword",
    "graph DELETE graph.application.delete",
    "arm POST features.register",
    "arm POST providers.register",
    "accounts POST account.identity.resolve",
    "graph POST graph.group.members.add",
    "accounts DELETE account.metastores.delete",
    "workspace PATCH uc.binding.update",
)
TAKEN_AWAY = (
    "accounts DELETE account.metastore-assignment.delete",
    "accounts DELETE account.metastores.delete",
    "arm DELETE roleAssignments.delete",
    "graph DELETE graph.application.delete",
    "vault DELETE vault.secrets.delete",
    "graph DELETE graph.user.delete",
)

LAG: dict[str, tuple[str, ...]] = {
    "404 to a read right after creation": (
        "vault.secrets.get",
        "account.scim.get",
        "graph.servicePrincipal.appRoleAssignments.list",
        "account.metastores.workspaces",
        "uc.grants.effective",
    ),
    "404 to a change right after creation": (
        "graph.application.addPassword",
        "account.scim.patch",
        "account.metastore-assignment.create",
        "uc.grants.update",
    ),
}


@dataclass(frozen=True)
class Standing:
    """What there is at one time. A Key Vault keeps each value that it was ever sent, so that a repetition after a lost
    answer is one version more of the same value: these are counted apart, and `shape` has each secret once."""

    kinds: Counter[str]
    unkeyed: Counter[str]
    shape: Counter[str]
    versions: int


@dataclass(frozen=True)
class Way:
    """What was asked of the cloud while it was made and while it was taken away, and what there was after each."""

    made: list[dict[str, Any]]
    taken: list[dict[str, Any]]
    built: Standing
    emptied: Standing


def go(root: Path, *rules: Mapping[str, Any]) -> Way:
    """The manual steps with these answers in a cloud of its own with these faults; what is between them is made
    without any."""
    with process.connect(root / "state") as cloud:
        cloud.portal("make-key-vault", VAULT, cloud.info["operator"])
        cloud.portal("sync-identities")
        setup = open_setup(cloud, root, ANSWERS)
        setup.folder.update_config({"setup_id": ID})
        settle(setup, Preflight, SignIn, Project)
        made = faulty(cloud, setup, rules, ResourceProviders, ServicePrincipal)
        interrupted(setup)
        made += faulty(cloud, setup, rules, ServicePrincipal)
        ending(setup)
        made += faulty(cloud, setup, rules, ServicePrincipal)
        make_workspace(setup)
        make_network(setup, "brazilsouth")
        group_in_entra(setup, known(setup, ProjectFacts), [])
        made += faulty(cloud, setup, rules, NetworkWatcher, AccountId, AccountAdmin)
        another_metastore(setup)
        made += faulty(cloud, setup, rules, Metastore)
        shut_out(setup)
        made += faulty(cloud, setup, rules, Metastore)
        built = standing(root, setup)
        taken = destroyed(cloud, setup, rules)
        emptied = standing(root, setup)
    process.stop(root / "state")
    return Way(made, taken, built, emptied)


def destroyed(cloud: Connection, setup: Setup, rules: tuple[Mapping[str, Any], ...]) -> list[dict[str, Any]]:
    """Take away what these steps made, until nothing of it is left, and once more, which changes nothing."""
    seen = len(cloud.requests())
    for rule in rules:
        cloud.add_fault(**rule)
    told = [destroy(setup)]
    while told[-1]:
        assert len(told) < RUNS, told
        told.append(destroy(setup))
    before = setup.mutations()
    assert not destroy(setup)
    assert setup.mutations() == before, "taking away once more changes nothing"
    cloud.clear_faults()
    return cloud.requests()[seen:]


def destroy(setup: Setup) -> str:
    """What it came to, in words; empty where it came to its end."""
    steps = [ServicePrincipal(), Metastore()]
    engine = Engine(steps, setup.context, emit=setup.events.append, cancel=Cancellation(), explain=from_exception)
    try:
        outcome = engine.destroy()
        left = {} if outcome.failed else {name: one.objects for name, one in engine.removals().items() if one.objects}
    finally:
        engine.close()
    if outcome.result is Result.DONE and not left:
        return ""
    return f"{outcome.result} {outcome.findings} {left}"


def interrupted(setup: Setup) -> None:
    """What runs left behind that were killed: a secret that nobody knows, an application that is one too many."""
    orphan_secret(setup)
    make_twice(setup)


def ending(setup: Setup) -> None:
    """The one kept secret ends soon."""
    graph, application, ctx = graph_of(setup), application_of(setup), setup.context("service-principal")
    for one in application["passwordCredentials"]:
        graph.remove_password(application["id"], one["keyId"])
    secret = graph.add_password(application["id"], mark.words(setup.folder.setup_id), day(10))
    identities.secrets_of(ctx).keep(place(ctx), secret)


def another_metastore(setup: Setup) -> None:
    """Our workspace has a metastore that the operator made once, and a catalog is in it."""
    account = setup.world.account(setup.context("test"), "operator")
    wanted = CreateAccountsMetastore(name=REPLACED, region="brazilsouth", storage_root=ROOT)
    made = account.metastores.create(metastore_info=wanted).metastore_info
    assert made is not None
    account.metastore_assignments.create(number_of(setup), str(made.metastore_id))
    setup.world.workspace(setup.context("test"), "operator").catalogs.create("sales")


def shut_out(setup: Setup) -> None:
    """The catalog's credential stands, as our Terraform made it, and only another workspace may use it."""
    databricks = f"{known(setup, FoundationFacts).resource_group_id}/providers/Microsoft.Databricks"
    connector, other = f"{databricks}/accessConnectors/connector", f"{databricks}/workspaces/other"
    body = {"location": "brazilsouth", "identity": {"type": "SystemAssigned"}}
    setup.arm.put(connector, RESOURCES_API, body)
    name = f"{known(setup, ProjectFacts).catalog}-credential"
    inside = setup.world.workspace(setup.context("test"), "principal")
    identity = AzureManagedIdentityRequest(access_connector_id=connector)
    inside.storage_credentials.create(name, azure_managed_identity=identity)
    inside.storage_credentials.update(name, isolation_mode=IsolationMode.ISOLATION_MODE_ISOLATED)
    ours, others = (WorkspaceBinding(number) for number in (number_of(setup), make_other(setup, other)))
    inside.workspace_bindings.update_bindings("storage_credential", name, add=[others], remove=[ours])
    root = setup.folder.terraform(bindings.ROOT)
    root.mkdir(parents=True, exist_ok=True)
    terraform.note_standing(root, True)


def make_other(setup: Setup, id: str) -> int:
    """A workspace of somebody else's; its number."""
    managed = {"managedResourceGroupId": f"{setup.arm.scope}/resourceGroups/managed-other"}
    body = {"location": "brazilsouth", "sku": {"name": "premium"}, "properties": managed}
    setup.arm.put(id, RESOURCES_API, body)
    assert setup.context("test").wait_for(id, lambda: setup.arm.made(id, RESOURCES_API), seconds=60, every=0.1)
    made = setup.arm.resource(id, RESOURCES_API)
    assert made is not None
    return int(made["properties"]["workspaceId"])


def number_of(setup: Setup) -> int:
    return int(known(setup, FoundationFacts).workspace_id)


def known(setup: Setup, kind: type[F]) -> F:
    found = setup.book.find(kind)
    assert found is not None
    return found


def standing(root: Path, setup: Setup) -> Standing:
    state = root / "state"
    told = world.shape(state, setup.folder.setup_id)
    shape = Counter({VERSIONS.sub(r"\1", text): count for text, count in told.items()})
    versions = sum(text.count('"version": ') for text in told if text.startswith("vault.secret "))
    return Standing(world.kinds(state), world.unkeyed(state), shape, versions)


def changed(asked: list[dict[str, Any]]) -> Counter[str]:
    return Counter(operation(one) for one in asked if one["mutating"])


def hit(asked: list[dict[str, Any]]) -> Counter[str]:
    return Counter(operation(one) for one in asked if one.get("fault"))


@pytest.fixture(scope="module")
def clean(tmp_path_factory: pytest.TempPathFactory) -> Way:
    return go(tmp_path_factory.mktemp("clean"))


@pytest.mark.parametrize("name", FAULTS)
def test_what_chosen_answers_change_goes_wrong_once_and_nothing_is_made_twice_or_left(
    clean: Way, tmp_path: Path, name: str
) -> None:
    way = go(tmp_path, {**EACH, **FAULTS[name]})
    made, taken = hit(way.made), hit(way.taken)
    print(name, made.total(), "faults at", len(made), "and", taken.total(), "at", len(taken))
    assert {*MADE} <= {*changed(clean.made)}
    assert {*changed(clean.taken)} == {*TAKEN_AWAY}
    if name in LAG:
        assert {*LAG[name]} <= {each.split()[-1] for each in made}
    else:
        assert not changed(clean.made) - made, "each was hit, as often as it is sent"
        assert not changed(clean.taken) - taken
    assert way.built.versions <= clean.built.versions + made["vault PUT vault.secrets.set"]
    assert way.emptied.versions == way.built.versions
    same(clean.built, way.built)
    same(clean.emptied, way.emptied)


def same(wanted: Standing, found: Standing) -> None:
    assert world.differences(wanted.unkeyed, found.unkeyed) == ""
    assert world.differences(wanted.kinds, found.kinds) == ""
    assert world.differences(wanted.shape, found.shape) == ""
