"""The whole journey by one principal that holds the least-privilege set alone: what the wizard itself gives."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.journey.conftest import RISK
from tests.journey.running import Ran, wizard
from tests.steps.early import Setup, open_setup
from wizard.sandbox import process
from wizard.sandbox.domain.authorization import roles
from wizard.setup.step import Verdict
from wizard.steps.facts import PrincipalFacts
from wizard.steps.principal_object import SECRET_FILE
from wizard.steps.principal_rights import APP_ROLES, ROLES, condition
from wizard.steps.project import Project
from wizard.steps.service_principal import ServicePrincipal
from wizard.steps.sign_in import SignIn

SECRET = "LITTLE_SECRET"
HELD = ("Contributor", "Role Based Access Control Administrator")


@dataclass
class Journey:
    """What happened, in order; `records` are the requests of the principal, `given` what it held before and after."""

    client_id: str
    ran: dict[str, Ran] = field(default_factory=dict)
    changed: dict[str, int] = field(default_factory=dict)
    records: list[dict[str, Any]] = field(default_factory=list)
    given: list[dict[str, Any]] = field(default_factory=list)


@pytest.fixture(scope="module")
def journey(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Journey]:
    root = tmp_path_factory.mktemp("least")
    cloud, folder = root / "cloud", root / "lakehouse"
    with process.connect(cloud, "clean") as connection:
        chief = open_setup(
            connection, root / "chief", {"service_principal": {"mode": "create", "client_id": None}}, domain="chief"
        )
        for step in (SignIn(), Project(), ServicePrincipal()):
            assert chief.settle(step).verdict is Verdict.DONE
        principal = chief.book.find(PrincipalFacts)
        assert principal is not None
        make_account_admin(chief, principal)
        answers(root / "answers.yaml", principal)
        env = {SECRET: (chief.folder.private / SECRET_FILE).read_text(encoding="utf-8").strip()}
        journey = Journey(principal.client_id, given=[holdings(chief, principal)])
        for name, arguments in {
            "first": ("run", "--sandbox", cloud, "--answers", root / "answers.yaml"),
            "second": ("run",),
            "destroyed": ("destroy", "--confirm", "risk"),
        }.items():
            before = len(connection.requests(mutating=True))
            journey.ran[name] = wizard(*arguments, "--folder", folder, "--json", env=env)
            journey.changed[name] = len(connection.requests(mutating=True)) - before
        journey.given.append(holdings(chief, principal))
        journey.records = [one for one in connection.requests() if one["caller"] == principal.client_id]
        yield journey
    process.stop(cloud)


def make_account_admin(chief: Setup, principal: PrincipalFacts) -> None:
    """As the operator does with the account it administers; no role of Azure or of the directory makes one."""
    from databricks.sdk.service.iam import ComplexValue

    account = chief.world.account_by_id(chief.context("test"), chief.connection.info["account_id"])
    account.service_principals.create(
        application_id=principal.client_id, display_name="little", roles=[ComplexValue(value="account_admin")]
    )


def answers(file: Path, principal: PrincipalFacts) -> None:
    """Those of "risk", with the principal as operator too."""
    sections = yaml.safe_load(RISK.read_text(encoding="utf-8"))
    sections["sign_in"] |= {"client_id": principal.client_id, "client_secret": f"env:{SECRET}"}
    sections["service_principal"] = {
        "mode": "given",
        "client_id": principal.client_id,
        "client_secret": f"env:{SECRET}",
    }
    file.write_text(yaml.safe_dump(sections), encoding="utf-8")


def holdings(chief: Setup, principal: PrincipalFacts) -> dict[str, Any]:
    graph = chief.world.graph(chief.context("test"), "operator")
    return {
        "azure": sorted((one.role_id, one.condition) for one in chief.arm.role_assignments(principal.object_id)),
        "graph": sorted(one["appRoleId"] for one in graph.app_roles(principal.object_id)),
        "directory": graph.directory_roles(principal.object_id),
    }


def test_the_journey_its_repetition_and_its_end_are_done(journey: Journey) -> None:
    codes = {name: ran.code for name, ran in journey.ran.items()}
    assert codes == {"first": 0, "second": 0, "destroyed": 0}, [
        *(event for ran in journey.ran.values() for event in ran.find("failed")),
        *(ran.explain() for ran in journey.ran.values() if ran.code),
    ]
    assert set(journey.ran["first"].verdicts().values()) == {"done"}
    assert journey.changed["first"] > 50
    assert journey.changed["second"] == 0
    assert journey.changed["destroyed"] > 0


def test_it_held_the_least_privilege_set_and_nothing_else(journey: Journey) -> None:
    before, after = journey.given
    assert before == after
    assert [role for role, _condition in before["azure"]] == sorted(ROLES[name] for name in HELD)
    assert dict(before["azure"])[ROLES[HELD[1]]] == condition()
    assert before["graph"] == sorted(APP_ROLES.values())
    assert before["directory"] == []


def test_nothing_was_refused_to_it(journey: Journey) -> None:
    assert journey.records
    refused = [one for one in journey.records if one["status"] in (401, 403, "failed")]
    assert refused == [], json.dumps(refused, indent=1)


def test_each_action_that_it_was_asked_for_is_one_of_its_roles(journey: Journey) -> None:
    mine = [role for role in roles().values() if role.name in HELD]
    asked = {right for one in journey.records if one["host"] == "arm" for right in one.get("rights", ())}
    assert len(asked) > 10
    assert sorted(right for right in asked if not any(role.allows(right) for role in mine)) == []
