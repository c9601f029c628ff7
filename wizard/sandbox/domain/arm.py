"""Azure Resource Manager: all its kinds, put into the cloud."""

from __future__ import annotations

from collections.abc import Mapping

from wizard.sandbox.domain import arm_storage, key_vault, network_parts, network_vnet
from wizard.sandbox.domain.arm_assignments import Assignments
from wizard.sandbox.domain.arm_budgets import BUDGET, Budgets
from wizard.sandbox.domain.arm_databricks import CONNECTOR, WORKSPACE, Connectors, Workspaces
from wizard.sandbox.domain.arm_eventhub import HUB, NAMESPACE, Hubs, Namespaces
from wizard.sandbox.domain.arm_groups import Groups
from wizard.sandbox.domain.arm_id import GROUP
from wizard.sandbox.domain.arm_kind import ArmKind
from wizard.sandbox.domain.arm_types import arm_types
from wizard.sandbox.domain.cloud import Cloud

KINDS: Mapping[str, type[ArmKind]] = {
    GROUP: Groups,
    arm_storage.ACCOUNT: arm_storage.Accounts,
    arm_storage.SERVICE: arm_storage.Services,
    arm_storage.CONTAINER: arm_storage.Containers,
    arm_storage.POLICY: arm_storage.Policies,
    WORKSPACE: Workspaces,
    CONNECTOR: Connectors,
    NAMESPACE: Namespaces,
    HUB: Hubs,
    network_vnet.VNET: network_vnet.VirtualNetworks,
    network_vnet.SUBNET: network_vnet.Subnets,
    "Microsoft.Network/networkSecurityGroups": network_parts.SecurityGroups,
    network_parts.GATEWAY: network_parts.NatGateways,
    "Microsoft.Network/publicIPAddresses": network_parts.PublicAddresses,
    network_parts.WATCHER: network_parts.Watchers,
    network_parts.FLOW_LOG: ArmKind,
    BUDGET: Budgets,
    key_vault.VAULT: key_vault.Vaults,
}


def register(cloud: Cloud) -> None:
    """Add every ARM kind."""
    for rules in arm_types().values():
        cloud.add(KINDS[rules.type](cloud, rules))
    cloud.add(Assignments(cloud))
