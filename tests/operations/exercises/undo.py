"""Everything is deleted again by the clients that made it."""

from __future__ import annotations

import pytest
from azure.mgmt.resource.resources import ResourceManagementClient
from azure.mgmt.storage import StorageManagementClient
from databricks.sdk.errors import NotFound

from tests.operations.running import CATALOG, GROUP, STORAGE, Surface


def no_more_unity_catalog(s: Surface) -> None:
    client = s.workspace
    client.volumes.delete(f"{CATALOG}.bronze.landing")
    client.catalogs.delete(CATALOG, force=True)
    for name in ("raw", "catalog"):
        client.external_locations.delete(name, force=True)
    client.storage_credentials.delete(f"{CATALOG}-credential", force=True)
    assert list(client.catalogs.list()) == []


def no_more_metastore(s: Surface) -> None:
    account = s.account
    account.metastore_assignments.delete(s.workspace_id, s.metastore)
    with pytest.raises(NotFound):
        account.metastore_assignments.get(s.workspace_id)
    with pytest.raises(NotFound):
        s.workspace.metastores.summary()
    account.metastores.delete(s.metastore, force=True)
    assert list(account.metastores.list()) == []


def nothing_on_azure(s: Surface) -> None:
    resources = s.arm(ResourceManagementClient)
    s.arm(StorageManagementClient).storage_accounts.delete(GROUP, STORAGE)
    resources.resources.begin_delete_by_id(s.workspace_resource, api_version="2024-05-01").result()
    resources.resource_groups.begin_delete(GROUP).result()
    assert not resources.resource_groups.check_existence(GROUP)
    assert list(s.account.workspaces.list()) == []


EXERCISES = [no_more_unity_catalog, no_more_metastore, nothing_on_azure]
