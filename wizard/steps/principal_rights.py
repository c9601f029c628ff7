"""What the principal must hold in Azure and in the directory, and how it is granted."""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from azure.core.exceptions import HttpResponseError

from wizard.cloud.graph import GLOBAL_ADMIN, GRAPH_APP_ID
from wizard.text import _

if TYPE_CHECKING:
    from collections.abc import Sequence

    from wizard.cloud.arm import ArmClient, RoleAssignment
    from wizard.cloud.graph import GraphClient

RoleSet = Literal["least_privilege", "owner"]
DirectoryPermission = Literal["app_roles", "global_administrator"]

BLOB_CONTRIBUTOR = "Storage Blob Data Contributor"
# Azure's built-in roles; the ids are the same in every tenant.
ROLES = {
    "Owner": "8e3af657-a8ff-443c-a75c-2fe8c4bcb635",
    "Contributor": "b24988ac-6180-42a0-ab88-20f7382dd24c",
    "User Access Administrator": "18d7d88d-d35e-4fb5-a5c3-7773c20a72d9",
    "Role Based Access Control Administrator": "f58310d9-a9f6-439a-9e8d-f62e7b41a168",
    BLOB_CONTRIBUTOR: "ba92f5b4-2d11-453d-a403-e96b0029c9fe",
    "Azure Event Hubs Data Sender": "2b629674-e913-4c01-ae53-ef4638d8f975",
    "Azure Event Hubs Data Receiver": "a638d3c7-ab3a-418d-83e6-5f17a39d4fde",
}
ASSIGNABLE = (BLOB_CONTRIBUTOR, "Azure Event Hubs Data Sender", "Azure Event Hubs Data Receiver")
APP_ROLES = {
    "User.ReadWrite.All": "741f803b-c850-494e-b5df-cde7c675a1ca",
    "Group.ReadWrite.All": "62a82d76-70ea-41e2-9197-370581804d09",
    "Application.Read.All": "9a5d68dd-52b0-4cc2-bd40-abcf44ac3a30",
    "Domain.Read.All": "dbb9058a-0e50-45d7-ae91-66909b5d4664",
}


@dataclass(frozen=True, slots=True)
class Grant:
    """One right to be given: `system` is azure, app-role or directory-role. `assignment` is the name of one that is
    there, whose condition is too narrow."""

    system: Literal["azure", "app-role", "directory-role"]
    name: str
    id: str
    condition: str | None = None
    assignment: str | None = None

    def __str__(self) -> str:
        if self.system == "azure":
            limited = _(" (only for the roles the wizard assigns)") if self.condition else ""
            return _("role {name} on the subscription", name=self.name) + limited
        if self.system == "app-role":
            return _("Microsoft Graph application permission {name}", name=self.name)
        return _("directory role {name}", name=self.name)


def condition() -> str:
    """Lets the holder assign and unassign no roles but those the wizard's Terraform needs."""
    ids = ", ".join(ROLES[name] for name in ASSIGNABLE)

    def part(action: str, source: str) -> str:
        return (
            f"((!(ActionMatches{{'Microsoft.Authorization/roleAssignments/{action}'}})) OR "
            f"(@{source}[Microsoft.Authorization/roleAssignments:RoleDefinitionId] "
            f"ForAnyOfAnyValues:GuidEquals {{{ids}}}))"
        )

    return f"{part('write', 'Request')} AND {part('delete', 'Resource')}"


def missing_roles(held: list[RoleAssignment], role_set: RoleSet) -> list[Grant]:
    """The Azure roles that are not held at or above the subscription. Owner stands for every set."""
    ids = {item.role_id for item in held}
    if ROLES["Owner"] in ids:
        return []
    if role_set == "owner":
        return [Grant("azure", "Owner", ROLES["Owner"])]
    missing = [] if ROLES["Contributor"] in ids else [Grant("azure", "Contributor", ROLES["Contributor"])]
    assigners = {ROLES["User Access Administrator"], ROLES["Role Based Access Control Administrator"]}
    if not any(item.role_id in assigners and _wide_enough(item.condition) for item in held):
        name = "Role Based Access Control Administrator"
        narrow = next((item for item in held if item.role_id == ROLES[name]), None)
        # Azure keeps one assignment of a role for a principal at a scope: a narrow one is widened, none is added.
        assignment = narrow.id.rsplit("/", 1)[-1] if narrow and narrow.scope.startswith("/subscriptions/") else None
        missing.append(Grant("azure", name, ROLES[name], condition(), assignment))
    return missing


