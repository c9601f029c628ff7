"""databricks-sdk, unmodified and over verified HTTPS, against the account host and a workspace."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import timedelta
from functools import partial

import pytest
from databricks.sdk.errors import BadRequest, InvalidParameterValue, NotFound, PermissionDenied, ResourceConflict
from databricks.sdk.errors.platform import NotImplemented as NotModelled
from databricks.sdk.service import catalog, compute, iam, jobs, settings, workspace

from tests.sandbox.databricks_live import DATABRICKS_SCOPE, LOCATION, Live, live_lake

VOLUME = "/Volumes/crisk/bronze/landing"


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    with live_lake(tmp_path_factory.mktemp("databricks") / "state") as made:
        yield made


@pytest.fixture(scope="module")
def lake(live: Live) -> Live:
    """With metastore, catalog, schema and volume."""
    live.assign_metastore()
    client = live.workspace
    identity = catalog.AzureManagedIdentityRequest(access_connector_id=live.connector_id)
    client.storage_credentials.create(name="crisk-credential", azure_managed_identity=identity)
    for container in ("raw", "catalog"):
        client.external_locations.create(
            name=f"crisk-{container}", url=live.url(container), credential_name="crisk-credential"
        )
    client.catalogs.create(name="crisk", storage_root=live.url("catalog", "managed"), comment="the lakehouse")
    client.schemas.create(name="bronze", catalog_name="crisk")
    client.volumes.create(
        catalog_name="crisk",
        schema_name="bronze",
        name="landing",
        volume_type=catalog.VolumeType.EXTERNAL,
        storage_location=live.url("raw", "landing"),
    )
    return live


def test_the_hosts_say_what_they_are(live: Live) -> None:
    account = live.http("GET", f"{live.info['endpoints']['accounts']}/.well-known/databricks-config").json
    assert account["host_type"] == "account"
    assert "workspace_id" not in account
    said = live.http("GET", f"{live.host}/.well-known/databricks-config").json
    assert said["host_type"] == "workspace"
    assert said["workspace_id"] == str(live.workspace_id)
    assert said["account_id"] == live.info["account_id"]
    assert live.http("GET", f"{live.host}/aad/auth").status == 404


def test_a_wrong_account_id_is_answered_as_by_the_real_host(live: Live) -> None:
    token = live.credential.get_token(DATABRICKS_SCOPE).token
    path = f"{live.info['endpoints']['accounts']}/api/2.0/accounts/{live.info['tenant_id']}"
    assert "<!doctype html>" in live.http("GET", f"{path}/workspaces", token=token).text
    refused = live.http("POST", f"{path}/metastores", token=token, body={})
    assert refused.json["message"] == "HTTP method POST is not supported by this URL"


def test_the_account_lists_its_workspaces(live: Live) -> None:
    (found,) = list(live.account.workspaces.list())
    assert (found.workspace_id, found.workspace_name, found.location) == (live.workspace_id, "adbdlive", LOCATION)
    assert live.account.workspaces.get(live.workspace_id).deployment_name


def test_scim_pages_end(live: Live) -> None:
    groups = [live.account.groups_v2.create(display_name=f"page-{number}") for number in range(3)]
    listed = [group.display_name for group in live.account.groups_v2.list(count=2)]
    assert sorted(str(name) for name in listed if str(name).startswith("page-")) == ["page-0", "page-1", "page-2"]
    for group in groups:
        live.account.groups_v2.delete(str(group.id))


def test_people_and_their_roles(live: Live) -> None:
    upn = live.info["identities"]["owner"]["upn"]
    made = live.account.users_v2.create(user_name=upn)
    (found,) = list(live.account.users_v2.list(filter=f'userName eq "{upn}"'))
    assert found.id == made.id
    with pytest.raises(ResourceConflict, match="already exists"):
        live.account.users_v2.create(user_name=upn)
    role = iam.Patch(op=iam.PatchOp.ADD, path="roles", value=[{"value": "account_admin"}])
    schema = iam.PatchSchema.URN_IETF_PARAMS_SCIM_API_MESSAGES_2_0_PATCH_OP
    live.account.users_v2.patch(str(made.id), operations=[role], schemas=[schema])
    assert [r.value for r in live.account.users_v2.get(str(made.id)).roles or []] == ["account_admin"]
    live.account.users_v2.delete(str(made.id))
    with pytest.raises(NotFound):
        live.account.users_v2.get(str(made.id))
    client_id = live.info["identities"]["lakehouse-wizard"]["client_id"]
    (principal,) = list(live.account.service_principals_v2.list(filter=f"applicationId eq '{client_id}'"))
    assert [role.value for role in principal.roles or []] == ["account_admin"]


def test_metastores_and_their_assignment(lake: Live) -> None:
    account = lake.account
    assert [m.metastore_id for m in account.metastores.list()] == [lake.metastore_id]
    with pytest.raises(BadRequest, match="reached the limit for metastores"):
        account.metastores.create(metastore_info=catalog.CreateAccountsMetastore(name="other", region=LOCATION))
    assigned = account.metastore_assignments.get(workspace_id=lake.workspace_id)
    assert assigned.metastore_assignment
    assert assigned.metastore_assignment.metastore_id == lake.metastore_id
    assert list(account.metastore_assignments.list(metastore_id=lake.metastore_id)) == [lake.workspace_id]
    changed = account.metastores.update(
        lake.metastore_id,
        metastore_info=catalog.UpdateAccountsMetastore(delta_sharing_recipient_token_lifetime_in_seconds=31536000),
    )
    assert changed.metastore_info
    assert changed.metastore_info.delta_sharing_recipient_token_lifetime_in_seconds == 31536000
    assert changed.metastore_info.name == "primary"
    summary = lake.workspace.metastores.summary()
    assert summary.metastore_id == lake.metastore_id
    assert lake.workspace.metastores.current().metastore_id == lake.metastore_id


def test_who_may_enter_a_workspace(live: Live) -> None:
    me = live.workspace.current_user.me()
    assert me.user_name == live.info["identities"]["lakehouse-wizard"]["client_id"]
    assert "admins" in [group.display for group in me.groups or []]
    with pytest.raises(PermissionDenied):
        live.workspace_as("outsider").current_user.me()
    person = live.admit("outsider")
    assert live.workspace_as("outsider").current_user.me().id == person
    access = live.account.workspace_assignment
    entries = {
        entry.principal.principal_id: entry.permissions for entry in access.list(live.workspace_id) if entry.principal
    }
    assert entries[int(person)] == [iam.WorkspacePermission.USER]
    access.delete(live.workspace_id, int(person))
    with pytest.raises(PermissionDenied):
        live.workspace_as("outsider").current_user.me()
    live.account.users_v2.delete(person)


def test_unity_catalog_from_credential_to_volume(lake: Live) -> None:
    client = lake.workspace
    assert client.external_locations.get("crisk-raw").url == lake.url("raw")
    assert (
        client.storage_credentials.get("crisk-credential").isolation_mode == catalog.IsolationMode.ISOLATION_MODE_OPEN
    )
    assert [found.name for found in client.catalogs.list()] == ["crisk"]
    assert "information_schema" in [found.name for found in client.schemas.list("crisk")]
    client.schemas.create(name="silver", catalog_name="crisk")
    assert client.schemas.update("crisk.silver", comment="typed").comment == "typed"
    client.schemas.delete("crisk.silver")
    with pytest.raises(NotFound, match=r"Schema 'crisk.silver' does not exist"):
        client.schemas.get("crisk.silver")
    assert [found.name for found in client.volumes.list("crisk", "bronze")] == ["landing"]
    assert client.volumes.read("crisk.bronze.landing").storage_location == lake.url("raw", "landing")
    assert list(client.tables.list("crisk", "bronze")) == []
    assert client.tables.exists("crisk.bronze.nothing").table_exists is False
    isolated = client.catalogs.update("crisk", isolation_mode=catalog.CatalogIsolationMode.ISOLATED)
    assert isolated.isolation_mode == catalog.CatalogIsolationMode.ISOLATED
    (binding,) = list(client.workspace_bindings.get_bindings("catalog", "crisk"))
    assert binding.workspace_id == lake.workspace_id


def test_grants_are_merged_and_read_back(lake: Live) -> None:
    lake.account.groups_v2.create(display_name="data_engineer")
    add = catalog.PermissionsChange(
        principal="data_engineer", add=[catalog.Privilege.USE_CATALOG, catalog.Privilege.SELECT]
    )
    grants = lake.workspace.grants
    grants.update("catalog", "crisk", changes=[add])
    remove = catalog.PermissionsChange(principal="data_engineer", remove=[catalog.Privilege.SELECT])
    grants.update("catalog", "crisk", changes=[remove])
    (held,) = grants.get("catalog", "crisk").privilege_assignments or []
    assert (held.principal, held.privileges) == ("data_engineer", [catalog.Privilege.USE_CATALOG])
    with pytest.raises(InvalidParameterValue, match="not applicable"):
        grants.update(
            "schema",
            "crisk.bronze",
            changes=[catalog.PermissionsChange(principal="data_engineer", add=[catalog.Privilege.READ_FILES])],
        )


def test_files_go_up_and_come_down_as_they_were(lake: Live) -> None:
    files = lake.workspace.files
    content = b"user_id,name\n0012,x\n"
    files.create_directory(f"{VOLUME}/in")
    files.upload(f"{VOLUME}/in/a file#1.csv", io.BytesIO(content))
    with pytest.raises(ResourceConflict):
        files.upload(f"{VOLUME}/in/a file#1.csv", io.BytesIO(content), overwrite=False)
    files.upload(f"{VOLUME}/in/a file#1.csv", io.BytesIO(content * 2), overwrite=True)
    body = files.download(f"{VOLUME}/in/a file#1.csv").contents
    assert body is not None
    assert body.read() == content * 2
    assert files.get_metadata(f"{VOLUME}/in/a file#1.csv").content_length == len(content) * 2
    (entry,) = list(files.list_directory_contents(f"{VOLUME}/in"))
    assert (entry.name, entry.file_size, entry.is_directory) == ("a file#1.csv", len(content) * 2, False)
    files.delete(f"{VOLUME}/in/a file#1.csv")
    files.get_directory_metadata(f"{VOLUME}/in")
    files.delete_directory(f"{VOLUME}/in")
    with pytest.raises(NotFound):
        files.download(f"{VOLUME}/in/a file#1.csv")


@pytest.mark.parametrize("kind", ["application/json", "application/x-www-form-urlencoded", "multipart/form-data"])
def test_a_file_is_its_bytes_whatever_its_content_type_says(lake: Live, kind: str) -> None:
    path, content = f"{VOLUME}/rows.json", b'{"id": "007"}\n{"id": '
    call = lake.workspace.api_client.do
    call("PUT", f"/api/2.0/fs/files{path}", headers={"Content-Type": kind}, query={"overwrite": True}, data=content)
    body = lake.workspace.files.download(path).contents
    assert body is not None
    assert body.read() == content
    lake.workspace.files.delete(path)


def test_clusters_policies_and_permissions(lake: Live) -> None:
    client = lake.workspace
    runtime = client.clusters.select_spark_version(long_term_support=True, scala="2.13")
    assert runtime.startswith("17.3")
    node = client.clusters.select_node_type(min_cores=4, local_disk=True)
    definition = '{"node_type_id":{"type":"allowlist","values":["Standard_DS3_v2","Standard_F4s"]}}'
    policy = str(client.cluster_policies.create(name="small", definition=definition).policy_id)
    assert client.cluster_policies.get(policy).definition == definition
    create = partial(client.clusters.create, runtime, cluster_name="explore", num_workers=0, policy_id=policy)
    with pytest.raises(InvalidParameterValue, match="node_type_id"):
        create(node_type_id="Standard_E8ds_v5")
    cluster = create(node_type_id=node).result(timedelta(seconds=30))
    assert cluster.state == compute.State.RUNNING
    id = str(cluster.cluster_id)
    assert list(client.clusters.list(filter_by=compute.ListClustersFilterBy(is_pinned=True))) == []
    library = compute.Library(pypi=compute.PythonPyPiLibrary("tenacity"))
    client.libraries.install(id, [library])
    (status,) = list(client.libraries.cluster_status(id))
    assert (status.library, status.status) == (library, compute.LibraryInstallStatus.INSTALLED)
    client.clusters.pin(id)
    assert [c.cluster_id for c in client.clusters.list()] == [id]
    entry = iam.AccessControlRequest(group_name="users", permission_level=iam.PermissionLevel.CAN_RESTART)
    shown = client.permissions.set("clusters", id, access_control_list=[entry])
    assert (shown.object_id, shown.object_type) == (f"/clusters/{id}", "cluster")
    client.clusters.delete(id).result(timedelta(seconds=30))
    client.clusters.permanent_delete(id)
    with pytest.raises(NotFound, match="does not exist"):
        client.clusters.get(id)
    client.cluster_policies.delete(policy)


def test_secrets_come_back_in_base64_and_to_those_allowed(lake: Live) -> None:
    client = lake.workspace
    client.secrets.create_scope("kv")
    with pytest.raises(ResourceConflict):
        client.secrets.create_scope("kv")
    client.secrets.put_secret("kv", "token", string_value="canary")
    assert [secret.key for secret in client.secrets.list_secrets("kv")] == ["token"]
    assert client.secrets.get_secret("kv", "token").value == "Y2FuYXJ5"
    client.secrets.put_acl("kv", "users", workspace.AclPermission.READ)
    assert client.secrets.get_acl("kv", "users").permission == workspace.AclPermission.READ
    client.secrets.delete_acl("kv", "users")
    client.secrets.delete_secret("kv", "token")
    client.secrets.delete_scope("kv")
    assert list(client.secrets.list_scopes()) == []


def test_notebooks_and_workspace_files(live: Live) -> None:
    client = live.workspace
    client.workspace.mkdirs("/Shared/lake/deep")
    client.workspace.upload("/Shared/lake/explore", b"print(1)", language=workspace.Language.PYTHON, overwrite=True)
    client.workspace.upload("/Shared/lake/bundle.yml", b"bundle:", format=workspace.ImportFormat.AUTO)
    kinds = {str(found.path): found.object_type for found in client.workspace.list("/Shared/lake")}
    assert kinds == {
        "/Shared/lake/bundle.yml": workspace.ObjectType.FILE,
        "/Shared/lake/deep": workspace.ObjectType.DIRECTORY,
        "/Shared/lake/explore": workspace.ObjectType.NOTEBOOK,
    }
    assert client.workspace.download("/Shared/lake/explore").read() == b"print(1)"
    client.workspace.delete("/Shared/lake", recursive=True)
    with pytest.raises(NotFound):
        client.workspace.get_status("/Shared/lake/explore")


def test_the_default_namespace_has_an_etag(live: Live) -> None:
    setting = settings.DefaultNamespaceSetting(namespace=settings.StringMessage(value="crisk"), setting_name="default")
    default = live.workspace.settings.default_namespace
    made = default.update(allow_missing=True, setting=setting, field_mask="namespace.value")
    assert default.get(etag=made.etag).namespace.value == "crisk"
    default.delete(etag=made.etag)
    with pytest.raises(NotFound):
        default.get()


def test_jobs_are_made_once_and_updated_in_place(lake: Live) -> None:
    client = lake.workspace
    task = jobs.Task(
        task_key="task-ingest-risk-account",
        python_wheel_task=jobs.PythonWheelTask(package_name="lakehouse_jobs", entry_point="ingest", parameters=["--x"]),
        environment_key="default",
    )
    environment = jobs.JobEnvironment(environment_key="default", spec=compute.Environment(environment_version="4"))
    schedule = jobs.CronSchedule("0 0 6 * * ?", "America/Sao_Paulo", pause_status=jobs.PauseStatus.PAUSED)
    made = client.jobs.create(name="ingest-risk-account", tasks=[task], environments=[environment], schedule=schedule)
    id = int(made.job_id or 0)
    client.jobs.reset(
        id, jobs.JobSettings(name="ingest-risk-account", tasks=[task], environments=[environment], description="new")
    )
    client.jobs.update(id, new_settings=jobs.JobSettings(max_concurrent_runs=2), fields_to_remove=["description"])
    (found,) = list(client.jobs.list(name="INGEST-risk-account"))
    assert found.job_id == id
    read = client.jobs.get(id)
    assert read.settings
    assert (read.settings.max_concurrent_runs, read.settings.description, read.settings.schedule) == (2, None, None)
    assert read.settings.tasks
    assert read.settings.tasks[0].task_key == task.task_key
    client.jobs.delete(id)
    with pytest.raises(NotFound, match="does not exist"):
        client.jobs.get(id)


def test_the_unknown_is_told_at_once(live: Live) -> None:
    with pytest.raises(NotModelled, match="the sandbox does not model GET"):
        list(live.workspace.repos.list())
    with pytest.raises(NotModelled):
        live.workspace.api_client.do("POST", "/api/2.0/fs/create-download-url", query={"path": "/Volumes/a/b/c/d"})
