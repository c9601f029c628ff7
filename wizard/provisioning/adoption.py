"""Objects that exist but are not in the state, since their answers got lost: imported where they are ours, and
left alone where they are not. What Terraform wanted to make tells their import ids."""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from wizard.provisioning.stream import Diagnostic
from wizard.setup import files, mark

FILE = "adoption.tf.json"
Lookup = Callable[[str, Mapping[str, Any]], str | None]
"""Type and planned attributes to the import id of what is there already and carries our mark; None if nothing."""

# Import ids by what was planned, for providers whose refusal does not tell them.
IMPORT_IDS = {
    "azuread_group_member": "{group_object_id}/member/{member_object_id}",
    "databricks_storage_credential": "{name}",
    "databricks_external_location": "{name}",
    "databricks_catalog": "{name}",
    "databricks_schema": "{catalog_name}.{name}",
    "databricks_volume": "{catalog_name}.{schema_name}.{name}",
    "databricks_secret_scope": "{name}",
}
LOOKED_UP = ("azuread_group", "databricks_group", "databricks_cluster_policy", "databricks_cluster")
"""Types whose ids the service chooses: they have to be asked for. A cluster's name is not even unique."""

# Types without a field for a mark: they stand inside, or are named after, an object of ours.
PARTS = frozenset(
    {
        "azuread_group_member",
        "azurerm_consumption_budget_subscription",  # named after our workspace
        "azurerm_nat_gateway_public_ip_association",
        "azurerm_role_assignment",  # for our principal, on an object of ours; its description cannot be changed
        "azurerm_storage_container",
        "azurerm_storage_management_policy",
        "azurerm_subnet",
        "azurerm_subnet_nat_gateway_association",
        "azurerm_subnet_network_security_group_association",
        "databricks_group",  # of our Entra group's object id
        "databricks_secret_scope",  # inside our workspace
    }
)
_EXISTS = re.compile(r"already exist|AlreadyExists|RoleAssignmentExists|ALREADY_EXISTS")
_TOLD_ID = re.compile(r'with the ID "([^"]+)" already exists')
_TOLD_ASSIGNMENT = re.compile(r"existing role assignment is ([0-9a-f]{32}|[0-9a-f-]{36})")


def candidates(plan: Mapping[str, Any], errors: Iterable[Diagnostic], lookup: Lookup) -> dict[str, str]:
    """Address to import id, of what a failed apply could not make because it is there. `plan` as
    `terraform show -json` prints it. Raises what `lookup` raises."""
    wanted = {
        item["address"]: item
        for item in plan.get("resource_changes", ())
        if item.get("mode") != "data" and item["change"]["actions"] == ["create"]
    }
    found: dict[str, str] = {}
    for error in errors:
        item = wanted.get(error.address or "")
        if item is None:
            continue
        after = item["change"].get("after") or {}
        id = lookup(item["type"], after) if item["type"] in LOOKED_UP else _import_id(item["type"], after, error.text)
        if id:
            found[item["address"]] = id
    return found


def _import_id(type: str, after: Mapping[str, Any], text: str) -> str | None:
    own = _own_id(type, after)
    # An external volume is told to be in its own way.
    if not _EXISTS.search(text) and not (own and f"overlaps with the storage of Volume '{own}'" in text):
        return None
    if told := _TOLD_ID.search(text):
        return told[1]
    if told := _TOLD_ASSIGNMENT.search(text):
        # Its scope is not known before what it is for was made; then a later apply tells it again.
        scope = after.get("scope")
        return f"{scope}/providers/Microsoft.Authorization/roleAssignments/{uuid.UUID(told[1])}" if scope else None
    return own


def _own_id(type: str, after: Mapping[str, Any]) -> str | None:
    try:
        return IMPORT_IDS[type].format(**after)
    except KeyError:
        return None


def awaited(plan: Mapping[str, Any], agreed: Mapping[str, str]) -> dict[str, str]:
    """What of the agreed (address to import id) the plan would make, since no state knows it yet."""
    made = {item["address"] for item in plan.get("resource_changes", ()) if item["change"]["actions"] == ["create"]}
    return {address: id for address, id in agreed.items() if address in made}


def foreign(plan: Mapping[str, Any], setup_id: str, agreed: Mapping[str, str]) -> dict[str, str]:
    """Address to import id, of what the plan would import although it carries another mark than ours, or none,
    and the user did not agree to take it (`agreed`: address to import id)."""
    imports = [item for item in plan.get("resource_changes", ()) if item["change"].get("importing")]
    return {
        item["address"]: str(item["change"]["importing"].get("id"))
        for item in imports
        if item["type"] not in PARTS
        and setup_id not in mark.of(item["change"].get("before") or {})
        and agreed.get(item["address"], "").lower() != str(item["change"]["importing"].get("id")).lower()
    }


def gone(text: str, imports: Mapping[str, str]) -> dict[str, str]:
    """What is left of the imports without those that Terraform says do not exist."""
    if "non-existent remote object" not in text:
        return dict(imports)
    return {address: id for address, id in imports.items() if f'"{address}"' not in text.replace('\\"', '"')}


def keep(folder: Path, imports: Mapping[str, str]) -> bool:
    """Add to the import blocks that the next plan reads; whether anything is new."""
    known = read(folder)
    if not imports.items() - known.items():
        return False
    blocks = [{"to": address, "id": id} for address, id in sorted({**known, **imports}.items())]
    files.write(folder / FILE, json.dumps({"import": blocks}, indent=2) + "\n")
    return True


def replace(folder: Path, imports: Mapping[str, str]) -> None:
    """Let these and no other import blocks stand."""
    forget(folder)
    if imports:
        keep(folder, imports)


def read(folder: Path) -> dict[str, str]:
    """The imports that stand in the folder; none where there is no such file, or half of one."""
    try:
        kept = json.loads((folder / FILE).read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return {}
    return {str(block["to"]): str(block["id"]) for block in kept.get("import", ())}


def forget(folder: Path) -> None:
    (folder / FILE).unlink(missing_ok=True)
