"""§4 in the forms that only the Terraform provider sends: each with the trap that the answer must avoid."""

from __future__ import annotations

import base64
from typing import Any

from tests.operations.running import CATALOG, Surface

UC = "/api/2.1/unity-catalog"
CREDENTIAL = f"{CATALOG}-credential"
LAKE = "cprovider"
NAMESPACE = "/api/2.0/settings/types/default_namespace_ws/names/default"


def metadata_and_me(s: Surface) -> None:
    said = s.provider("GET", "/.well-known/databricks-config", token=False)
    assert (said["host_type"], said["workspace_id"]) == ("workspace", str(s.workspace_id))
    assert said["account_id"] == s.info["account_id"]
    account = s.send("accounts", "GET", "/.well-known/databricks-config", token=False).json
    assert (account["host_type"].lower(), "workspace_id" in account) == ("account", False)
    header = {"X-Databricks-Workspace-Id": str(s.workspace_id)}
    path = "/api/2.0/preview/scim/v2/Me"
    answer = s.send("workspace", "GET", path, query={"excludedAttributes": "entitlements"}, headers=header)
    assert answer.headers["X-Databricks-Org-Id"] == str(s.workspace_id)
    assert (answer.json["userName"], bool(answer.json["id"])) == (s.principal["client_id"], True)


def credential_and_location(s: Surface) -> None:
    """What an update leaves out inside the managed identity stays."""
    path = f"{UC}/storage-credentials"
    body = {"name": "provider", "comment": "", "azure_managed_identity": {"access_connector_id": s.connector}}
    made = s.provider("POST", path, body)
    assert {"id", "owner"} <= set(made)
    assert made["isolation_mode"] == "ISOLATION_MODE_OPEN"
    identity = {"access_connector_id": s.connector}
    patch = {"comment": "c", "isolation_mode": "ISOLATION_MODE_OPEN"}
    s.provider("PATCH", f"{path}/provider", {**patch, "azure_managed_identity": identity})
    read = s.provider("GET", f"{path}/provider")
    assert read["azure_managed_identity"] == made["azure_managed_identity"]
    location = {"name": "provider", "url": s.url("raw", "provider/"), "credential_name": "provider", "comment": ""}
    # The root of `raw` is a location already: one inside it would overlap.
    s.provider("POST", f"{UC}/external-locations", location, expect=(400, 409))
    patch = {"comment": "d", "credential_name": CREDENTIAL, "isolation_mode": "ISOLATION_MODE_OPEN"}
    s.provider("PATCH", f"{UC}/external-locations/raw", {**patch, "url": s.url("raw")})
    assert s.provider("GET", f"{UC}/external-locations/raw")["url"] == s.url("raw")
    s.provider("DELETE", f"{path}/provider")


def catalog_whose_default_goes_at_once(s: Surface) -> None:
    body = {"name": LAKE, "comment": "", "properties": {"a": "b"}, "storage_root": s.url("catalog", "provider/")}
    s.provider("POST", f"{UC}/catalogs", body)
    assert s.provider("DELETE", f"{UC}/schemas/{LAKE}.default") == {}
    read = s.provider("GET", f"{UC}/catalogs/{LAKE}")
    assert (read["storage_root"], read["properties"]) == (body["storage_root"], {"a": "b"})
    patch = {"comment": "c", "properties": {"a": "c"}}
    patch |= {key: read[key] for key in ("isolation_mode", "enable_predictive_optimization")}
    assert (patch["isolation_mode"], patch["enable_predictive_optimization"]) == ("OPEN", "INHERIT")
    s.provider("PATCH", f"{UC}/catalogs/{LAKE}", patch)
    s.provider("PATCH", f"{UC}/catalogs/{LAKE}", {"isolation_mode": "ISOLATED"})
    assert s.provider("GET", f"{UC}/current-metastore-assignment")["metastore_id"] == s.metastore
    binding = {"workspace_id": s.workspace_id, "binding_type": "BINDING_TYPE_READ_WRITE"}
    s.provider("PATCH", f"{UC}/bindings/catalog/{LAKE}", {"add": [binding]})
    assert s.provider("GET", f"{UC}/bindings/catalog/{LAKE}")["bindings"] == [binding]


