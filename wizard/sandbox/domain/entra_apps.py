"""Applications, service principals, and the app roles that principals hold.

An application's `id` (object) and `appId` (client) differ, and so does its principal's `id`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

from wizard.sandbox.domain import entra_federated
from wizard.sandbox.domain.core import SYSTEM, Body, Caller, CloudError
from wizard.sandbox.domain.entra_assertions import key_credential
from wizard.sandbox.domain.entra_objects import (
    Objects,
    bad_request,
    directory_object,
    forget_references,
    matching,
    public,
    reference,
    required,
)
from wizard.sandbox.domain.entra_rights import (
    APP_ROLE,
    APPLICATION,
    PRINCIPAL,
    USER,
    directory_data,
    require,
)
from wizard.sandbox.domain.entra_secrets import add_secret, remove_secret, time_text
from wizard.sandbox.domain.world import world

CREDENTIALS = ("passwordCredentials", "keyCredentials")


class Secretive(Objects):
    """What has client secrets: `add_password` and `remove_password`."""

    def add_password(self, caller: Caller, id: str, wanted: Body) -> Body:
        """The new credential; its `secretText` is never told again. `wanted`: displayName, endDateTime."""
        body = self.stored(id)
        require(self.cloud, caller, "application.write", body)
        times = {key: _time(wanted[key]) for key in ("startDateTime", "endDateTime") if wanted.get(key)}
        # Only the cloud itself may choose a secret's text, when it seeds a scenario.
        text = wanted.get("secretText") if caller.oid == SYSTEM.oid else None
        credential = add_secret(self.cloud, body, {**wanted, **times}, text)
        self.cloud.store.put(self.name, body["id"], body)
        return credential

    def remove_password(self, caller: Caller, id: str, key_id: str) -> None:
        body = self.stored(id)
        require(self.cloud, caller, "application.write", body)
        remove_secret(body, key_id)
        self.cloud.store.put(self.name, body["id"], body)

    def owners_of(self, caller: Caller, body: Body) -> list[str]:
        """Owners given with a create, or the person who creates; an application owns what it makes."""
        given = [reference(one) for one in body.get("owners@odata.bind") or body.get("owners") or []]
        return given or ([] if caller.oid == SYSTEM.oid else [caller.oid])


class Applications(Secretive):
    """`entra.application`. Display names need not be unique, as in Entra."""

    name = APPLICATION
    area = "application"
    updating = deleting = "write"
    fixed = ("id", "appId", "createdDateTime", "passwordCredentials")

    def read(self, caller: Caller, id: str) -> Body:
        return _without_keys(super().read(caller, id))

    def accepted(self, patch: Body, body: Body) -> Body:
        """Certificates come as `keyCredentials`, those that are there named by `keyId`."""
        changes = super().accepted(patch, body)
        if "keyCredentials" in changes:
            there = {one["keyId"]: one for one in body.get("keyCredentials", ())}
            changes["keyCredentials"] = [
                key_credential(self.cloud, there.get(one.get("keyId"), one)) for one in changes["keyCredentials"]
            ]
        return changes

    def create(self, caller: Caller, body: Body) -> Body:
        require(self.cloud, caller, "application.create")
        required(body, "displayName")
        seeded: Body = {key: body[key] for key in ("id", "appId") if caller.oid == SYSTEM.oid and key in body}
        stored: Body = {
            "signInAudience": "AzureADMyOrg",
            "identifierUris": [],
            "description": None,
            "appRoles": [],
            "requiredResourceAccess": [],
            "tags": [],
            **{key: value for key, value in self.accepted(body, {}).items() if key != "owners"},
            "id": self.cloud.guid(),
            "appId": self.cloud.guid(),
            "createdDateTime": time_text(self.cloud.now()),
            "publisherDomain": world(self.cloud).domain,
            "passwordCredentials": [],
            **seeded,
            "_owners": self.owners_of(caller, body),
        }
        stored.setdefault("keyCredentials", [])
        self.cloud.store.put(APPLICATION, stored["id"], stored)
        return _without_keys(public(stored))

    def federated(self, caller: Caller, id: str) -> Sequence[Body]:
        """Its federated credentials."""
        body = self.stored(id)
        require(self.cloud, caller, "application.read", body)
        return entra_federated.listed(body)

    def change_federated(self, caller: Caller, id: str, change: Callable[[Body], Body | None]) -> Body | None:
        """Keep what `change` makes of the stored application, one of the functions of entra_federated."""
        body = self.stored(id)
        require(self.cloud, caller, "application.write", body)
        made = change(body)
        self.cloud.store.put(APPLICATION, body["id"], body)
        return made

    def delete(self, caller: Caller, id: str) -> None:
        """Takes the application's principal in this tenant with it."""
        app_id = self.stored(id)["appId"]
        with self.cloud.store.transaction():
            super().delete(caller, id)
            for key, body in self.cloud.store.items(PRINCIPAL):
                if body["appId"] == app_id:
                    self.cloud.store.delete(PRINCIPAL, key)
                    forget_references(self.cloud, key)

    def list(self, caller: Caller, **filters: Any) -> list[Body]:
        return [_without_keys(body) for body in super().list(caller, **filters)]


