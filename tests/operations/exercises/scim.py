"""§3: SCIM of the account and of a workspace, by databricks-sdk. The three kinds have one shape."""

from __future__ import annotations

from typing import Any

import pytest
from databricks.sdk.errors import NotFound, ResourceConflict
from databricks.sdk.service import iam

from tests.operations.running import Surface

SCHEMAS = [iam.PatchSchema.URN_IETF_PARAMS_SCIM_API_MESSAGES_2_0_PATCH_OP]
ADMIN = {"value": "account_admin"}


def patch(op: iam.PatchOp, path: str, value: Any = None) -> list[iam.Patch]:
    return [iam.Patch(op=op, path=path, value=value)]


def roles(one: Any) -> list[str | None]:
    return [role.value for role in one.roles or []]


def account_users(s: Surface) -> None:
    users = s.account.users_v2
    upn = s.info["identities"]["outsider"]["upn"]
    made = users.create(user_name=upn)
    assert made.active
    with pytest.raises(ResourceConflict, match=f"User with username {upn} already exists."):
        users.create(user_name=upn)
    id = str(made.id)
    users.patch(id, operations=patch(iam.PatchOp.ADD, "roles", [ADMIN]), schemas=SCHEMAS)
    assert roles(users.get(id, attributes="roles")) == ["account_admin"]
    (found,) = users.list(filter=f'userName eq "{upn.upper()}"')
    assert found.id == id
    kept = [iam.ComplexValue(value="account_admin")]
    users.update(id, user_name=upn, display_name="A new name", roles=kept)
    read = users.get(id)
    assert (read.display_name, read.active, roles(read)) == ("A new name", True, ["account_admin"])
    users.patch(id, operations=patch(iam.PatchOp.REMOVE, 'roles[value eq "account_admin"]'), schemas=SCHEMAS)
    assert roles(users.get(id)) == []
    users.delete(id)
    with pytest.raises(NotFound):
        users.get(id)


def account_principals(s: Surface) -> None:
    principals = s.account.service_principals_v2
    application = "0b1f4c52-6a3d-4e88-9f27-5d4f1c2e7a90"
    made = principals.create(application_id=application, display_name="scim")
    id = str(made.id)
    with pytest.raises(ResourceConflict, match=f"Service principal with application ID {application} already exists."):
        principals.create(application_id=application)
    principals.patch(id, operations=patch(iam.PatchOp.ADD, "roles", [ADMIN]), schemas=SCHEMAS)
    assert roles(principals.get(id)) == ["account_admin"]
    (found,) = principals.list(filter=f"applicationId eq '{application}'")
    assert found.id == id
    principals.update(id, application_id=application, display_name="scim 2", active=True)
    assert (principals.get(id).display_name, roles(principals.get(id))) == ("scim 2", []), "who drops roles loses them"
    principals.delete(id)


def account_groups(s: Surface) -> None:
    groups = s.account.groups_v2
    made = groups.create(display_name="data_engineer", external_id="e-1")
    id = str(made.id)
    with pytest.raises(ResourceConflict, match=r"Group with name data_engineer already exists\."):
        groups.create(display_name="data_engineer")
    user = str(s.account.users_v2.create(user_name=s.info["identities"]["owner"]["upn"]).id)
    groups.patch(id, operations=patch(iam.PatchOp.ADD, "members", [{"value": user}]), schemas=SCHEMAS)
    assert [one.value for one in groups.get(id).members or []] == [user]
    (found,) = groups.list(filter='displayName eq "data_engineer"')
    assert (found.id, found.external_id) == (id, "e-1")
    groups.update(id, display_name="data_engineer", external_id="e-2")
    read = groups.get(id)
    assert (read.external_id, [one.value for one in read.members or []]) == ("e-2", [user]), "PUT keeps the members"
    groups.patch(id, operations=patch(iam.PatchOp.REMOVE, f'members[value eq "{user}"]'), schemas=SCHEMAS)
    assert not groups.get(id).members
    extra = groups.create(display_name="short-lived")
    groups.delete(str(extra.id))
    s.account.workspace_assignment.update(s.workspace_id, int(id), permissions=[iam.WorkspacePermission.USER])
    s.account.users_v2.delete(user)


def lists_end(s: Surface) -> None:
    """The SDK asks on until a page has no Resources."""
    before = len(s.connection.requests())
    names = [str(one.display_name) for one in s.account.groups_v2.list(count=1)]
    asked = [one for one in s.connection.requests()[before:] if one["operation"] == "account.scim.list"]
    assert len(asked) == len(names) + 1


def workspace_users(s: Surface) -> None:
    users = s.workspace.users_v2
    upn = s.info["identities"]["outsider"]["upn"]
    id = str(users.create(user_name=upn).id)
    assert [one.id for one in users.list(filter=f"userName eq '{upn}'")] == [id]
    users.update(id, user_name=upn, display_name="In here", active=True)
    assert users.get(id).display_name == "In here"
    users.patch(id, operations=patch(iam.PatchOp.REPLACE, "displayName", "Out there"), schemas=SCHEMAS)
    assert users.get(id).display_name == "Out there"
    users.delete(id)
    with pytest.raises(NotFound):
        users.get(id)


def workspace_principals(s: Surface) -> None:
    principals = s.workspace.service_principals_v2
    application = "3f0d1c7e-88a4-4d0b-a7f5-94b6b3c1d2e8"
    id = str(principals.create(application_id=application, display_name="in a workspace").id)
    assert [one.id for one in principals.list(filter=f'applicationId eq "{application}"')] == [id]
    principals.update(id, application_id=application, display_name="another", active=True)
    operations = patch(iam.PatchOp.REPLACE, "displayName", "a third")
    principals.patch(id, operations=operations, schemas=SCHEMAS)
    assert principals.get(id).display_name == "a third"
    principals.delete(id)


def workspace_groups(s: Surface) -> None:
    groups = s.workspace.groups_v2
    id = str(groups.create(display_name="of-the-workspace").id)
    names = {str(one.display_name) for one in groups.list()}
    assert {"admins", "users", "of-the-workspace", "data_engineer"} <= names
    (me,) = s.workspace.service_principals_v2.list(filter=f"applicationId eq '{s.principal['client_id']}'")
    groups.patch(id, operations=patch(iam.PatchOp.ADD, "members", [{"value": me.id}]), schemas=SCHEMAS)
    assert [one.value for one in groups.get(id).members or []] == [me.id]
    groups.update(id, display_name="renamed")
    groups.delete(id)


EXERCISES = [
    account_users,
    account_principals,
    account_groups,
    lists_end,
    workspace_users,
    workspace_principals,
    workspace_groups,
]