def schema_and_volume(s: Surface) -> None:
    s.provider("POST", f"{UC}/schemas", {"catalog_name": LAKE, "name": "bronze", "comment": ""})
    full = f"{LAKE}.bronze"
    s.provider("PATCH", f"{UC}/schemas/{full}", {"comment": "c", "owner": s.principal["client_id"]})
    s.provider("PATCH", f"{UC}/schemas/{full}", {"owner": "data_engineer"})
    read = s.provider("GET", f"{UC}/schemas/{full}")
    assert (read["full_name"], read["owner"], read["comment"]) == (full, "data_engineer", "c")
    s.provider("PATCH", f"{UC}/schemas/{full}", {"owner": s.principal["client_id"]})
    volume = {"catalog_name": LAKE, "schema_name": "bronze", "name": "in", "volume_type": "EXTERNAL", "comment": ""}
    made = s.provider("POST", f"{UC}/volumes", {**volume, "storage_location": s.url("raw", "provider")})
    assert {"volume_id", "full_name", "owner"} <= set(made)
    s.provider("PATCH", f"{UC}/volumes/{full}.in", {"comment": "c"})
    assert s.provider("GET", f"{UC}/volumes/{full}.in")["comment"] == "c"


def lists_of_the_data_sources(s: Surface) -> None:
    every = {"max_results": "0"}
    assert {one["name"] for one in s.provider("GET", f"{UC}/catalogs", query=every)["catalogs"]} == {CATALOG, LAKE}
    schemas = s.provider("GET", f"{UC}/schemas", query={**every, "catalog_name": LAKE})["schemas"]
    assert {one["name"] for one in schemas} == {"bronze", "information_schema"}
    place = {"catalog_name": LAKE, "schema_name": "bronze"}
    assert s.provider("GET", f"{UC}/tables", query={**every, **place}).get("tables", []) == []
    assert [one["name"] for one in s.provider("GET", f"{UC}/volumes", query=place)["volumes"]] == ["in"]
    first = s.provider("GET", f"{UC}/catalogs", query={"max_results": "1"})
    rest = s.provider("GET", f"{UC}/catalogs", query={"max_results": "1", "page_token": first["next_page_token"]})
    assert not rest.get("next_page_token"), "the last page names no other"


def grants_by_difference(s: Surface) -> None:
    """Nothing implied is added: the answer is the wish."""
    path = f"{UC}/permissions/schema/{LAKE}.bronze"
    s.provider("PATCH", path, {"changes": [{"principal": "data_engineer", "add": ["USE_SCHEMA", "SELECT"]}]})
    change = {"principal": "data_engineer", "add": ["CREATE_TABLE"], "remove": ["SELECT"]}
    s.provider("PATCH", path, {"changes": [change]})
    (held,) = s.provider("GET", path)["privilege_assignments"]
    assert (held["principal"], set(held["privileges"])) == ("data_engineer", {"USE_SCHEMA", "CREATE_TABLE"})
    gone = {"principal": "data_engineer", "remove": ["USE_SCHEMA", "CREATE_TABLE"]}
    s.provider("PATCH", path, {"changes": [gone]})
    assert s.provider("GET", path).get("privilege_assignments", []) == [], "and so the resource is gone"


