"""Each request by which the manual steps change something goes wrong once, and so do the first reads of what it made:
the steps converge, and the world in the end is the one that nothing went wrong in. Whole journeys: tests/long."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.faults import world
from tests.states.lakes import settle
from tests.states.test_network_watcher import make_network
from tests.steps.early import Setup, make_workspace, open_setup
from wizard.sandbox import process
from wizard.sandbox.process import Connection
from wizard.setup.cancel import Cancellation
from wizard.setup.engine import Engine
from wizard.setup.outcome import Mode
from wizard.setup.step import Verdict
from wizard.steps.account_admin import AccountAdmin
from wizard.steps.account_id import AccountId
from wizard.steps.base import WizardStep
from wizard.steps.metastore import Metastore
from wizard.steps.network_watcher import NetworkWatcher
from wizard.steps.preflight import Preflight
from wizard.steps.problems import from_exception
from wizard.steps.project import Project
from wizard.steps.resource_providers import ResourceProviders
from wizard.steps.service_principal import ServicePrincipal
from wizard.steps.sign_in import SignIn

FAULTS: dict[str, dict[str, Any]] = {
    "a response is lost": {"kind": "lost_response"},
    "429": {"kind": "throttled"},
    "500": {"kind": "error"},
    "a time-out": {"kind": "timeout"},
    "404 to a read right after creation": {"kind": "lag", "mutating": False},
    "404 to a change right after creation": {"kind": "lag"},
}
EACH = {"mutating": True, "each": True, "seconds": 0.1}
ANSWERS: dict[str, dict[str, Any]] = {
    "service_principal": {"mode": "create", "client_id": None, "client_secret": None},
    "network_watcher": {"action": "delete", "empty_group": "delete"},
}
ID = "0123456789ab"  # of the setup, in every cloud
RUNS = 2  # one is what it should take
CHANGES = (
    "arm POST providers.register",
    "graph POST graph.application.create",
    "graph POST graph.servicePrincipal.create",
    "graph POST graph.application.addPassword",
    "arm PUT roleAssignments.create",
    "graph POST graph.servicePrincipal.appRoleAssignments.create",
    "arm DELETE resources.deleteById",
    "arm DELETE resourceGroups.delete",
    "accounts POST account.scim.create",
    "accounts PATCH account.scim.patch",
    "accounts POST account.metastores.create",
    "accounts POST account.metastore-assignment.create",
    "workspace PATCH uc.grants.update",
)


LAG = {
    "404 to a read right after creation": (
        "graph.servicePrincipal.appRoleAssignments.list",
        "account.scim.get",
        "account.metastores.workspaces",
        "uc.grants.effective",
    ),
    "404 to a change right after creation": (
        "graph.application.addPassword",
        "graph.servicePrincipal.appRoleAssignments.create",
        "account.scim.patch",
        "account.metastore-assignment.create",
        "uc.grants.update",
    ),
}


@dataclass(frozen=True)
class Way:
    """What was asked of the cloud, where it went wrong, and what there is in the end."""

    changed: Counter[str]
    faulty: Counter[str]
    kinds: Counter[str]
    unkeyed: Counter[str]
    shape: Counter[str]


def go(root: Path, *rules: Mapping[str, Any]) -> Way:
    """The manual steps in a cloud of its own with these faults; what is between them is made without any."""
    with process.connect(root / "state") as cloud:
        setup = open_setup(cloud, root, ANSWERS)
        setup.folder.update_config({"setup_id": ID})
        settle(setup, Preflight, SignIn, Project)
        asked = faulty(cloud, setup, rules, ResourceProviders, ServicePrincipal)
        make_workspace(setup)
        make_network(setup, "brazilsouth")
        asked += faulty(cloud, setup, rules, NetworkWatcher, AccountId, AccountAdmin, Metastore)
    process.stop(root / "state")
    return Way(
        changed=Counter(operation(one) for one in asked if one["mutating"]),
        faulty=Counter(operation(one) for one in asked if one.get("fault")),
        kinds=world.kinds(root / "state"),
        unkeyed=world.unkeyed(root / "state"),
        shape=world.shape(root / "state", setup.folder.setup_id),
    )


def faulty(
    cloud: Connection, setup: Setup, rules: tuple[Mapping[str, Any], ...], *steps: type[WizardStep]
) -> list[dict[str, Any]]:
    """Run these steps, until they are done, and once more, which changes nothing; what was asked of the cloud."""
    known = len(cloud.requests())
    for rule in rules:
        cloud.add_fault(**rule)
    told = [run(setup, *steps)]
    while told[-1]:
        assert len(told) < RUNS, told
        told.append(run(setup, *steps))
    before = setup.mutations()
    assert not run(setup, *steps)
    assert setup.mutations() == before, "a re-run sends nothing that changes"
    cloud.clear_faults()
    return cloud.requests()[known:]


def run(setup: Setup, *steps: type[WizardStep]) -> dict[str, str]:
    """Each by itself, as the wizard runs it; what is not done, and why."""
    left: dict[str, str] = {}
    for step in steps:
        engine = Engine(
            [step()], setup.context, emit=setup.events.append, cancel=Cancellation(), explain=from_exception
        )
        finding = engine.run(Mode.RUN, only=step.name).findings[step.name]
        engine.close()
        if finding.verdict is not Verdict.DONE:
            left[step.name] = f"{finding.verdict}: {finding.why} {finding.problem}"
    return left


def operation(asked: Mapping[str, Any]) -> str:
    return f"{asked['host']} {asked['method']} {asked['operation']}"


@pytest.fixture(scope="module")
def clean(tmp_path_factory: pytest.TempPathFactory) -> Way:
    return go(tmp_path_factory.mktemp("clean"))


@pytest.mark.parametrize("name", FAULTS)
def test_each_change_of_the_manual_steps_goes_wrong_once_and_nothing_is_made_twice(
    clean: Way, tmp_path: Path, name: str
) -> None:
    way = go(tmp_path, {**EACH, **FAULTS[name]})
    print(name, way.faulty.total(), "faults at", len(way.faulty))
    assert {*clean.changed} == {*CHANGES}
    if name in LAG:
        assert {*LAG[name]} <= {each.split()[-1] for each in way.faulty}
    else:
        assert {*CHANGES} <= {*way.faulty}, "and the removal of a secret that nobody was told"
    assert world.differences(clean.unkeyed, way.unkeyed) == ""
    assert world.differences(clean.kinds, way.kinds) == ""
    assert world.differences(clean.shape, way.shape) == ""
