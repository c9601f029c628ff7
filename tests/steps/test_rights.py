"""Who can do which step, told from what the operator holds."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.clouds import of_its_own
from tests.steps.early import Setup, open_setup
from wizard import journey
from wizard.cloud.arm import RoleAssignment
from wizard.sandbox import process
from wizard.sandbox.process import Connection
from wizard.setup.answers import section_name
from wizard.setup.step import Actor, Permission, Verdict
from wizard.steps.facts import AccountFacts, SignInFacts
from wizard.steps.principal_rights import APP_ROLES, ROLES, condition
from wizard.steps.rights import GIVES, INSTEAD, Ability, _has_role, _role_names, abilities
from wizard.steps.sign_in import SignIn

ACCOUNT = "c4e81d07-9f36-4a5b-b2d8-05a7e63f1c94"
READER = "acdd72a7-3385-48ef-bd42-f606fba81ae7"
FOR_DELETION = {"network_watcher": {"action": "delete"}}


@pytest.fixture(scope="module")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Connection]:
    """A person with all rights, and an application without any."""
    state = tmp_path_factory.mktemp("rights") / "state"
    with of_its_own(state, "reference") as connection:
        yield connection


def signed_in(setup: Setup) -> SignInFacts:
    assert setup.check(SignIn()).verdict is Verdict.DONE
    facts = setup.book.find(SignInFacts)
    assert facts is not None
    return facts


def asked(setup: Setup) -> dict[str, Ability]:
    who = signed_in(setup)
    return {one.step: one for one in abilities(setup.context("rights"), who, journey.STEPS)}


def as_application(cloud: Connection, place: Path, changes: dict[str, Any]) -> Setup:
    application = cloud.info["identities"]["lakehouse-wizard"]
    operator = {"client_id": application["client_id"], "client_secret": "sandbox:lakehouse-wizard"}
    return open_setup(cloud, place, {"sign_in": {"method": "client_secret", **operator}, **changes})


def test_the_principal_is_given_what_its_steps_say_that_they_need() -> None:
    """The least-privilege set; the rest of its rights is Unity Catalog's and the workspace's."""
    given = {"azure": {"Contributor", "Role Based Access Control Administrator"}, "graph": set(APP_ROLES)}
    for step in journey.STEPS:
        if step.actor is Actor.PRINCIPAL:
            lacking = [one for one in step.permissions if one.name not in given.get(one.system, {one.name})]
            assert lacking == [], step.name


def test_every_right_of_the_operator_can_be_told_and_somebody_gives_it() -> None:
    rights = [one for step in journey.STEPS if step.actor is not Actor.PRINCIPAL for one in step.permissions]
    assert {one.system for one in rights} - {"local"} <= GIVES.keys()
    whole = [one for one in rights if one.scope in ("tenant", "/subscriptions/{subscription}")]
    assert {one.name for one in whole} <= INSTEAD.keys()
    sections = {section_name(kind): kind for kind in journey.questions()}
    for only in filter(None, (one.only for one in rights)):
        section, _dot, field = only.partition("=")[0].partition(".")
        assert field in sections[section].model_fields


def test_an_owner_and_global_administrator_does_all_but_what_the_account_decides(
    cloud: Connection, tmp_path: Path
) -> None:
    found = asked(open_setup(cloud, tmp_path, FOR_DELETION))
    assert [one for one in found.values() if one.can == "no"] == []
    assert {name for name, one in found.items() if one.can == "unknown"} == {"account-admin", "metastore"}
    assert found["foundation"].can == "principal"
    assert list(found) == [step.name for step in journey.STEPS]


def test_where_the_account_is_known_it_says_who_is_no_admin_of_it(cloud: Connection, tmp_path: Path) -> None:
    setup = open_setup(cloud, tmp_path)
    setup.book.add(AccountFacts(account_id=ACCOUNT, source="answers"))
    found = asked(setup)
    assert found["account-admin"].can == "no"
    assert "your first login" in found["account-admin"].who


def test_a_reader_is_told_whom_each_step_needs_and_a_role_by_a_group_counts(cloud: Connection, tmp_path: Path) -> None:
    owner = open_setup(cloud, tmp_path / "owner")
    signed_in(owner)
    oid = cloud.info["identities"]["lakehouse-wizard"]["object_id"]
    owner.arm.assign_role(READER, oid, "ServicePrincipal")
    found = asked(as_application(cloud, tmp_path / "reader", FOR_DELETION))
    assert found["network-watcher"] == Ability(
        "network-watcher", "no", ("Contributor",), "an Owner or User Access Administrator of the subscription"
    )
    assert found["service-principal"].can == "no"
    assert "AppRoleAssignment.ReadWrite.All" in found["service-principal"].lacks
    assert "Privileged Role Administrator" in found["service-principal"].who
    assert asked(as_application(cloud, tmp_path / "keeps", {}))["network-watcher"].can == "yes"

    group = group_of(owner, oid)
    owner.arm.assign_role(ROLES["Contributor"], group, "Group")
    found = asked(as_application(cloud, tmp_path / "member", FOR_DELETION))
    assert found["network-watcher"].can == found["resource-providers"].can == "yes"


@pytest.mark.parametrize(
    ("role", "makes"), [("Owner", True), ("User Access Administrator", None), ("Contributor", True)]
)
def test_who_may_give_some_roles_only_is_not_said_to_be_able_to_give_ours(role: str, makes: bool | None) -> None:
    held = _role_names([RoleAssignment("a", "/", ROLES[role], "me", condition())])
    giving, making = (Permission("azure", name, "", "") for name in ("User Access Administrator", "Contributor"))
    assert _has_role(held, giving) is (False if role == "Contributor" else None)
    assert _has_role(held, making) is makes


def test_a_role_that_is_only_eligible_is_to_be_activated(tmp_path: Path) -> None:
    state = tmp_path / "state"
    with process.connect(state, "reference") as connection:
        setup = open_setup(connection, tmp_path / "setup", FOR_DELETION)
        oid = signed_in(setup).operator_object_id
        (owner,) = setup.arm.role_assignments(oid)
        setup.arm.assign_role(READER, oid, "User")
        setup.arm.unassign_role(owner.id)
        connection.portal("make-eligible", "operator", "Owner")
        found = asked(setup)
    process.stop(state)
    assert found["network-watcher"] == Ability(
        "network-watcher", "no", ("Contributor",), "you, after you activated Owner (PIM)"
    )
    assert found["service-principal"].who == "you, after you activated Owner (PIM)"


def group_of(setup: Setup, member: str) -> str:
    """A new group with one member, as a person makes it."""
    graph = setup.world.graph(setup.context("test"), "operator")
    body = {"displayName": "platform", "mailNickname": "platform", "mailEnabled": False, "securityEnabled": True}
    made = graph._rest.send("POST", "/groups", body=body)
    graph._rest.send("POST", f"/groups/{made['id']}/members/$ref", body={
        "@odata.id": f"https://graph.microsoft.com/v1.0/directoryObjects/{member}"
    })  # fmt: skip
    return str(made["id"])


def test_the_sign_in_of_the_journey_tells_it(cloud: Connection, tmp_path: Path) -> None:
    setup = open_setup(cloud, tmp_path)
    finding = setup.check(journey.steps()[1])
    assert finding.verdict is Verdict.DONE
    told = [(one.state, one.what) for one in finding.found]
    assert ("unknown", "account-admin: not known yet whether the operator has account_admin") in told
    assert any(what.startswith("the principal does: foundation") for _state, what in told)