def _wide_enough(text: str | None) -> bool:
    """Whether a condition leaves every role that we must be able to assign: it names them all; or none of them, where
    it names what may not be assigned (the portal's "all roles except privileged administrator roles")."""
    if not text:
        return True
    wanted = {ROLES[name] for name in ASSIGNABLE}
    listed = set(re.findall(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", text.lower()))
    return not wanted & listed if "guidnotequals" in text.lower() else wanted <= listed


def missing_directory(graph: GraphClient, object_id: str, wanted: DirectoryPermission) -> list[Grant]:
    """The directory permission that is not held. The app roles and Global Administrator each suffice."""
    held = {str(item.get("appRoleId", "")).lower() for item in graph.app_roles(object_id)}
    app_roles = [Grant("app-role", name, guid) for name, guid in APP_ROLES.items() if guid not in held]
    if not app_roles or holds_global_administrator(graph, object_id):
        return []
    if wanted == "app_roles":
        return app_roles
    return [Grant("directory-role", "Global Administrator", GLOBAL_ADMIN)]


def holds_global_administrator(graph: GraphClient, object_id: str) -> bool:
    """Active, for the whole directory; a role that is only eligible (PIM) does not count."""
    try:
        roles = graph.directory_roles(object_id)
    except HttpResponseError as error:
        if error.status_code == 403:  # who may not read it cannot lean on it either
            return False
        raise
    return any(
        item.get("roleDefinitionId") == GLOBAL_ADMIN and item.get("directoryScopeId", "/") == "/" for item in roles
    )


def give(arm: ArmClient, graph: GraphClient, object_id: str, grant: Grant) -> None:
    """Grant one right to a service principal; one it holds already is success."""
    if grant.system == "azure":
        role = arm.role_id(grant.name) or grant.id
        arm.assign_role(role, object_id, "ServicePrincipal", grant.condition, name=grant.assignment)
    elif grant.system == "app-role":
        resource = graph.service_principal(GRAPH_APP_ID)
        if resource is None:
            raise LookupError(_("the tenant has no service principal of Microsoft Graph"))
        offered = {role["value"]: role["id"] for role in resource.get("appRoles") or () if role.get("value")}
        graph.grant_app_role(object_id, str(resource["id"]), offered.get(grant.name, grant.id))
    else:
        graph.grant_directory_role(object_id, grant.id)


# Whose holder may give what the principal lacks.
AZURE_GRANTORS = ("Owner", "User Access Administrator", "Role Based Access Control Administrator")
DIRECTORY_GRANTORS = {
    "Global Administrator": GLOBAL_ADMIN,
    "Privileged Role Administrator": "e8611ab8-c189-46e8-94e1-60213ab1f814",
}


def eligible_for(arm: ArmClient, graph: GraphClient, object_id: str, grants: Sequence[Grant]) -> list[Grant]:
    """Which of the grants the principal is eligible for (PIM), without holding them. Entra lets nobody activate a role
    for a service principal: an active assignment is what it needs."""
    azure, directory = _eligible(arm, graph, object_id)
    return [one for one in grants if one.id in (azure if one.system == "azure" else directory)]


def activatable(arm: ArmClient, graph: GraphClient, object_id: str, grants: Sequence[Grant]) -> list[str]:
    """The roles that somebody has only to activate (PIM) to be able to give the grants."""
    azure, directory = _eligible(arm, graph, object_id)
    found = []
    if any(one.system == "azure" for one in grants):
        found += [name for name in AZURE_GRANTORS if ROLES[name] in azure]
    if any(one.system != "azure" for one in grants):
        found += [name for name, id in DIRECTORY_GRANTORS.items() if id in directory]
    return found


def _eligible(arm: ArmClient, graph: GraphClient, object_id: str) -> tuple[set[str], set[str]]:
    """Ids of the Azure roles and of the directory roles; empty where that is not told (no licence, no right)."""
    azure, directory = set[str](), set[str]()
    with suppress(HttpResponseError):
        azure = {item.role_id for item in arm.eligible_roles(object_id)}
    with suppress(HttpResponseError):
        directory = {str(item.get("roleDefinitionId")) for item in graph.eligible_roles(object_id)}
    return azure, directory
