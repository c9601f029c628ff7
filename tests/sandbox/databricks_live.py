"""A running sandbox with a lakehouse in it, made and reached by real clients over HTTPS."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from azure.core.credentials import AccessToken
from azure.identity import ClientSecretCredential
from databricks.sdk import AccountClient, WorkspaceClient
from databricks.sdk.core import Config
from databricks.sdk.credentials_provider import CredentialsStrategy
from databricks.sdk.service import catalog, iam

from tests.sandbox.conftest import ARM_SCOPE, Http, secret_credential
from wizard.sandbox import process

DATABRICKS_SCOPE = "2ff814a6-3304-4ab8-85cb-cd0e6f879c1d/.default"
AZURE_CLI = "04b07795-8ddb-461a-bbee-02f9e1bf7b46"
LOCATION = "brazilsouth"
STORAGE = "stadlive"


class Entra(CredentialsStrategy):
    """A credential of azure-identity, with the two Azure headers where a workspace's resource id is given."""

    def __init__(self, credential: Any, resource_id: str | None = None) -> None:
        self._credential, self._resource_id = credential, resource_id

    def auth_type(self) -> str:
        return "entra"

    def __call__(self, cfg: Config) -> Callable[[], dict[str, str]]:
        return self._headers

    def _headers(self) -> dict[str, str]:
        headers = {"Authorization": f"Bearer {self._credential.get_token(DATABRICKS_SCOPE).token}"}
        if self._resource_id:
            headers["X-Databricks-Azure-Workspace-Resource-Id"] = self._resource_id
            headers["X-Databricks-Azure-SP-Management-Token"] = self._credential.get_token(ARM_SCOPE).token
        return headers


@dataclass
class Person:
    """A credential of a person by the password grant: MSAL's own asks a host without its port whose realm it is."""

    info: dict[str, Any]
    http: Http
    name: str

    def get_token(self, *scopes: str) -> AccessToken:
        one = self.info["identities"][self.name]
        form = {"grant_type": "password", "client_id": AZURE_CLI, "scope": " ".join(scopes)}
        form |= {"username": one["upn"], "password": one["password"]}
        url = f"{self.info['endpoints']['login']}/{self.info['tenant_id']}/oauth2/v2.0/token"
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        answer = self.http("POST", url, body=urlencode(form).encode(), headers=headers)
        assert answer.status == 200, answer.text
        return AccessToken(answer.json["access_token"], answer.json["expires_in"])


@dataclass
class Live:
    """`url` makes abfss URLs; clients by the scenario's names."""

    info: dict[str, Any]
    http: Http
    credential: ClientSecretCredential
    workspace_id: int
    host: str
    resource_id: str
    connector_id: str
    metastore_id: str = ""

    def url(self, container: str, path: str = "") -> str:
        return f"abfss://{container}@{STORAGE}.dfs.core.windows.net/{path}"

    def config(self, host: str, strategy: Entra, **settings: Any) -> Config:
        return Config(
            host=host, credentials_strategy=strategy, http_timeout_seconds=60, retry_timeout_seconds=20, **settings
        )

    @property
    def account(self) -> AccountClient:
        host = self.info["endpoints"]["accounts"]
        return AccountClient(config=self.config(host, Entra(self.credential), account_id=self.info["account_id"]))

    @property
    def workspace(self) -> WorkspaceClient:
        """The principal's, with the headers that let it in."""
        return WorkspaceClient(config=self.config(self.host, Entra(self.credential, self.resource_id)))

    def person(self, name: str) -> Person:
        return Person(self.info, self.http, name)

    def workspace_as(self, name: str) -> WorkspaceClient:
        return WorkspaceClient(config=self.config(self.host, Entra(self.person(name))))

    def assign_metastore(self) -> None:
        made = self.account.metastores.create(
            metastore_info=catalog.CreateAccountsMetastore(name="primary", region=LOCATION)
        )
        assert made.metastore_info
        self.metastore_id = str(made.metastore_info.metastore_id)
        self.account.metastore_assignments.create(workspace_id=self.workspace_id, metastore_id=self.metastore_id)

    def admit(self, name: str) -> str:
        """Put a person into account and workspace; the SCIM id."""
        upn = self.info["identities"][name]["upn"]
        user = self.account.users_v2.create(user_name=upn)
        id = str(user.id)
        self.account.workspace_assignment.update(
            workspace_id=self.workspace_id, principal_id=int(id), permissions=[iam.WorkspacePermission.USER]
        )
        return id


