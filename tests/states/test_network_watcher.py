"""Network watcher: Azure's own, kept or deleted, never in the journey's way; the opt-out only where it was typed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from tests.clouds import of_its_own
from tests.states.state import Arrange, State, holds
from tests.steps.early import Setup, open_setup
from wizard.cloud import api_versions
from wizard.sandbox.process import Connection
from wizard.setup.step import Verdict
from wizard.steps.network_watcher import CONSENT, FEATURE, GROUP, NETWORK, NetworkWatcher, NetworkWatcherQuestions
from wizard.steps.project import Project

DELETE, OPT_OUT, REGISTER = (
    "DELETE arm resources.deleteById",
    "POST arm features.register",
    "POST arm providers.register",
)
DELETE_GROUP = "DELETE arm resourceGroups.delete"


@pytest.fixture(scope="module")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Connection]:
    state = tmp_path_factory.mktemp("watcher") / "state"
    with of_its_own(state) as connection:
        yield connection


@pytest.fixture
def own(tmp_path: Path) -> Iterator[Connection]:
    """The opt-out cannot be taken back: a cloud of its own."""
    with of_its_own(tmp_path / "own") as connection:
        yield connection


def world(
    *, networks: tuple[str, ...] = ("brazilsouth",), logs: bool = False, denied: str = "", **answers: str
) -> Arrange:
    """Virtual networks in these regions, which brought their watchers; `logs`: one of them keeps a flow log; `denied`:
    what the operator may not do, as METHOD PATH."""

    def arranged(cloud: Connection, place: Path) -> Setup:
        cloud.clear_faults()
        setup = open_setup(cloud, place, {"network_watcher": answers})
        cloud.portal("begin-registration", NETWORK, "0")
        setup.settle(Project())
        for group in (GROUP, "networks"):
            gone(setup, f"{setup.arm.scope}/resourceGroups/{group}")
        for region in networks:
            make_network(setup, region)
        if logs:
            make_log(setup, networks[0])
        if denied:
            method, path = denied.split()
            cloud.add_fault("denied", match={"method": method, "path": path}, count=0)
        return setup

    return arranged


def gone(setup: Setup, id: str) -> None:
    if setup.arm.resource(id, api_versions.GROUPS) is not None:
        done = setup.arm.delete(id, api_versions.GROUPS)
        assert setup.context("test").wait_for(id, done, seconds=60, every=0.1)


def make_network(setup: Setup, region: str) -> None:
    group = f"{setup.arm.scope}/resourceGroups/networks"
    setup.arm.put(group, api_versions.GROUPS, {"location": "brazilsouth"})
    body = {"location": region, "properties": {"addressSpace": {"addressPrefixes": ["10.0.0.0/16"]}}}
    network = f"{group}/providers/Microsoft.Network/virtualNetworks/v-{region}"
    setup.arm.put(network, api_versions.NETWORK, body)


def make_log(setup: Setup, region: str) -> None:
    body: dict[str, Any] = {"location": region, "properties": {"targetResourceId": "/n", "storageId": "/s"}}
    setup.arm.put(f"{watcher(setup, region)}/flowLogs/audit", api_versions.NETWORK, body)


def watcher(setup: Setup, region: str) -> str:
    base = f"{setup.arm.scope}/resourceGroups/{GROUP}/providers/Microsoft.Network/networkWatchers"
    return f"{base}/NetworkWatcher_{region}"


def group_only(cloud: Connection, place: Path) -> Setup:
    """The watcher is gone, and its group stayed."""
    setup = world(networks=(), action="delete", empty_group="delete")(cloud, place)
    setup.arm.put(f"{setup.arm.scope}/resourceGroups/{GROUP}", api_versions.GROUPS, {"location": "brazilsouth"})
    return setup


def interrupted(cloud: Connection, place: Path) -> Setup:
    """The feature was registered, and the run ended before the provider was again."""
    setup = world(networks=(), opt_out=CONSENT)(cloud, place)
    cloud.add_fault("denied", match={"operation": "providers.register"}, count=1)
    NetworkWatcher().apply(setup.context(NetworkWatcher.name))
    return setup


def opted_out(cloud: Connection, place: Path) -> Setup:
    setup = world(networks=(), opt_out=CONSENT)(cloud, place)
    setup.settle(NetworkWatcher())
    make_network(setup, "brazilsouth")
    return setup


def step(name: str, arrange: Arrange, verdict: Verdict, says: str, *sends: str, again: tuple[str, ...] = ()) -> State:
    return State(name, NetworkWatcher, arrange, verdict, says, None, sends, Verdict.DONE, again)


WATCHERS = "*/networkWatchers/*"
STATES = [
    step("there is none", world(networks=()), Verdict.DONE, "no network watcher in brazilsouth"),
    step("there is one, and it is kept", world(), Verdict.DONE, "is kept, as chosen"),
    step("it is told why it matters", world(), Verdict.DONE, "Azure makes it again when a virtual network"),
    step("one is in another region alone", world(networks=("eastus",), action="delete"), Verdict.DONE,
         "no network watcher in brazilsouth"),
    step("it is to go, and its group stays", world(action="delete"), Verdict.TODO,
         "empty_group: delete takes it away", DELETE),
    step("it is to go, with its empty group", world(action="delete", empty_group="delete"), Verdict.TODO,
         "delete the empty resource group NetworkWatcherRG", DELETE, DELETE_GROUP),
    step("another region's watcher keeps the group", world(networks=("brazilsouth", "eastus"), action="delete",
         empty_group="delete"), Verdict.TODO, "NetworkWatcher_brazilsouth in NetworkWatcherRG, to go", DELETE),
    step("only the empty group is left", group_only, Verdict.TODO, "delete the empty resource group", DELETE_GROUP),
    step("somebody's flow log is in it", world(logs=True, action="delete"), Verdict.DONE, "would be lost"),
    step("it may not be deleted", world(action="delete", empty_group="delete", denied=f"DELETE {WATCHERS}"),
         Verdict.TODO, "to go", DELETE, again=(DELETE,)),
    step("the watchers may not be listed", world(action="delete", denied="GET */resources"), Verdict.DONE,
         "nothing of the lakehouse hangs on it"),
]  # fmt: skip
OF_ITS_OWN = [
    step("the opt-out was typed", world(opt_out=CONSENT), Verdict.TODO, "for good", OPT_OUT, REGISTER),
    step("the opt-out was begun and does not count yet", interrupted, Verdict.TODO, "so that the opt-out counts",
         REGISTER),
    step("the subscription has opted out: a new network brings none", opted_out, Verdict.DONE, "no network watcher"),
]  # fmt: skip


@pytest.mark.parametrize("state", STATES, ids=str)
def test_the_state_is_told(state: State, cloud: Connection, tmp_path: Path) -> None:
    holds(state, cloud, tmp_path / "setup")


@pytest.mark.parametrize("state", OF_ITS_OWN, ids=str)
def test_the_state_of_a_subscription_is_told(state: State, own: Connection, tmp_path: Path) -> None:
    holds(state, own, tmp_path / "setup")


def test_a_kept_one_stays_kept_when_azure_makes_the_next(cloud: Connection, tmp_path: Path) -> None:
    setup = world()(cloud, tmp_path)
    before = setup.mutations()
    assert setup.settle(NetworkWatcher()).verdict is Verdict.DONE
    assert setup.mutations() == before
    make_network(setup, "eastus")
    before = setup.mutations()
    assert setup.settle(NetworkWatcher()).verdict is Verdict.DONE
    assert setup.mutations() == before


def test_what_may_not_be_deleted_is_told_and_the_step_is_done(cloud: Connection, tmp_path: Path) -> None:
    ended = world(action="delete", denied=f"DELETE {WATCHERS}")(cloud, tmp_path).settle(NetworkWatcher())
    assert ended.verdict is Verdict.DONE
    assert "A role is missing in Azure" in ended.why
    assert "the journey goes on" in ended.why
    cloud.clear_faults()


@pytest.mark.parametrize("word", ["yes", "true", "Permanent", "permanent "])
def test_the_opt_out_takes_the_very_word(word: str) -> None:
    with pytest.raises(ValidationError, match="only Azure's support undoes it"):
        NetworkWatcherQuestions(opt_out=word)
    assert NetworkWatcherQuestions().opt_out == ""
    assert (NETWORK, FEATURE) == ("Microsoft.Network", "DisableNetworkWatcherAutocreation")
