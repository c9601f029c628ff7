"""Real Terraform against the providers, served from this process over a cloud of the test's own."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import subprocess
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from wizard.sandbox.domain.arm_providers import provider, register_provider
from wizard.sandbox.domain.arm_types import namespaces
from wizard.sandbox.domain.build import assign_role
from wizard.sandbox.domain.cloud import Cloud
from wizard.sandbox.domain.core import SYSTEM, Caller
from wizard.sandbox.domain.entra import caller_by_oid
from wizard.sandbox.domain.world import world
from wizard.sandbox.providers.server import serve

PRINCIPAL = "lakehouse-wizard"
OWNER = "lakehouse.owner_example.com#EXT#@lakehousesandbox.onmicrosoft.com"
ROOTS = Path(__file__).parents[3] / "terraform"
PINS = """
terraform {
  required_providers {
    azurerm    = { source = "hashicorp/azurerm" }
    azuread    = { source = "hashicorp/azuread" }
    databricks = { source = "databricks/databricks" }
  }
}
"""
CREDENTIALS = """
variable "client_id" {
  ephemeral = true
}
variable "client_secret" {
  ephemeral = true
  sensitive = true
}
variable "tenant_id" {
  ephemeral = true
}
"""


@dataclass
class Seen:
    """What the providers recorded; a cloud that takes no time, and stays."""

    records: list[tuple[str, str, str, str, bool]] = field(default_factory=list)

    def record_provider(
        self, provider: str, rpc: str, type_name: str, caller_name: str, ok: bool, *, fault: str = ""
    ) -> None:
        self.records.append((provider, rpc, type_name, caller_name, ok))

    async def pause(self) -> None:
        return None

    def take(self) -> bool:
        return True

    def give_back(self) -> None:
        return None


@dataclass
class Served:
    """A cloud with its providers running beside the test."""

    cloud: Cloud
    seen: Seen
    reattach: dict[str, Any]
    caller: Caller
    secrets: dict[str, str]

    @property
    def subscription(self) -> str:
        return next(iter(world(self.cloud).subscriptions))

    def variables(self, **changes: str) -> dict[str, str]:
        """The credentials of the given principal."""
        world_here = world(self.cloud)
        given = {
            "client_id": self.caller.name,
            "client_secret": self.secrets[PRINCIPAL],
            "tenant_id": world_here.tenant_id,
        }
        return {**given, **changes}


@dataclass
class Terraform:
    """One root module in a folder of its own, driven by the real program."""

    folder: Path
    served: Served
    variables: dict[str, str]
    command: tuple[str, ...] = ("terraform",)

    def write(self, text: str, name: str = "main.tf") -> None:
        (self.folder / name).write_text(text)

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run it; the answer holds exit code, stdout and stderr as they came."""
        settings = self.folder / "cli.tfrc"
        settings.write_text("disable_checkpoint = true\n")
        environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(self.folder),
            "TF_CLI_CONFIG_FILE": str(settings),
            "TF_IN_AUTOMATION": "1",
            "TF_REATTACH_PROVIDERS": json.dumps(self.served.reattach),
            **{f"TF_VAR_{name}": value for name, value in self.variables.items()},
        }
        return subprocess.run(
            [*self.command, *arguments, "-no-color"],
            cwd=self.folder,
            env=environment,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    def init(self) -> None:
        answer = self.run("init", "-input=false", "-backend=false")
        assert answer.returncode == 0, answer.stdout + answer.stderr

    def apply(self) -> str:
        answer = self.run("apply", "-auto-approve", "-input=false")
        assert answer.returncode == 0, answer.stdout + answer.stderr
        return answer.stdout

    def destroy(self) -> str:
        answer = self.run("apply", "-destroy", "-auto-approve", "-input=false")
        assert answer.returncode == 0, answer.stdout + answer.stderr
        return answer.stdout

    def plan(self) -> list[dict[str, Any]]:
        """The resource changes that a plan would make; empty when all is as it should be."""
        answer = self.run("plan", "-input=false", "-out=tfplan", "-detailed-exitcode")
        assert answer.returncode in (0, 2), answer.stdout + answer.stderr
        shown = json.loads(self.run("show", "-json", "tfplan").stdout)
        changes = [
            one for one in shown.get("resource_changes", []) if one["change"]["actions"] not in (["no-op"], ["read"])
        ]
        assert bool(changes) == (answer.returncode == 2) or shown.get("output_changes"), answer.stdout
        return changes

    def actions(self) -> dict[str, list[str]]:
        return {one["address"]: one["change"]["actions"] for one in self.plan()}

    def outputs(self) -> dict[str, Any]:
        shown = json.loads(self.run("output", "-json").stdout)
        return {name: one["value"] for name, one in shown.items()}

    def fails(self, *arguments: str) -> str:
        """Run what must fail; all that it said, as one line."""
        answer = self.run(*arguments)
        assert answer.returncode == 1, answer.stdout + answer.stderr
        return " ".join((answer.stdout + answer.stderr).replace("│", " ").split())


@pytest.fixture
def loop() -> Iterator[asyncio.AbstractEventLoop]:
    """An event loop in a thread beside the test, as the sandbox's is in its process."""
    made = asyncio.new_event_loop()
    thread = threading.Thread(target=made.run_forever)
    thread.start()
    yield made
    made.call_soon_threadsafe(made.stop)
    thread.join()
    made.close()


@pytest.fixture
def served(cloud: Cloud, loop: asyncio.AbstractEventLoop) -> Iterator[Served]:
    """Scenario `clean` behind the three providers, its resource providers registered."""
    secrets = json.loads((cloud.state / "identities.json").read_text())
    oid = next(
        body["id"] for _, body in cloud.store.items("entra.servicePrincipal") if body["displayName"] == PRINCIPAL
    )
    caller = caller_by_oid(cloud, oid)
    assert caller is not None
    seen = Seen()
    reattach, close = asyncio.run_coroutine_threadsafe(serve(cloud, seen, seen, seen), loop).result(10)
    found = Served(cloud, seen, reattach, caller, secrets)
    register_namespaces(cloud, found.subscription)
    yield found
    asyncio.run_coroutine_threadsafe(close(), loop).result(10)


def register_namespaces(cloud: Cloud, subscription: str) -> None:
    """As the wizard does before Terraform; registering takes until the next look."""
    for name in namespaces():
        register_provider(cloud, SYSTEM, subscription, name)
        provider(cloud, SYSTEM, subscription, name)


@pytest.fixture
def terraform(served: Served, tmp_path: Path) -> Callable[..., Terraform]:
    """Make a root module: `terraform(text)`, or `terraform(text, client_secret="wrong")`."""
    count = iter(range(100))

    def make(text: str, **changes: str) -> Terraform:
        folder = tmp_path / f"root-{next(count)}"
        folder.mkdir()
        root = Terraform(folder, served, served.variables(**changes))
        root.write(PINS + CREDENTIALS, "pins.tf")
        root.write(text)
        root.init()
        return root

    return make


@dataclass
class Lakehouse:
    """The ground that Databricks stands on. `facts` are named as the foundation root's outputs."""

    served: Served
    facts: dict[str, Any]

    def databricks(self) -> str:
        """Both provider blocks: the account as `databricks.accounts`, the workspace as the default."""
        login = """
  azure_tenant_id     = var.tenant_id
  azure_client_id     = var.client_id
  azure_client_secret = var.client_secret
"""
        return f"""
provider "databricks" {{
  alias      = "accounts"
  host       = "{self.served.cloud.hosts.url("accounts")}"
  account_id = "{world(self.served.cloud).account_id}"
  {login}
}}
provider "databricks" {{
  host                        = "https://{self.facts["workspace_url"]}"
  azure_workspace_resource_id = "{self.facts["workspace_resource_id"]}"
  {login}
}}
"""


@pytest.fixture
def lakehouse(served: Served) -> Lakehouse:
    """What the foundation makes, by the domain itself: storage, connector with its role, workspace, metastore."""
    cloud, caller = served.cloud, served.caller
    group = f"/subscriptions/{served.subscription}/resourceGroups/rg-lake"

    def make(type: str, id: str, /, **body: Any) -> dict[str, Any]:
        return cloud.kind(type).create(caller, {"id": id, "location": "brazilsouth", **body})

    make("Microsoft.Resources/resourceGroups", group)
    account = f"{group}/providers/Microsoft.Storage/storageAccounts/stproof"
    properties = {"isHnsEnabled": True}
    make(
        "Microsoft.Storage/storageAccounts",
        account,
        sku={"name": "Standard_LRS"},
        kind="StorageV2",
        properties=properties,
    )
    make(
        "Microsoft.Storage/storageAccounts/blobServices/containers",
        f"{account}/blobServices/default/containers/catalog",
    )
    connectors = "Microsoft.Databricks/accessConnectors"
    connector = make(connectors, f"{group}/providers/{connectors}/adb-mi", identity={"type": "SystemAssigned"})
    assign_role(cloud, account, "Storage Blob Data Contributor", connector["identity"]["principalId"], "app")
    workspaces = "Microsoft.Databricks/workspaces"
    managed = {"managedResourceGroupId": f"{group}-managed"}
    workspace = make(workspaces, f"{group}/providers/{workspaces}/adb", sku={"name": "premium"}, properties=managed)
    facts = {
        "workspace_id": workspace["properties"]["workspaceId"],
        "workspace_url": workspace["properties"]["workspaceUrl"],
        "workspace_resource_id": workspace["id"],
        "access_connector_id": connector["id"],
        "containers": {"catalog": "abfss://catalog@stproof.dfs.core.windows.net/"},
    }
    assign_metastore(served, facts["workspace_id"])
    return Lakehouse(served, facts)


def assign_metastore(served: Served, workspace: str) -> None:
    """What the steps before Unity Catalog do: the owner in the account, a metastore in the region."""
    cloud = served.cloud
    cloud.kind("account.user").create(SYSTEM, {"userName": OWNER, "displayName": "Owner"})
    metastore = cloud.kind("account.metastore").create(served.caller, {"name": "primary", "region": "brazilsouth"})
    assignment = {"workspace_id": workspace, "metastore_id": metastore["metastore_id"]}
    cloud.kind("account.metastoreAssignment").create(served.caller, assignment)


def copy_root(
    served: Served, tmp_path: Path, name: str, variables: dict[str, Any], command: tuple[str, ...] = ("terraform",)
) -> Terraform:
    """One of the product's own root modules, initialised."""
    folder = tmp_path / name
    shutil.copytree(ROOTS / name, folder)
    (folder / "proof.auto.tfvars.json").write_text(json.dumps(variables))
    root = Terraform(folder, served, served.variables(), command)
    root.init()
    return root


def foundation_variables(served: Served) -> dict[str, Any]:
    return {
        "subscription_id": served.subscription,
        "principal_object_id": served.caller.oid,
        "location": "brazilsouth",
        "setup_id": "proof-0001",
        "tags": {"lakehouse-setup": "proof-0001", "domain": "risk"},
        "resource_group": "rsgdrisk",
        "storage_account": "stadrisk",
        "workspace": "adbdrisk",
        "managed_resource_group": "rsgdrisk-managed",
        "access_connector": "adbdrisk-mi",
        "container_prefix": "ctrdrisk",
        "event_hubs": True,
        "event_hubs_namespace": "ethdrisk",
        "monthly_budget": 200,
        "budget_contact": "lakehouse@example.com",
        "budget_start": "2026-01-01T00:00:00Z",
        "network": "nat_gateway",
        "address_space": "10.10.0.0/22",
        "raw_cool_after_days": 30,
        "log_retention_days": 90,
    }
