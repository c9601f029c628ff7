"""The real databricks provider against the sandbox: its roots made, changed, destroyed and made again.

No test of the suite, for it needs a binary: `LAKEHOUSE_REAL_DATABRICKS_PROVIDER=<path> make test-real-provider`."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from azure.mgmt.storage import StorageManagementClient

from tests.operations.conftest import clean_environment
from tests.operations.exercises import account, azure
from tests.operations.running import GROUP, STORAGE, Surface, begin
from tests.sandbox.databricks_live import DATABRICKS_SCOPE
from wizard.provisioning.phase import Phase
from wizard.sandbox import process
from wizard.setup.cancel import Cancellation

BINARY = "LAKEHOUSE_REAL_DATABRICKS_PROVIDER"
SOURCE = "registry.terraform.io/databricks/databricks"
VERSION = "1.128.0"  # the name of the binary in the mirror, whatever it is: the roots ask for ~> 1.128
TERRAFORM = Path(__file__).parents[2] / "terraform"
PREPARED = [
    azure.subscriptions_and_their_providers,
    azure.resource_groups,
    azure.storage_and_event_hubs,
    azure.databricks_on_azure,
    account.metastores,
    account.metastore_assignment,
    account.workspace_access,
]


@pytest.fixture(scope="module")
def surface(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Surface]:
    """A sandbox up to the metastore; owner and principal are in the account, the principal in the workspace."""
    state = tmp_path_factory.mktemp("real-provider") / "state"
    with process.connect(state) as connection, clean_environment(connection):
        made = begin(connection)
        for step in PREPARED:
            step(made)
        made.arm(StorageManagementClient).blob_containers.create(GROUP, STORAGE, "log", {})
        made.account.users_v2.create(user_name=made.info["identities"]["owner"]["upn"])
        yield made
    process.stop(state)


@pytest.fixture(scope="module")
def environment(surface: Surface, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Terraform finds the binary in a mirror; it signs in by a token, as `azure_…` reaches public hosts only."""
    given = os.environ.get(BINARY)
    if not given or not Path(given).is_file():
        pytest.fail(f"{BINARY} must name the binary of the databricks provider", pytrace=False)
    mirror = tmp_path_factory.mktemp("mirror")
    machine = {"x86_64": "amd64", "aarch64": "arm64"}.get(platform.machine(), platform.machine())
    folder = mirror / SOURCE / VERSION / f"{platform.system().lower()}_{machine}"
    folder.mkdir(parents=True)
    (folder / f"terraform-provider-databricks_v{VERSION}").symlink_to(Path(given).resolve())
    settings = mirror / "terraform.rc"
    include = f'include = ["{SOURCE}"]'
    settings.write_text(
        f"disable_checkpoint = true\nprovider_installation {{\n"
        f'  filesystem_mirror {{\n    path = "{mirror}"\n    {include}\n  }}\n}}\n'
    )
    target = surface.connection.target.terraform_env
    reattach = {
        name: how for name, how in json.loads(target["TF_REATTACH_PROVIDERS"]).items() if "databricks" not in name
    }
    return {
        **target,
        "PATH": os.environ["PATH"],
        "TF_REATTACH_PROVIDERS": json.dumps(reattach),
        "TF_CLI_CONFIG_FILE": str(settings),
        "DATABRICKS_TOKEN": surface.credential.get_token(DATABRICKS_SCOPE).token,
        # azure_workspace_resource_id stands in the root, too: without a word the provider sees two ways to sign in.
        "DATABRICKS_AUTH_TYPE": "pat",
    }


def variables(s: Surface) -> dict[str, dict[str, Any]]:
    """Of each root, what the steps would give it."""
    common = {
        "workspace_host": s.workspace_host,
        "workspace_resource_id": s.workspace_resource,
        "setup_id": "real-provider",
        "catalog": "creal",
        "group_name": "data_engineer",
    }
    unity_catalog = {
        "accounts_host": s.endpoints.accounts,
        "account_id": s.info["account_id"],
        "workspace_id": str(s.workspace_id),
        "group_object_id": "1d0f3a52-8c4e-4b7f-9a16-5e2d7c8b9f03",
        "member_upns": [s.info["identities"]["owner"]["upn"]],
        "principal_client_id": s.principal["client_id"],
        "access_connector_id": s.connector,
        "containers": {name: s.url(name) for name in ("raw", "log", "catalog")},
    }
    compute = {
        "tags": {"lakehouse-setup": "real-provider"},
        "cluster_name": "exploration",
        "policy_name": "policy",
        "secret_scope": "scope",
        "node_type": "Standard_DS3_v2",
        "runtime": "17.3.x-scala2.13",
        "autotermination_minutes": 20,
    }
    return {"unity_catalog": {**common, **unity_catalog}, "compute": {**common, **compute}}


def phase(root: str, folder: Path, environment: Mapping[str, str], secrets: Mapping[str, str]) -> Phase:
    return Phase(
        name=root,
        source=TERRAFORM / root,
        folder=folder / root,
        shared=folder,
        secrets=secrets,
        extra_env=environment,
        cancel=Cancellation(),
        tell=lambda event: None,
    )


def life(s: Surface, folder: Path, environment: Mapping[str, str], secrets: Mapping[str, str]) -> None:
    """Made, empty plan; changed, empty plan; destroyed; made again, which finds whoever a destroy left behind."""
    given = variables(s)
    phases = {root: phase(root, folder, environment, secrets) for root in given}
    for _round in range(2):
        for root, one in phases.items():
            assert not one.plan(given[root]).empty
            one.apply()
            assert one.plan(given[root]).empty, root
        changed = {**given["compute"], "autotermination_minutes": 30}
        assert phases["compute"].plan(changed).summary.headline == "0 to add, 1 to change, 0 to destroy, 0 to replace"
        phases["compute"].apply()
        assert phases["compute"].plan(changed).empty
        for one in reversed(phases.values()):
            assert not one.plan(one.kept_variables(), destroy=True).empty
            one.apply()
            assert not one.holds_anything()


def test_the_roots_live_with_the_real_provider(surface: Surface, environment: dict[str, str], tmp_path: Path) -> None:
    before = len(surface.connection.requests())
    life(surface, tmp_path, environment, secrets={})
    mine = surface.connection.requests()[before:]
    assert any("databricks-tf-provider" in one["agent"] for one in mine)
    unknown = {one["operation"] for one in mine if one["status"] in (500, 501)}
    assert unknown == set()
