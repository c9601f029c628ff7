"""What the least-privilege set lets its holder do, and what not: the wizard's own roles, condition and permissions.

The whole journey with nothing else is in tests/long/test_least_privilege.py."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.sandbox.arm_support import CONNECTOR, SUBNET, VNET, Azure, as_identity, refused, register_all
from tests.sandbox.conftest import PaperHosts
from wizard.cloud.arm import RoleAssignment
from wizard.sandbox.domain.authorization import ASSIGNMENT
from wizard.sandbox.domain.build import build_cloud, grant_graph_roles
from wizard.sandbox.domain.cloud import Cloud
from wizard.sandbox.domain.core import CloudError
from wizard.sandbox.domain.entra_rights import may, operations
from wizard.sandbox.spark.local import LocalSpark
from wizard.steps.principal_rights import APP_ROLES, ASSIGNABLE, ROLES, condition, missing_roles

HELD = ("Contributor", "Role Based Access Control Administrator")


@pytest.fixture
def cloud(tmp_path: Path) -> Iterator[Cloud]:
    cloud = build_cloud(tmp_path, PaperHosts(), LocalSpark(tmp_path), "reference")
    register_all(cloud)
    yield cloud
    cloud.store.close()


@pytest.fixture
def owner(cloud: Cloud) -> Azure:
    return as_identity(cloud, "operator")


@pytest.fixture
def little(cloud: Cloud, owner: Azure) -> Azure:
    """The principal with what `missing_roles` and `missing_directory` ask for by default."""
    little = as_identity(cloud, "lakehouse-wizard")
    owner.assign(HELD[0], little.caller.oid)
    owner.assign(HELD[1], little.caller.oid, condition=condition(), conditionVersion="2.0")
    grant_graph_roles(cloud, little.caller.oid, tuple(APP_ROLES))
    return little


def test_it_makes_what_the_terraform_makes(little: Azure) -> None:
    little.group()
    little.account()
    little.make(VNET, "net", properties={"addressSpace": {"addressPrefixes": ["10.0.0.0/16"]}})
    rules = little.make("Microsoft.Network/networkSecurityGroups", "rules")
    subnet = {"addressPrefixes": ["10.0.1.0/24"], "networkSecurityGroup": {"id": rules["id"]}}
    little.make(SUBNET, "net", "host", properties=subnet)
    little.workspace()
    little.make(CONNECTOR, "connector", identity={"type": "SystemAssigned"})
    little.cloud.kind("Microsoft.Resources/resourceGroups").delete(little.caller, little.group_id())


@pytest.mark.parametrize("role", ASSIGNABLE)
def test_it_assigns_and_unassigns_the_roles_that_the_terraform_assigns(little: Azure, owner: Azure, role: str) -> None:
    made = little.assign(role, owner.caller.oid)
    little.cloud.kind(ASSIGNMENT).delete(little.caller, made["id"])


@pytest.mark.parametrize("role", sorted(set(ROLES) - set(ASSIGNABLE)))
def test_it_gives_nobody_more_not_even_itself(little: Azure, owner: Azure, role: str) -> None:
    for principal in (little.caller.oid, owner.caller.oid):
        with pytest.raises(CloudError) as error:
            little.assign(role, principal)
        assert refused(error) == (403, "AuthorizationFailed")


def test_it_takes_nobodys_rights_away(little: Azure, cloud: Cloud) -> None:
    others = [body["id"] for _id, body in cloud.store.items(ASSIGNMENT)]
    assert len(others) == 3
    for id in others:
        with pytest.raises(CloudError) as error:
            cloud.kind(ASSIGNMENT).delete(little.caller, id)
        assert refused(error) == (403, "AuthorizationFailed")


def test_in_the_directory_it_makes_people_and_groups_and_no_more_power(little: Azure, cloud: Cloud) -> None:
    another = {"id": "another's"}
    assert {operation for operation in operations() if may(cloud, little.caller, operation, another)} == {
        "user.read", "user.create", "user.update", "user.delete", "domain.read",
        "group.read", "group.create", "group.update", "group.delete", "group.member.write",
        "application.read", "appRoleAssignment.read",
    }  # fmt: skip


def but(*names: str) -> str:
    """As the portal puts it: every role but these."""
    excluded = ", ".join(ROLES[name] for name in names)
    text = re.sub(r"\{[0-9a-f, -]+\}", f"{{{excluded}}}", condition())
    return text.replace("ForAnyOfAnyValues:GuidEquals", "ForAnyOfAllValues:GuidNotEquals")


@pytest.mark.parametrize(("excluded", "missing"), [((), []), (ASSIGNABLE[:1], [HELD[1]])])
def test_a_condition_that_says_what_may_not_be_assigned_is_left_where_it_suffices(
    excluded: tuple[str, ...], missing: list[str]
) -> None:
    """Somebody else made it: putting ours in its place would take rights away."""
    told = but("Owner", "User Access Administrator", HELD[1], *excluded)
    held = [RoleAssignment("a", "/subscriptions/s", ROLES[name], "p", told) for name in HELD]
    assert [one.name for one in missing_roles(held, "least_privilege")] == missing
