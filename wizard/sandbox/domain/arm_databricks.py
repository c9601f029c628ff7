"""Databricks workspaces and access connectors, as Azure sees them."""

from __future__ import annotations

from wizard.sandbox.domain.arm_groups import ensure_group
from wizard.sandbox.domain.arm_id import GROUP, ResourceId, parse_id
from wizard.sandbox.domain.arm_kind import ArmKind, name_taken
from wizard.sandbox.domain.arm_storage import timestamp
from wizard.sandbox.domain.core import SYSTEM, Body, CloudError
from wizard.sandbox.domain.network_vnet import SUBNET, VNET, delegated
from wizard.sandbox.domain.world import world

WORKSPACE = "Microsoft.Databricks/workspaces"
CONNECTOR = "Microsoft.Databricks/accessConnectors"
PRINCIPAL = "entra.servicePrincipal"
RECORD = "account.workspace"
SUBNETS = ("customPublicSubnetName", "customPrivateSubnetName")


def parameter(body: Body, name: str) -> str:
    """A custom parameter's value, or an empty text."""
    value = (body["properties"].get("parameters") or {}).get(name) or {}
    return str(value.get("value") or "")


def refused(code: str, message: str, status: int = 400) -> CloudError:
    return CloudError(status, code, message)


class Workspaces(ArmKind):
    """With a workspace come its managed resource group, its port, and its record in the Databricks account."""

    def check(self, rid: ResourceId, body: Body, existing: Body | None) -> None:
        sku = body["sku"]["name"]
        if sku not in ("premium", "trial", "standard"):
            raise refused("InvalidSku", f"The SKU '{sku}' is not one of premium, trial.")
        if sku == "standard" and (existing is None or existing["sku"]["name"] != "standard"):
            raise refused("SkuNotAvailable", "The Standard tier is retired: a workspace needs the SKU premium.")
        managed = parse_id(body["properties"]["managedResourceGroupId"])
        if existing is None and self.cloud.store.get(GROUP, managed.key) is not None:
            raise refused(
                "ApplianceProvisioningFailed",
                f"The managed resource group '{managed.text}' already exists. Please specify a new non-existent "
                "managed resource group.",
                409,
            )
        self._check_network(rid, body)

    def _check_network(self, rid: ResourceId, body: Body) -> None:
        network = parameter(body, "customVirtualNetworkId")
        if not network:
            return
        vnet = self.cloud.store.get(VNET, parse_id(network).key)
        if vnet is None or vnet["location"] != body["location"]:
            raise refused("InvalidVirtualNetwork", f"The virtual network '{network}' was not found in the region.")
        for name in SUBNETS:
            subnet = self.cloud.store.get(SUBNET, f"{network}/subnets/{parameter(body, name)}".lower())
            if subnet is None:
                raise refused(
                    "SubnetNotFound", f"The subnet '{parameter(body, name)}' ({name}) was not found in '{network}'."
                )
            if not delegated(subnet):
                raise refused("SubnetNotDelegated", f"The subnet '{subnet['id']}' must be delegated to '{WORKSPACE}'.")
            if not subnet["properties"].get("networkSecurityGroup"):
                raise refused(
                    "SubnetWithoutSecurityGroup", f"The subnet '{subnet['id']}' needs a network security group."
                )

    def fill(self, rid: ResourceId, body: Body, existing: Body | None) -> None:
        properties = body["properties"]
        kept = ("workspaceId", "workspaceUrl", "createdDateTime", "createdBy", "authorizations")
        if existing is not None:
            properties |= {key: existing["properties"][key] for key in kept if key in existing["properties"]}
        else:
            number = self.cloud.number()
            properties |= {"workspaceId": str(number), "createdDateTime": timestamp(self)}
        properties["isUcEnabled"] = True
        for name, value in (properties.get("parameters") or {}).items():
            if isinstance(value, dict) and "value" in value:
                value.setdefault("type", "Bool" if isinstance(value["value"], bool) else "String")
            elif not isinstance(value, dict):
                raise refused("InvalidParameter", f"The parameter '{name}' must be an object with a value.")
        if parameter(body, "customVirtualNetworkId"):
            vnet = parse_id(parameter(body, "customVirtualNetworkId"))
            properties["parameters"].setdefault("vnetAddressPrefix", {"type": "String", "value": "10.139"})
            properties["parameters"]["customVirtualNetworkId"]["value"] = vnet.text

    def created(self, rid: ResourceId, body: Body) -> None:
        properties = body["properties"]
        number = properties["workspaceId"]
        self._fill_managed_group(rid, body)
        port = self.cloud.hosts.open_workspace(number, None)
        properties["workspaceUrl"] = f"127.0.0.1:{port}"
        self.cloud.store.put(self.name, rid.key, body)
        self.cloud.kind(RECORD).create(
            SYSTEM,
            {
                "workspace_id": int(number),
                "workspace_name": body["name"],
                "deployment_name": f"adb-{number}.{int(number) % 20}",
                "workspace_status": "RUNNING",
                "location": body["location"],
                "pricing_tier": body["sku"]["name"].upper(),
                "azure_workspace_info": {"subscription_id": rid.subscription, "resource_group": rid.group},
                "_port": port,
                "_resource_id": body["id"],
            },
        )

    def _fill_managed_group(self, rid: ResourceId, body: Body) -> None:
        """The workspace's own storage account and, without a network of the customer, its network."""
        properties, location = body["properties"], body["location"]
        group = properties["managedResourceGroupId"]
        name = parameter(body, "storageAccountName") or self._storage_name(properties["workspaceId"])
        properties["parameters"]["storageAccountName"] = {"type": "String", "value": name}
        properties["parameters"].setdefault("storageAccountSkuName", {"type": "String", "value": "Standard_ZRS"})
        storage = parse_id(f"{group}/providers/Microsoft.Storage/storageAccounts/{name}")
        ensure_group(self, storage, location, managed_by=body["id"])
        self._make(
            storage.text,
            location,
            sku={"name": parameter(body, "storageAccountSkuName")},
            kind="StorageV2",
            properties={"isHnsEnabled": True},
        )
        if parameter(body, "customVirtualNetworkId"):
            return
        network = f"{group}/providers/Microsoft.Network"
        self._make(f"{network}/networkSecurityGroups/workers-sg", location)
        references: Body = {"networkSecurityGroup": {"id": f"{network}/networkSecurityGroups/workers-sg"}}
        if properties["parameters"]["enableNoPublicIp"]["value"]:
            address, gateway = f"{network}/publicIPAddresses/nat-gw-public-ip", f"{network}/natGateways/nat-gateway"
            self._make(address, location, sku={"name": "Standard"})
            self._make(gateway, location, sku={"name": "Standard"}, properties={"publicIpAddresses": [{"id": address}]})
            references["natGateway"] = {"id": gateway}
        subnets = [
            {"name": name, "properties": {"addressPrefix": prefix, **references}}
            for name, prefix in (("public-subnet", "10.139.0.0/18"), ("private-subnet", "10.139.64.0/18"))
        ]
        space = {"addressPrefixes": ["10.139.0.0/16"]}
        properties_of = {"addressSpace": space, "subnets": subnets}
        self._make(f"{network}/virtualNetworks/workers-vnet", location, properties=properties_of)

    def _storage_name(self, number: str) -> str:
        name, turn = "", 0
        while not name or name_taken(self.cloud, "Microsoft.Storage/storageAccounts", name):
            name, turn = f"dbstorage{self.cloud.guid(number, str(turn)).replace('-', '')[:14]}", turn + 1
        return name

    def _make(self, id: str, location: str, **body: object) -> None:
        self.cloud.kind(parse_id(id).type).create(SYSTEM, {"id": id, "location": location, **body})

    def removed(self, rid: ResourceId, body: Body) -> None:
        number = body["properties"]["workspaceId"]
        managed = self.cloud.kind(GROUP)
        assert isinstance(managed, ArmKind)
        managed.remove(parse_id(body["properties"]["managedResourceGroupId"]))
        self.cloud.kind(RECORD).delete(SYSTEM, number)
        self.cloud.hosts.close_workspace(number)


