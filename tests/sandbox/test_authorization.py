"""Who may do what: roles, scopes, groups, conditions."""

from __future__ import annotations

import pytest

from tests.sandbox.arm_support import ACCOUNT, CONTAINER, GROUP, Azure, as_identity, refused, register_all
from wizard.sandbox.domain.authorization import ASSIGNMENT, covers, role_of
from wizard.sandbox.domain.authorization_condition import ConditionError, Request, parse
from wizard.sandbox.domain.cloud import Cloud
from wizard.sandbox.domain.core import SYSTEM, CloudError

SENDER = "2b629674-e913-4c01-ae53-ef4638d8f975"
CONTRIBUTOR_DATA = "ba92f5b4-2d11-453d-a403-e96b0029c9fe"
ONLY_LISTED = (
    "((!(ActionMatches{'Microsoft.Authorization/roleAssignments/write'})) OR "
    "(@Request[Microsoft.Authorization/roleAssignments:RoleDefinitionId] ForAnyOfAnyValues:GuidEquals "
    f"{{{SENDER}, {CONTRIBUTOR_DATA}}})) AND "
    "((!(ActionMatches{'Microsoft.Authorization/roleAssignments/delete'})) OR "
    "(@Resource[Microsoft.Authorization/roleAssignments:RoleDefinitionId] ForAnyOfAnyValues:GuidEquals "
    f"{{{SENDER}, {CONTRIBUTOR_DATA}}}))"
)


@pytest.fixture
def owner(cloud: Cloud) -> Azure:
    register_all(cloud)
    return as_identity(cloud, "lakehouse-wizard")


@pytest.fixture
def outsider(cloud: Cloud) -> Azure:
    return as_identity(cloud, "outsider")


def test_without_a_role_the_answer_names_client_action_and_scope(owner: Azure, outsider: Azure) -> None:
    with pytest.raises(CloudError) as error:
        outsider.group()
    assert refused(error) == (403, "AuthorizationFailed")
    message = error.value.message
    assert f"The client '{outsider.caller.name}' with object id '{outsider.caller.oid}'" in message
    assert "'Microsoft.Resources/subscriptions/resourceGroups/write'" in message
    assert outsider.group_id() in message


def test_contributor_makes_everything_but_assignments(owner: Azure, outsider: Azure) -> None:
    owner.assign("Contributor", outsider.caller.oid)
    outsider.group()
    outsider.account()
    with pytest.raises(CloudError) as error:
        outsider.assign("Reader", outsider.caller.oid)
    assert refused(error) == (403, "AuthorizationFailed")


def test_user_access_administrator_assigns_but_makes_nothing(owner: Azure, outsider: Azure) -> None:
    owner.assign("User Access Administrator", outsider.caller.oid)
    outsider.assign("Reader", owner.caller.oid)
    with pytest.raises(CloudError):
        outsider.group()


def test_a_role_reaches_what_is_below_its_scope_and_nothing_beside(owner: Azure, outsider: Azure) -> None:
    owner.group("one")
    owner.group("one-more")
    owner.assign("Contributor", outsider.caller.oid, owner.group_id("ONE"))
    assert outsider.account("stone", group="one")["name"] == "stone"
    with pytest.raises(CloudError) as error:
        outsider.account("stmore", group="one-more")
    assert error.value.code == "AuthorizationFailed"
    assert [group["name"] for group in outsider.cloud.kind(GROUP).list(outsider.caller)] == ["one"]


def test_members_of_nested_groups_have_the_groups_roles(owner: Azure, outsider: Azure) -> None:
    cloud = owner.cloud
    inner, outer = (
        cloud.kind("entra.group").create(
            SYSTEM,
            {"displayName": name, "mailEnabled": False, "mailNickname": name, "securityEnabled": True},
        )["id"]
        for name in ("inner", "outer")
    )
    cloud.kind("entra.groupMember").create(SYSTEM, {"groupId": inner, "memberId": outsider.caller.oid})
    cloud.kind("entra.groupMember").create(SYSTEM, {"groupId": outer, "memberId": inner})
    owner.assign("Contributor", outer, principalType="Group")
    assert outsider.group()["name"] == "rg"


def test_owner_has_no_right_on_blob_data(owner: Azure) -> None:
    owner.group()
    account = owner.account()
    read = "Microsoft.Storage/storageAccounts/blobServices/containers/blobs/read"
    allows = owner.cloud.authorization.allows
    assert not allows(owner.caller, read, account["id"], data=True)
    owner.assign("Storage Blob Data Contributor", owner.caller.oid, account["id"])
    assert allows(owner.caller, read, owner.id(CONTAINER, "stadrisk", "raw"), data=True)


def test_a_condition_limits_which_roles_may_be_assigned_and_taken_away(owner: Azure, outsider: Azure) -> None:
    owner.assign(
        "Role Based Access Control Administrator",
        outsider.caller.oid,
        condition=ONLY_LISTED,
        conditionVersion="2.0",
    )
    allowed = outsider.assign("Storage Blob Data Contributor", owner.caller.oid)
    with pytest.raises(CloudError) as error:
        outsider.assign("Owner", outsider.caller.oid)
    assert refused(error) == (403, "AuthorizationFailed")
    reader = owner.assign("Reader", owner.caller.oid)
    assignments = outsider.cloud.kind(ASSIGNMENT)
    assignments.delete(outsider.caller, allowed["id"])
    with pytest.raises(CloudError) as error:
        assignments.delete(outsider.caller, reader["id"])
    assert refused(error) == (403, "AuthorizationFailed")


