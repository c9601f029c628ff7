"""What we write as ODCS is ODCS to others: `datacontract lint` of datacontract-cli takes it.

It has an environment of its own, since it needs older versions of what we use."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from lakehouse_jobs.contract import load
from lakehouse_jobs.contract.convert import convert
from lakehouse_jobs.contract.write import to_odcs

ROOT = Path(__file__).parents[2]
FIXTURES = ROOT / "tests" / "jobs" / "contracts"
TEMPLATES = ROOT / "templates" / "contracts"


@pytest.fixture(scope="module")
def datacontract(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The command, in an environment of its own."""
    folder = tmp_path_factory.mktemp("datacontract") / "venv"
    subprocess.run([sys.executable, "-m", "venv", folder], check=True)
    uv = Path(sys.executable).parent / "uv"
    env = {**os.environ, "VIRTUAL_ENV": str(folder), "UV_LINK_MODE": "copy"}
    subprocess.run([uv, "pip", "install", "--quiet", "datacontract-cli==1.2.8"], env=env, check=True)
    return folder / "bin" / "datacontract"


def lint(datacontract: Path, path: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([datacontract, "lint", path], capture_output=True, text=True, check=False, timeout=300)


def of(name: str) -> str:
    """ODCS in every way that we make it."""
    if name in ("account", "consents", "undescribed"):
        return convert((FIXTURES / f"{name}.yaml").read_text(encoding="utf-8"), name).text
    return to_odcs(load(FIXTURES / "measures.yaml" if name == "measures" else TEMPLATES / f"{name.split()[1]}.yaml"))


@pytest.mark.parametrize(
    "name", ["account", "consents", "undescribed", "measures", "template account", "template consents"]
)
def test_what_is_written_passes_their_lint(name: str, datacontract: Path, tmp_path: Path) -> None:
    path = tmp_path / "contract.yaml"
    path.write_text(of(name), encoding="utf-8")
    done = lint(datacontract, path)
    assert done.returncode == 0, done.stdout
    assert "valid against ODCS v3.1.0" in " ".join(done.stdout.split())


def test_a_new_contract_passes_their_lint(datacontract: Path, tmp_path: Path) -> None:
    path = tmp_path / "orders.yaml"
    command = Path(sys.executable).parent / "lakehouse-wizard"
    subprocess.run([command, "contract", "new", "orders", "id", "at:date", "-o", path], check=True)
    assert lint(datacontract, path).returncode == 0


def test_their_lint_refuses_what_is_no_odcs(datacontract: Path, tmp_path: Path) -> None:
    path = tmp_path / "contract.yaml"
    path.write_text(of("account").replace("kind: DataContract", "kind: DataContrast"), encoding="utf-8")
    assert lint(datacontract, path).returncode != 0