class Connectors(ArmKind):
    """A system-assigned identity is a service principal that lives and dies with the connector."""

    def check(self, rid: ResourceId, body: Body, existing: Body | None) -> None:
        kind = (body.get("identity") or {}).get("type", "None")
        if kind not in ("None", "SystemAssigned"):
            raise CloudError(
                501, "NotImplemented", f"the sandbox does not model the identity type {kind} of {self.name}"
            )

    def fill(self, rid: ResourceId, body: Body, existing: Body | None) -> None:
        before = (existing or {}).get("identity") or {}
        wanted = (body.get("identity") or {}).get("type") == "SystemAssigned"
        if wanted and before.get("principalId"):
            body["identity"] = before
        elif wanted:
            principal = self.cloud.kind(PRINCIPAL).create(
                SYSTEM,
                {
                    "displayName": rid.name,
                    "servicePrincipalType": "ManagedIdentity",
                    "alternativeNames": ["isExplicit=False", rid.text],
                },
            )
            tenant = world(self.cloud).tenant_id
            body["identity"] = {"type": "SystemAssigned", "principalId": principal["id"], "tenantId": tenant}
        elif before.get("principalId"):
            self.cloud.kind(PRINCIPAL).delete(SYSTEM, before["principalId"])
        body["properties"]["referedBy"] = []  # spelt as the service spells it

    def removed(self, rid: ResourceId, body: Body) -> None:
        principal = (body.get("identity") or {}).get("principalId")
        if principal and self.cloud.store.get(PRINCIPAL, principal) is not None:
            self.cloud.kind(PRINCIPAL).delete(SYSTEM, principal)
