"""Unity Catalog: what may be made where, who may see and use it."""

from __future__ import annotations

import stat
from dataclasses import replace

import pytest

from tests.sandbox.arm_support import ACCOUNT, CONNECTOR, refused
from tests.sandbox.databricks_support import OUTSIDER, OWNER, Lake, lake, url
from wizard.sandbox.domain.cloud import Cloud
from wizard.sandbox.domain.core import SYSTEM, CloudError
from wizard.sandbox.domain.unity_kind import UnityKind
from wizard.sandbox.domain.unity_paths import namespace, volume_file
from wizard.sandbox.domain.workspace_access import ScopeSecrets


@pytest.fixture
def here(cloud: Cloud) -> Lake:
    return lake(cloud)


def kind(here: Lake, name: str) -> UnityKind:
    found = here.cloud.kind(name)
    assert isinstance(found, UnityKind)
    return found


def test_a_catalog_needs_a_place_for_its_data(here: Lake) -> None:
    with pytest.raises(CloudError) as refusal:
        here.make("uc.catalog", name="crisk")
    assert "storage location required" in refusal.value.message
    with pytest.raises(CloudError) as refusal:
        here.make("uc.catalog", name="crisk", storage_root=url("catalog", "managed"))
    assert "No parent external location found" in refusal.value.message


def test_a_catalog_comes_with_default_and_information_schema(here: Lake) -> None:
    here.catalog()
    names = [body["name"] for body in here.cloud.kind("uc.schema").list(here.principal, catalog_name="crisk")]
    assert names == ["bronze", "default", "information_schema", "ops"]
    here.cloud.kind("uc.schema").delete(here.principal, "crisk.default")


def test_full_containers_are_deleted_by_force_alone_and_take_their_data_along(here: Lake) -> None:
    catalog = here.catalog()
    volume = here.make("uc.volume", catalog_name="crisk", schema_name="ops", name="runs", volume_type="MANAGED")
    folder = here.cloud.storage_folder(volume["storage_location"])
    (folder / "record.json").write_text("{}")
    for name, id in (("uc.schema", "crisk.ops"), ("uc.catalog", "crisk")):
        with pytest.raises(CloudError, match="not empty"):
            here.cloud.kind(name).delete(here.principal, id)
    kind(here, "uc.catalog").delete(here.principal, "crisk", force=True)
    assert not folder.exists()
    assert catalog["storage_location"] not in str(here.cloud.store.dump())
    assert here.cloud.store.items("uc.volume") == here.cloud.store.items("uc.schema") == []


def test_a_location_needs_a_container_that_is_there_and_an_identity_that_may_read_it(here: Lake) -> None:
    identity = {"access_connector_id": here.connector}
    here.make("uc.storageCredential", name="c", azure_managed_identity=identity)
    with pytest.raises(CloudError, match="container 'nothing'"):
        here.make("uc.externalLocation", name="l", url=url("nothing"), credential_name="c")
    other = here.azure.make(CONNECTOR, "without-roles", identity={"type": "SystemAssigned"})
    here.make("uc.storageCredential", name="weak", azure_managed_identity={"access_connector_id": other["id"]})
    with pytest.raises(CloudError) as refusal:
        here.make("uc.externalLocation", name="l", url=url("raw"), credential_name="weak")
    assert refusal.value.status == 403
    assert "Storage Blob Data Contributor" in refusal.value.message
    scope = here.azure.id(ACCOUNT, "stadrisk")
    here.azure.assign("Storage Blob Data Contributor", other["identity"]["principalId"], scope)
    made = here.make("uc.externalLocation", name="l", url=url("raw"), credential_name="weak")
    assert made["url"] == url("raw")  # with its final slash
    with pytest.raises(CloudError) as refusal:
        here.make("uc.externalLocation", name="m", url=url("raw", "inside"), credential_name="c")
    assert refused(refusal) == (400, "LOCATION_OVERLAP")


