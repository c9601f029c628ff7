"""Who may do what decides: a person is asked for where one is needed, a missing role is told as what it is."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.journey import hands
from tests.journey.conftest import RISK
from tests.journey.running import Ran
from tests.journey.running import forked as wizard
from wizard import journey
from wizard.sandbox import process

Open = Callable[[str], process.Connection]
PERSON = {"LAKEHOUSE_SIGN_IN_METHOD": "azure_cli"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "lakehouse"


@pytest.fixture
def opened(folder: Path) -> Iterator[Open]:
    """Opens the folder's sandbox with a scenario; stops it at the end."""
    state = folder / ".wizard" / "sandbox"
    connections = []

    def connect(scenario: str) -> process.Connection:
        connections.append(process.connect(state, scenario))
        return connections[-1]

    yield connect
    for connection in connections:
        connection.close()
    process.stop(state)


def run(folder: Path, *arguments: str, env: dict[str, str] | None = None) -> Ran:
    return wizard("run", "--target", "sandbox", "--answers", RISK, "--folder", folder, "--json", *arguments, env=env)


def the_problem_of(step: str, ran: Ran) -> dict[str, Any]:
    failures = ran.find("failed", step=step) or ran.find("checked", step=step, verdict="unknown")
    assert len(failures) == 1, ran.explain()
    (event,) = failures
    problem: dict[str, Any] = event["problem"]
    return problem


def assert_a_missing_role_is_told(problem: dict[str, Any]) -> None:
    assert problem["raw_code"] == "AuthorizationFailed"
    for key in ("what", "why", "next_action", "request_id"):
        assert problem[key], f"{key} is missing in {json.dumps(problem)}"


def test_a_run_in_reference_ends_at_the_first_step_that_needs_a_person_and_goes_on_after_the_click(
    folder: Path, opened: Open
) -> None:
    connection = opened("reference")
    ran = run(folder, env=PERSON)
    assert ran.code == 3, ran.explain()
    blocked = [event for event in ran.find("checked", verdict="blocked") if event.get("guide")]
    assert [event["step"] for event in blocked] == ["account-admin"]
    assert [step.name for step in journey.STEPS].index("account-admin") == 10 - 1, "step 10"
    guide = blocked[0]["guide"]
    assert f"a Global Administrator: {connection.info['identities']['operator']['upn']}" == guide["who"]
    assert f"log in once to {connection.info['endpoints']['accounts']}" in guide["actions"][0]
    before = {step for step, verdict in ran.verdicts().items() if verdict == "done"}
    assert {"service-principal", "foundation", "identity", "account-id"} <= before
    connection.portal("first-login")
    after = run(folder, env=PERSON)
    assert after.code == 0, after.explain()
    assert set(after.verdicts().values()) == {"done"}
    assert not set(before) & {event["step"] for event in after.find("apply_started")}


def test_foundation_alone_in_reference_fails_with_the_missing_role(folder: Path, opened: Open) -> None:
    opened("reference")
    ran = run(folder, "--only", "foundation", env=PERSON)
    assert ran.code == 4, ran.explain()
    assert_a_missing_role_is_told(the_problem_of("foundation", ran))
    assert [event["step"] for event in ran.find("apply_started")] == ["foundation"]


def test_foundation_fails_when_the_role_was_withdrawn_behind_our_back(folder: Path, opened: Open) -> None:
    connection = opened("clean")
    assert run(folder, "--until", "service-principal").code == 0
    principal = hands.Somebody(connection, "lakehouse-wizard")
    scope = f"/subscriptions/{connection.info['subscription_id']}/providers/Microsoft.Authorization/roleAssignments"
    listed = principal.arm("GET", f"{scope}?api-version=2022-04-01").json()["value"]
    oid = connection.info["identities"]["lakehouse-wizard"]["object_id"]
    (owner,) = [found for found in listed if found["properties"]["principalId"] == oid]
    assert principal.arm("DELETE", f"{owner['id']}?api-version=2022-04-01").ok
    ran = run(folder, "--only", "foundation")
    assert ran.code == 4, ran.explain()
    assert_a_missing_role_is_told(the_problem_of("foundation", ran))


def test_the_network_choice_is_told_as_a_replace_in_words(folder: Path, opened: Open) -> None:
    opened("clean")
    assert run(folder, "--until", "foundation").code == 0
    env = {"LAKEHOUSE_FOUNDATION_NETWORK": "public_egress"}
    planned = wizard("plan", "--folder", folder, "--json", "--until", "foundation", env=env)
    assert planned.code == 0, planned.explain()
    (checked,) = planned.find("checked", step="foundation")
    words = " ".join(checked["changes"])
    assert "azurerm_databricks_workspace.lakehouse" in words
    assert "replace" in words
    assert "no_public_ip" in words


def test_a_plan_that_loses_data_is_applied_only_where_that_was_agreed_to(folder: Path, opened: Open) -> None:
    connection = opened("clean")
    assert run(folder, "--until", "foundation").code == 0
    env = {"LAKEHOUSE_FOUNDATION_NETWORK": "public_egress"}
    before = len(connection.requests(mutating=True))
    held = wizard("run", "--folder", folder, "--json", "--until", "foundation", env=env)
    assert held.code == 3, held.explain()
    assert held.verdicts()["foundation"] == "blocked"
    told = held.find("checked", step="foundation")[-1]
    assert "lost for good: its notebooks, jobs, run history, clusters and secrets" in " ".join(told["changes"])
    assert "--allow-data-loss" in " ".join(told["guide"]["actions"])
    assert not held.find("apply_started", step="foundation")
    assert len(connection.requests(mutating=True)) == before
    agreed = wizard("run", "--folder", folder, "--json", "--until", "foundation", "--allow-data-loss", env=env)
    assert agreed.code == 0, agreed.explain()
    assert agreed.find("apply_started", step="foundation")


def test_what_identifies_a_setup_may_not_change_while_anything_of_it_stands(folder: Path, opened: Open) -> None:
    connection = opened("clean")
    assert run(folder, "--until", "foundation").code == 0
    before, config = len(connection.requests(mutating=True)), (folder / "config.yaml").read_bytes()
    env = {"LAKEHOUSE_PROJECT_DOMAIN": "shop2", "LAKEHOUSE_PROJECT_LOCATION": "eastus"}
    for command in (("run",), ("plan",), ("status",), ("destroy", "--confirm", "shop2")):
        ran = wizard(*command, "--folder", folder, env=env)
        assert ran.code == 2, ran.explain()
        assert 'project.domain: "risk" may not become "shop2"' in ran.err
        assert 'project.location: "brazilsouth" may not become "eastus"' in ran.err
        assert "--folder" in ran.err
        assert "destroy" in ran.err
    tenant = {"LAKEHOUSE_SIGN_IN_SUBSCRIPTION_ID": "00000000-0000-0000-0000-000000000001"}
    assert "sign_in.subscription_id" in wizard("run", "--folder", folder, env=tenant).err
    assert len(connection.requests(mutating=True)) == before
    assert (folder / "config.yaml").read_bytes() == config
    assert wizard("destroy", "--folder", folder, "--confirm", "risk").code == 0
    assert wizard("plan", "--folder", folder, env={"LAKEHOUSE_PROJECT_DOMAIN": "shop2"}).code == 0
