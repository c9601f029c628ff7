"""What a scenario holds on its first day, and what a person's clicks in a portal change."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from wizard.sandbox import scenarios
from wizard.sandbox.domain.build import OtherScenario, build_cloud
from wizard.sandbox.domain.cloud import Cloud
from wizard.sandbox.domain.core import SYSTEM, Caller, CloudError
from wizard.sandbox.domain.entra import caller_by_oid, caller_by_secret
from wizard.sandbox.domain.entra_rights import directory_roles_of, graph_roles_of
from wizard.sandbox.domain.portal import click
from wizard.sandbox.domain.principals import is_account_admin
from wizard.sandbox.domain.world import load_scenario, world

MakeCloud = Callable[[str], Cloud]


def somebody(cloud: Cloud, name: str) -> Caller:
    """An identity of the cloud's scenario, as a caller."""
    identity: dict[str, Any] = load_scenario(world(cloud).scenario)["identities"][name]
    caller = caller_by_oid(cloud, identity["object_id"])
    assert caller is not None
    return caller


def is_owner(cloud: Cloud, caller: Caller) -> bool:
    subscription = next(iter(world(cloud).subscriptions))
    return cloud.authorization.allows(
        caller, "Microsoft.Authorization/roleAssignments/write", f"/subscriptions/{subscription}"
    )


def test_clean_holds_one_principal_that_may_do_everything_and_nothing_else(cloud: Cloud) -> None:
    principal = somebody(cloud, "lakehouse-wizard")
    assert is_owner(cloud, principal)
    assert is_account_admin(cloud, principal)
    assert {"User.ReadWrite.All", "Group.ReadWrite.All", "Application.Read.All", "Domain.Read.All"} <= graph_roles_of(
        cloud, principal.oid
    )
    for person in ("owner", "outsider"):
        caller = somebody(cloud, person)
        assert not is_owner(cloud, caller)
        assert not is_account_admin(cloud, caller)
    for kind in ("Microsoft.Resources/resourceGroups", "account.workspace", "account.metastore", "entra.group"):
        assert cloud.kind(kind).list(SYSTEM) == []


def test_reference_holds_a_person_with_all_rights_and_a_principal_without_any(make_cloud: MakeCloud) -> None:
    cloud = make_cloud("reference")
    operator, principal = somebody(cloud, "operator"), somebody(cloud, "lakehouse-wizard")
    assert is_owner(cloud, operator)
    assert directory_roles_of(cloud, operator.oid) == {"Global Administrator"}
    assert not is_owner(cloud, principal)
    assert graph_roles_of(cloud, principal.oid) == set()
    assert not any(is_account_admin(cloud, one) for one in (operator, principal))
    metastores = cloud.kind("account.metastore").list(SYSTEM)
    assert [(one["region"], one["owner"]) for one in metastores] == [("brazilsouth", "data-platform-admins")]


@pytest.mark.parametrize("scenario", scenarios.names())
def test_ids_stay_the_same_and_secrets_do_not(make_cloud: MakeCloud, scenario: str) -> None:
    one, other = make_cloud(scenario), make_cloud(scenario)
    assert world(one) == world(other)
    assert (one.state / "identities.json").read_text() != (other.state / "identities.json").read_text()
    named = {identity["object_id"] for identity in load_scenario(scenario)["identities"].values()}
    for cloud in (one, other):
        there = {key for kind in ("entra.servicePrincipal", "entra.user") for key, _body in cloud.store.items(kind)}
        assert named <= there


def test_a_state_is_seeded_once_and_keeps_its_scenario(cloud: Cloud) -> None:
    before = cloud.store.dump()
    again = build_cloud(cloud.state, cloud.hosts, cloud.spark, "clean")
    assert again.store.dump() == before
    again.store.close()
    with pytest.raises(OtherScenario, match="'clean', not 'reference'"):
        build_cloud(cloud.state, cloud.hosts, cloud.spark, "reference")


def test_a_global_administrators_first_login_makes_an_account_admin(make_cloud: MakeCloud) -> None:
    cloud = make_cloud("reference")
    assert "account admin" in click(cloud, "first-login", ["operator"])
    assert is_account_admin(cloud, somebody(cloud, "operator"))
    with pytest.raises(CloudError, match="not a Global Administrator"):
        click(cloud, "first-login", ["outsider"])
    with pytest.raises(CloudError, match="not a person"):
        click(cloud, "first-login", ["lakehouse-wizard"])


def test_roles_are_given_by_clicks_and_a_second_click_changes_nothing(make_cloud: MakeCloud) -> None:
    cloud = make_cloud("reference")
    principal = somebody(cloud, "lakehouse-wizard")
    click(cloud, "assign-owner", ["lakehouse-wizard"])
    click(cloud, "grant-app-roles", [principal.name])
    assert is_owner(cloud, principal)
    assert "Group.ReadWrite.All" in graph_roles_of(cloud, principal.oid)
    before = cloud.store.dump()
    click(cloud, "grant-app-roles", ["lakehouse-wizard"])
    click(cloud, "assign-owner", ["lakehouse-wizard"])
    assert cloud.store.dump() == before


def test_an_eligible_role_is_not_an_active_one(cloud: Cloud) -> None:
    click(cloud, "make-eligible", ["owner", "Global Administrator"])
    oid = somebody(cloud, "owner").oid
    assert [one["principalId"] for one in cloud.kind("entra.roleEligibility").list(SYSTEM)] == [oid]
    assert directory_roles_of(cloud, oid) == set()


def test_an_unknown_click_tells_which_there_are(cloud: Cloud) -> None:
    with pytest.raises(CloudError, match="first-login USER"):
        click(cloud, "press-everything", [])
    with pytest.raises(CloudError, match="nobody called"):
        click(cloud, "assign-owner", ["nobody"])


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("grant-quota", ["atlantis", "cores", "10"]),
        ("grant-quota", ["eastus", "horses", "10"]),
        ("grant-quota", ["eastus", "cores", "many"]),
        ("begin-registration", ["Microsoft.Storage", "soon"]),
        ("begin-registration", ["Microsoft.Nothing", "1"]),
    ],
)
def test_a_click_on_what_there_is_not_is_refused(cloud: Cloud, name: str, values: list[str]) -> None:
    before = cloud.store.dump()
    with pytest.raises(CloudError):
        click(cloud, name, values)
    assert cloud.store.dump() == before


def test_a_member_may_read_the_directory_a_guest_may_not(cloud: Cloud) -> None:
    owner, outsider = somebody(cloud, "owner"), somebody(cloud, "outsider")
    users = cloud.kind("entra.user")
    assert len(users.list(outsider)) == 2
    with pytest.raises(CloudError, match="Insufficient privileges"):
        users.list(owner)
    assert users.read(owner, owner.oid)["userPrincipalName"] == owner.name
    with pytest.raises(CloudError, match="Insufficient privileges"):
        users.delete(outsider, owner.oid)


def test_a_disabled_principal_cannot_sign_in(cloud: Cloud) -> None:
    principal = somebody(cloud, "lakehouse-wizard")
    cloud.kind("entra.servicePrincipal").update(SYSTEM, principal.oid, {"accountEnabled": False})
    with pytest.raises(CloudError, match="AADSTS7000112"):
        caller_by_secret(cloud, principal.tenant, principal.name, "any")
    assert caller_by_oid(cloud, principal.oid) is None
