"""A workspace's own view of the account's principals: who is assigned to it, its own groups, who calls."""

from __future__ import annotations

from typing import Any

from wizard.sandbox.domain.core import SYSTEM, Body, Caller
from wizard.sandbox.domain.databricks import Bodies, denied, missing, required
from wizard.sandbox.domain.principals import (
    ADMINS,
    NAME_KEYS,
    USERS,
    account_record,
    assigned_level,
    find_principal,
    require_workspace_admin,
    workspace_level,
)
from wizard.sandbox.domain.scim import Principals
from wizard.sandbox.domain.scim_protocol import matches
from wizard.sandbox.domain.workspace_kind import WorkspaceKind


class WorkspacePrincipals(WorkspaceKind):
    """ws.principal: ids are `<account kind>/<SCIM id>`; every caller of the workspace reads, its admins write."""

    name = "ws.principal"

    def _account(self, kind: str) -> Principals:
        found = self.cloud.kind(kind)
        assert isinstance(found, Principals)
        return found

    def me(self, caller: Caller) -> Body:
        """The caller's own SCIM body; of a principal `userName` is its application id."""
        level = workspace_level(self.cloud, caller)
        record = account_record(self.cloud, caller)
        if record is None:
            raise denied(f"{caller.name} is not in the Databricks account.")
        kind = "account.user" if caller.kind == "user" else "account.servicePrincipal"
        body = self._account(kind).shown(record[0], record[1])
        own = [ADMINS, USERS] if level == "ADMIN" else [USERS]
        groups = [{"display": name, "value": self._group_id(caller, name), "type": "direct"} for name in own]
        name = str(record[1][NAME_KEYS[kind]])
        emails = body.get("emails") or [{"type": "work", "value": name, "primary": True}]
        hidden = ("roles", "applicationId")
        shown = {key: value for key, value in body.items() if key not in hidden}
        return {**shown, "userName": name, "emails": emails, "groups": [*body["groups"], *groups]}

    def _group_id(self, caller: Caller, name: str) -> str:
        return str(self.cloud.number(str(caller.workspace), "group", name))

    def _own_groups(self, caller: Caller) -> Bodies:
        """`admins` and `users`, which every workspace has."""
        groups: dict[str, Bodies] = {ADMINS: [], USERS: []}
        for _, access in self.cloud.store.items("account.permissionAssignment"):
            if str(access["workspace_id"]) == caller.workspace:
                member = {"value": str(access["principal_id"])}
                groups[USERS].append(member)
                if "ADMIN" in access["permissions"]:
                    groups[ADMINS].append(member)
        meta = {"resourceType": "WorkspaceGroup"}
        return [
            {"id": self._group_id(caller, name), "displayName": name, "members": members, "groups": [], "meta": meta}
            for name, members in groups.items()
        ]

    def list(self, caller: Caller, **filters: Any) -> Bodies:
        """Filters: kind (account.user, …) and filter (SCIM's text)."""
        workspace_level(self.cloud, caller)
        kind, text = str(filters["kind"]), str(filters.get("filter", ""))
        everybody = self._account(kind).find(filter=text)
        here = [b for b in everybody if assigned_level(self.cloud, str(caller.workspace), str(b["id"]))]
        if kind == "account.group":
            here += self._account(kind).find(workspace=caller.workspace, filter=text)
            here += [group for group in self._own_groups(caller) if matches(text, group)]
        return [{key: value for key, value in body.items() if key != "roles"} for body in here]

    def read(self, caller: Caller, id: str) -> Body:
        kind, _, number = id.partition("/")
        for body in self.list(caller, kind=kind):
            if body["id"] == number:
                return body
        raise missing(f"Principal with id {number} not found.")

    def create(self, caller: Caller, body: Body) -> Body:
        """`_kind` names the account's kind. People and principals are added to the account and assigned here;
        a group is the workspace's own."""
        require_workspace_admin(self.cloud, caller, "add principals to a workspace")
        kind = str(body["_kind"])
        required(body, NAME_KEYS[kind])
        account, name = self._account(kind), str(body[NAME_KEYS[kind]])
        with self.cloud.store.transaction():
            if kind == "account.group":
                made = account.add(body)
                stored = account.load(SYSTEM, str(made["id"]))
                self.cloud.store.put(kind, str(made["id"]), {**stored, "_workspace": caller.workspace})
                return made
            found = find_principal(self.cloud, name, kind)
            if found is None or assigned_level(self.cloud, str(caller.workspace), found[1]):
                made = account.add({key: value for key, value in body.items() if key not in ("_kind", "roles")})
            else:
                made = account.shown(found[1], found[2])
            self._assign(caller, str(made["id"]))
        return made

    def _assign(self, caller: Caller, id: str) -> None:
        self.cloud.kind("account.permissionAssignment").create(
            SYSTEM, {"workspace_id": caller.workspace, "principal_id": id, "permissions": ["USER"]}
        )

    def update(self, caller: Caller, id: str, patch: Body) -> Body:
        """SCIM's patch. Roles are the account's to give."""
        require_workspace_admin(self.cloud, caller, "change principals")
        self.read(caller, id)
        if any(str(o.get("path", "")).startswith("roles") for o in patch.get("Operations", ())) or "roles" in patch:
            raise denied("Account roles are given on the account host.")
        kind, _, number = id.partition("/")
        return self._account(kind).patch(number, patch)

    def delete(self, caller: Caller, id: str) -> None:
        """Take the principal out of the workspace; a group of the workspace's own is gone."""
        require_workspace_admin(self.cloud, caller, "remove principals from a workspace")
        kind, _, number = id.partition("/")
        self.read(caller, id)
        body = self.cloud.store.get(kind, number) or {}
        if body.get("_workspace") == caller.workspace:
            self._account(kind).forget(number)
        else:
            self.cloud.store.delete("account.permissionAssignment", f"{caller.workspace}|{number}")
