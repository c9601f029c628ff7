"""What the providers refuse before anything is planned. Types, names and counts Terraform checks by the schema."""

from __future__ import annotations

from wizard.sandbox.providers.diagnostics import Problem
from wizard.sandbox.providers.schema import Block, Provider
from wizard.sandbox.providers.spec import spec
from wizard.sandbox.providers.values import UNKNOWN, Values, empty

ONE_OF = {
    "databricks_grants": ("catalog", "credential", "external_location", "foreign_connection", "function", "metastore",
                          "model", "pipeline", "recipient", "schema", "share", "storage_credential", "table", "volume"),
}  # fmt: skip
ONE_OF["databricks_grant"] = ONE_OF["databricks_grants"]
CONFLICTS = {
    "azurerm_role_assignment": [("role_definition_id", "role_definition_name")],
    "azurerm_public_ip": [("domain_name_label", "public_ip_prefix_id")],
    "databricks_cluster": [("num_workers", "autoscale"), ("instance_pool_id", "node_type_id")],
    "databricks_cluster_policy": [("definition", "policy_family_id")],
    "azuread_group": [("members", "dynamic_membership")],
    "databricks_workspace_binding": [("catalog_name", "securable_name")],
}
NEEDS = {
    "azurerm_role_assignment": [("role_definition_id", "role_definition_name")],
    "azuread_group": [("security_enabled", "mail_enabled")],
    "azurerm_virtual_network": [("address_space", "ip_address_pool")],
    "azurerm_subnet": [("address_prefixes", "ip_address_pool")],
}


def provider_config(provider: Provider, config: Values) -> list[Problem]:
    if provider == "azurerm" and not config.get("features"):
        return [Problem("Insufficient features blocks", 'At least 1 "features" blocks are required.', "features")]
    return []


def resource_config(provider: Provider, type: str, config: Values) -> list[Problem]:
    """Attributes that exclude each other, and groups of which one is needed."""
    problems = [
        Problem("Conflicting configuration arguments", f'"{a}": conflicts with {b}', a)
        for a, b in CONFLICTS.get(type, ())
        if _given(config, a) and _given(config, b)
    ]
    for names in NEEDS.get(type, ()):
        if not any(_given(config, name) for name in names):
            problems.append(Problem("Missing required argument", f"one of `{','.join(names)}` must be specified"))
    if type in ONE_OF:
        given = [name for name in ONE_OF[type] if _given(config, name)]
        if len(given) != 1:
            said = "none given" if not given else f"`{','.join(given)}` given"
            problems.append(Problem("Invalid combination of arguments", f"one of `{','.join(ONE_OF[type])}`: {said}"))
    found = spec(provider, type)
    return problems if found is None else problems + _counts(found.block, config)


def _counts(block: Block, config: Values) -> list[Problem]:
    problems = []
    for name, nested in block.blocks.items():
        value = config.get(name)
        items = value if isinstance(value, list) else []
        if value is not UNKNOWN and len(items) < nested.min_items:
            problems.append(
                Problem(f"Insufficient {name} blocks", f'At least {nested.min_items} "{name}" blocks are required.')
            )
        for item in items:
            problems += _counts(nested.block, item) if isinstance(item, dict) else []
    return problems


def _given(config: Values, name: str) -> bool:
    value = config.get(name)
    return value is UNKNOWN or not empty(value) or value is False or value in (0,)
