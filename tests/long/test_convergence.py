"""The steps that make what has no natural key, in a cloud that fails at each of their requests once."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from azure.core.exceptions import AzureError

from tests.steps.early import Setup, open_setup
from wizard.sandbox import process
from wizard.setup.step import Finding, Verdict
from wizard.steps.base import WizardStep
from wizard.steps.project import Project
from wizard.steps.resource_providers import ResourceProviders
from wizard.steps.service_principal import ServicePrincipal
from wizard.steps.sign_in import SignIn

RUNS = 8


@pytest.fixture
def setup(tmp_path: Path) -> Iterator[Setup]:
    """The wizard makes its principal; nothing was done yet."""
    with process.connect(tmp_path / "state", "clean") as cloud:
        yield open_setup(cloud, tmp_path, {"service_principal": {"mode": "create", "role_set": "least_privilege"}})
    process.stop(tmp_path / "state")


def settle(setup: Setup, step: WizardStep) -> tuple[Finding, int]:
    """Until done, as somebody who runs the wizard again; how often it broke off on the way."""
    for broken in range(RUNS):
        try:
            found = setup.settle(step)
        except AzureError:
            continue
        if found.verdict is Verdict.DONE:
            return found, broken
    raise AssertionError(f"{step.name} does not converge in {RUNS} runs")


@pytest.mark.parametrize("kind", ["lost_response", "throttled", "error", "timeout"])
def test_one_application_one_principal_one_secret_and_each_right_once(setup: Setup, kind: str) -> None:
    setup.connection.add_fault(kind, mutating=True, each=True, seconds=0.1)
    for step in (SignIn(), Project(), ResourceProviders()):
        assert settle(setup, step)[1] == 0
    settle(setup, ServicePrincipal())
    (rule,) = setup.connection.faults()
    assert rule["hits"] >= 16
    graph = setup.world.graph(setup.context("test"), "operator")
    (application,) = graph.applications("lakehouse-risk")
    principal = graph.service_principal(application["appId"])
    assert principal is not None
    assert len(application["passwordCredentials"]) == 1
    assert len(graph.app_roles(principal["id"])) == 4
    assert len(setup.arm.role_assignments(principal["id"])) == 2


def test_somebody_elses_secret_is_left_alone(setup: Setup) -> None:
    for step in (SignIn(), Project(), ResourceProviders(), ServicePrincipal()):
        settle(setup, step)
    graph = setup.world.graph(setup.context("test"), "operator")
    (application,) = graph.applications("lakehouse-risk")
    graph.add_password(application["id"], "for another tool", "2040-01-01T00:00:00Z")
    graph.add_password(application["id"], f"lakehouse-setup={setup.folder.setup_id}", "2040-01-01T00:00:00Z")
    found = setup.check(ServicePrincipal())
    assert found.changes == ("revoke 1 secrets of lakehouse-risk that nobody knows",)
    assert setup.settle(ServicePrincipal()).verdict is Verdict.DONE
    (application,) = graph.applications("lakehouse-risk")
    names = [one["displayName"] for one in application["passwordCredentials"]]
    assert sorted(names) == ["for another tool", f"lakehouse-setup={setup.folder.setup_id}"]
