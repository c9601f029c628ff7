"""Microsoft Graph: the directory over REST, with its own rules and its own words of refusal."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import pytest
from azure.core.exceptions import ClientAuthenticationError

from tests.sandbox.conftest import ARM_SCOPE, GRAPH_SCOPE, Answer, Http, secret_credential
from wizard.sandbox.process import Connection

GRAPH_APP = "00000003-0000-0000-c000-000000000000"
USER_READ_WRITE = "741f803b-c850-494e-b5df-cde7c675a1ca"
GLOBAL_ADMINISTRATOR = "62e90394-69f5-4237-9190-012177145e10"


@dataclass
class Graph:
    """Graph as one caller sees it."""

    http: Http
    base: str
    token: str

    def __call__(self, method: str, path: str, body: Any = None) -> Answer:
        return self.http(method, f"{self.base}/v1.0{path}", token=self.token, body=body)

    def find(self, collection: str, filter: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self("GET", f"/{collection}?$filter={quote(filter)}").json["value"]
        return found


@pytest.fixture
def graph(sandbox: Connection, http: Http, graph_token: str) -> Graph:
    return Graph(http, sandbox.info["endpoints"]["graph"], graph_token)


@pytest.fixture
def application(graph: Graph) -> Iterator[dict[str, Any]]:
    made = graph("POST", "/applications", {"displayName": "made by a test"}).json
    yield made
    graph("DELETE", f"/applications/{made['id']}")


@pytest.fixture
def principal(graph: Graph, application: dict[str, Any]) -> dict[str, Any]:
    made: dict[str, Any] = graph("POST", "/servicePrincipals", {"appId": application["appId"]}).json
    return made


@pytest.fixture
def group(graph: Graph) -> Iterator[dict[str, Any]]:
    body = {"displayName": "testers", "mailEnabled": False, "mailNickname": "testers", "securityEnabled": True}
    made = graph("POST", "/groups", body).json
    yield made
    graph("DELETE", f"/groups/{made['id']}")


def test_an_application_its_principal_and_its_id_are_three_different_ids(
    graph: Graph, application: dict[str, Any], principal: dict[str, Any]
) -> None:
    assert len({application["id"], application["appId"], principal["id"]}) == 3
    assert graph.find("applications", "displayName eq 'made by a test'") == [application]
    assert graph.find("servicePrincipals", f"appId eq '{application['appId']}'") == [principal]
    assert graph("GET", f"/servicePrincipals(appId='{application['appId']}')").json["id"] == principal["id"]


def test_a_second_principal_of_an_application_is_refused(
    graph: Graph, application: dict[str, Any], principal: dict[str, Any]
) -> None:
    answer = graph("POST", "/servicePrincipals", {"appId": application["appId"]})
    assert answer.status == 409
    assert principal["appId"] in answer.json["error"]["message"]


def test_a_new_secret_is_told_once_works_and_can_be_withdrawn(
    sandbox: Connection, graph: Graph, application: dict[str, Any], principal: dict[str, Any]
) -> None:
    path = f"/applications/{application['id']}"
    made = graph("POST", f"{path}/addPassword", {"passwordCredential": {"displayName": "test"}}).json
    assert "secretText" not in str(graph("GET", path).json)
    mine = {"client_id": application["appId"], "client_secret": made["secretText"]}
    assert secret_credential(sandbox.info, **mine).get_token(ARM_SCOPE).token
    assert graph("POST", f"{path}/removePassword", {"keyId": made["keyId"]}).status == 204
    with pytest.raises(ClientAuthenticationError, match="AADSTS7000215"):
        secret_credential(sandbox.info, **mine).get_token(ARM_SCOPE)


def test_an_expired_secret_says_so(
    sandbox: Connection, graph: Graph, application: dict[str, Any], principal: dict[str, Any]
) -> None:
    old = {"passwordCredential": {"endDateTime": "2020-01-01T00:00:00Z"}}
    made = graph("POST", f"/servicePrincipals/{principal['id']}/addPassword", old).json
    with pytest.raises(ClientAuthenticationError, match="AADSTS7000222"):
        secret_credential(sandbox.info, client_id=application["appId"], client_secret=made["secretText"]).get_token(
            ARM_SCOPE
        )


def test_app_roles_are_granted_once_and_seen_from_both_sides(graph: Graph, principal: dict[str, Any]) -> None:
    resource = graph("GET", f"/servicePrincipals(appId='{GRAPH_APP}')").json
    assert USER_READ_WRITE in {role["id"] for role in resource["appRoles"]}
    grant = {"principalId": principal["id"], "resourceId": resource["id"], "appRoleId": USER_READ_WRITE}
    made = graph("POST", f"/servicePrincipals/{principal['id']}/appRoleAssignments", grant)
    assert made.status == 201
    again = graph("POST", f"/servicePrincipals/{resource['id']}/appRoleAssignedTo", grant)
    assert again.status == 400
    assert "already exists" in again.json["error"]["message"]
    mine = graph("GET", f"/servicePrincipals/{principal['id']}/appRoleAssignments").json["value"]
    theirs = graph("GET", f"/servicePrincipals/{resource['id']}/appRoleAssignedTo").json["value"]
    assert mine == [made.json]
    assert made.json in theirs
    assert graph("DELETE", f"/servicePrincipals/{principal['id']}/appRoleAssignments/{made.json['id']}").status == 204
    assert graph("GET", f"/servicePrincipals/{principal['id']}/appRoleAssignments").json["value"] == []


def test_a_guests_name_survives_path_and_filter(sandbox: Connection, graph: Graph) -> None:
    owner = sandbox.info["identities"]["owner"]
    assert "#EXT#" in owner["upn"]
    by_name = graph("GET", f"/users/{quote(owner['upn'], safe='')}").json
    assert (by_name["id"], by_name["userType"]) == (owner["object_id"], "Guest")
    assert graph.find("users", f"userPrincipalName eq '{owner['upn']}'") == [by_name]


def test_a_user_is_created_with_a_password_that_nobody_sees_again(sandbox: Connection, graph: Graph) -> None:
    body = {
        "accountEnabled": True,
        "displayName": "New colleague",
        "mailNickname": "colleague",
        "userPrincipalName": f"colleague@{sandbox.info['tenant_domain']}",
        "passwordProfile": {"password": "Long-enough-4-this", "forceChangePasswordNextSignIn": False},
    }
    made = graph("POST", "/users", body)
    assert made.status == 201
    assert "assword" not in made.text
    again = graph("POST", "/users", body)
    assert again.status == 400
    assert "userPrincipalName already exists" in again.json["error"]["message"]
    assert graph("DELETE", f"/users/{made.json['id']}").status == 204
    assert graph("GET", f"/users/{made.json['id']}").status == 404


def test_members_are_added_by_reference_whatever_host_it_names(
    sandbox: Connection, graph: Graph, group: dict[str, Any]
) -> None:
    owner = sandbox.info["identities"]["owner"]["object_id"]
    link = {"@odata.id": f"https://graph.microsoft.com/v1.0/directoryObjects/{owner}"}
    assert graph("POST", f"/groups/{group['id']}/members/$ref", link).status == 204
    assert graph("POST", f"/groups/{group['id']}/members/$ref", link).status == 400
    members = graph("GET", f"/groups/{group['id']}/members").json["value"]
    assert [(one["@odata.type"], one["id"]) for one in members] == [("#microsoft.graph.user", owner)]
    assert graph("DELETE", f"/groups/{group['id']}/members/{owner}/$ref").status == 204
    assert graph("GET", f"/groups/{group['id']}/members").json["value"] == []


def test_directory_roles_are_assigned_and_filtered(graph: Graph, principal: dict[str, Any]) -> None:
    path = "/roleManagement/directory/roleAssignments"
    wanted = {
        "principalId": principal["id"],
        "roleDefinitionId": GLOBAL_ADMINISTRATOR,
        "directoryScopeId": "/",
    }
    made = graph("POST", path, wanted)
    assert made.status == 201
    assert graph.find(path[1:], f"principalId eq '{principal['id']}'") == [made.json]
    eligible = "roleManagement/directory/roleEligibilitySchedules"
    assert graph.find(eligible, f"principalId eq '{principal['id']}'") == []
    assert graph("DELETE", f"{path}/{made.json['id']}").status == 204


def test_deleting_an_application_takes_its_principal_and_its_roles_along(
    graph: Graph, application: dict[str, Any], principal: dict[str, Any]
) -> None:
    graph(
        "POST",
        "/roleManagement/directory/roleAssignments",
        {"principalId": principal["id"], "roleDefinitionId": GLOBAL_ADMINISTRATOR, "directoryScopeId": "/"},
    )
    assert graph("DELETE", f"/applications/{application['id']}").status == 204
    assert graph("GET", f"/servicePrincipals/{principal['id']}").status == 404
    assert graph.find("roleManagement/directory/roleAssignments", f"principalId eq '{principal['id']}'") == []


def test_an_application_has_no_me_and_the_default_domain_is_the_tenants(sandbox: Connection, graph: Graph) -> None:
    assert graph("GET", "/me").status == 400
    assert [one["id"] for one in graph("GET", "/domains").json["value"] if one["isDefault"]] == [
        sandbox.info["tenant_domain"]
    ]


def test_what_is_absent_forbidden_or_unknown_is_told_in_graphs_envelope(
    sandbox: Connection, http: Http, graph: Graph, application: dict[str, Any], principal: dict[str, Any]
) -> None:
    absent = graph("GET", "/users/00000000-1111-4222-8333-444444444444")
    assert (absent.status, absent.json["error"]["code"]) == (404, "Request_ResourceNotFound")
    assert absent.json["error"]["innerError"]["request-id"] == absent.headers["request-id"]
    made = graph("POST", f"/applications/{application['id']}/addPassword", {}).json
    token = secret_credential(sandbox.info, client_id=application["appId"], client_secret=made["secretText"])
    nobody = Graph(http, graph.base, token.get_token(GRAPH_SCOPE).token)
    refused = nobody("GET", "/users")
    assert (refused.status, refused.json["error"]["code"]) == (403, "Authorization_RequestDenied")
    assert nobody("GET", f"/servicePrincipals/{principal['id']}").status == 200, "everybody may read itself"
    unknown = graph("GET", "/deviceManagement/managedDevices")
    assert (unknown.status, unknown.json["error"]["code"]) == (501, "NotImplemented")
    assert "deviceManagement" in unknown.json["error"]["message"]
    arm = Graph(http, graph.base, secret_credential(sandbox.info).get_token(ARM_SCOPE).token)
    assert arm("GET", "/users").status == 401, "a token for another audience is no token"
