"""Who may do what in the directory, from `data/entra_operations.yaml`."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from wizard.sandbox.domain.authorization_actions import note
from wizard.sandbox.domain.cloud import Cloud
from wizard.sandbox.domain.core import SYSTEM, Body, Caller, CloudError

DATA = Path(__file__).parent.parent / "data"
USER, GROUP, APPLICATION, PRINCIPAL = "entra.user", "entra.group", "entra.application", "entra.servicePrincipal"
APP_ROLE, DIRECTORY_ROLE, MEMBER = "entra.appRoleAssignment", "entra.directoryRoleAssignment", "entra.groupMember"
ELIGIBILITY, DEVICE_CODE, DOMAIN = "entra.roleEligibility", "entra.deviceCode", "entra.domain"
OWNED_BY = "Application.ReadWrite.OwnedBy"


@dataclass(frozen=True, slots=True)
class Operation:
    app_roles: frozenset[str]
    directory_roles: frozenset[str]
    members: bool
    owners: bool
    self: bool


@lru_cache(maxsize=1)
def directory_data() -> dict[str, Any]:
    """`data/entra_directory.yaml`: first-party principals, Graph's app roles, directory roles."""
    data: dict[str, Any] = yaml.safe_load((DATA / "entra_directory.yaml").read_text(encoding="utf-8"))
    return data


@lru_cache(maxsize=1)
def operations() -> dict[str, Operation]:
    data = yaml.safe_load((DATA / "entra_operations.yaml").read_text(encoding="utf-8"))
    return {
        name: Operation(
            frozenset(rule.get("app_roles", ())),
            frozenset(rule.get("directory_roles", ())),
            rule.get("members", False),
            rule.get("owners", False),
            rule.get("self", False),
        )
        for name, rule in data["operations"].items()
    }


def graph_roles_of(cloud: Cloud, principal: str) -> set[str]:
    """Names of Graph's app roles that a principal (by object id) holds."""
    by_id = {role: name for name, role in directory_data()["graph_app_roles"].items()}
    graph = graph_principal(cloud)["id"]
    return {
        by_id[body["appRoleId"]]
        for _id, body in cloud.store.items(APP_ROLE)
        if body["principalId"] == principal and body["resourceId"] == graph and body["appRoleId"] in by_id
    }


def directory_roles_of(cloud: Cloud, principal: str) -> set[str]:
    """Names of the directory roles that are active for a person or principal (by object id)."""
    by_id = {role: name for name, role in directory_data()["directory_roles"].items()}
    groups = {body["groupId"] for _id, body in cloud.store.items(MEMBER) if body["memberId"] == principal}
    holders = {principal, *groups}
    return {
        by_id[body["roleDefinitionId"]]
        for _id, body in cloud.store.items(DIRECTORY_ROLE)
        if body["principalId"] in holders and body["roleDefinitionId"] in by_id
    }


def graph_principal(cloud: Cloud) -> Body:
    """Microsoft Graph's own service principal in this tenant."""
    app_id = directory_data()["graph_app_id"]
    return next(body for _id, body in cloud.store.items(PRINCIPAL) if body["appId"] == app_id)


def may(cloud: Cloud, caller: Caller, operation: str, target: Body | None = None) -> bool:
    """Whether the caller may do the operation, on the stored object `target` if there is one."""
    rule = operations()[operation]
    note(operation)
    if caller.oid == SYSTEM.oid:
        return True
    if rule.self and target is not None and caller.oid in (target.get("id"), target.get("principalId")):
        return True
    owns = target is not None and caller.oid in target.get("_owners", ())
    if rule.directory_roles & directory_roles_of(cloud, caller.oid):
        return True
    if caller.kind == "app":
        held = graph_roles_of(cloud, caller.oid)
        return bool(rule.app_roles & held) or (rule.owners and owns and OWNED_BY in held)
    if rule.owners and owns:
        return True
    person = cloud.store.get(USER, caller.oid)
    return rule.members and person is not None and person["userType"] == "Member"


def require(cloud: Cloud, caller: Caller, operation: str, target: Body | None = None) -> None:
    """Raises CloudError 403 Authorization_RequestDenied where `may` says no."""
    if not may(cloud, caller, operation, target):
        raise CloudError(403, "Authorization_RequestDenied", "Insufficient privileges to complete the operation.")
