"""Users, service principals and groups of the Databricks account, as SCIM bodies."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from wizard.sandbox.domain import identity_sync
from wizard.sandbox.domain.core import SYSTEM, Body, Caller, CloudError
from wizard.sandbox.domain.databricks import Bodies, StoredKind, clean_list, missing, public, required
from wizard.sandbox.domain.principals import NAME_KEYS, find_principal, principal_by_id, require_account_admin
from wizard.sandbox.domain.scim_protocol import apply_operations, matches

if TYPE_CHECKING:
    from collections.abc import Sequence

    from wizard.sandbox.domain.cloud import Cloud

# The Terraform provider compares these words (create with force = true): they must not change.
TAKEN = {
    "account.user": "User with username {name} already exists.",
    "account.group": "Group with name {name} already exists.",
    "account.servicePrincipal": "Service principal with application ID {name} already exists.",
}
SCHEMAS = {
    "account.user": "urn:ietf:params:scim:schemas:core:2.0:User",
    "account.group": "urn:ietf:params:scim:schemas:core:2.0:Group",
    "account.servicePrincipal": "urn:ietf:params:scim:schemas:core:2.0:ServicePrincipal",
}
DERIVED = ("id", "groups", "members", "meta")
LISTS = ("roles", "entitlements", "emails", "schemas")


class Principals(StoredKind):
    """One of account.user, account.servicePrincipal, account.group. Needs account_admin.

    `update` takes a SCIM patch (`{"Operations": […]}`) or single keys; `replace` is SCIM's PUT."""

    def __init__(self, cloud: Cloud, name: str) -> None:
        super().__init__(cloud)
        self.name = name
        self.name_key = NAME_KEYS[name]

    def absent(self, id: str) -> CloudError:
        noun = {"account.user": "User", "account.group": "Group"}.get(self.name, "ServicePrincipal")
        return missing(f"{noun} with id {id} not found.", "RESOURCE_DOES_NOT_EXIST")

    def create(self, caller: Caller, body: Body) -> Body:
        require_account_admin(self.cloud, caller)
        return self.add(body)

    def add(self, body: Body) -> Body:
        """Create without asking who: for workspaces, whose admins may add what they need."""
        required(body, self.name_key)
        name = str(body[self.name_key])
        if find_principal(self.cloud, name, self.name):
            raise CloudError(409, "RESOURCE_CONFLICT", TAKEN[self.name].format(name=name))
        id = str(self.cloud.number())
        stored = {"schemas": [SCHEMAS[self.name]], **self._kept(body), "id": id}
        if self.name != "account.group":
            stored.setdefault("displayName", name)
            stored.setdefault("active", True)
        if self.name == "account.user":
            stored.setdefault("emails", [{"type": "work", "value": name, "primary": True}])
        with self.cloud.store.transaction():
            self.cloud.store.put(self.name, id, stored)
            own = [str(member["value"]) for member in body.get("members") or []]
            synced = self.name == "account.group" and identity_sync.synced(self.cloud, stored)
            for member in identity_sync.members_of(self.cloud, stored) if synced else own:
                self._edge(id, member)
        return self.shown(id, stored)

    def read(self, caller: Caller, id: str) -> Body:
        require_account_admin(self.cloud, caller)
        return self.shown(id, self.load(caller, id))

    def list(self, caller: Caller, **filters: Any) -> Bodies:
        """`filter` is SCIM's text; other keywords compare a key without case."""
        require_account_admin(self.cloud, caller)
        return self.find(**filters)

    def find(self, *, workspace: str | None = None, filter: str = "", **keys: Any) -> Bodies:
        """All of this kind: the account's own, or one workspace's own groups."""
        shown = (
            self.shown(id, body)
            for id, body in self.cloud.store.items(self.name)
            if body.get("_workspace") == workspace
        )
        return [
            body
            for body in shown
            if matches(filter, body) and all(str(body.get(k, "")).lower() == str(v).lower() for k, v in keys.items())
        ]

    def update(self, caller: Caller, id: str, patch: Body) -> Body:
        require_account_admin(self.cloud, caller)
        paths = [str(operation.get("path", "")) for operation in patch.get("Operations", ())]
        if "members" in patch or any(path.startswith("members") for path in paths):
            identity_sync.keep_members(self.cloud, caller, self.load(caller, id))
        return self.patch(id, patch)

    def patch(self, id: str, patch: Body) -> Body:
        old = self.load(SYSTEM, id)
        before = self.shown(id, old)
        after = apply_operations(before, patch["Operations"]) if "Operations" in patch else {**before, **patch}
        with self.cloud.store.transaction():
            self.cloud.store.put(self.name, id, {**self._private(old), **self._kept(after), "id": id})
            if self.name == "account.group":
                self._set_members(id, [str(m["value"]) for m in after.get("members") or []])
        return self.shown(id, self.load(SYSTEM, id))

    def replace(self, caller: Caller, id: str, body: Body) -> Body:
        """SCIM's PUT: what is not in `body` is gone (roles too!), but id, groups and members stay."""
        require_account_admin(self.cloud, caller)
        old = self.load(caller, id)
        stored = {"schemas": [SCHEMAS[self.name]], **self._private(old), **self._kept(body), "id": id}
        stored.setdefault(self.name_key, old[self.name_key])
        if self.name != "account.group":
            stored.setdefault("active", True)
        self.cloud.store.put(self.name, id, stored)
        return self.shown(id, stored)

    def delete(self, caller: Caller, id: str) -> None:
        require_account_admin(self.cloud, caller)
        self.load(caller, id)
        self.forget(id)

    def forget(self, id: str) -> None:
        """Remove it with its memberships and its access to workspaces."""
        with self.cloud.store.transaction():
            for key, edge in self.cloud.store.items("account.groupMember"):
                if id in (edge["group_id"], edge["member_id"]):
                    self.cloud.store.delete("account.groupMember", key)
            for key, access in self.cloud.store.items("account.permissionAssignment"):
                if str(access["principal_id"]) == id:
                    self.cloud.store.delete("account.permissionAssignment", key)
            self.cloud.store.delete(self.name, id)

    def shown(self, id: str, body: Body) -> Body:
        """The body with `groups`, and of a group its `members`, as the memberships say."""
        out = public(body)
        edges = [edge for _, edge in self.cloud.store.items("account.groupMember")]
        if self.name == "account.group":
            out["members"] = [self._reference(e["member_id"], "Users") for e in edges if e["group_id"] == id]
        groups = [{**self._reference(e["group_id"], "Groups"), "type": "direct"} for e in edges if e["member_id"] == id]
        return {**out, "groups": groups}

    def _reference(self, id: str, place: str) -> Body:
        found = principal_by_id(self.cloud, id)
        display = found[1].get("displayName") or found[1].get(NAME_KEYS[found[0]]) if found else id
        places = {"account.group": "Groups", "account.servicePrincipal": "ServicePrincipals"}
        return {"value": id, "display": display, "$ref": f"{places.get(found[0], place) if found else place}/{id}"}

    def _kept(self, body: Body) -> Body:
        kept = {k: v for k, v in body.items() if k not in DERIVED and not k.startswith("_") and v is not None}
        return {k: clean_list(v) if k in LISTS else v for k, v in kept.items()}

    def _private(self, body: Body) -> Body:
        return {key: value for key, value in body.items() if key.startswith("_")}

    def _edge(self, group: str, member: str) -> None:
        self.cloud.kind("account.groupMember").create(SYSTEM, {"group_id": group, "member_id": member})

    def _set_members(self, group: str, members: Sequence[str]) -> None:
        old = {e["member_id"] for _, e in self.cloud.store.items("account.groupMember") if e["group_id"] == group}
        for member in old - set(members):
            self.cloud.store.delete("account.groupMember", f"{group}|{member}")
        for member in set(members) - old:
            self._edge(group, member)