def namespace_setting_with_its_etag(s: Surface) -> None:
    body: dict[str, Any] = {"allow_missing": True, "field_mask": "namespace.value"}
    first = s.provider("PATCH", NAMESPACE, {**body, "setting": setting(LAKE)})
    assert (first["namespace"], bool(first["etag"])) == ({"value": LAKE}, True)
    second = s.provider("PATCH", NAMESPACE, {**body, "setting": {**setting(CATALOG), "etag": first["etag"]}})
    assert second["etag"] != first["etag"]
    stale = {**setting(LAKE), "etag": first["etag"]}
    refused = s.provider("PATCH", NAMESPACE, {**body, "setting": stale}, expect=(404, 409))
    (told,) = [one["metadata"] for one in refused["details"] if one["@type"].endswith("ErrorInfo")]
    assert told["etag"] == second["etag"], "the client repeats once with it"
    assert s.provider("GET", NAMESPACE, query={"etag": told["etag"]})["namespace"] == {"value": CATALOG}
    s.provider("DELETE", NAMESPACE, query={"etag": told["etag"]})
    s.provider("GET", NAMESPACE, expect=404)


def setting(catalog: str) -> dict[str, Any]:
    return {"namespace": {"value": catalog}, "setting_name": "default"}


def force_destroy(s: Surface) -> None:
    """A catalog with a schema and a volume in it goes by force only."""
    s.provider("DELETE", f"{UC}/catalogs/{LAKE}", expect=400)
    assert s.provider("DELETE", f"{UC}/catalogs/{LAKE}", query={"force": "true"}) == {}
    for path in (f"catalogs/{LAKE}", f"schemas/{LAKE}.bronze", f"volumes/{LAKE}.bronze.in"):
        s.provider("GET", f"{UC}/{path}", expect=404)


def cluster_of_the_provider(s: Surface) -> None:
    """All is echoed; only pinned clusters are in the list of the pinned; an edit restarts."""
    definition = '{"node_type_id":{"type":"fixed","value":"Standard_DS3_v2"}}'
    policies, clusters = "/api/2.0/policies/clusters", "/api/2.1/clusters"
    policy = s.provider("POST", f"{policies}/create", {"name": "provider", "definition": definition})["policy_id"]
    assert s.provider("GET", f"{policies}/get", query={"policy_id": policy})["definition"] == definition
    wanted = {
        "cluster_name": "provider",
        "spark_version": "17.3.x-scala2.13",
        "node_type_id": "Standard_DS3_v2",
        "num_workers": 0,
        "autotermination_minutes": 20,
        "is_single_node": True,
        "kind": "CLASSIC_PREVIEW",
        "data_security_mode": "SINGLE_USER",
        "single_user_name": s.principal["client_id"],
        "policy_id": policy,
        "spark_conf": {"spark.a": "b"},
        "custom_tags": {"project": "ops"},
    }
    made = s.provider("POST", f"{clusters}/create", wanted)
    assert set(made) == {"cluster_id"}
    mine = {"cluster_id": made["cluster_id"]}
    states = [s.provider("GET", f"{clusters}/get", query=mine)["state"] for _ in range(2)]
    assert states[-1] == "RUNNING"
    read = s.provider("GET", f"{clusters}/get", query=mine)
    assert {key: read[key] for key in wanted} == wanted
    own = ("creator_user_name", "driver_node_type_id", "azure_attributes", "enable_elastic_disk", "default_tags")
    assert {*own, "cluster_source", "spark_context_id"} <= set(read)
    assert {"first_on_demand", "availability", "spot_bid_max_price"} <= set(read["azure_attributes"])
    pinned = {"filter_by.is_pinned": "true", "page_size": "100"}
    assert s.provider("GET", f"{clusters}/list", query=pinned).get("clusters", []) == []
    s.provider("POST", f"{clusters}/pin", mine)
    assert len(s.provider("GET", f"{clusters}/list", query=pinned)["clusters"]) == 1
    s.provider("POST", f"{clusters}/unpin", mine)
    spec = {**wanted, **mine, **{key: read[key] for key in own[1:4]}, "autotermination_minutes": 30}
    s.provider("POST", f"{clusters}/edit", spec)
    states = [s.provider("GET", f"{clusters}/get", query=mine)["state"] for _ in range(2)]
    assert states == ["RESTARTING", "RUNNING"]
    library = {"pypi": {"package": "simplejson"}}
    s.provider("POST", "/api/2.0/libraries/install", {**mine, "libraries": [library]})
    statuses = s.provider("GET", "/api/2.0/libraries/cluster-status", query=mine)["library_statuses"]
    assert [(one["library"], one["status"]) for one in statuses] == [(library, "INSTALLED")]
    s.kept |= {"provider cluster": made["cluster_id"], "provider policy": policy}