class ServicePrincipals(Secretive):
    """`entra.servicePrincipal`. Managed identities are made by the cloud itself, without an application."""

    name = PRINCIPAL
    area = "application"
    updating = deleting = "write"
    fixed = ("id", "appId", "displayName", "appOwnerOrganizationId", "servicePrincipalType", *CREDENTIALS)

    def create(self, caller: Caller, body: Body) -> Body:
        require(self.cloud, caller, "application.create")
        managed = caller.oid == SYSTEM.oid and body.get("servicePrincipalType") == "ManagedIdentity"
        if managed:
            body = {"appId": self.cloud.guid(), "displayName": "managed identity", **body}
        required(body, "appId")
        if any(matching(one, {"appId": body["appId"]}) for one in self.all()):
            raise CloudError(
                409,
                "Request_MultipleObjectsWithSameKeyValue",
                "The service principal cannot be created, updated, or restored because the service principal name "
                f"{body['appId']} is already in use.",
            )
        base = {"displayName": body["displayName"]} if managed else self._from_application(body["appId"])
        seeded = {"id": body["id"]} if caller.oid == SYSTEM.oid and "id" in body else {}
        stored: Body = {
            "accountEnabled": True,
            "servicePrincipalType": "Application",
            "appRoleAssignmentRequired": False,
            "appRoles": [],
            "oauth2PermissionScopes": [],
            "alternativeNames": [],
            "tags": [],
            "description": None,
            "notes": None,
            **{key: value for key, value in self.accepted(body, {}).items() if key != "owners"},
            **base,
            "id": self.cloud.guid(),
            "appId": body["appId"],
            "servicePrincipalNames": [body["appId"]],
            "appOwnerOrganizationId": world(self.cloud).tenant_id,
            "createdDateTime": time_text(self.cloud.now()),
            "passwordCredentials": [],
            "keyCredentials": [],
            **seeded,
            "_owners": self.owners_of(caller, body),
        }
        self.cloud.store.put(PRINCIPAL, stored["id"], stored)
        return public(stored)

    def by_app_id(self, caller: Caller, app_id: str) -> Body:
        """The principal of an application, by client id; raises CloudError 404."""
        found = next((body for body in self.all() if matching(body, {"appId": app_id})), None)
        if found is None:
            raise CloudError(404, "Request_ResourceNotFound", f"Resource '{app_id}' does not exist.")
        return self.read(caller, found["id"])

    def _from_application(self, app_id: str) -> Body:
        for _id, application in self.cloud.store.items(APPLICATION):
            if application["appId"] == app_id:
                audience = application["signInAudience"]
                return {"displayName": application["displayName"], "signInAudience": audience}
        raise bad_request(
            f"The appId '{app_id}' of the service principal does not reference a valid application object."
        )


class AppRoleAssignments(Objects):
    """`entra.appRoleAssignment`: body {principalId, resourceId, appRoleId}; seen from both sides."""

    name = APP_ROLE
    area = "appRoleAssignment"
    deleting = "write"

    def create(self, caller: Caller, body: Body) -> Body:
        require(self.cloud, caller, "appRoleAssignment.write")
        required(body, "principalId", "resourceId", "appRoleId")
        kind, principal = directory_object(self.cloud, body["principalId"])
        resource_kind, resource = directory_object(self.cloud, body["resourceId"])
        if resource_kind != PRINCIPAL:
            raise bad_request(f"The resource '{body['resourceId']}' is not a service principal.")
        if body["appRoleId"] not in {role["id"] for role in resource["appRoles"]}:
            raise bad_request("Permission being assigned was not found on application.")
        triple = {key: body[key] for key in ("principalId", "resourceId", "appRoleId")}
        if any(matching(one, triple) for one in self.all()):
            raise bad_request("Permission being assigned already exists on the object.")
        stored = {
            **triple,
            "id": self.cloud.guid(),
            "createdDateTime": time_text(self.cloud.now()),
            "principalDisplayName": principal["displayName"],
            "principalType": {PRINCIPAL: "ServicePrincipal", USER: "User"}.get(kind, "Group"),
            "resourceDisplayName": resource["displayName"],
        }
        self.cloud.store.put(APP_ROLE, stored["id"], stored)
        return stored

    def update(self, caller: Caller, id: str, patch: Body) -> Body:
        raise CloudError(405, "Request_BadRequest", "An app role assignment cannot be changed.")


def _without_keys(body: Body) -> Body:
    """As Graph shows it: of a certificate only what names it."""
    return {**body, "keyCredentials": [public(one) for one in body["keyCredentials"]]}


def first_party_principals(guid_of: dict[str, str]) -> list[Body]:
    """The service principals that stand in every tenant; `guid_of` maps app id -> object id."""
    data = directory_data()
    bodies = []
    for one in data["first_party"]:
        roles = data["graph_app_roles"] if one["app_id"] == data["graph_app_id"] else {}
        bodies.append(
            {
                "id": guid_of[one["app_id"]],
                "appId": one["app_id"],
                "displayName": one["display_name"],
                "accountEnabled": True,
                "servicePrincipalType": "Application",
                "servicePrincipalNames": [one["app_id"], *one["names"]],
                "appOwnerOrganizationId": "f8cdef31-a31e-4b4a-93e4-5f571e91255a",
                "signInAudience": "AzureADMultipleOrgs",
                "appRoles": [_app_role(name, role) for name, role in roles.items()],
                "oauth2PermissionScopes": [],
                "tags": [],
                "passwordCredentials": [],
                "_owners": [],
            }
        )
    return bodies


def _app_role(name: str, role: str) -> Body:
    return {
        "id": role,
        "value": name,
        "displayName": name,
        "description": name,
        "isEnabled": True,
        "allowedMemberTypes": ["Application"],
        "origin": "Application",
    }


def _time(text: str) -> str:
    try:
        when = datetime.fromisoformat(text)
    except ValueError as error:
        raise bad_request(f"Cannot convert the literal '{text}' to the expected type 'Edm.DateTimeOffset'.") from error
    return time_text(when if when.tzinfo is None else when.astimezone(UTC))
