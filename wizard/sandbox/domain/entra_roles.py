"""Directory roles that are active, roles one may only activate (PIM), domains, and device codes."""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import Any

from wizard.sandbox.domain.core import SYSTEM, Body, Caller, CloudError
from wizard.sandbox.domain.entra_objects import Objects, bad_request, directory_object, matching, missing, required
from wizard.sandbox.domain.entra_rights import (
    DEVICE_CODE,
    DIRECTORY_ROLE,
    DOMAIN,
    ELIGIBILITY,
    USER,
    directory_data,
    require,
)
from wizard.sandbox.domain.world import world

DEVICE_CODE_SECONDS = 900
_CODE_LETTERS = "BCDFGHJKLMNPQRSTVWXZ"  # no vowels and no digits: cannot be misread, spells nothing


class DirectoryRoles(Objects):
    """`entra.directoryRoleAssignment`: body {principalId, roleDefinitionId, directoryScopeId}."""

    name = DIRECTORY_ROLE
    area = "directoryRoleAssignment"
    deleting = "write"

    def create(self, caller: Caller, body: Body) -> Body:
        require(self.cloud, caller, f"{self.area}.write")
        required(body, "principalId", "roleDefinitionId")
        directory_object(self.cloud, body["principalId"])
        if body["roleDefinitionId"] not in directory_data()["directory_roles"].values():
            raise missing(body["roleDefinitionId"])
        wanted = {"principalId": body["principalId"], "roleDefinitionId": body["roleDefinitionId"]}
        wanted["directoryScopeId"] = body.get("directoryScopeId") or "/"
        if any(matching(one, wanted) for one in self.all()):
            raise bad_request(
                "A conflicting object with one or more of the specified property values is present in the directory."
            )
        stored = {**wanted, "id": self.cloud.guid()}
        self.cloud.store.put(self.name, stored["id"], stored)
        return stored

    def update(self, caller: Caller, id: str, patch: Body) -> Body:
        raise CloudError(405, "Request_BadRequest", "A role assignment cannot be changed.")


class RoleEligibilities(DirectoryRoles):
    """`entra.roleEligibility`: who may activate a role. Made by the portal only."""

    name = ELIGIBILITY
    area = "roleEligibility"

    def create(self, caller: Caller, body: Body) -> Body:
        if caller.oid != SYSTEM.oid:
            raise CloudError(403, "Authorization_RequestDenied", "Eligible roles are given in the portal.")
        required(body, "principalId", "roleDefinitionId")
        stored = {
            "directoryScopeId": "/",
            "status": "Provisioned",
            "memberType": "Direct",
            **body,
            "id": self.cloud.guid(),
        }
        self.cloud.store.put(self.name, stored["id"], stored)
        return stored

    def delete(self, caller: Caller, id: str) -> None:
        require(self.cloud, caller, "directoryRoleAssignment.write")
        self.cloud.store.delete(self.name, self.stored(id)["id"])


class Domains(Objects):
    """`entra.domain`: the tenant's one verified domain."""

    name = DOMAIN
    area = "domain"

    def all(self) -> Any:
        yield {
            "id": world(self.cloud).domain,
            "authenticationType": "Managed",
            "isAdminManaged": True,
            "isDefault": True,
            "isInitial": True,
            "isRoot": True,
            "isVerified": True,
            "supportedServices": ["Email", "OfficeCommunicationsOnline"],
        }

    def stored(self, id: str) -> Body:
        found: Body | None = next((body for body in self.all() if matching(body, {"id": id})), None)
        if found is None:
            raise missing(id)
        return found

    def create(self, caller: Caller, body: Body) -> Body:
        raise CloudError(501, "NotImplemented", "the sandbox's tenant has one domain")

    def update(self, caller: Caller, id: str, patch: Body) -> Body:
        return self.create(caller, patch)

    def delete(self, caller: Caller, id: str) -> None:
        self.create(caller, {})


class DeviceCodes:
    """`entra.deviceCode`: sign-ins that wait for a person. In memory only: a sign-in writes no store.

    create {client_id, scope} -> {device_code, user_code, expires_at}; update(user_code, {user}) completes."""

    name = DEVICE_CODE

    def __init__(self, cloud: Any) -> None:
        self.cloud = cloud
        self._waiting: dict[str, Body] = {}

    def create(self, caller: Caller, body: Body) -> Body:
        code = "".join(secrets.choice(_CODE_LETTERS) for _letter in range(9))
        waiting = {
            "device_code": secrets.token_urlsafe(48),
            "user_code": code,
            "client_id": body["client_id"],
            "scope": body["scope"],
            "expires_at": self.cloud.now() + timedelta(seconds=DEVICE_CODE_SECONDS),
            "user": None,
        }
        self._waiting[waiting["device_code"]] = waiting
        return dict(waiting)

    def read(self, caller: Caller, id: str) -> Body:
        """By device code or user code; raises CloudError 404."""
        for waiting in self._waiting.values():
            if id in (waiting["device_code"], waiting["user_code"]):
                return waiting
        raise CloudError(404, "Request_ResourceNotFound", f"no sign-in waits for the code '{id}'")

    def update(self, caller: Caller, id: str, patch: Body) -> Body:
        waiting = self.read(caller, id)
        user = self.cloud.kind(USER).read(SYSTEM, patch["user"])
        waiting["user"] = user["id"]
        return waiting

    def delete(self, caller: Caller, id: str) -> None:
        self._waiting.pop(self.read(caller, id)["device_code"])

    def list(self, caller: Caller, **filters: Any) -> list[Body]:
        return list(self._waiting.values())
