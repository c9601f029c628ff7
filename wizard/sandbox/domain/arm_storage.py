"""Storage accounts, their containers (folders on this machine) and management policies."""

from __future__ import annotations

import shutil

from wizard.sandbox.domain.arm_body import etag, without_none
from wizard.sandbox.domain.arm_id import ResourceId
from wizard.sandbox.domain.arm_kind import ArmKind
from wizard.sandbox.domain.core import Body, CloudError

ACCOUNT = "Microsoft.Storage/storageAccounts"
SERVICE = "Microsoft.Storage/storageAccounts/blobServices"
CONTAINER = "Microsoft.Storage/storageAccounts/blobServices/containers"
POLICY = "Microsoft.Storage/storageAccounts/managementPolicies"

# source: https://learn.microsoft.com/rest/api/storagerp/srp_sku_types
SKUS = {
    "Standard_LRS", "Standard_GRS", "Standard_RAGRS", "Standard_ZRS", "Premium_LRS", "Premium_ZRS",
    "Standard_GZRS", "Standard_RAGZRS",
}  # fmt: skip
KINDS = {"Storage", "StorageV2", "BlobStorage", "FileStorage", "BlockBlobStorage"}
SERVICES = ("blob", "dfs", "file", "queue", "table")


def bad_parameter(name: str, value: object) -> CloudError:
    return CloudError(
        400, "InvalidValuesForRequestParameters", f"Values for request parameters are invalid: {name}={value}."
    )


class Accounts(ArmKind):
    def check(self, rid: ResourceId, body: Body, existing: Body | None) -> None:
        if body["sku"]["name"] not in SKUS:
            raise bad_parameter("sku", body["sku"]["name"])
        if body["kind"] not in KINDS:
            raise bad_parameter("kind", body["kind"])

    def fill(self, rid: ResourceId, body: Body, existing: Body | None) -> None:
        properties = body["properties"]
        body["sku"]["tier"] = body["sku"]["name"].partition("_")[0]
        endpoints = {service: f"https://{rid.name}.{service}.core.windows.net/" for service in SERVICES}
        created = existing["properties"]["creationTime"] if existing else timestamp(self)
        properties |= {
            "creationTime": created,
            "keyCreationTime": {"key1": created, "key2": created},
            "primaryEndpoints": {**endpoints, "web": f"https://{rid.name}.z15.web.core.windows.net/"},
            "primaryLocation": body["location"],
            "statusOfPrimary": "available",
            "privateEndpointConnections": [],
        }

    def removed(self, rid: ResourceId, body: Body) -> None:
        remove_folder(self, rid.name)


class Services(ArmKind):
    """The blob service of an account. It is always there; it is kept once it was set."""

    def stored(self, rid: ResourceId) -> Body:
        account = self.cloud.store.get(ACCOUNT, rid.up(1).key)
        if self.find(rid) is None and account is not None and rid.name == "default":
            return self._shaped(rid, {}, None)
        return super().stored(rid)

    def fill(self, rid: ResourceId, body: Body, existing: Body | None) -> None:
        body["properties"].pop("provisioningState")


class Containers(ArmKind):
    def check(self, rid: ResourceId, body: Body, existing: Body | None) -> None:
        access = body["properties"]["publicAccess"]
        if access not in ("None", "Blob", "Container"):
            raise bad_parameter("publicAccess", access)
        account = self.cloud.store.get(ACCOUNT, rid.up(2).key)
        if access != "None" and account and not account["properties"]["allowBlobPublicAccess"]:
            raise CloudError(409, "PublicAccessNotPermitted", "Public access is not permitted on this storage account.")

    def fill(self, rid: ResourceId, body: Body, existing: Body | None) -> None:
        properties = body["properties"]
        properties.pop("provisioningState")
        properties["lastModifiedTime"] = existing["properties"]["lastModifiedTime"] if existing else timestamp(self)
        body["etag"] = f'"0x{etag(properties)[:16].replace("-", "").upper()}"'

    def created(self, rid: ResourceId, body: Body) -> None:
        self.cloud.container_folder(rid.names[0].lower(), rid.name).mkdir(mode=0o700, parents=True, exist_ok=True)

    def removed(self, rid: ResourceId, body: Body) -> None:
        remove_folder(self, rid.names[0].lower(), rid.name)


class Policies(ArmKind):
    def check(self, rid: ResourceId, body: Body, existing: Body | None) -> None:
        rules = body["properties"]["policy"]["rules"]
        names = [rule.get("name") for rule in rules]
        if len(set(names)) != len(names) or not all(names):
            raise CloudError(400, "InvalidManagementPolicy", "Every rule of a policy needs a name of its own.")
        for rule in rules:
            definition = without_none(rule.get("definition") or {})
            if rule.get("type") != "Lifecycle" or not definition.get("actions"):
                raise CloudError(
                    400, "InvalidManagementPolicy", f"Rule '{rule['name']}' must be of type Lifecycle and have actions."
                )

    def fill(self, rid: ResourceId, body: Body, existing: Body | None) -> None:
        properties = body["properties"]
        properties.pop("provisioningState")
        same = existing is not None and existing["properties"]["policy"] == properties["policy"]
        properties["lastModifiedTime"] = (
            existing["properties"]["lastModifiedTime"] if existing and same else timestamp(self)
        )


def timestamp(kind: ArmKind) -> str:
    return kind.cloud.now().strftime("%Y-%m-%dT%H:%M:%S.%f0Z")


def remove_folder(kind: ArmKind, account: str, container: str = "") -> None:
    """Delete the bytes of a container, or of a whole account."""
    folder = kind.cloud.container_folder(account.lower(), container)
    if folder.exists():
        shutil.rmtree(folder)
