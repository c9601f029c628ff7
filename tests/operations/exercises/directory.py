"""§6: Microsoft Graph by plain requests through an azure-core pipeline, and the azuread provider's own forms."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import pytest
from azure.core.exceptions import HttpResponseError

from tests.operations.running import Surface
from wizard.cloud.graph import GRAPH_APP_ID, read_error

USER_READ_WRITE = "741f803b-c850-494e-b5df-cde7c675a1ca"
GROUP_READ_WRITE = "62a82d76-70ea-41e2-9197-370581804d09"
USER_ADMINISTRATOR = "fe930be7-5e62-47db-91af-98c3a49a38b1"
ROLES, ELIGIBLE = "/roleManagement/directory/roleAssignments", "/roleManagement/directory/roleEligibilitySchedules"


def graph(s: Surface) -> Any:
    return s.pipeline("graph", version="/v1.0").send


def found(s: Surface, path: str, filter: str) -> list[Any]:
    answer: list[Any] = graph(s)("GET", path, query={"$filter": filter})["value"]
    return answer


def who_am_i(s: Surface) -> None:
    person = s.pipeline("graph", version="/v1.0", credential=s.person("owner")).send("GET", "/me")
    assert person["userPrincipalName"] == s.info["identities"]["owner"]["upn"]
    with pytest.raises(HttpResponseError) as refused:
        graph(s)("GET", "/me")
    assert refused.value.status_code == 400
    (domain,) = graph(s)("GET", "/domains")["value"]
    assert (domain["isDefault"], domain["isVerified"]) == (True, True)
    assert graph(s)("GET", f"/domains/{domain['id']}")["id"] == domain["id"]


def applications_and_principals(s: Surface) -> None:
    send = graph(s)
    made = send("POST", "/applications", body={"displayName": "operations"})
    assert made["id"] != made["appId"]
    assert [one["id"] for one in found(s, "/applications", "displayName eq 'operations'")] == [made["id"]]
    path = f"/applications/{made['id']}"
    send("PATCH", path, body={"notes": "of a test"})
    assert send("GET", path)["notes"] == "of a test"
    principal = send("POST", "/servicePrincipals", body={"appId": made["appId"]})
    assert principal["id"] not in (made["id"], made["appId"])
    assert found(s, "/servicePrincipals", f"appId eq '{made['appId']}'") == [principal]
    assert send("GET", f"/servicePrincipals(appId='{made['appId']}')")["id"] == principal["id"]
    own = f"/servicePrincipals/{principal['id']}"
    send("PATCH", own, body={"tags": ["operations"]})
    assert send("GET", own)["tags"] == ["operations"]
    wanted = {"passwordCredential": {"displayName": "test", "endDateTime": "2040-01-01T00:00:00Z"}}
    for holder in (path, own):
        secret = send("POST", f"{holder}/addPassword", body=wanted)
        assert {"keyId", "secretText", "endDateTime"} <= set(secret)
        assert secret["secretText"] not in str(send("GET", holder)), "it is told once"
        send("POST", f"{holder}/removePassword", body={"keyId": secret["keyId"]})
    s.kept |= {"application": made["id"], "principal": principal["id"]}


def federated_credentials(s: Surface) -> None:
    send = graph(s)
    path = f"/applications/{s.kept['application']}/federatedIdentityCredentials"
    wanted = {
        "name": "operations-main",
        "issuer": "https://token.actions.githubusercontent.com",
        "subject": "repo:example/lakehouse:ref:refs/heads/main",
        "audiences": ["api://AzureADTokenExchange"],
    }
    made = send("POST", path, body=wanted)
    assert wanted.items() <= made.items()
    with pytest.raises(HttpResponseError) as again:
        send("POST", path, body=wanted)
    assert again.value.status_code == 409
    assert send("GET", path)["value"] == [made]
    one = f"{path}/{made['id']}"
    send("PATCH", one, body={"description": "of a test"})
    assert send("GET", one)["description"] == "of a test"
    refusals: list[dict[str, object]] = [{"name": "x"}, {"audiences": []}, {"issuer": "http://a.b"}, {}]
    for wrong in refusals:
        with pytest.raises(HttpResponseError) as refused:
            send("POST", path, body={**wanted, "name": "another", **wrong})
        assert refused.value.status_code == 400
    send("DELETE", one)
    assert send("GET", path)["value"] == []


def app_roles_from_both_sides(s: Surface) -> None:
    send = graph(s)
    microsoft = send("GET", f"/servicePrincipals(appId='{GRAPH_APP_ID}')")
    assert {USER_READ_WRITE, GROUP_READ_WRITE} <= {role["id"] for role in microsoft["appRoles"]}
    grant = {"principalId": s.kept["principal"], "resourceId": microsoft["id"], "appRoleId": USER_READ_WRITE}
    path = f"/servicePrincipals/{s.kept['principal']}/appRoleAssignments"
    made = send("POST", path, body=grant)
    with pytest.raises(HttpResponseError) as again:
        send("POST", path, body=grant)
    assert "already exists" in read_error(again.value).message
    assert send("GET", path)["value"] == [made]
    send("DELETE", f"{path}/{made['id']}")
    theirs = f"/v1.0/servicePrincipals/{microsoft['id']}/appRoleAssignedTo"
    other = s.send("graph", "POST", theirs, {**grant, "appRoleId": GROUP_READ_WRITE}).json
    assert other in s.send("graph", "GET", theirs).json["value"]
    assert send("GET", path)["value"] == [other]
    s.send("graph", "DELETE", f"{theirs}/{other['id']}")


def users_and_groups(s: Surface) -> None:
    send = graph(s)
    upn = f"operations@{s.info['tenant_domain']}"
    user = send(
        "POST",
        "/users",
        body={
            "accountEnabled": True,
            "displayName": "Operations",
            "mailNickname": "operations",
            "userPrincipalName": upn,
            "passwordProfile": {"password": "Long-enough-4-this", "forceChangePasswordNextSignIn": False},
        },
    )
    assert send("GET", f"/users/{quote(upn, safe='')}")["id"] == user["id"]
    assert [one["id"] for one in found(s, "/users", f"userPrincipalName eq '{upn}'")] == [user["id"]]
    send("PATCH", f"/users/{user['id']}", body={"displayName": "Operation"})
    wanted = {"displayName": "operations", "mailEnabled": False, "mailNickname": "ops", "securityEnabled": True}
    bind = f"https://graph.microsoft.com/v1.0/directoryObjects/{s.principal['object_id']}"
    group = send("POST", "/groups", body={**wanted, "owners@odata.bind": [bind]})
    assert [one["id"] for one in found(s, "/groups", "displayName eq 'operations'")] == [group["id"]]
    path = f"/groups/{group['id']}"
    send("PATCH", path, body={"description": "of a test"})
    assert send("GET", path)["description"] == "of a test"
    link = {"@odata.id": f"{s.endpoints.graph}/v1.0/directoryObjects/{user['id']}"}
    send("POST", f"{path}/members/$ref", body=link)
    assert [one["id"] for one in send("GET", f"{path}/members")["value"]] == [user["id"]]
    (mine,) = send("GET", f"/users/{user['id']}/memberOf")["value"]
    assert (mine["@odata.type"], mine["id"]) == ("#microsoft.graph.group", group["id"])
    owned = send("GET", f"/servicePrincipals/{s.principal['object_id']}/ownedObjects")["value"]
    assert group["id"] in {one["id"] for one in owned}
    send("DELETE", f"{path}/members/{user['id']}/$ref")
    send("POST", f"{path}/owners/$ref", body=link)
    assert {one["id"] for one in send("GET", f"{path}/owners")["value"]} == {user["id"], s.principal["object_id"]}
    send("DELETE", path)
    send("DELETE", f"/users/{user['id']}")


def directory_roles(s: Surface) -> None:
    send = graph(s)
    roles = send("GET", "/roleManagement/directory/roleDefinitions")["value"]
    assert USER_ADMINISTRATOR in {role["id"] for role in roles}
    principal = s.kept["principal"]
    wanted = {"principalId": principal, "roleDefinitionId": USER_ADMINISTRATOR, "directoryScopeId": "/"}
    made = send("POST", ROLES, body=wanted)
    assert found(s, ROLES, f"principalId eq '{principal}'") == [made]
    assert send("GET", f"{ROLES}/{made['id']}")["roleDefinitionId"] == USER_ADMINISTRATOR
    send("DELETE", f"{ROLES}/{made['id']}")
    s.connection.portal("make-eligible", "owner", "User Administrator")
    (eligible,) = found(s, ELIGIBLE, f"principalId eq '{s.info['identities']['owner']['object_id']}'")
    assert send("GET", f"{ELIGIBLE}/{eligible['id']}")["roleDefinitionId"] == USER_ADMINISTRATOR
    send("DELETE", f"/servicePrincipals/{principal}")
    send("DELETE", f"/applications/{s.kept['application']}")


EXERCISES = [
    who_am_i,
    applications_and_principals,
    federated_credentials,
    app_roles_from_both_sides,
    users_and_groups,
    directory_roles,
]