def permissions_of_the_provider(s: Surface) -> None:
    path = f"/api/2.0/permissions/clusters/{s.kept['provider cluster']}"
    mine = {"service_principal_name": s.principal["client_id"], "permission_level": "CAN_MANAGE"}
    group = {"group_name": "data_engineer", "permission_level": "CAN_RESTART"}
    s.provider("PUT", path, {"access_control_list": [group, mine]})
    read = s.provider("GET", path)
    assert (read["object_type"], bool(read["object_id"])) == ("cluster", True)
    held = {one.get("group_name"): one["all_permissions"] for one in read["access_control_list"]}
    assert held["data_engineer"] == [{"permission_level": "CAN_RESTART", "inherited": False}]
    s.provider("PUT", path, {"access_control_list": [mine]})
    assert "data_engineer" not in [one.get("group_name") for one in s.provider("GET", path)["access_control_list"]]


def cluster_and_policy_go(s: Surface) -> None:
    mine = {"cluster_id": s.kept["provider cluster"]}
    s.provider("POST", "/api/2.1/clusters/permanent-delete", mine)
    gone = s.provider("GET", "/api/2.1/clusters/get", query=mine, expect=400)
    assert (gone["error_code"], "does not exist" in gone["message"]) == ("INVALID_PARAMETER_VALUE", True)
    assert gone["message"].startswith(f"Cluster {mine['cluster_id']} ")
    body = {"policy_id": s.kept["provider policy"], "name": "provider 2", "definition": "{}"}
    s.provider("POST", "/api/2.0/policies/clusters/edit", body)
    s.provider("POST", "/api/2.0/policies/clusters/delete", {"policy_id": body["policy_id"]})


def secrets_of_the_provider(s: Surface) -> None:
    base = "/api/2.0/secrets"
    scope = {"scope": "provider"}
    s.provider("POST", f"{base}/scopes/create", {**scope, "scope_backend_type": "DATABRICKS"})
    again = s.provider("POST", f"{base}/scopes/create", scope, expect=400)
    assert again["error_code"] == "RESOURCE_ALREADY_EXISTS"
    listed = s.provider("GET", f"{base}/scopes/list")["scopes"]
    assert {"name": "provider", "backend_type": "DATABRICKS"} in listed
    key = {**scope, "key": "k"}
    s.provider("POST", f"{base}/put", {**key, "string_value": "one"})
    s.provider("POST", f"{base}/delete", key)
    s.provider("POST", f"{base}/put", {**key, "string_value": "two"})
    (secret,) = s.provider("GET", f"{base}/list", query=scope)["secrets"]
    assert set(secret) == {"key", "last_updated_timestamp"}
    assert base64.b64decode(s.provider("GET", f"{base}/get", query=key)["value"]) == b"two"
    acl = {**scope, "principal": "data_engineer"}
    s.provider("POST", f"{base}/acls/put", {**acl, "permission": "READ"})
    assert s.provider("GET", f"{base}/acls/get", query=acl)["permission"] == "READ"
    s.provider("POST", f"{base}/acls/delete", acl)
    s.provider("POST", f"{base}/scopes/delete", scope)