def test_a_credential_needs_a_connector(here: Lake) -> None:
    with pytest.raises(CloudError, match="could not be found"):
        here.make(
            "uc.storageCredential", name="c", azure_managed_identity={"access_connector_id": here.connector + "x"}
        )


def test_account_admin_is_not_metastore_admin(here: Lake) -> None:
    admin = here.admit(OWNER, "ADMIN")
    here.cloud.kind("account.user").update(SYSTEM, here.scim_id(OWNER), {"roles": [{"value": "account_admin"}]})
    identity = {"access_connector_id": here.connector}
    body = {"name": "c", "azure_managed_identity": identity}
    with pytest.raises(CloudError, match="CREATE STORAGE CREDENTIAL") as refusal:
        here.cloud.kind("uc.storageCredential").create(admin, body)
    assert refusal.value.status == 403
    grant = {"changes": [{"principal": admin.name, "add": ["CREATE_STORAGE_CREDENTIAL"]}]}
    here.cloud.kind("uc.grants").update(admin, f"metastore/{here.metastore}", grant)
    assert here.cloud.kind("uc.storageCredential").create(admin, body)["owner"] == admin.name


def test_a_group_reads_what_it_was_granted_and_an_outsider_sees_nothing(here: Lake) -> None:
    here.catalog()
    here.group("data_engineer", OWNER)
    owner, outsider = here.admit(OWNER), here.admit(OUTSIDER)
    catalogs, schemas = here.cloud.kind("uc.catalog"), here.cloud.kind("uc.schema")
    assert catalogs.list(owner) == catalogs.list(outsider) == []
    with pytest.raises(CloudError) as refusal:
        catalogs.read(outsider, "crisk")
    assert refusal.value.status == 403
    here.grant("catalog/crisk", "data_engineer", "USE_CATALOG")
    here.grant("schema/crisk.bronze", "data_engineer", "USE SCHEMA", "SELECT")
    assert [body["name"] for body in catalogs.list(owner)] == ["crisk"]
    assert "bronze" in [body["name"] for body in schemas.list(owner, catalog_name="crisk")]
    assert catalogs.list(outsider) == []
    with pytest.raises(CloudError, match="does not have CREATE VOLUME"):
        here.cloud.kind("uc.volume").create(
            owner, {"catalog_name": "crisk", "schema_name": "bronze", "name": "v", "volume_type": "MANAGED"}
        )
    held = here.cloud.kind("uc.grants").read(here.principal, "schema/crisk.bronze")
    assert held["privilege_assignments"] == [{"principal": "data_engineer", "privileges": ["SELECT", "USE_SCHEMA"]}]


def test_grants_are_checked_and_all_or_none(here: Lake) -> None:
    here.catalog()
    for change in (
        {"principal": "nobody", "add": ["USE_CATALOG"]},
        {"principal": here.principal.name, "add": ["READ_FILES"]},
    ):
        with pytest.raises(CloudError):
            here.cloud.kind("uc.grants").update(here.principal, "catalog/crisk", {"changes": [change]})
    assert here.cloud.store.items("uc.grants") == []


def test_what_is_isolated_is_seen_from_bound_workspaces_only(here: Lake) -> None:
    here.catalog()
    here.cloud.kind("uc.catalog").update(here.principal, "crisk", {"isolation_mode": "ISOLATED"})
    assert here.cloud.kind("uc.binding").read(here.principal, "catalog/crisk")["bindings"] == [
        {"workspace_id": int(here.workspace), "binding_type": "BINDING_TYPE_READ_WRITE"}
    ]
    second = here.azure.workspace("adbdother", "rg-other")["properties"]["workspaceId"]
    assignment = {"workspace_id": second, "metastore_id": here.metastore}
    here.cloud.kind("account.metastoreAssignment").create(here.principal, assignment)
    elsewhere = replace(here.principal, workspace=second)
    assert here.cloud.kind("uc.catalog").list(elsewhere) == []
    with pytest.raises(CloudError, match="not accessible in current workspace"):
        here.cloud.kind("uc.catalog").read(elsewhere, "crisk")
    here.cloud.kind("uc.binding").update(here.principal, "catalog/crisk", {"add": [{"workspace_id": second}]})
    assert here.cloud.kind("uc.catalog").read(elsewhere, "crisk")["name"] == "crisk"


