"""The official storage clients write and read files of a container; being Owner of the account is not enough."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from azure.core.exceptions import HttpResponseError, ResourceNotFoundError
from azure.storage.blob import BlobServiceClient
from azure.storage.filedatalake import DataLakeServiceClient

from tests.sandbox.conftest import ARM_SCOPE, Http, secret_credential
from wizard.sandbox.process import Connection

BLOB_CONTRIBUTOR = "ba92f5b4-2d11-453d-a403-e96b0029c9fe"
ACCOUNT, CONTAINER = "stadfiles", "raw"


@pytest.fixture(scope="module")
def arm(sandbox: Connection, http: Http) -> Callable[..., Any]:
    token = secret_credential(sandbox.info).get_token(ARM_SCOPE).token

    def call(method: str, path: str, body: Any = None) -> Any:
        answer = http(method, sandbox.info["endpoints"]["arm"] + path, token=token, body=body)
        assert answer.status < 300, answer.text
        return answer.json if answer.text else None

    return call


@pytest.fixture(scope="module")
def account(sandbox: Connection, arm: Callable[..., Any]) -> str:
    """The storage account's resource id; it has one container, and no role on its data yet."""
    subscription = f"/subscriptions/{sandbox.info['subscription_id']}"
    group = f"{subscription}/resourceGroups/rsgd-files"
    register = f"{subscription}/providers/Microsoft.Storage"
    arm("POST", f"{register}/register")
    while arm("GET", register)["registrationState"] != "Registered":
        pass
    arm("PUT", group, {"location": "brazilsouth"})
    account = f"{group}/providers/Microsoft.Storage/storageAccounts/{ACCOUNT}"
    body = {"location": "brazilsouth", "sku": {"name": "Standard_LRS"}, "kind": "StorageV2", "properties": {}}
    arm("PUT", account, {**body, "properties": {"isHnsEnabled": True}})
    arm("PUT", f"{account}/blobServices/default/containers/{CONTAINER}", {"properties": {}})
    return account


@pytest.fixture
def options(sandbox: Connection) -> dict[str, Any]:
    info = sandbox.info
    return {
        "account_url": f"{info['endpoints']['storage']}/{ACCOUNT}",
        "credential": secret_credential(info),
        "connection_verify": info["ca_file"],
        "retry_total": 0,
    }


def test_owner_alone_may_not_touch_the_data(account: str, options: dict[str, Any]) -> None:
    with pytest.raises(HttpResponseError) as refused:
        DataLakeServiceClient(**options).get_file_system_client(CONTAINER).get_file_client("a.txt").upload_data(b"a")
    assert refused.value.status_code == 403


def test_with_the_data_role_files_are_written_and_read(
    sandbox: Connection, account: str, arm: Callable[..., Any], options: dict[str, Any]
) -> None:
    role = f"{account}/providers/Microsoft.Authorization/roleAssignments/{uuid4()}"
    definition = f"/subscriptions/{sandbox.info['subscription_id']}/providers/Microsoft.Authorization/roleDefinitions/"
    principal = sandbox.info["identities"]["lakehouse-wizard"]["object_id"]
    arm(
        "PUT",
        role,
        {
            "properties": {
                "roleDefinitionId": definition + BLOB_CONTRIBUTOR,
                "principalId": principal,
                "principalType": "ServicePrincipal",
            }
        },
    )
    lake = DataLakeServiceClient(**options).get_file_system_client(CONTAINER)
    assert lake.exists()
    assert not DataLakeServiceClient(**options).get_file_system_client("nothing").exists()
    lake.get_file_client("in/a.csv").upload_data(b"user_id\n007\n", overwrite=True)
    blobs = BlobServiceClient(**options)
    blobs.get_blob_client(CONTAINER, "in/b.json").upload_blob(b"{}", overwrite=True)
    folder = Path(sandbox.info["state"]) / "storage" / ACCOUNT / CONTAINER / "in"
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == {
        "a.csv": b"user_id\n007\n",
        "b.json": b"{}",
    }
    assert blobs.get_blob_client(CONTAINER, "in/a.csv").get_blob_properties().size == len(b"user_id\n007\n")
    blobs.get_blob_client(CONTAINER, "in/b.json").delete_blob()
    with pytest.raises(ResourceNotFoundError):
        blobs.get_blob_client(CONTAINER, "in/b.json").get_blob_properties()
