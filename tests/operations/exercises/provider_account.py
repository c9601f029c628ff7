"""§3 in the forms that only the Terraform provider sends: each with the trap that the answer must avoid."""

from __future__ import annotations

from typing import Any

from tests.operations.running import Surface

CORE = "urn:ietf:params:scim:schemas:core:2.0:"
PATCH = {"schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"]}
LIFETIME = {"delta_sharing_recipient_token_lifetime_in_seconds": 31536000}


def operations(*given: dict[str, Any]) -> dict[str, Any]:
    return {**PATCH, "Operations": list(given)}


def metastore_in_two_steps(s: Surface) -> None:
    """The create is followed by a PUT of a value that nobody configured: it must be kept."""
    path = f"/metastores/{s.metastore}"
    before = s.account_provider("GET", path)["metastore_info"]
    s.account_provider("PUT", path, {"metastore_info": LIFETIME})
    after = s.account_provider("GET", path)["metastore_info"]
    assert {**before, **LIFETIME} == {**after, "updated_at": before["updated_at"], "updated_by": before["updated_by"]}


def default_data_access(s: Surface) -> None:
    """The name of the root credential follows from the id that was put."""
    path = f"/metastores/{s.metastore}"
    identity = {"access_connector_id": s.connector}
    wanted = {"credential_info": {"name": "access", "azure_managed_identity": identity}}
    made = s.account_provider("POST", f"{path}/storage-credentials", wanted)["credential_info"]
    assert {"id", "name", "owner", "isolation_mode"} <= set(made)
    assert made["azure_managed_identity"]["access_connector_id"] == s.connector
    s.account_provider("PUT", path, {"metastore_info": {"storage_root_credential_id": made["id"]}})
    s.account_provider("GET", f"{path}/storage-credentials/access")
    read = s.account_provider("GET", path)["metastore_info"]
    assert read["storage_root_credential_name"] == "access"
    assert s.account_provider("DELETE", f"{path}/storage-credentials/access", query={"force": "true"}) == {}


def assignment_with_a_default_catalog(s: Surface) -> None:
    path = f"/workspaces/{s.workspace_id}/metastores/{s.metastore}"
    body = {"metastore_assignment": {"default_catalog_name": "", "metastore_id": s.metastore}}
    assert s.account_provider("POST", path, body) == {}
    assert s.account_provider("PUT", path, body) == {}
    read = s.account_provider("GET", f"/workspaces/{s.workspace_id}/metastore")["metastore_assignment"]
    assert (read["workspace_id"], read["metastore_id"]) == (s.workspace_id, s.metastore)


def access_is_replaced(s: Surface) -> None:
    """A change of principal is delete and put; no entry may lack `principal`."""
    (group,) = s.account_provider("GET", "/scim/v2/Groups", query={"filter": 'displayName eq "data_engineer"'})[
        "Resources"
    ]
    path = f"/workspaces/{s.workspace_id}/permissionassignments"
    one = f"{path}/principals/{group['id']}"
    assert s.account_provider("DELETE", one) == {}
    put = s.account_provider("PUT", one, {"permissions": ["USER"]})
    assert (put["principal"]["principal_id"], put["permissions"]) == (int(group["id"]), ["USER"])
    assert all(
        entry["principal"]["principal_id"] for entry in s.account_provider("GET", path)["permission_assignments"]
    )


def user_that_is_only_deactivated(s: Surface) -> None:
    """Rule 9, roles that survive a PUT, a delete that is none, and the words that `force` compares."""
    upn = f"provider@{s.info['tenant_domain']}"
    body = {"userName": upn, "displayName": "P", "active": True, "entitlements": [{}], "schemas": [f"{CORE}User"]}
    made = s.account_provider("POST", "/scim/v2/Users", body)
    assert made.get("entitlements", []) == [], "the empty element is not stored"
    one = f"/scim/v2/Users/{made['id']}"
    query = {"attributes": "userName,displayName,active,externalId,entitlements"}
    read = s.account_provider("GET", one, query=query)
    assert (read["userName"], read["displayName"], read["active"]) == (upn, "P", True)
    asked = {"filter": f'userName eq "{upn.upper()}"', "excludedAttributes": "roles"}
    (found,) = s.account_provider("GET", "/scim/v2/Users", query=asked)["Resources"]
    assert (found["id"], "roles" in found) == (made["id"], False)
    role = {"op": "add", "path": "roles", "value": [{"value": "account_admin"}]}
    s.account_provider("PATCH", one, operations(role))
    held = s.account_provider("GET", one, query={"attributes": "groups,roles"})
    assert [one["value"] for one in held["roles"]] == ["account_admin"]
    s.account_provider("PUT", one, {**body, "displayName": "Q", "roles": held["roles"]})
    read = s.account_provider("GET", one, query={"attributes": "roles"})
    assert [one["value"] for one in read["roles"]] == ["account_admin"]
    s.account_provider("PATCH", one, operations({"op": "remove", "path": 'roles[value eq "account_admin"]'}))
    assert not s.account_provider("GET", one, query={"attributes": "roles"}).get("roles")
    inactive = {"op": "replace", "path": "active", "value": [{"value": "false"}]}
    s.account_provider("PATCH", one, operations(inactive))
    assert s.account_provider("GET", one)["active"] is False
    again = s.account_provider("POST", "/scim/v2/Users", body, expect=409)
    assert f"User with username {upn} already exists." in str(again)
    s.account_provider("PUT", one, body)
    assert s.account_provider("GET", one)["active"] is True, "force = true takes it up again"


