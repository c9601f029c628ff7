"""Resource providers, names and quota: what the subscription may lack, and what is told of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.states.state import Arrange, State, holds
from tests.steps.early import Setup, make_workspace, open_setup
from wizard.sandbox import process
from wizard.sandbox.process import Connection
from wizard.setup.step import Verdict
from wizard.steps.project import Project
from wizard.steps.resource_providers import NAMESPACES, ResourceProviders
from wizard.steps.service_principal import ServicePrincipal
from wizard.steps.sign_in import SignIn

VAULT = "Microsoft.KeyVault"  # nothing of it is made in these tests
REGISTERED = "all resource providers are registered"
FEW = {"westus3": ("cores", "2"), "northeurope": ("standardDSv3Family", "2"), "westeurope": ("cores", "2")}


@pytest.fixture(scope="module")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Connection]:
    """With every provider registered, and little quota in some regions."""
    state = tmp_path_factory.mktemp("providers") / "state"
    with process.connect(state) as connection:
        for namespace in NAMESPACES:
            connection.portal("begin-registration", namespace, "0")
        for region, row in FEW.items():
            connection.portal("grant-quota", region, *row)
        yield connection
    process.stop(state)


def world(
    *,
    domain: str = "free",
    location: str = "brazilsouth",
    node: str = "Standard_DS3_v2",
    hubs: bool = False,
    before: Callable[[Connection], None] = lambda cloud: None,
) -> Arrange:
    """The project's names are known, and `before` has happened to the cloud."""

    def arranged(cloud: Connection, place: Path) -> Setup:
        cloud.clear_faults()
        cloud.portal("begin-registration", VAULT, "0")
        changes: dict[str, dict[str, Any]] = {
            "compute": {"node_type": node},
            "project": {"location": location},
            "foundation": {"event_hubs": hubs},
        }
        setup = open_setup(cloud, place, changes, domain=domain)
        setup.settle(Project())
        before(cloud)
        return setup

    return arranged


def unregistered(cloud: Connection, place: Path) -> Setup:
    setup = world()(cloud, place)
    resources(setup).providers.unregister(VAULT)
    return setup


def under_way(cloud: Connection) -> None:
    cloud.portal("begin-registration", VAULT, "3")


def refused(cloud: Connection, place: Path) -> Setup:
    setup = unregistered(cloud, place)
    cloud.add_fault("denied", match={"operation": "providers.register"}, count=0)
    return setup


def somebody_elses(cloud: Connection, place: Path) -> Setup:
    """Another setup of the same domain has its group."""
    other = open_setup(cloud, place / "other", domain="sales")
    for step in (SignIn, Project, ServicePrincipal):
        other.settle(step())
    make_workspace(other)
    return world(domain="sales")(cloud, place / "ours")


def ours(cloud: Connection, place: Path) -> Setup:
    setup = world(domain="mine")(cloud, place)
    make_workspace(setup)
    return setup


def resources(setup: Setup) -> Any:
    from azure.mgmt.resource.resources import ResourceManagementClient

    from wizard.cloud.pipeline import client_options

    endpoints = setup.connection.target.endpoints
    return ResourceManagementClient(
        setup.world.credential(setup.context("test"), "operator"),
        setup.arm.subscription_id,
        base_url=endpoints.arm,
        credential_scopes=[endpoints.arm_scope],
        **client_options(endpoints),
    )


def step(
    name: str, arrange: Arrange, verdict: Verdict, says: str, guide: str | None = None, *sends: str,
    ends: Verdict | None = None, again: tuple[str, ...] = (),
) -> State:  # fmt: skip
    return State(name, ResourceProviders, arrange, verdict, says, guide, sends, ends, again)


REGISTER = "POST arm providers.register"
STATES = [
    step("all is registered, free and enough", world(), Verdict.DONE, "quota are sufficient"),
    step("one provider is not registered", unregistered, Verdict.TODO, f"register {VAULT}", None, REGISTER,
         ends=Verdict.DONE),
    step("a registration is under way", world(before=under_way), Verdict.TODO, "wait for the registration", None,
         ends=Verdict.DONE),
    step("the operator may not register", refused, Verdict.TODO, f"register {VAULT}", None, REGISTER,
         ends=Verdict.TODO, again=(REGISTER,)),
    step("the size is restricted in one zone alone", world(node="Standard_F8s_v2"), Verdict.DONE, "FSv2 Family"),
    step("the family has too few cores left", world(location="northeurope", node="Standard_D4s_v3"), Verdict.BLOCKED,
         "Standard DSv3 Family vCPUs: 4 vCPU needed, 2 of 2 free", "one that fits: Standard_D4ds_v5"),
    step("the region has too few cores left", world(location="westus3"), Verdict.BLOCKED,
         "Total Regional vCPUs: 4 vCPU needed, 2 of 2 free", "fits: eastus, eastus2, centralus"),
    step("the pair of the region has no room either", world(location="westeurope", node="Standard_D4s_v3"),
         Verdict.BLOCKED, "Total Regional vCPUs", "fits: uksouth, francecentral"),
    step("the offer does not include the size", world(node="Standard_D4as_v4"), Verdict.BLOCKED, "offer",
         "billing owner"),
    step("the region does not give the size to the subscription",
         world(location="brazilsoutheast", node="Standard_E4ds_v4"), Verdict.BLOCKED, "NotAvailableForSubscription",
         "support"),
    step("the size is not known in the region", world(node="Standard_Nowhere"), Verdict.BLOCKED, "is not offered",
         "one that fits: Standard_D4"),
    step("the region is not known", world(location="brazilsoth"), Verdict.BLOCKED, "no region called brazilsoth",
         "such as brazilsouth"),
    step("the quota cannot be read",
         world(before=lambda cloud: cloud.add_fault("denied", match={"operation": "usages.list"}, count=0)),
         Verdict.DONE, "could not be read"),
    step("the sizes cannot be read",
         world(before=lambda cloud: cloud.add_fault("denied", match={"operation": "skus.list"}, count=0)),
         Verdict.DONE, "could not be read"),
    step("the storage account's name is held elsewhere", world(domain="bank"), Verdict.BLOCKED,
         "storage account stadbank", "free now: domain bank1"),
    step("the Event Hubs namespace's name is held elsewhere", world(domain="bank", hubs=True), Verdict.BLOCKED,
         "Event Hubs namespace ethdbank", "free now: domain bank1"),
    step("another setup has the group", somebody_elses, Verdict.BLOCKED, "resource group rsgdsales", "sales1"),
    step("the group is ours", ours, Verdict.DONE, REGISTERED),
]  # fmt: skip


@pytest.mark.parametrize("state", STATES, ids=str)
def test_the_state_is_told(state: State, cloud: Connection, tmp_path: Path) -> None:
    holds(state, cloud, tmp_path)


def test_each_registration_is_told_as_it_ends(cloud: Connection, tmp_path: Path) -> None:
    setup = unregistered(cloud, tmp_path)
    setup.settle(ResourceProviders())
    told = [event.text for event in setup.events if event.event == "progress"]
    assert told == [f"registering {VAULT}", f"{VAULT} is registered, 9 of 9"]


def test_who_may_register_is_named(cloud: Connection, tmp_path: Path) -> None:
    from wizard.setup.step import StepFailed

    setup = refused(cloud, tmp_path)
    with pytest.raises(StepFailed) as failed:
        setup.settle(ResourceProviders())
    assert f"az provider register --namespace {VAULT}" in failed.value.problem.next_action
    assert "Owner" in failed.value.problem.next_action
    cloud.clear_faults()
