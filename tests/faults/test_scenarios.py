"""Worlds that are not ready for a lakehouse: what the wizard says of each."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from azure.core.exceptions import ServiceResponseError

from tests.steps.early import Setup, open_setup
from wizard.sandbox import process
from wizard.setup.step import Finding, Verdict
from wizard.steps.problems import from_exception
from wizard.steps.project import Project
from wizard.steps.resource_providers import ResourceProviders
from wizard.steps.service_principal import ServicePrincipal
from wizard.steps.sign_in import SignIn

Opened = Callable[..., Setup]


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Opened]:
    """Opens a setup in a scenario, for the domain `risk` unless told otherwise."""
    states: list[Path] = []

    def open_in(scenario: str, changes: dict[str, dict[str, object]] | None = None, domain: str = "risk") -> Setup:
        states.append(tmp_path / scenario / "state")
        connection = process.connect(states[-1], scenario)
        connections.append(connection)
        return open_setup(connection, tmp_path / scenario / domain, changes, domain=domain)

    connections: list[process.Connection] = []
    yield open_in
    for connection in connections:
        connection.close()
    for state in states:
        process.stop(state)


def reach(setup: Setup) -> Finding:
    """Go as far as the resource providers."""
    for step in (SignIn(), Project()):
        assert setup.settle(step).verdict is Verdict.DONE
    return setup.settle(ResourceProviders())


def test_a_taken_name_is_named_with_one_that_is_free(opened: Opened) -> None:
    found = reach(opened("name_taken", {"foundation": {"budget_contact": "o@example.com", "event_hubs": True}}))
    assert found.verdict is Verdict.BLOCKED
    assert "storage account stadrisk" in found.why
    assert "Event Hubs namespace ethdrisk" in found.why
    assert found.guide is not None
    assert any("free now: domain risk3" in action for action in found.guide.actions)


def test_another_domain_is_not_touched_by_the_taken_names(opened: Opened) -> None:
    assert reach(opened("name_taken", domain="risk2")).verdict is Verdict.DONE


def test_too_little_quota_is_told_in_cores_with_sizes_that_fit(opened: Opened) -> None:
    found = reach(opened("small_quota"))
    assert found.verdict is Verdict.BLOCKED
    assert "not enough quota for Standard_DS3_v2 in brazilsouth" in found.why
    assert "4 vCPU needed, 2 of 2 free" in found.why
    assert found.guide is not None
    proposed = next(action for action in found.guide.actions if "compute.node_type" in action)
    assert "Standard_DS3_v2" not in proposed
    other = proposed.rpartition(": ")[2].split(", ")[0]
    fitting = opened("small_quota", {"compute": {"node_type": other}}, domain="other")
    assert reach(fitting).verdict is Verdict.DONE


def test_a_stumbling_cloud_is_ridden_out_and_nothing_is_made_twice(opened: Opened) -> None:
    setup = opened("flaky", {"service_principal": {"mode": "create", "role_set": "least_privilege"}})
    assert reach(setup).verdict is Verdict.DONE
    for _lost in range(2):
        with pytest.raises(ServiceResponseError) as lost:
            setup.settle(ServicePrincipal())
        assert from_exception(lost.value).what == "An answer got lost on its way"
    assert setup.settle(ServicePrincipal()).verdict is Verdict.DONE
    hits = {rule["kind"] for rule in setup.connection.faults() if rule["hits"]}
    assert {"throttled", "error", "lost_response", "lag"} <= hits
    graph = setup.world.graph(setup.context("test"), "operator")
    assert len(graph.applications("lakehouse-risk")) == 1
