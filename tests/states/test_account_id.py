"""Account id: who tells it, and who tells something else."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.states.state import State, holds
from tests.steps.early import Setup, make_workspace, open_setup
from wizard.sandbox import process
from wizard.sandbox.process import Connection
from wizard.setup.step import Verdict
from wizard.steps.account_id import AccountId
from wizard.steps.preflight import Preflight
from wizard.steps.project import Project
from wizard.steps.resource_providers import ResourceProviders
from wizard.steps.service_principal import ServicePrincipal
from wizard.steps.sign_in import SignIn


@pytest.fixture(scope="module")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Connection]:
    state = tmp_path_factory.mktemp("account-id") / "state"
    with process.connect(state) as connection:
        yield connection
    process.stop(state)


def with_workspace(cloud: Connection, place: Path) -> Setup:
    setup = open_setup(cloud, place, domain="told")
    for step in (Preflight, SignIn, Project, ResourceProviders, ServicePrincipal):
        setup.settle(step())
    make_workspace(setup)
    return setup


STATES = [
    State("the workspace's well-known endpoint tells it", AccountId, with_workspace, Verdict.DONE, "well-known"),
]


@pytest.mark.parametrize("state", STATES, ids=str)
def test_the_state_is_told(state: State, cloud: Connection, tmp_path: Path) -> None:
    holds(state, cloud, tmp_path)
