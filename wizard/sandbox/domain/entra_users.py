"""Users, groups and memberships of the tenant."""

from __future__ import annotations

from typing import Any

from wizard.sandbox.domain.core import SYSTEM, Body, Caller, CloudError
from wizard.sandbox.domain.entra_objects import (
    ODATA_TYPES,
    Objects,
    bad_request,
    directory_object,
    matching,
    missing,
    public,
    reference,
    required,
)
from wizard.sandbox.domain.entra_rights import GROUP, MEMBER, USER, require
from wizard.sandbox.domain.entra_secrets import PASSWORD, hashed, time_text
from wizard.sandbox.domain.world import world

MIN_PASSWORD = 8


class Users(Objects):
    """`entra.user`. Ids are object ids or user principal names, a guest's `#EXT#` among them."""

    name = USER
    area = "user"
    fixed = ("id", "userType", "createdDateTime")

    def stored(self, id: str) -> Body:
        body = self.cloud.store.get(USER, id)
        if body is None:
            body = next((one for one in self.all() if matching(one, {"userPrincipalName": id})), None)
        if body is None:
            raise missing(id)
        return body

    def create(self, caller: Caller, body: Body) -> Body:
        require(self.cloud, caller, "user.create")
        required(body, "displayName", "mailNickname", "userPrincipalName")
        if not isinstance(body.get("accountEnabled"), bool):
            raise bad_request("A value is required for property 'accountEnabled' of resource 'User'.")
        self._check_name(body["userPrincipalName"])
        oid = body["id"] if caller.oid == SYSTEM.oid and "id" in body else self.cloud.guid()
        stored = {
            "mail": None,
            "userType": "Guest" if "#EXT#" in body["userPrincipalName"].upper() else "Member",
            "createdDateTime": time_text(self.cloud.now()),
            **super().accepted(body, {}),
            **self._password(body, needed=caller.oid != SYSTEM.oid),
            "id": oid,
        }
        stored.pop("passwordProfile", None)
        self.cloud.store.put(USER, oid, stored)
        return public(stored)

    def accepted(self, patch: Body, body: Body) -> Body:
        name = patch.get("userPrincipalName")
        if name is not None and not matching(body, {"userPrincipalName": name}):
            self._check_name(name)
        changes = {**super().accepted(patch, body), **self._password(patch, needed=False)}
        changes.pop("passwordProfile", None)
        return changes

    def _check_name(self, name: str) -> None:
        domain = name.rpartition("@")[2]
        if domain.casefold() != world(self.cloud).domain.casefold():
            raise bad_request(
                "The domain portion of the userPrincipalName property is invalid. "
                "You must use one of the verified domain names in your organization."
            )
        if any(matching(one, {"userPrincipalName": name}) for one in self.all()):
            raise bad_request("Another object with the same value for property userPrincipalName already exists.")

    def _password(self, body: Body, *, needed: bool) -> Body:
        password = (body.get("passwordProfile") or {}).get("password")
        if password is None:
            if needed:
                raise bad_request("A password must be specified to create a new user.")
            return {}
        if len(password) < MIN_PASSWORD:
            raise bad_request("The specified password does not comply with password complexity requirements.")
        return {PASSWORD: hashed(password)}


class Groups(Objects):
    """`entra.group`. `owners` and `members` of a create come as `…@odata.bind`, or as plain ids."""

    name = GROUP
    area = "group"

    def create(self, caller: Caller, body: Body) -> Body:
        require(self.cloud, caller, "group.create")
        required(body, "displayName", "mailNickname")
        for flag in ("mailEnabled", "securityEnabled"):
            if not isinstance(body.get(flag), bool):
                raise bad_request(f"A value is required for property '{flag}' of resource 'Group'.")
        oid = body["id"] if caller.oid == SYSTEM.oid and "id" in body else self.cloud.guid()
        owners = self._references(body, "owners") or ([caller.oid] if caller.kind == "user" else [])
        members = self._references(body, "members")
        stored = {
            "description": None,
            "mail": None,
            "groupTypes": [],
            "visibility": None,
            "createdDateTime": time_text(self.cloud.now()),
            **{key: value for key, value in self.accepted(body, {}).items() if key not in ("owners", "members")},
            "id": oid,
            "_owners": owners,
        }
        with self.cloud.store.transaction():
            self.cloud.store.put(GROUP, oid, stored)
            for member in members:
                self.cloud.store.put(MEMBER, f"{oid}/{member}", {"groupId": oid, "memberId": member})
        return public(stored)

    def owners(self, caller: Caller, id: str) -> list[Body]:
        """The owners as directory objects."""
        body = self.stored(id)
        require(self.cloud, caller, "group.read", body)
        return [described(*directory_object(self.cloud, owner)) for owner in body["_owners"]]

    def add_owner(self, caller: Caller, id: str, owner: str) -> None:
        body = self.stored(id)
        require(self.cloud, caller, "group.update", body)
        directory_object(self.cloud, owner)
        if owner in body["_owners"]:
            raise already_there("owners")
        self.cloud.store.put(GROUP, id, {**body, "_owners": [*body["_owners"], owner]})

    def _references(self, body: Body, name: str) -> list[str]:
        ids = [reference(one) for one in body.get(f"{name}@odata.bind") or body.get(name) or []]
        for oid in ids:
            directory_object(self.cloud, oid)
        return list(dict.fromkeys(ids))


class GroupMembers(Objects):
    """`entra.groupMember`: id `<group>/<member>`, body {groupId, memberId}."""

    name = MEMBER
    area = "group"

    def create(self, caller: Caller, body: Body) -> Body:
        group = self._group(body["groupId"])
        require(self.cloud, caller, "group.member.write", group)
        directory_object(self.cloud, body["memberId"])
        key = f"{body['groupId']}/{body['memberId']}"
        if self.cloud.store.get(MEMBER, key) is not None:
            raise already_there("members")
        stored = {"groupId": body["groupId"], "memberId": body["memberId"]}
        self.cloud.store.put(MEMBER, key, stored)
        return stored

    def update(self, caller: Caller, id: str, patch: Body) -> Body:
        raise CloudError(405, "Request_BadRequest", "A membership cannot be changed, only added and removed.")

    def delete(self, caller: Caller, id: str) -> None:
        body = self.stored(id)
        require(self.cloud, caller, "group.member.write", self._group(body["groupId"]))
        self.cloud.store.delete(MEMBER, id)

    def list(self, caller: Caller, **filters: Any) -> list[Body]:
        if filters.get("groupId"):
            self._group(filters["groupId"])
        return super().list(caller, **filters)

    def _group(self, id: str) -> Body:
        group = self.cloud.store.get(GROUP, id)
        if group is None:
            raise missing(id)
        return group


def already_there(what: str) -> CloudError:
    return bad_request(
        f"One or more added object references already exist for the following modified properties: '{what}'."
    )


def described(kind: str, body: Body) -> Body:
    """A directory object as lists of mixed kinds show it, with its type."""
    return {"@odata.type": ODATA_TYPES[kind], **public(body)}
