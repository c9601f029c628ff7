"""Who a caller is in the Databricks account, the groups it is in, and how it gets into a workspace."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from wizard.sandbox.domain.core import SYSTEM, Body, Caller
from wizard.sandbox.domain.databricks import RULES, denied, missing

if TYPE_CHECKING:
    from wizard.sandbox.domain.cloud import Cloud

Level = Literal["ADMIN", "USER"]

NAME_KEYS = {"account.user": "userName", "account.servicePrincipal": "applicationId", "account.group": "displayName"}
EVERYBODY = "account users"  # the group of all principals of the account, which no list shows
ADMINS, USERS = "admins", "users"  # the two groups every workspace has


def is_system(caller: Caller) -> bool:
    """Whether it is the cloud itself, in whichever workspace."""
    return caller.oid == SYSTEM.oid


def own_kind(caller: Caller) -> str:
    return "account.user" if caller.kind == "user" else "account.servicePrincipal"


def find_principal(cloud: Cloud, name: str, *kinds: str) -> tuple[str, str, Body] | None:
    """(kind, id, body) of the user, service principal or group called `name`, without case."""
    for kind in kinds or tuple(NAME_KEYS):
        for id, body in cloud.store.items(kind):
            if str(body.get(NAME_KEYS[kind], "")).lower() == name.lower() and "_workspace" not in body:
                return kind, id, body
    return None


def principal_by_id(cloud: Cloud, id: str) -> tuple[str, Body] | None:
    """(kind, body) of the account's principal with this SCIM id."""
    for kind in NAME_KEYS:
        body = cloud.store.get(kind, id)
        if body is not None:
            return kind, body
    return None


def account_record(cloud: Cloud, caller: Caller) -> tuple[str, Body] | None:
    """(SCIM id, body) of the caller itself in the account, unless absent or deactivated."""
    found = find_principal(cloud, caller.name, own_kind(caller))
    return (found[1], found[2]) if found and found[2].get("active", True) else None


def group_ids(cloud: Cloud, member: str) -> set[str]:
    """Ids of all groups a principal is in, through other groups too."""
    edges = [body for _, body in cloud.store.items("account.groupMember")]
    found: set[str] = set()
    pending = [member]
    while pending:
        current = pending.pop()
        for edge in edges:
            if edge["member_id"] == current and edge["group_id"] not in found:
                found.add(edge["group_id"])
                pending.append(edge["group_id"])
    return found


def identities(cloud: Cloud, caller: Caller) -> frozenset[str]:
    """Every name, in lower case, by which a grant reaches the caller."""
    record = account_record(cloud, caller)
    if record is None:
        return frozenset()
    groups = (cloud.store.get("account.group", id) or {} for id in group_ids(cloud, record[0]))
    names = (str(group["displayName"]).lower() for group in groups if "displayName" in group)
    return frozenset({caller.name.lower(), EVERYBODY, *names})


def is_account_admin(cloud: Cloud, caller: Caller) -> bool:
    if is_system(caller):
        return True
    record = account_record(cloud, caller)
    if record is None:
        return False
    groups = (cloud.store.get("account.group", id) or {} for id in group_ids(cloud, record[0]))
    role = RULES["account"]["admin_role"]
    return any(role == entry.get("value") for body in (record[1], *groups) for entry in body.get("roles") or [])


def require_account_admin(cloud: Cloud, caller: Caller) -> None:
    if not is_account_admin(cloud, caller):
        raise denied(f"{caller.name} is not an account admin: this operation needs the role account_admin.")


def workspace_body(cloud: Cloud, workspace: str | None) -> Body:
    body = cloud.store.get("account.workspace", workspace or "")
    if body is None:
        raise missing(f"Workspace {workspace} does not exist.")
    return body


def assigned_level(cloud: Cloud, workspace: str, principal: str) -> Level | None:
    """What a principal may do in a workspace by its own assignment or one of its groups'."""
    levels: set[str] = set()
    for id in {principal, *group_ids(cloud, principal)}:
        assignment = cloud.store.get("account.permissionAssignment", f"{workspace}|{id}")
        levels.update(assignment["permissions"] if assignment else ())
    if "ADMIN" in levels:
        return "ADMIN"
    return "USER" if levels else None


def join(cloud: Cloud, caller: Caller) -> bool:
    """Add a caller with the two Azure headers as ADMIN, if Azure lets it write the workspace's resource."""
    scope = str(workspace_body(cloud, caller.workspace).get("_resource_id", ""))
    if not cloud.authorization.allows(caller, RULES["workspace"]["join_action"], scope):
        return False
    record = account_record(cloud, caller)
    if record is None:
        key = "userName" if caller.kind == "user" else "applicationId"
        made = cloud.kind(own_kind(caller)).create(SYSTEM, {key: caller.name, "displayName": caller.name})
        id = str(made["id"])
    else:
        id = record[0]
    cloud.kind("account.permissionAssignment").create(
        SYSTEM, {"workspace_id": caller.workspace, "principal_id": id, "permissions": ["ADMIN"]}
    )
    return True


def workspace_level(cloud: Cloud, caller: Caller) -> Level:
    """The caller's level in its workspace; 403 if it has none and cannot join."""
    if is_system(caller):
        return "ADMIN"
    workspace_body(cloud, caller.workspace)
    record = account_record(cloud, caller)
    level = assigned_level(cloud, str(caller.workspace), record[0]) if record else None
    if level is None and caller.management and join(cloud, caller):
        level = "ADMIN"
    if level is None:
        raise denied(f"User not authorized: {caller.name} is not assigned to workspace {caller.workspace}.")
    return level


def require_workspace_admin(cloud: Cloud, caller: Caller, what: str) -> None:
    if workspace_level(cloud, caller) != "ADMIN":
        raise denied(f"Only workspace admins can {what}.")


def workspace_names(cloud: Cloud, caller: Caller) -> frozenset[str]:
    """Every name by which an access list of the workspace reaches the caller, its two own groups included."""
    level = workspace_level(cloud, caller)
    return identities(cloud, caller) | {USERS} | ({ADMINS} if level == "ADMIN" else set())


def caller_named(cloud: Cloud, name: str, like: Caller) -> Caller:
    """The user or principal `name` acting in the workspace of `like`: a job's run-as."""
    found = find_principal(cloud, name, "account.user", "account.servicePrincipal")
    kind: Literal["user", "app"] = "user" if found and found[0] == "account.user" else "app"
    return Caller(oid=name, kind=kind, name=name, tenant=like.tenant, workspace=like.workspace)