class GroupMembers(StoredKind):
    """Memberships: id `<group>|<member>`, body {group_id, member_id}."""

    name = "account.groupMember"

    def absent(self, id: str) -> CloudError:
        return missing(f"Group membership {id} not found.")

    def create(self, caller: Caller, body: Body) -> Body:
        require_account_admin(self.cloud, caller)
        required(body, "group_id", "member_id")
        group, member = str(body["group_id"]), str(body["member_id"])
        if self.cloud.store.get("account.group", group) is None:
            raise missing(f"Group with id {group} not found.")
        if principal_by_id(self.cloud, member) is None:
            raise missing(f"Principal with id {member} not found.")
        identity_sync.keep_members(self.cloud, caller, self.cloud.store.get("account.group", group) or {})
        return self.save(caller, f"{group}|{member}", {"group_id": group, "member_id": member})

    def read(self, caller: Caller, id: str) -> Body:
        require_account_admin(self.cloud, caller)
        return super().read(caller, id)

    def delete(self, caller: Caller, id: str) -> None:
        require_account_admin(self.cloud, caller)
        self.load(caller, id)
        self.remove(caller, id)

    def list(self, caller: Caller, **filters: Any) -> Bodies:
        require_account_admin(self.cloud, caller)
        return [
            body
            for _, body in self.cloud.store.items(self.name)
            if all(str(body.get(key)) == str(value) for key, value in filters.items())
        ]
