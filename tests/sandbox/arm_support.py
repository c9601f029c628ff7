"""Short ways to Azure resources for the tests of the domain."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

from wizard.sandbox.domain import arm_providers
from wizard.sandbox.domain.authorization import ASSIGNMENT
from wizard.sandbox.domain.cloud import Cloud
from wizard.sandbox.domain.core import SYSTEM, Body, Caller, CloudError
from wizard.sandbox.domain.world import load_scenario, world

GROUP = "Microsoft.Resources/resourceGroups"
ACCOUNT = "Microsoft.Storage/storageAccounts"
CONTAINER = "Microsoft.Storage/storageAccounts/blobServices/containers"
WORKSPACE = "Microsoft.Databricks/workspaces"
CONNECTOR = "Microsoft.Databricks/accessConnectors"
NAMESPACE = "Microsoft.EventHub/namespaces"
VNET = "Microsoft.Network/virtualNetworks"
SUBNET = "Microsoft.Network/virtualNetworks/subnets"
WATCHER = "Microsoft.Network/networkWatchers"
NAMESPACES = ("Databricks", "Storage", "EventHub", "Network", "Compute")


def cost_by(column: str) -> Body:
    """Cost Management's question for this month's actual cost, summed by one column."""
    return {
        "type": "ActualCost",
        "timeframe": "MonthToDate",
        "dataset": {
            "granularity": "None",
            "aggregation": {"total": {"name": "Cost", "function": "Sum"}},
            "grouping": [{"type": "Dimension", "name": column}],
        },
    }


@dataclass
class Azure:
    """One cloud seen by one caller; ids are made from short names."""

    cloud: Cloud
    caller: Caller

    @property
    def subscription(self) -> str:
        return next(iter(world(self.cloud).subscriptions))

    @property
    def scope(self) -> str:
        return f"/subscriptions/{self.subscription}"

    def group_id(self, group: str = "rg") -> str:
        return f"{self.scope}/resourceGroups/{group}"

    def id(self, kind: str, *names: str, group: str = "rg") -> str:
        """`id(SUBNET, "vnet", "public")`; containers need no name for their service."""
        namespace, *types = kind.split("/")
        parts = [names[0], "default", *names[1:]] if kind == CONTAINER else list(names)
        pairs = "".join(f"/{one}/{name}" for one, name in zip(types, parts, strict=True))
        return f"{self.group_id(group)}/providers/{namespace}{pairs}"

    def group(self, name: str = "rg", location: str = "brazilsouth") -> Body:
        return self.cloud.kind(GROUP).create(self.caller, {"id": self.group_id(name), "location": location})

    def make(self, kind: str, /, *names: str, group: str = "rg", **body: Any) -> Body:
        return self.cloud.kind(kind).create(
            self.caller, {"id": self.id(kind, *names, group=group), "location": "brazilsouth", **body}
        )

    def account(self, name: str = "stadrisk", group: str = "rg", **properties: Any) -> Body:
        return self.make(
            ACCOUNT, name, group=group, sku={"name": "Standard_LRS"}, kind="StorageV2", properties=properties
        )

    def workspace(self, name: str = "adbdrisk", managed: str = "rg-managed", **parameters: Any) -> Body:
        values = {key: {"value": value} for key, value in parameters.items()}
        properties = {"managedResourceGroupId": self.group_id(managed), "parameters": values}
        return self.make(WORKSPACE, name, sku={"name": "premium"}, properties=properties)

    def assign(
        self, role: str, principal: str, scope: str | None = None, name: str | None = None, **properties: Any
    ) -> Body:
        """As the caller; the assignment's name is new each time unless given."""
        scope = self.scope if scope is None else scope
        role_id = self.cloud.authorization.role_id(role)
        id = f"{scope}/providers/{ASSIGNMENT}/{name or self.cloud.guid()}"
        definition = f"{scope}/providers/Microsoft.Authorization/roleDefinitions/{role_id}"
        properties = {"roleDefinitionId": definition, "principalId": principal, **properties}
        return self.cloud.kind(ASSIGNMENT).create(self.caller, {"id": id, "properties": properties})


def register_all(cloud: Cloud) -> None:
    """Register the namespaces of the journey, as its step would."""
    subscription = next(iter(world(cloud).subscriptions))
    for name in NAMESPACES:
        arm_providers.register_provider(cloud, SYSTEM, subscription, f"Microsoft.{name}")
        arm_providers.provider(cloud, SYSTEM, subscription, f"Microsoft.{name}")


def as_identity(cloud: Cloud, name: str) -> Azure:
    """The cloud as one of the scenario's identities sees it."""
    here = world(cloud)
    identity = load_scenario(here.scenario)["identities"][name]
    shown = identity.get("client_id") or identity["upn"]
    return Azure(cloud, Caller(identity["object_id"], identity["kind"], shown, here.tenant_id))


def refused(error: pytest.ExceptionInfo[CloudError]) -> tuple[int, str]:
    return error.value.status, error.value.code