@pytest.mark.parametrize(
    "condition",
    [
        "((ActionMatches{'a'}",
        "@Request[x:y] ForAnyOfAnyValues:GuidAlmostEquals {8e3af657-a8ff-443c-a75c-2fe8c4bcb635}",
        "@Elsewhere[x:y] GuidEquals 8e3af657-a8ff-443c-a75c-2fe8c4bcb635",
        "true; drop",
        "@Request[x:y] ForAnyOfAnyValues:GuidEquals {}",
    ],
)
def test_a_condition_that_cannot_be_read_is_refused(owner: Azure, outsider: Azure, condition: str) -> None:
    with pytest.raises(CloudError) as error:
        owner.assign("Reader", outsider.caller.oid, condition=condition, conditionVersion="2.0")
    assert refused(error) == (400, "InvalidRoleAssignmentCondition")


def test_a_condition_needs_version_2(owner: Azure, outsider: Azure) -> None:
    with pytest.raises(CloudError) as error:
        owner.assign("Reader", outsider.caller.oid, condition=ONLY_LISTED, conditionVersion="1.0")
    assert error.value.code == "InvalidRoleAssignmentCondition"


@pytest.mark.parametrize(
    ("text", "value", "expected"),
    [
        ("@Request[a:b] StringEquals 'x'", "x", True),
        ("@Request[a:b] StringEquals 'x'", "X", False),
        ("@Request[a:b] StringEqualsIgnoreCase 'x'", "X", True),
        ("NOT @Request[a:b] StringEquals 'x'", "y", True),
        ("Exists @Request[a:b] AND NOT Exists @Resource[a:b]", "y", True),
        ("@Request[a:b] ForAnyOfAllValues:StringNotEquals {'x', 'y'}", "z", True),
        ("@Request[a:b] ForAnyOfAllValues:StringNotEquals {'x', 'y'}", "y", False),
        (
            "@Request[a:b] StringEquals 'q' || (@Request[A:B] StringLike 'y*' && ActionMatches{'N/*/write'})",
            "yes",
            True,
        ),
    ],
)
def test_the_grammar_of_conditions(text: str, value: str, expected: bool) -> None:
    assert parse(text)(Request("n/things/WRITE", {"a:b": value}, {})) is expected


def test_a_condition_ends_where_it_ends() -> None:
    with pytest.raises(ConditionError):
        parse("ActionMatches{'a'} ActionMatches{'b'}")


def test_scopes_are_compared_by_whole_parts() -> None:
    assert covers("/", "/subscriptions/s")
    assert covers("/subscriptions/S", "/subscriptions/s/resourceGroups/g")
    assert not covers("/subscriptions/s/resourceGroups/g", "/subscriptions/s/resourceGroups/g2")
    assert not covers("/subscriptions/s/resourceGroups/g", "/subscriptions/s")


def test_patterns_of_contributor() -> None:
    contributor = role_of("b24988ac-6180-42a0-ab88-20f7382dd24c")
    assert contributor is not None
    assert contributor.allows("Microsoft.Storage/storageAccounts/write")
    assert contributor.allows("Microsoft.Authorization/roleAssignments/read")
    assert not contributor.allows("microsoft.authorization/ROLEASSIGNMENTS/write")


def test_the_same_assignment_under_another_name_exists_already(owner: Azure, outsider: Azure) -> None:
    first = owner.assign("Reader", outsider.caller.oid)
    with pytest.raises(CloudError) as error:
        owner.assign("Reader", outsider.caller.oid)
    assert refused(error) == (409, "RoleAssignmentExists")
    assert first["name"].replace("-", "") in error.value.message
    again = owner.assign("Reader", outsider.caller.oid, name=first["name"])
    assert again == first


def test_assignments_need_a_principal_that_exists_and_its_true_type(owner: Azure, outsider: Azure) -> None:
    with pytest.raises(CloudError) as error:
        owner.assign("Reader", "00000000-1111-2222-3333-444444444444")
    assert refused(error) == (400, "PrincipalNotFound")
    with pytest.raises(CloudError) as error:
        owner.assign("Reader", outsider.caller.oid, principalType="ServicePrincipal")
    assert refused(error) == (400, "UnmatchedPrincipalType")
    with pytest.raises(CloudError) as error:
        owner.assign("Reader", outsider.caller.oid, name="not-a-guid")
    assert error.value.code == "InvalidRoleAssignmentId"


def test_assignments_of_a_principal_are_also_listed_below_the_scope(owner: Azure, outsider: Azure) -> None:
    owner.group()
    owner.assign("Reader", outsider.caller.oid, owner.group_id())
    assignments = owner.cloud.kind(ASSIGNMENT)
    below = assignments.list(owner.caller, scope=owner.scope, principal_id=outsider.caller.oid)
    assert [body["properties"]["scope"] for body in below] == [owner.group_id()]
    assert assignments.list(owner.caller, scope=owner.scope, principal_id=outsider.caller.oid, at_scope=True) == []


def test_taking_the_owner_away_takes_effect_at_once(owner: Azure) -> None:
    assignments = owner.cloud.kind(ASSIGNMENT)
    (own,) = assignments.list(owner.caller, scope=owner.scope, principal_id=owner.caller.oid)
    assignments.delete(owner.caller, own["id"])
    with pytest.raises(CloudError) as error:
        owner.group()
    assert refused(error) == (403, "AuthorizationFailed")
    with pytest.raises(CloudError) as error:
        owner.cloud.kind(ACCOUNT).list(owner.caller, subscription=owner.subscription)
    assert refused(error) == (403, "AuthorizationFailed")
