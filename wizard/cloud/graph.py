"""Microsoft Graph by plain requests: the official SDK unpacks to 205 MB for the few calls we make."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import quote

from azure.core.exceptions import HttpResponseError, ResourceNotFoundError

from wizard.cloud.credentials import Credential
from wizard.cloud.endpoints import Endpoints
from wizard.cloud.pipeline import Body, RestClient

# Of the fields of a user that are free for such use: settable on a cloud-only user, unseen by the person.
MARKS, MARK = "onPremisesExtensionAttributes", "extensionAttribute15"
USER_FIELDS = f"id,displayName,userPrincipalName,{MARKS}"
GLOBAL_ADMIN = "62e90394-69f5-4237-9190-012177145e10"  # the role's template
GRAPH_APP_ID = "00000003-0000-0000-c000-000000000000"


@dataclass(frozen=True, slots=True)
class GraphError:
    """What an error of Graph says, however it was put."""

    code: str
    message: str
    request_id: str | None


class GraphClient:
    """One tenant. Raises azure-core's HttpResponseError on a refusal; `None` means it does not exist."""

    def __init__(self, endpoints: Endpoints, credential: Credential) -> None:
        self._rest = RestClient(f"{endpoints.graph}/v1.0", endpoints, credential, endpoints.graph_scope)

    def me(self) -> Body:
        """The signed-in user: `id`, `userPrincipalName`. An application has no "me": 400."""
        return self._rest.send("GET", "/me")

    def default_domain(self) -> str | None:
        for domain in self._list("/domains"):
            if domain.get("isDefault"):
                return str(domain["id"])
        return None

    def user(self, id_or_upn: str) -> Body | None:
        """With `id`, `userPrincipalName`, and what `mark_of` reads."""
        return self._maybe(f"/users/{quote(id_or_upn, safe='')}", {"$select": USER_FIELDS})

    def create_user(self, upn: str, password: str, mark: str) -> Body:
        """A member who has to change the password at the first login."""
        name = upn.partition("@")[0]
        body = {
            "accountEnabled": True,
            "displayName": name,
            "mailNickname": name,
            "userPrincipalName": upn,
            "passwordProfile": {"password": password, "forceChangePasswordNextSignIn": True},
            MARKS: {MARK: mark},
        }
        return self._rest.send("POST", "/users", body=body)

    def delete_user(self, object_id: str) -> None:
        """Absent is success."""
        self._delete(f"/users/{object_id}")

    @staticmethod
    def mark_of(user: Body) -> str | None:
        """The mark that `create_user` gave."""
        marks = user.get(MARKS)
        return marks.get(MARK) if isinstance(marks, Mapping) else None

    def group(self, display_name: str) -> Body | None:
        return self._first("/groups", f"displayName eq {literal(display_name)}")

    def is_member(self, group_object_id: str, object_id: str) -> bool:
        """Whether a user or service principal is in a group itself, and not by another group."""
        return any(one.get("id") == object_id for one in self._list(f"/groups/{group_object_id}/members"))

    def add_member(self, group_object_id: str, object_id: str) -> None:
        """Who is in it already stays so."""
        body = {"@odata.id": f"https://graph.microsoft.com/v1.0/directoryObjects/{object_id}"}
        try:
            self._rest.send("POST", f"/groups/{group_object_id}/members/$ref", body=body, repeatable=True)
        except HttpResponseError as error:
            if "already exist" not in read_error(error).message.lower():
                raise

    def owned_groups(self, principal_object_id: str) -> list[Body]:
        """The groups that a service principal owns. Of one that the caller may not read only the id is told."""
        return self._groups(f"/servicePrincipals/{principal_object_id}/ownedObjects")

    def groups_of(self, user_object_id: str) -> list[Body]:
        """The groups that a user is in, told as `owned_groups` does."""
        return self._groups(f"/users/{user_object_id}/memberOf")

    def applications(self, display_name: str) -> list[Body]:
        """Every application of that name; Entra allows several."""
        return self._list("/applications", f"displayName eq {literal(display_name)}")

    def application(self, app_id: str) -> Body | None:
        return self._first("/applications", f"appId eq {literal(app_id)}")

    def create_application(self, display_name: str, note: str, tag: str) -> Body:
        """`id` is the object's, `appId` the client id. `tag` marks it as ours."""
        return self._rest.send(
            "POST",
            "/applications",
            body={"displayName": display_name, "notes": note, "tags": [tag], "signInAudience": "AzureADMyOrg"},
        )

    def delete_application(self, object_id: str) -> None:
        """Its service principal goes with it. Absent is success."""
        self._delete(f"/applications/{object_id}")

    def service_principal(self, app_id: str) -> Body | None:
        """With `accountEnabled`, `appOwnerOrganizationId` (the tenant of its application) and its own secrets."""
        return self._first("/servicePrincipals", f"appId eq {literal(app_id)}")

    def object_by_id(self, kind: Literal["applications", "servicePrincipals"], object_id: str) -> Body | None:
        """An application or a service principal by its object id, which is not its client id."""
        return self._maybe(f"/{kind}/{quote(object_id, safe='')}")

    def create_service_principal(self, app_id: str, tag: str) -> Body:
        return self._rest.send("POST", "/servicePrincipals", body={"appId": app_id, "tags": [tag]})

    def add_password(self, application_object_id: str, display_name: str, end: str) -> str:
        """A new secret, told by Graph this once; `end` is an ISO time in UTC."""
        return str(self.new_password(application_object_id, display_name, end)["secretText"])

    def new_password(self, application_object_id: str, display_name: str, end: str) -> Body:
        """As `add_password`, with the secret's `keyId` beside its `secretText`."""
        return self._rest.send(
            "POST",
            f"/applications/{application_object_id}/addPassword",
            body={"passwordCredential": {"displayName": display_name, "endDateTime": end}},
        )

    def remove_password(self, application_object_id: str, key_id: str) -> None:
        """Absent is success."""
        path = f"/applications/{application_object_id}/removePassword"
        try:
            self._rest.send("POST", path, body={"keyId": key_id}, repeatable=True)
        except ResourceNotFoundError:
            return

    def federated_credentials(self, application_object_id: str) -> list[Body]:
        """`id`, `name`, `issuer`, `subject`, `audiences` of each: whose tokens stand for the application."""
        return self._list(f"/applications/{application_object_id}/federatedIdentityCredentials")

    def add_federated_credential(
        self, application_object_id: str, *, name: str, issuer: str, subject: str, description: str, audience: str
    ) -> Body:
        """An application's names are its own, so that a lost answer is answered by looking (409 the second time)."""
        body = {
            "name": name,
            "issuer": issuer,
            "subject": subject,
            "description": description,
            "audiences": [audience],
        }
        path = f"/applications/{application_object_id}/federatedIdentityCredentials"
        return self._rest.send("POST", path, body=body)

    def remove_federated_credential(self, application_object_id: str, credential_id: str) -> None:
        """Absent is success."""
        self._delete(f"/applications/{application_object_id}/federatedIdentityCredentials/{credential_id}")

    def app_roles(self, principal_object_id: str) -> list[Body]:
        """`appRoleId` and `resourceId` of each app role the principal holds; none where a new principal is not
        known everywhere yet."""
        try:
            return self._list(f"/servicePrincipals/{principal_object_id}/appRoleAssignments")
        except ResourceNotFoundError:
            return []

    def grant_app_role(self, principal_object_id: str, resource_object_id: str, app_role_id: str) -> None:
        """A grant that exists already is success."""
        body = {"principalId": principal_object_id, "resourceId": resource_object_id, "appRoleId": app_role_id}
        try:
            path = f"/servicePrincipals/{principal_object_id}/appRoleAssignments"
            self._rest.send("POST", path, body=body, repeatable=True)
        except HttpResponseError as error:
            if "already exist" not in read_error(error).message.lower():
                raise

    def directory_roles(self, principal_object_id: str) -> list[Body]:
        """`roleDefinitionId` and `directoryScopeId` of each active directory role."""
        return self._list("/roleManagement/directory/roleAssignments", f"principalId eq {literal(principal_object_id)}")

    def global_administrators(self) -> list[str]:
        """User principal names, in order, of the people who hold the role now; groups and applications are left out."""
        held = self._list("/roleManagement/directory/roleAssignments", f"roleDefinitionId eq {literal(GLOBAL_ADMIN)}")
        users = [self.user(str(assignment["principalId"])) for assignment in held]
        return sorted(str(user["userPrincipalName"]) for user in users if user is not None)

    def eligible_roles(self, principal_object_id: str) -> list[Body]:
        """Directory roles that the principal may activate (PIM), but does not hold now."""
        return self._list(
            "/roleManagement/directory/roleEligibilitySchedules", f"principalId eq {literal(principal_object_id)}"
        )

    def grant_directory_role(self, principal_object_id: str, role_id: str) -> None:
        self._rest.send(
            "POST",
            "/roleManagement/directory/roleAssignments",
            body={"principalId": principal_object_id, "roleDefinitionId": role_id, "directoryScopeId": "/"},
        )

    def _list(self, path: str, filter: str | None = None) -> list[Body]:
        query = {"$filter": filter} if filter else {}
        return list(self._rest.pages(path, query=query, items="value", next_page="@odata.nextLink"))

    def _groups(self, path: str) -> list[Body]:
        """Of a list of mixed kinds."""
        return [one for one in self._list(path) if str(one.get("@odata.type", "")).endswith(".group")]

    def _first(self, path: str, filter: str) -> Body | None:
        return next(iter(self._list(path, filter)), None)

    def _maybe(self, path: str, query: dict[str, str] | None = None) -> Body | None:
        try:
            return self._rest.send("GET", path, query=query)
        except ResourceNotFoundError:
            return None

    def _delete(self, path: str) -> None:
        try:
            self._rest.send("DELETE", path)
        except ResourceNotFoundError:
            return


def literal(text: str) -> str:
    """A text in an OData filter; quotes are doubled."""
    return "'" + text.replace("'", "''") + "'"


def read_error(error: HttpResponseError) -> GraphError:
    """The parts of an error. `message` may be an object, and the whole may be no JSON at all."""
    try:
        response: Any = error.response
        body: Any = response.json() if response is not None else {}
    except (ValueError, TypeError):
        body = {}
    told = body.get("error") if isinstance(body, Mapping) else None
    if not isinstance(told, Mapping):
        return GraphError("", str(error.message), None)
    message = told.get("message")
    if isinstance(message, Mapping):
        message = message.get("value") or message.get("message")
    inner = told.get("innerError") or told.get("innererror")
    request_id = inner.get("request-id") if isinstance(inner, Mapping) else None
    return GraphError(str(told.get("code") or ""), str(message or error.message), request_id)
