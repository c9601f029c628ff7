"""What all kinds inside a workspace do alike: keys that carry the workspace, access lists, names of callers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wizard.sandbox.domain.core import Body, Caller
from wizard.sandbox.domain.databricks import RULES, Bodies, StoredKind, denied
from wizard.sandbox.domain.principals import workspace_level, workspace_names

if TYPE_CHECKING:
    from wizard.sandbox.domain.cloud import Cloud


class WorkspaceKind(StoredKind):
    """Ids are those of the workspace's own API; the workspace follows from the caller."""

    def key(self, caller: Caller, id: str) -> str:
        return f"{caller.workspace}/{id}"

    def all(self, caller: Caller) -> Bodies:
        """Every stored body of the caller's workspace, private keys included."""
        prefix = f"{caller.workspace}/"
        return [body for key, body in self.cloud.store.items(self.name) if key.startswith(prefix)]


def principal_in(entry: Body) -> str:
    """The name in an access list's entry, whichever kind of principal it is."""
    return str(entry.get("group_name") or entry.get("user_name") or entry.get("service_principal_name") or "")


def access_list(cloud: Cloud, caller: Caller, place: str) -> Bodies:
    """What was set on `clusters/<id>` and the like: [{…name, permission_level}]."""
    stored = cloud.store.get("ws.permissions", f"{caller.workspace}/{place}") or {}
    return list(stored.get("access_control_list", []))


def level_on(cloud: Cloud, caller: Caller, place: str, creator: str) -> int:
    """The caller's strongest level on an object as its place in the rules' list; -1 is none.

    Workspace admins and the creator hold the strongest."""
    levels = RULES["permission_levels"][place.partition("/")[0]]["levels"]
    names = workspace_names(cloud, caller)
    if workspace_level(cloud, caller) == "ADMIN" or creator.lower() in names:
        return len(levels) - 1
    held = [e["permission_level"] for e in access_list(cloud, caller, place) if principal_in(e).lower() in names]
    return max((levels.index(level) for level in held), default=-1)


def require_level(cloud: Cloud, caller: Caller, place: str, creator: str, level: str) -> None:
    """Refuse a caller that holds less than `level` on the object."""
    levels = RULES["permission_levels"][place.partition("/")[0]]["levels"]
    if level_on(cloud, caller, place, creator) < levels.index(level):
        raise denied(f"{caller.name} does not have {level} permissions on {place}.")


def can_see(cloud: Cloud, caller: Caller, place: str, creator: str) -> bool:
    return level_on(cloud, caller, place, creator) >= 0
