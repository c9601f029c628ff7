"""Short ways to a lakehouse in a cloud of the test's own process."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from tests.sandbox.arm_support import ACCOUNT, CONNECTOR, CONTAINER, Azure, as_identity, register_all
from wizard.sandbox.domain.cloud import Cloud
from wizard.sandbox.domain.core import SYSTEM, Body, Caller

PRINCIPAL, OWNER, OUTSIDER = "lakehouse-wizard", "owner", "outsider"
STORAGE = "stadrisk"


def url(container: str, path: str = "") -> str:
    return f"abfss://{container}@{STORAGE}.dfs.core.windows.net/{path}"


@dataclass
class Lake:
    """A workspace with a metastore, storage and a connector that reaches it; callers by their scenario name."""

    cloud: Cloud
    workspace: str
    metastore: str
    connector: str
    azure: Azure

    def caller(self, name: str, *, management: bool = False) -> Caller:
        """A scenario's identity in the workspace."""
        found = as_identity(self.cloud, name).caller
        return replace(found, workspace=self.workspace, management=management)

    @property
    def principal(self) -> Caller:
        return self.caller(PRINCIPAL, management=True)

    def scim_id(self, name: str) -> str:
        """The person of a scenario in the account, added if need be."""
        upn = self.caller(name).name
        people = self.cloud.kind("account.user")
        found = people.list(SYSTEM, userName=upn)
        return str((found[0] if found else people.create(SYSTEM, {"userName": upn}))["id"])

    def admit(self, name: str, *permissions: str) -> Caller:
        """Assign a person to the workspace."""
        body: Body = {"workspace_id": self.workspace, "principal_id": self.scim_id(name)}
        body |= {"permissions": permissions or ("USER",)}
        self.cloud.kind("account.permissionAssignment").create(SYSTEM, body)
        return self.caller(name)

    def group(self, name: str, *people: str) -> Body:
        """An account group with members."""
        members = [{"value": self.scim_id(person)} for person in people]
        return self.cloud.kind("account.group").create(SYSTEM, {"displayName": name, "members": members})

    def make(self, kind: str, **body: Any) -> Body:
        """As the principal."""
        return self.cloud.kind(kind).create(self.principal, body)

    def grant(self, place: str, who: str, *privileges: str) -> None:
        change = {"principal": who, "add": privileges}
        self.cloud.kind("uc.grants").update(self.principal, place, {"changes": [change]})

    def catalog(self, name: str = "crisk") -> Body:
        """Credential, locations raw and catalog, the catalog, its schemas bronze and ops."""
        identity = {"access_connector_id": self.connector}
        self.make("uc.storageCredential", name=f"{name}-credential", azure_managed_identity=identity)
        for container in ("raw", "catalog"):
            location = {"url": url(container), "credential_name": f"{name}-credential"}
            self.make("uc.externalLocation", name=f"{name}-{container}", **location)
        made = self.make("uc.catalog", name=name, storage_root=url("catalog", "managed"))
        for schema in ("bronze", "ops"):
            self.make("uc.schema", catalog_name=name, name=schema)
        return made


def lake(cloud: Cloud) -> Lake:
    """Everything up to an assigned metastore, made by the cloud itself."""
    register_all(cloud)
    azure = Azure(cloud, SYSTEM)
    azure.group()
    azure.account(STORAGE, isHnsEnabled=True)
    for container in ("raw", "catalog", "log"):
        cloud.kind(CONTAINER).create(SYSTEM, {"id": azure.id(CONTAINER, STORAGE, container)})
    connector = azure.make(CONNECTOR, "adbdrisk-mi", identity={"type": "SystemAssigned"})
    scope = azure.id(ACCOUNT, STORAGE)
    azure.assign("Storage Blob Data Contributor", connector["identity"]["principalId"], scope)
    workspace = str(azure.workspace()["properties"]["workspaceId"])
    admin = as_identity(cloud, PRINCIPAL).caller
    metastore = cloud.kind("account.metastore").create(admin, {"name": "primary", "region": "brazilsouth"})
    assignment = {"workspace_id": workspace, "metastore_id": metastore["metastore_id"]}
    cloud.kind("account.metastoreAssignment").create(admin, assignment)
    return Lake(cloud, workspace, str(metastore["metastore_id"]), connector["id"], azure)
