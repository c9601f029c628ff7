"""§4: Unity Catalog by databricks-sdk."""

from __future__ import annotations

import pytest
from databricks.sdk.errors import NotFound
from databricks.sdk.service import catalog

from tests.operations.running import CATALOG, Surface

CREDENTIAL = f"{CATALOG}-credential"
GROUP = "data_engineer"


def current_metastore(s: Surface) -> None:
    client = s.workspace.metastores
    assert client.summary().metastore_id == s.metastore
    current = client.current()
    assert (current.metastore_id, current.workspace_id) == (s.metastore, s.workspace_id)


def storage_credentials(s: Surface) -> None:
    client = s.workspace.storage_credentials
    identity = catalog.AzureManagedIdentityRequest(access_connector_id=s.connector)
    for name in (CREDENTIAL, "spare"):
        made = client.create(name=name, azure_managed_identity=identity, comment="of a test")
        assert made.azure_managed_identity
        assert made.azure_managed_identity.credential_id
    assert sorted(str(one.name) for one in client.list()) == sorted([CREDENTIAL, "spare"])
    assert client.update(CREDENTIAL, comment="changed").comment == "changed"
    assert client.get(CREDENTIAL).isolation_mode == catalog.IsolationMode.ISOLATION_MODE_OPEN
    client.delete("spare")


def external_locations(s: Surface) -> None:
    client = s.workspace.external_locations
    for container in ("raw", "catalog"):
        client.create(name=container, url=s.url(container), credential_name=CREDENTIAL)
    assert client.get("raw").url == s.url("raw"), "the final slash stays"
    assert client.update("raw", comment="landing").comment == "landing"
    assert sorted(str(one.name) for one in client.list()) == ["catalog", "raw"]


def catalogs_schemas_volumes(s: Surface) -> None:
    client = s.workspace
    client.catalogs.create(name=CATALOG, storage_root=s.url("catalog", "managed"), comment="of a test")
    assert client.catalogs.update(CATALOG, comment="changed").comment == "changed"
    assert [one.name for one in client.catalogs.list()] == [CATALOG]
    assert client.catalogs.get(CATALOG).storage_root == s.url("catalog", "managed")
    client.schemas.create(name="bronze", catalog_name=CATALOG)
    assert client.schemas.update(f"{CATALOG}.bronze", comment="raw rows").comment == "raw rows"
    assert client.schemas.get(f"{CATALOG}.bronze").full_name == f"{CATALOG}.bronze"
    assert {str(one.name) for one in client.schemas.list(CATALOG)} == {"bronze", "default", "information_schema"}
    client.schemas.delete(f"{CATALOG}.default")
    made = client.volumes.create(
        catalog_name=CATALOG,
        schema_name="bronze",
        name="landing",
        volume_type=catalog.VolumeType.EXTERNAL,
        storage_location=s.url("raw", "landing"),
    )
    assert made.volume_id
    full = f"{CATALOG}.bronze.landing"
    assert client.volumes.update(full, comment="uploads").comment == "uploads"
    assert client.volumes.read(full).storage_location == s.url("raw", "landing")
    assert [one.name for one in client.volumes.list(CATALOG, "bronze")] == ["landing"]


def grants_and_bindings(s: Surface) -> None:
    grants = s.workspace.grants
    privilege = catalog.Privilege
    for securable, name, right in (
        ("catalog", CATALOG, privilege.USE_CATALOG),
        ("schema", f"{CATALOG}.bronze", privilege.USE_SCHEMA),
        ("external_location", "raw", privilege.READ_FILES),
        ("volume", f"{CATALOG}.bronze.landing", privilege.READ_VOLUME),
    ):
        grants.update(securable, name, changes=[catalog.PermissionsChange(principal=GROUP, add=[right])])
        (held,) = grants.get(securable, name).privilege_assignments or []
        assert (held.principal, held.privileges) == (GROUP, [right])
    reached = grants.get_effective("volume", f"{CATALOG}.bronze.landing", principal=GROUP)
    (held_by_group,) = reached.privilege_assignments or []
    rights = {(each.privilege, each.inherited_from_name) for each in held_by_group.privileges or []}
    assert rights == {
        (privilege.READ_VOLUME, None),
        (privilege.USE_SCHEMA, f"{CATALOG}.bronze"),
        (privilege.USE_CATALOG, CATALOG),
    }
    bindings = s.workspace.workspace_bindings
    s.workspace.catalogs.update(CATALOG, isolation_mode=catalog.CatalogIsolationMode.ISOLATED)
    mine = catalog.WorkspaceBinding(workspace_id=s.workspace_id)
    bindings.update_bindings("catalog", CATALOG, add=[mine])
    assert [one.workspace_id for one in bindings.get_bindings("catalog", CATALOG)] == [s.workspace_id]
    s.workspace.catalogs.update(CATALOG, isolation_mode=catalog.CatalogIsolationMode.OPEN)


def what_is_gone_is_not_found(s: Surface) -> None:
    client = s.workspace
    for gone in (
        lambda: client.catalogs.get("nothing"),
        lambda: client.schemas.get(f"{CATALOG}.nothing"),
        lambda: client.volumes.read(f"{CATALOG}.bronze.nothing"),
        lambda: client.external_locations.get("nothing"),
        lambda: client.storage_credentials.get("nothing"),
    ):
        with pytest.raises(NotFound):
            gone()


EXERCISES = [
    current_metastore,
    storage_credentials,
    external_locations,
    catalogs_schemas_volumes,
    grants_and_bindings,
    what_is_gone_is_not_found,
]