def _azure(info: dict[str, Any], http: Http, token: str) -> tuple[str, str, str, str]:
    """(workspace id, host, resource id, connector id) after making everything on Azure by its REST API."""
    scope = f"/subscriptions/{info['subscription_id']}"
    group = f"{scope}/resourceGroups/rsgdlive"

    def put(id: str, **body: Any) -> Any:
        answer = http("PUT", f"{info['endpoints']['arm']}{id}?api-version=2024-01-01", token=token, body=body)
        assert answer.status in (200, 201, 202), answer.text
        return http("GET", f"{info['endpoints']['arm']}{id}?api-version=2024-01-01", token=token).json

    for namespace in ("Databricks", "Storage", "Network", "ManagedIdentity", "Compute"):
        path = f"{info['endpoints']['arm']}{scope}/providers/Microsoft.{namespace}"
        http("POST", f"{path}/register?api-version=2025-04-01", token=token)
        while http("GET", f"{path}?api-version=2025-04-01", token=token).json["registrationState"] != "Registered":
            pass
    put(group, location=LOCATION)
    storage = f"{group}/providers/Microsoft.Storage/storageAccounts/{STORAGE}"
    put(
        storage,
        location=LOCATION,
        kind="StorageV2",
        sku={"name": "Standard_LRS"},
        properties={"isHnsEnabled": True},
    )
    for container in ("raw", "catalog"):
        put(f"{storage}/blobServices/default/containers/{container}", properties={})
    connector = put(
        f"{group}/providers/Microsoft.Databricks/accessConnectors/adbdlive-mi",
        location=LOCATION,
        identity={"type": "SystemAssigned"},
    )
    role = f"{scope}/providers/Microsoft.Authorization/roleDefinitions/ba92f5b4-2d11-453d-a403-e96b0029c9fe"
    properties = {"roleDefinitionId": role, "principalId": connector["identity"]["principalId"]}
    properties["principalType"] = "ServicePrincipal"
    name = "5d2f0c1e-94a7-4b16-8d3c-61f7e0a9b258"
    put(f"{storage}/providers/Microsoft.Authorization/roleAssignments/{name}", properties=properties)
    workspace = put(
        f"{group}/providers/Microsoft.Databricks/workspaces/adbdlive",
        location=LOCATION,
        sku={"name": "premium"},
        properties={"managedResourceGroupId": f"{scope}/resourceGroups/rsgdlive-managed", "parameters": {}},
    )
    properties = workspace["properties"]
    return properties["workspaceId"], f"https://{properties['workspaceUrl']}", workspace["id"], connector["id"]


@contextmanager
def live_lake(state: Path) -> Iterator[Live]:
    """A sandbox of its own, up to a workspace without a metastore; clients verify its CA."""
    with process.connect(state) as connection, pytest.MonkeyPatch.context() as environment:
        info = connection.info
        environment.setenv("REQUESTS_CA_BUNDLE", info["ca_file"])
        environment.setenv("DATABRICKS_CONFIG_FILE", str(state / "no.cfg"))
        credential = secret_credential(info)
        http = Http(info["ca_file"])
        workspace, host, resource, connector = _azure(info, http, credential.get_token(ARM_SCOPE).token)
        yield Live(info, http, credential, int(workspace), host, resource, connector)
    process.stop(state)