def test_volumes_are_folders_of_the_storage_and_need_their_privilege(here: Lake) -> None:
    here.catalog()
    here.make(
        "uc.volume",
        catalog_name="crisk",
        schema_name="bronze",
        name="landing",
        volume_type="EXTERNAL",
        storage_location=url("raw", "landing"),
    )
    with pytest.raises(CloudError) as refusal:
        here.make(
            "uc.volume",
            catalog_name="crisk",
            schema_name="bronze",
            name="inside",
            volume_type="EXTERNAL",
            storage_location=url("raw", "landing/deep"),
        )
    assert refusal.value.code == "LOCATION_OVERLAP"
    file, _ = volume_file(here.cloud, here.principal, "/Volumes/crisk/bronze/landing/a/b.csv", "WRITE_VOLUME")
    assert file == here.cloud.container_folder("stadrisk", "raw") / "landing/a/b.csv"
    with pytest.raises(CloudError):
        volume_file(here.cloud, here.principal, "/Volumes/crisk/bronze/landing/../../x", "READ_VOLUME")
    owner = here.admit(OWNER)
    with pytest.raises(CloudError, match="USE CATALOG"):
        volume_file(here.cloud, owner, "/Volumes/crisk/bronze/landing/a", "READ_VOLUME")
    assert namespace(here.cloud, owner).volumes == {}
    assert list(namespace(here.cloud, here.principal).volumes) == ["/Volumes/crisk/bronze/landing"]
    assert url("raw").rstrip("/") in namespace(here.cloud, here.principal).stores


def test_an_update_that_changes_nothing_writes_nothing(here: Lake) -> None:
    catalog = here.catalog()
    before = here.cloud.store.dump()
    here.cloud.kind("uc.catalog").update(
        here.principal, "crisk", {"isolation_mode": "OPEN", "comment": catalog.get("comment")}
    )
    assert here.cloud.store.dump() == before


def test_a_second_of_a_name_is_refused(here: Lake) -> None:
    here.catalog()
    with pytest.raises(CloudError, match=r"Schema 'crisk\.BRONZE' already exists"):
        here.make("uc.schema", catalog_name="crisk", name="BRONZE")


def test_secret_values_lie_in_a_file_of_their_own(here: Lake) -> None:
    here.make("ws.secretScope", scope="kv")
    here.make("ws.secret", scope="kv", key="token", string_value="canary-value")
    assert "canary-value" not in str(here.cloud.store.dump())
    path = here.cloud.state / "secrets.json"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    owner = here.admit(OWNER)
    with pytest.raises(CloudError) as refusal:
        here.cloud.kind("ws.secret").read(owner, "kv/token")
    assert refusal.value.status == 403
    here.make("ws.secretAcl", scope="kv", principal=owner.name, permission="READ")
    assert here.cloud.kind("ws.secret").read(owner, "kv/token")["key"] == "token"


def test_a_deleted_secret_takes_no_other_along(here: Lake) -> None:
    here.make("ws.secretScope", scope="kv")
    for key in ("token", "token2"):
        here.make("ws.secret", scope="kv", key=key, string_value=f"value of {key}")
    secrets = here.cloud.kind("ws.secret")
    assert isinstance(secrets, ScopeSecrets)
    secrets.delete(here.principal, "kv/token")
    assert secrets.value(here.principal, "kv/token2") == "value of token2"
    here.cloud.kind("ws.secretScope").delete(here.principal, "kv")
    assert "value of" not in (here.cloud.state / "secrets.json").read_text()
