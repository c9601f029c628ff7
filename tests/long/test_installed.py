"""A wheel in a clean environment, outside any checkout, is the whole product."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    hatchling = Path(sys.executable).parent / "hatchling"
    subprocess.run([hatchling, "build", "-t", "wheel", "-d", folder], cwd=ROOT, check=True, capture_output=True)
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty virtual environment; returns its bin folder."""
    folder = tmp_path_factory.mktemp("clean") / "venv"
    subprocess.run([sys.executable, "-m", "venv", folder], check=True)
    return folder / "bin"


def install(environment: Path, what: str) -> None:
    uv = Path(sys.executable).parent / "uv"
    env = {**os.environ, "VIRTUAL_ENV": str(environment.parent), "UV_LINK_MODE": "copy"}
    subprocess.run([uv, "pip", "install", "--quiet", what], env=env, check=True)


def run(environment: Path, folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command: list[str | Path] = [environment / "lakehouse-wizard", *arguments, "--folder", folder]
    return subprocess.run(command, cwd=folder.parent, capture_output=True, text=True, check=False, timeout=600)


def test_without_the_extra_it_says_how_to_add_it_and_with_it_the_demo_runs(
    wheel: Path, environment: Path, tmp_path: Path
) -> None:
    install(environment, str(wheel))
    folder = tmp_path / "lakehouse"
    demo = ("run", "--target", "sandbox", "--answers", "template:risk")
    refused = run(environment, folder, *demo)
    assert refused.returncode == 2
    assert "pip install 'lakehouse-wizard[sandbox]'" in refused.stderr
    assert not folder.exists()
    install(environment, f"lakehouse-wizard[sandbox] @ {wheel.as_uri()}")
    done = run(environment, folder, *demo)
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]
    assert "crisk.silver.account" in done.stdout
    assert run(environment, folder, "sandbox", "stop").returncode == 0