def notebook_of_the_provider(s: Surface) -> None:
    base = "/api/2.0/workspace"
    s.provider("POST", f"{base}/mkdirs", {"path": "/Shared/provider"})
    status = s.provider("GET", f"{base}/get-status", query={"path": "/Shared/provider"})
    assert status["object_type"] == "DIRECTORY"
    notebook = {"path": "/Shared/provider/n", "content": base64.b64encode(b"print(1)").decode(), "overwrite": True}
    s.provider("POST", f"{base}/import", {**notebook, "language": "PYTHON", "format": "SOURCE"})
    read = s.provider("GET", f"{base}/get-status", query={"path": "/Shared/provider/n"})
    assert (read["object_type"], read["language"], bool(read["object_id"])) == ("NOTEBOOK", "PYTHON", True)
    s.provider("POST", f"{base}/delete", {"path": "/Shared/provider", "recursive": True})
    s.provider("GET", f"{base}/get-status", query={"path": "/Shared/provider"}, expect=404)


def job_of_the_provider(s: Surface) -> None:
    """Everything that a whole update carries is taken; what was configured comes back."""
    base = "/api/2.2/jobs"
    work = {"package_name": "people", "entry_point": "main"}
    task = {"task_key": "t", "python_wheel_task": work, "environment_key": "default"}
    environment = {"environment_key": "default", "spec": {"environment_version": "4"}}
    settings: dict[str, Any] = {"name": "provider", "tasks": [task], "environments": [environment]}
    settings |= {"queue": {"enabled": False}, "max_concurrent_runs": 1}
    job = s.provider("POST", f"{base}/create", settings)["job_id"]
    assert isinstance(job, int)
    more = {"run_as": {"service_principal_name": s.principal["client_id"]}, "format": "MULTI_TASK"}
    more |= {"email_notifications": {}, "webhook_notifications": {}, "name": "provider 2"}
    full = {**settings, **more, "tasks": [{**task, "run_if": "ALL_SUCCESS", "email_notifications": {}}]}
    s.provider("POST", f"{base}/reset", {"job_id": job, "new_settings": full})
    read = s.provider("GET", f"{base}/get", query={"job_id": str(job)})
    assert {"job_id", "creator_user_name", "run_as_user_name", "created_time", "settings"} <= set(read)
    assert {key: read["settings"][key] for key in settings if key not in ("name", "tasks")} == {
        key: settings[key] for key in settings if key not in ("name", "tasks")
    }
    assert read["settings"]["name"] == "provider 2"
    assert {**read["settings"]["tasks"][0], **task} == read["settings"]["tasks"][0]
    s.provider("POST", f"{base}/delete", {"job_id": job})
    gone = s.provider("GET", f"{base}/get", query={"job_id": str(job)}, expect=400)
    assert (gone["error_code"], gone["message"]) == ("INVALID_PARAMETER_VALUE", f"Job {job} does not exist.")
    gone = s.provider("GET", f"{base}/runs/get", query={"run_id": "1"}, expect=400)
    assert gone["error_code"] == "INVALID_PARAMETER_VALUE"
    assert gone["message"].startswith("Run 1 does not exist")


def group_of_a_workspace(s: Surface) -> None:
    base = "/api/2.0/preview/scim/v2/Groups"
    made = s.provider("POST", base, {"displayName": "here", "entitlements": [{}], "schemas": []})
    assert made.get("entitlements", []) == []
    s.provider("DELETE", f"{base}/{made['id']}", expect=204)
    s.provider("DELETE", f"{base}/{made['id']}", expect=404)


EXERCISES = [
    metadata_and_me,
    credential_and_location,
    catalog_whose_default_goes_at_once,
    schema_and_volume,
    lists_of_the_data_sources,
    grants_by_difference,
    namespace_setting_with_its_etag,
    force_destroy,
    cluster_of_the_provider,
    permissions_of_the_provider,
    cluster_and_policy_go,
    secrets_of_the_provider,
    notebook_of_the_provider,
    job_of_the_provider,
    group_of_a_workspace,
]
