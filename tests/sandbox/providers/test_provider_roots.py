"""The product's four root modules, in order: made, found equal, changed, removed."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from tests.sandbox.providers.conftest import OWNER, Served, Terraform, assign_metastore, copy_root, foundation_variables
from wizard.sandbox.domain.world import world

EMBEDDED = (sys.executable, "-m", "wizard.provisioning.embedded")
SETUP = "proof-0001"
BILLABLE = ("Microsoft.Databricks/workspaces", "Microsoft.Storage/storageAccounts", "Microsoft.Network/natGateways")


def workspace_variables(facts: dict[str, Any]) -> dict[str, Any]:
    return {
        "workspace_host": f"https://{facts['workspace_url']}",
        "workspace_resource_id": facts["workspace_resource_id"],
        "setup_id": SETUP,
        "catalog": "crisk",
        "group_name": "data_engineer",
    }


def unity_variables(served: Served, facts: dict[str, Any], group: str) -> dict[str, Any]:
    return {
        **workspace_variables(facts),
        "accounts_host": served.cloud.hosts.url("accounts"),
        "account_id": world(served.cloud).account_id,
        "workspace_id": facts["workspace_id"],
        "group_object_id": group,
        "member_upns": [OWNER],
        "principal_client_id": served.caller.name,
        "access_connector_id": facts["access_connector_id"],
        "containers": facts["containers"],
    }


def compute_variables(facts: dict[str, Any]) -> dict[str, Any]:
    return {
        **workspace_variables(facts),
        "tags": {"lakehouse-setup": SETUP},
        "cluster_name": "exploration",
        "policy_name": "lakehouse",
        "secret_scope": "risk",
        "secret_readers": ["data_engineer"],
        "node_type": "Standard_DS3_v2",
        "runtime": "17.3.x-scala2.13",
    }


def identity_variables(served: Served) -> dict[str, Any]:
    return {
        "setup_id": SETUP,
        "group_name": "data_engineer",
        "principal_object_id": served.caller.oid,
        "member_upns": [OWNER],
    }


def test_the_four_roots_from_nothing_to_nothing(served: Served, tmp_path: Path) -> None:
    def apply(name: str, variables: dict[str, Any]) -> Terraform:
        root = copy_root(served, tmp_path, name, variables)
        root.apply()
        roots.insert(0, root)
        return root

    roots: list[Terraform] = []
    facts = apply("foundation", foundation_variables(served)).outputs()
    assign_metastore(served, facts["workspace_id"])
    group = apply("identity", identity_variables(served)).outputs()["group_object_id"]
    unity = apply("unity_catalog", unity_variables(served, facts, group))
    assert unity.outputs()["volumes"]["landing"] == "/Volumes/crisk/bronze/landing"
    apply("compute", compute_variables(facts))
    before = served.cloud.store.dump()
    assert [root.plan() for root in roots] == [[], [], [], []]
    assert served.cloud.store.dump() == before
    for root in roots:
        root.destroy()
    kinds = served.cloud.store.kinds()
    assert not set(BILLABLE) & set(kinds)
    assert [
        kind for kind in kinds if kind.startswith(("uc.", "ws.", "entra.group", "account.group", "terraform."))
    ] == []


def test_the_embedded_terraform_does_the_same(served: Served, tmp_path: Path) -> None:
    root = copy_root(served, tmp_path, "foundation", foundation_variables(served), EMBEDDED)
    root.apply()
    assert root.plan() == []
    root.destroy()
    assert not set(BILLABLE) & set(served.cloud.store.kinds())


def test_the_network_choice_replaces_the_workspace_and_drops_the_gateway(served: Served, tmp_path: Path) -> None:
    root = copy_root(served, tmp_path, "foundation", foundation_variables(served))
    root.apply()
    changed = {**foundation_variables(served), "network": "public_egress"}
    (root.folder / "proof.auto.tfvars.json").write_text(json.dumps(changed))
    plan = {one["address"]: one["change"] for one in root.plan()}
    workspace = plan["azurerm_databricks_workspace.lakehouse"]
    assert workspace["actions"] == ["delete", "create"]
    assert ["custom_parameters", 0, "no_public_ip"] in workspace["replace_paths"]
    assert plan["azurerm_nat_gateway.egress[0]"]["actions"] == ["delete"]
    root.apply()
    assert root.plan() == []


def test_every_root_says_who_asked_and_what_it_changed(served: Served, tmp_path: Path) -> None:
    root = copy_root(served, tmp_path, "foundation", foundation_variables(served))
    root.apply()
    made = [one for one in served.seen.records if one[1] == "ApplyResourceChange"]
    assert len(made) == len(json.loads(root.run("show", "-json").stdout)["values"]["root_module"]["resources"])
    served.seen.records.clear()
    root.plan()
    assert "ReadResource" in {rpc for _, rpc, *_ in served.seen.records}
    assert "ApplyResourceChange" not in {rpc for _, rpc, *_ in served.seen.records}
