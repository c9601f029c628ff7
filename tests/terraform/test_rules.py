"""What holds for every root module, read from its text."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from wizard import assets
from wizard.setup.step import Facts
from wizard.steps.compute import Compute
from wizard.steps.foundation import Foundation
from wizard.steps.identity import Identity
from wizard.steps.terraform_phase import RESOLVED, TerraformStep
from wizard.steps.unity_catalog import UnityCatalog

ROOTS = {step.root: step for step in (Foundation, Identity, UnityCatalog, Compute)}
PINS = {"azurerm": "~> 5.2", "azuread": "~> 3.9", "databricks": "~> 1.128"}
BLOCK = re.compile(r'^(variable|output) "(\w+)" \{\n(.*?)^\}', re.MULTILINE | re.DOTALL)


@pytest.fixture(params=sorted(ROOTS))
def step(request: pytest.FixtureRequest) -> type[TerraformStep]:
    found: type[TerraformStep] = ROOTS[request.param]
    return found


def text(step: type[TerraformStep]) -> str:
    return "\n".join(path.read_text() for path in sorted((assets.path("terraform") / step.root).glob("*.tf")))


def blocks(step: type[TerraformStep], kind: str) -> dict[str, str]:
    return {name: body for found, name, body in BLOCK.findall(text(step)) if found == kind}


def test_they_are_formatted(terraform: tuple[str, ...]) -> None:
    done = subprocess.run(
        [*terraform, "fmt", "-check", "-diff", "-recursive", str(assets.path("terraform"))],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout


def test_versions_are_pinned(step: type[TerraformStep]) -> None:
    assert 'required_version = ">= 1.10"' in text(step)
    found = dict(re.findall(r'source  = "\w+/(\w+)"\n\s+version = "([^"]+)"', text(step)))
    assert found
    assert found.items() <= PINS.items()


def test_every_variable_is_typed_described_and_every_input_judged(step: type[TerraformStep]) -> None:
    for name, body in blocks(step, "variable").items():
        assert re.search(r"^  type +=", body, re.MULTILINE), name
        assert re.search(r'^  description += "', body, re.MULTILINE), name
        assert "default" in body or "validation {" in body or name == "access_connector_id", name


def test_credentials_are_ephemeral_and_in_the_provider_blocks(step: type[TerraformStep]) -> None:
    variables = blocks(step, "variable")
    for name in ("tenant_id", "client_id", "client_secret"):
        for flag in ("ephemeral   = true", "sensitive   = true", "nullable    = true", "default     = null"):
            assert flag in variables[name], (name, flag)
    providers = (assets.path("terraform") / step.root / "providers.tf").read_text()
    prefix = "azure_" if 'provider "databricks"' in providers else ""
    for name in ("tenant_id", "client_id", "client_secret"):
        found = re.findall(rf"^  {prefix}{name} += var\.{name}$", providers, re.MULTILINE)
        assert len(found) == providers.count('provider "')


def test_outputs_are_the_facts_of_the_step(step: type[TerraformStep]) -> None:
    told: type[Facts] = step.told
    assert set(blocks(step, "output")) - {RESOLVED} == set(told.model_fields)


def test_nothing_blocks_a_destroy_and_no_secret_is_a_resource(step: type[TerraformStep]) -> None:
    found = text(step)
    assert "prevent_destroy" not in found
    assert not re.search(r'resource "(databricks_secret|azuread_user|azuread_application_password)"', found)


def test_keys_of_for_each_are_known_before_the_apply(step: type[TerraformStep]) -> None:
    for source in re.findall(r"^  for_each += (.*)$", text(step), re.MULTILINE):
        named = source.removeprefix("{ for name, range in ").removeprefix("toset(")
        assert named.startswith(("var.", "local.", '["')), source


def test_no_id_of_anybody_is_written_down(step: type[TerraformStep]) -> None:
    assert not re.search(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-", text(step))


def test_there_are_the_four_roots_and_no_more() -> None:
    folders = {path.name for path in Path(assets.path("terraform")).iterdir() if path.is_dir()}
    assert folders == set(ROOTS)
