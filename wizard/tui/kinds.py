"""Kinds of Terraform resources in words, a plan grouped by them, and what of it costs money each month."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from wizard.text import N_, _
from wizard.tui.store import Row

KINDS = {
    "azuread_group": N_("Entra group"),
    "azuread_group_member": N_("Member of the group"),
    "azurerm_consumption_budget_subscription": N_("Budget alert"),
    "azurerm_databricks_access_connector": N_("Access connector"),
    "azurerm_databricks_workspace": N_("Databricks workspace"),
    "azurerm_eventhub_namespace": N_("Event Hubs namespace"),
    "azurerm_nat_gateway": N_("NAT gateway"),
    "azurerm_nat_gateway_public_ip_association": N_("Address of the NAT"),
    "azurerm_network_security_group": N_("Network rules"),
    "azurerm_public_ip": N_("Public address"),
    "azurerm_resource_group": N_("Resource group"),
    "azurerm_role_assignment": N_("Role in Azure"),
    "azurerm_storage_account": N_("Storage account"),
    "azurerm_storage_container": N_("Storage container"),
    "azurerm_storage_management_policy": N_("Storage life cycle"),
    "azurerm_subnet": N_("Subnet"),
    "azurerm_subnet_nat_gateway_association": N_("Subnet's NAT"),
    "azurerm_subnet_network_security_group_association": N_("Subnet's rules"),
    "azurerm_virtual_network": N_("Virtual network"),
    "databricks_catalog": N_("Catalog"),
    "databricks_cluster": N_("Cluster"),
    "databricks_cluster_policy": N_("Cluster policy"),
    "databricks_external_location": N_("External location"),
    "databricks_grants": N_("Privileges"),
    "databricks_group": N_("Databricks group"),
    "databricks_group_member": N_("Member of the group"),
    "databricks_mws_permission_assignment": N_("Workspace access"),
    "databricks_permissions": N_("Permissions"),
    "databricks_schema": N_("Schema"),
    "databricks_secret_acl": N_("Secret access"),
    "databricks_secret_scope": N_("Secret scope"),
    "databricks_storage_credential": N_("Storage credential"),
    "databricks_volume": N_("Volume"),
    "file": N_("File"),
    "job": N_("Job"),
}
METERS = {  # titles of the estimate's lines, by the kind that turns the meter
    "azurerm_eventhub_namespace": (N_("Event Hubs"),),
    "azurerm_nat_gateway": (N_("NAT gateway"),),
    "azurerm_public_ip": (N_("public address of the gateway"),),
    "azurerm_storage_account": (N_("storage"),),
    "databricks_cluster": (N_("exploration"), N_("machine of exploration")),
}
ORDER = ("delete", "replace", "update", "create", "import")  # what loses something comes first
SIGNS = {"delete": "-", "replace": "-/+", "update": "~", "create": "+", "import": "="}


@dataclass(frozen=True, slots=True)
class Group:
    """All of one action and kind. `names` are the resources' own; `monthly` None where nothing is known to cost."""

    action: str
    kind: str
    names: tuple[str, ...]
    monthly: float | None


def kind_of(address: str) -> str:
    """The resource type of an address, as azurerm_subnet of module.net.azurerm_subnet.public[0], job of job["one"]."""
    plain, bracket, _key = address.partition("[")
    parts = plain.split(".")
    return parts[-2] if len(parts) > 1 else plain if bracket else ""


def name_of(address: str) -> str:
    """Its last part, where the object has no name of its own: the key of one of several, else the label."""
    plain, _bracket, key = address.partition("[")
    key = key.strip('"]')
    return key if key and not key.isdigit() else plain.rpartition(".")[2]


def in_words(address: str, name: str | None = None) -> str:
    """An object as people read it; what is no resource of ours stays as it is."""
    kind = kind_of(address)
    return f"{_(KINDS[kind])}  {name or name_of(address)}" if kind in KINDS else address


def removal(thing: str) -> str:
    """What a destroy takes away: an address with its name behind it in brackets is told in words, else as it is."""
    address, _space, name = thing.partition(" (")
    return in_words(address, name.removesuffix(")") or None) if kind_of(address) in KINDS else thing


def groups(rows: Iterable[Row], meters: Iterable[tuple[str, float | None]]) -> list[Group]:
    """A plan by action and kind, in the order of ORDER; of one action the dearest first."""
    found: dict[tuple[str, str], list[str]] = {}
    for row in rows:
        if row.action in ORDER:
            found.setdefault((row.action, kind_of(row.address)), []).append(row.name or name_of(row.address))
    costs = list(meters)
    made = [Group(action, kind, tuple(names), _monthly(kind, costs)) for (action, kind), names in found.items()]
    return sorted(made, key=lambda group: (ORDER.index(group.action), -(group.monthly or 0.0)))


def _monthly(kind: str, meters: list[tuple[str, float | None]]) -> float | None:
    wanted = METERS.get(kind, ())
    known = [monthly for title, monthly in meters if title in wanted and monthly is not None]
    return round(sum(known), 2) if known else None
