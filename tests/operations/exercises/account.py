"""§3: the Databricks account host, by databricks-sdk."""

from __future__ import annotations

from typing import Any

import pytest
from databricks.sdk import WorkspaceClient
from databricks.sdk.core import Config
from databricks.sdk.errors import BadRequest
from databricks.sdk.service import catalog, iam

from tests.operations.running import LOCATION, Surface
from tests.sandbox.databricks_live import DATABRICKS_SCOPE


def the_account_and_its_workspaces(s: Surface) -> None:
    account = s.account
    assert account.config.host_type is not None, "the metadata was asked for, without a token"
    (found,) = account.workspaces.list()
    assert (found.workspace_id, found.workspace_name, found.location) == (s.workspace_id, "adbdops", LOCATION)
    one = account.workspaces.get(s.workspace_id)
    assert one.deployment_name
    assert one.azure_workspace_info
    assert one.azure_workspace_info.subscription_id == s.info["subscription_id"]


def metastores(s: Surface) -> None:
    account = s.account
    made = account.metastores.create(
        metastore_info=catalog.CreateAccountsMetastore(name="primary", region=LOCATION)
    ).metastore_info
    assert made
    s.metastore = str(made.metastore_id)
    read = account.metastores.get(s.metastore).metastore_info
    assert read
    assert (read.name, read.region) == ("primary", LOCATION)
    assert read.owner
    assert read.global_metastore_id
    assert [one.metastore_id for one in account.metastores.list()] == [s.metastore]
    changed = account.metastores.update(
        s.metastore, metastore_info=catalog.UpdateAccountsMetastore(owner=s.principal["client_id"])
    ).metastore_info
    assert changed
    assert (changed.owner, changed.name) == (s.principal["client_id"], "primary"), "merged, not replaced"


def metastore_assignment(s: Surface) -> None:
    assignments = s.account.metastore_assignments
    assignments.create(s.workspace_id, s.metastore)
    found = assignments.get(s.workspace_id).metastore_assignment
    assert found
    assert (found.metastore_id, found.workspace_id) == (s.metastore, s.workspace_id)
    assert list(assignments.list(s.metastore)) == [s.workspace_id]
    update = catalog.UpdateMetastoreAssignment(workspace_id=s.workspace_id, metastore_id=s.metastore)
    assignments.update(s.workspace_id, s.metastore, metastore_assignment=update)


def root_credential(s: Surface) -> None:
    credentials = s.account.storage_credentials
    identity = catalog.AzureManagedIdentityRequest(access_connector_id=s.connector)
    wanted = catalog.CreateAccountsStorageCredential(name="root", azure_managed_identity=identity)
    made = credentials.create(s.metastore, credential_info=wanted).credential_info
    assert made
    assert made.azure_managed_identity
    assert (made.azure_managed_identity.access_connector_id, bool(made.id)) == (s.connector, True)
    read = credentials.get(s.metastore, "root").credential_info
    assert read
    assert read.isolation_mode == catalog.IsolationMode.ISOLATION_MODE_OPEN
    credentials.delete(s.metastore, "root", force=True)


def workspace_access(s: Surface) -> None:
    account = s.account
    (mine,) = account.service_principals_v2.list(filter=f"applicationId eq '{s.principal['client_id']}'")
    permission = iam.WorkspacePermission
    principal = int(str(mine.id))
    made = account.workspace_assignment.update(s.workspace_id, principal, permissions=[permission.ADMIN])
    assert made.principal
    assert made.principal.principal_id == principal
    found = {
        one.principal.principal_id: one.permissions
        for one in account.workspace_assignment.list(s.workspace_id)
        if one.principal
    }
    assert found[principal] == [permission.ADMIN]
    guest = account.users_v2.create(user_name=s.info["identities"]["owner"]["upn"])
    account.workspace_assignment.update(s.workspace_id, int(str(guest.id)), permissions=[permission.USER])
    account.workspace_assignment.delete(s.workspace_id, int(str(guest.id)))
    account.users_v2.delete(str(guest.id))


def sign_in_to_databricks(s: Surface) -> None:
    """By a token, and by client id and secret at the endpoint that the metadata names; the principal is in now."""
    token = s.credential.get_token(DATABRICKS_SCOPE).token
    settings: dict[str, Any] = {"host": s.workspace_host, "http_timeout_seconds": 60, "retry_timeout_seconds": 20}
    by_token = WorkspaceClient(config=Config(token=token, **settings))
    secret = {key: s.principal[key] for key in ("client_id", "client_secret")}
    by_secret = WorkspaceClient(config=Config(**secret, **settings))
    for client in (by_token, by_secret):
        assert client.current_user.me().user_name == s.principal["client_id"]


def identities_of_entra(s: Surface) -> None:
    """An account without automatic identity management refuses; one with it: tests/states/test_account_admin.py."""
    identities = s.account.iam_v2
    person = s.info["identities"]["owner"]["object_id"]
    for ask in (
        lambda: identities.get_external_user(f"accounts/{s.info['account_id']}/external-users/{person}"),
        lambda: identities.resolve_service_principal(s.principal["object_id"]),
    ):
        with pytest.raises(BadRequest, match="not enabled"):
            ask()


EXERCISES = [
    the_account_and_its_workspaces,
    identities_of_entra,
    metastores,
    metastore_assignment,
    root_credential,
    workspace_access,
    sign_in_to_databricks,
]