def principal_whose_id_is_always_told(s: Surface) -> None:
    application = "5b9e6d1a-7c2f-4f0e-8a3d-2e1f0c9b8a76"
    body = {"applicationId": application, "displayName": "P", "active": True, "entitlements": [{}]}
    body["schemas"] = [f"{CORE}ServicePrincipal"]
    made = s.account_provider("POST", "/scim/v2/ServicePrincipals", body)
    assert made.get("entitlements", []) == []
    one = f"/scim/v2/ServicePrincipals/{made['id']}"
    query = {"attributes": "userName,displayName,active,externalId,entitlements"}
    read = s.account_provider("GET", one, query=query)
    assert (read["applicationId"], read["active"]) == (application, True), "though `attributes` does not list it"
    asked = {"filter": f"applicationId eq '{application}'", "excludedAttributes": "roles"}
    assert len(s.account_provider("GET", "/scim/v2/ServicePrincipals", query=asked)["Resources"]) == 1
    s.account_provider("PUT", one, {**body, "displayName": "Q"})
    s.account_provider("PATCH", one, operations({"op": "replace", "path": "active", "value": [{"value": "false"}]}))
    assert s.account_provider("GET", one)["active"] is False
    again = s.account_provider("POST", "/scim/v2/ServicePrincipals", body, expect=409)
    assert f"Service principal with application ID {application} already exists." in str(again)


def group_with_members(s: Surface) -> None:
    body = {"displayName": "provider", "externalId": "x-1", "entitlements": [{}], "schemas": [f"{CORE}Group"]}
    made = s.account_provider("POST", "/scim/v2/Groups", body)
    assert made.get("entitlements", []) == []
    one = f"/scim/v2/Groups/{made['id']}"
    read = s.account_provider("GET", one, query={"attributes": "displayName,externalId,entitlements"})
    assert (read["displayName"], read["externalId"]) == ("provider", "x-1")
    asked = {"filter": "displayName eq 'provider'", "attributes": "id"}
    (found,) = s.account_provider("GET", "/scim/v2/Groups", query=asked)["Resources"]
    whole = "displayName,members,roles,entitlements,externalId,groups"
    assert s.account_provider("GET", f"/scim/v2/Groups/{found['id']}", query={"attributes": whole})["displayName"]
    (user,) = s.account_provider(
        "GET", "/scim/v2/Users", query={"filter": f'userName eq "provider@{s.info["tenant_domain"]}"'}
    )["Resources"]
    s.account_provider("PATCH", one, operations({"op": "add", "path": "members", "value": [{"value": user["id"]}]}))
    held = s.account_provider("GET", one, query={"attributes": "members"})
    assert [member["value"] for member in held["members"]] == [user["id"]]
    s.account_provider("PUT", one, {**body, "displayName": "provider"})
    assert [m["value"] for m in s.account_provider("GET", one)["members"]] == [user["id"]], "PUT keeps the members"
    s.account_provider("PATCH", one, operations({"op": "remove", "path": f'members[value eq "{user["id"]}"]'}))
    assert not s.account_provider("GET", one, query={"attributes": "members"}).get("members")
    again = s.account_provider("POST", "/scim/v2/Groups", body, expect=409)
    assert "Group with name provider already exists." in str(again)
    s.account_provider("DELETE", one, expect=204)
    s.account_provider("DELETE", one, expect=404)
    s.send("accounts", "GET", "{A}" + one, expect=404)


def beyond_the_end(s: Surface) -> None:
    """`startIndex` is heeded: a client that asks beyond the end finds it empty and stops."""
    for place in ("Users", "Groups", "ServicePrincipals"):
        page = s.account_provider("GET", f"/scim/v2/{place}", query={"startIndex": "1000", "count": "100"})
        assert page["Resources"] == []


EXERCISES = [
    metastore_in_two_steps,
    default_data_access,
    assignment_with_a_default_catalog,
    access_is_replaced,
    user_that_is_only_deactivated,
    principal_whose_id_is_always_told,
    group_with_members,
    beyond_the_end,
]
