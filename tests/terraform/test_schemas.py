"""The roots against the real providers' schemas: valid as they are, refused where they are misspelt."""

from __future__ import annotations

import json
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

from wizard import assets
from wizard.provisioning.failure import TerraformFailed
from wizard.provisioning.phase import Phase
from wizard.sandbox.process import Connection
from wizard.setup.cancel import Cancellation

ROOTS = ("foundation", "identity", "unity_catalog", "compute")


def phase_of(root: str, source: Path, cloud: Connection, folder: Path) -> Phase:
    return Phase(
        name=root,
        source=source,
        folder=folder / root,
        shared=folder,
        secrets={},
        extra_env=cloud.target.terraform_env,
        cancel=Cancellation(),
        tell=lambda event: None,
    )


def validate(phase: Phase) -> list[str]:
    """The errors of `terraform validate`."""
    phase.prepare({})
    done = subprocess.run(
        [*phase.binary.argv, "validate", "-json"], cwd=phase.folder, env=phase.env, capture_output=True, check=False
    )
    return [f"{item['summary']}: {item['detail']}" for item in json.loads(done.stdout)["diagnostics"]]


@pytest.mark.parametrize("root", ROOTS)
def test_it_is_valid(root: str, cloud: Connection, tmp_path: Path) -> None:
    assert validate(phase_of(root, assets.path("terraform") / root, cloud, tmp_path)) == []


@dataclass(frozen=True)
class Slip:
    """One slip of the pen in a root, and what the provider's schema says to it."""

    file: str
    right: str
    wrong: str
    told: str


SLIPS = [
    Slip("foundation/storage.tf", "is_hns_enabled", "is_hns_enabledd", 'named "is_hns_enabledd" is not expected'),
    Slip("foundation/storage.tf", "storage_account_id    =", "storage_account_name  =", "storage_account_name"),
    Slip("identity/main.tf", "security_enabled ", "security_enable  ", "security_enable"),
    Slip("unity_catalog/main.tf", "azure_managed_identity", "azure_managed_identiti", "azure_managed_identiti"),
    Slip("compute/main.tf", "is_single_node ", "single_node    ", "single_node"),
]


@pytest.mark.parametrize("slip", SLIPS, ids=lambda slip: slip.wrong.split()[0])
def test_a_misspelt_or_removed_attribute_is_refused(cloud: Connection, tmp_path: Path, slip: Slip) -> None:
    root, _, file = slip.file.partition("/")
    source = shutil.copytree(assets.path("terraform") / root, tmp_path / "source")
    text = (source / file).read_text()
    assert slip.right in text
    (source / file).write_text(text.replace(slip.right, slip.wrong, 1))
    found = validate(phase_of(root, source, cloud, tmp_path / "work"))
    assert any(slip.told in error for error in found), found


def test_an_illegal_name_is_refused_before_anything_is_asked(cloud: Connection, tmp_path: Path) -> None:
    phase = phase_of("identity", assets.path("terraform") / "identity", cloud, tmp_path)
    variables = {
        "setup_id": "abcdef123456",
        "group_name": "data engineer!",
        "principal_object_id": "no guid",
        "member_upns": ["no-at-sign"],
    }
    with pytest.raises(TerraformFailed) as caught:
        phase.plan(variables)
    for words in ("The group's name has 1 to 64", "The object id is a GUID", "At least one member"):
        assert words in caught.value.text
