"""The workflows of `export github`: what stands in them, and what never does."""

from __future__ import annotations

import json
import os
import re
import subprocess
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema.validators import validator_for

from tests.journey.conftest import RISK
from tests.journey.running import inside
from wizard.report.workflows import METHODS_OWN
from wizard.steps.sign_in import SignInQuestions

NAMES = ("lakehouse-plan.yml", "lakehouse-apply.yml", "lakehouse-drift.yml")
SHELL = ("bash", "--noprofile", "--norc", "-eo", "pipefail", "-c")  # GitHub's `shell: bash`
PINNED = re.compile(r"[\w-]+/[\w-]+@[0-9a-f]{40}")


def setup(place: Path, **sections: dict[str, Any]) -> Path:
    """A setup in a folder of a repository, with the demo's answers and these on top."""
    folder = place / "repository" / "lake"
    folder.mkdir(parents=True)
    (folder.parent / ".git").mkdir()
    answers = yaml.safe_load(RISK.read_text(encoding="utf-8"))
    for name, values in sections.items():
        answers[name] = {**answers.get(name, {}), **values}
    (folder / "answers.yaml").write_text(yaml.safe_dump(answers), encoding="utf-8")
    return folder


def export(folder: Path, *more: str) -> dict[str, Any]:
    ran = inside("export", "github", "--json", "--repository", "octo/lake", "--folder", folder, *more)
    assert ran.code == 0, ran.explain()
    told: dict[str, Any] = json.loads(ran.out)
    return told


def workflow(folder: Path, name: str) -> dict[Any, Any]:
    """YAML 1.1 takes the key `on` for true."""
    text = (folder.parent / ".github" / "workflows" / name).read_text(encoding="utf-8")
    found: dict[Any, Any] = yaml.safe_load(text)
    return found


def job(folder: Path, name: str) -> dict[str, Any]:
    (found,) = workflow(folder, name)["jobs"].values()
    assert isinstance(found, dict)
    return found


@pytest.mark.parametrize("mode", ["given", "create"])
def test_each_is_a_workflow_as_githubs_schema_has_it(tmp_path: Path, mode: str) -> None:
    folder = setup(tmp_path, service_principal={"mode": mode})
    export(folder)
    schema = json.loads((files("check_jsonschema") / "builtin_schemas/vendor/github-workflows.json").read_bytes())
    judge = validator_for(schema)(schema)
    for name in NAMES:
        found = {"on" if key is True else key: value for key, value in workflow(folder, name).items()}
        assert [error.message for error in judge.iter_errors(found)] == []
    assert list(judge.iter_errors({"on": "push", "jobs": {"a": {"runs-on": 1}}})), "the schema refuses what is none"


def test_it_may_little_and_what_it_uses_is_pinned(tmp_path: Path) -> None:
    folder = setup(tmp_path)
    export(folder)
    for name in NAMES:
        found, only = workflow(folder, name), job(folder, name)
        assert found["permissions"] == {}
        assert only["permissions"] == {"contents": "read", "id-token": "write"}
        assert found["concurrency"]["cancel-in-progress"] is False
        assert only["timeout-minutes"] > 0
        uses = [step["uses"] for step in only["steps"] if "uses" in step]
        assert uses
        assert all(PINNED.fullmatch(one) for one in uses)
        assert "${{" not in "".join(step.get("run", "") for step in only["steps"]), "no text of others in a script"
    assert job(folder, NAMES[0])["environment"] == job(folder, NAMES[2])["environment"] == "lakehouse-plan"
    assert job(folder, NAMES[1])["environment"] == "lakehouse"


def test_secrets_are_named_and_stand_in_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STATES_PASSWORD", "a-value-that-nobody-writes")
    state = {"backend": "http", "address": "https://states.example.com/x", "password": "env:STATES_PASSWORD"}
    told = export(setup(tmp_path, state=state))
    assert [one["name"] for one in told["secrets"]] == ["SERVICE_PRINCIPAL_CLIENT_SECRET", "STATES_PASSWORD"]
    folder = tmp_path / "repository" / "lake"
    for name in NAMES:
        text = (folder.parent / ".github" / "workflows" / name).read_text(encoding="utf-8")
        assert "a-value-that-nobody-writes" not in text
        # A secret is given to the steps that need it, and to no other.
        assert "secrets." not in json.dumps(job(folder, name)["env"])
        for step in job(folder, name)["steps"]:
            needs = "lakehouse-wizard" in step.get("run", "") and "receipt" not in step["run"]
            assert ("secrets." in json.dumps(step)) == needs, step


@pytest.mark.parametrize(("kept", "usual"), [("local", "azurerm"), ("azurerm", "azurerm"), ("http", "http")])
def test_one_variable_chooses_the_backend_and_without_it_the_answers_do(tmp_path: Path, kept: str, usual: str) -> None:
    address = {"address": "https://states.example.com/x"} if kept == "http" else {}
    told = export(setup(tmp_path, state={"backend": kept, **address}))
    assert told["state_on_this_machine"] == (kept == "local")
    env = job(tmp_path / "repository" / "lake", NAMES[1])["env"]
    assert {name: value for name, value in env.items() if name.startswith("LAKEHOUSE_STATE_")} == {
        "LAKEHOUSE_STATE_BACKEND": f"${{{{ vars.LAKEHOUSE_STATE_BACKEND || '{usual}' }}}}"
    }


def test_a_secret_that_every_machine_reaches_is_left_where_it_is(tmp_path: Path) -> None:
    told = export(setup(tmp_path, service_principal={"client_secret": "keyvault:kv-lake/principal"}))
    assert told["secrets"] == []


def test_how_the_operator_signs_in_here_is_nothing_to_the_runner(tmp_path: Path) -> None:
    kept = {"method": "client_certificate", "client_certificate": "file:cert.pem", "client_secret": None}
    told = export(setup(tmp_path, sign_in=kept))
    assert [one["name"] for one in told["secrets"]] == ["SERVICE_PRINCIPAL_CLIENT_SECRET"]
    env = job(tmp_path / "repository" / "lake", NAMES[0])["env"]
    own = {name: value for name, value in env.items() if name.startswith("LAKEHOUSE_SIGN_IN_")}
    assert own == {
        "LAKEHOUSE_SIGN_IN_METHOD": "workload_identity",
        "LAKEHOUSE_SIGN_IN_CLIENT_ID": "${{ vars.LAKEHOUSE_CLIENT_ID }}",
        "LAKEHOUSE_SIGN_IN_CLIENT_CERTIFICATE": "",
    }
    fields = set(SignInQuestions.model_fields) - {"method", "tenant_id", "subscription_id", "client_id"}
    assert fields == set(METHODS_OWN), "a new question of the sign-in is to be taken away from the runner too"


def test_a_principal_whose_secret_is_in_a_key_vault_needs_nothing(tmp_path: Path) -> None:
    made = {
        "mode": "create",
        "client_id": None,
        "client_secret": None,
        "secret_store": "key_vault",
        "key_vault": "kv-x",
    }
    told = export(setup(tmp_path, service_principal=made))
    assert told["secrets"] == []
    assert "LAKEHOUSE_SERVICE_PRINCIPAL_MODE" not in job(tmp_path / "repository" / "lake", NAMES[1])["env"]


def test_what_a_run_made_here_is_given_to_the_runner(tmp_path: Path) -> None:
    told = export(setup(tmp_path, service_principal={"mode": "create", "client_id": None, "client_secret": None}))
    assert "LAKEHOUSE_PRINCIPAL_CLIENT_ID" in [one["name"] for one in told["variables"]]
    env = job(tmp_path / "repository" / "lake", NAMES[1])["env"]
    assert env["LAKEHOUSE_SERVICE_PRINCIPAL_MODE"] == "given"
    assert env["LAKEHOUSE_SERVICE_PRINCIPAL_CLIENT_SECRET"] == "env:SERVICE_PRINCIPAL_CLIENT_SECRET"


def test_a_changed_file_is_told_and_kept(tmp_path: Path) -> None:
    folder = setup(tmp_path)
    assert [one["written"] for one in export(folder)["files"]] == [True, True, True]
    assert [one["written"] for one in export(folder)["files"]] == [False, False, False]
    mine = folder.parent / ".github" / "workflows" / NAMES[1]
    mine.write_text(mine.read_text(encoding="utf-8").replace("timeout-minutes: 180", "timeout-minutes: 30"))
    kept = mine.read_text(encoding="utf-8")
    ran = inside("export", "github", "--repository", "octo/lake", "--folder", folder)
    assert ran.code == 2
    assert "-    timeout-minutes: 30\n+    timeout-minutes: 180\n" in ran.err
    assert "--overwrite" in ran.err
    assert mine.read_text(encoding="utf-8") == kept
    assert [one["written"] for one in export(folder, "--overwrite")["files"]] == [False, True, False]


def test_subjects_are_those_of_the_environments(tmp_path: Path) -> None:
    folder = setup(tmp_path)
    told = export(
        folder, "--repository", "octo@11/lake@22", "--environment", "prod", "--name", "prod", "--branch", "live"
    )
    assert [one["subject"] for one in told["credentials"]] == [
        "repo:octo@11/lake@22:environment:prod",
        "repo:octo@11/lake@22:environment:prod-plan",
    ]
    assert job(folder, "prod-apply.yml")["if"] == "github.ref == 'refs/heads/live'"
    assert workflow(folder, "prod-plan.yml")[True]["pull_request"]["paths"] == [
        "lake/**", ".github/workflows/prod-*.yml"
    ]  # fmt: skip


@pytest.mark.parametrize(
    "given", [("--repository", "https://github.com/octo/lake"), ("--name", "a b"), ("--branch", "x'y")]
)
def test_what_no_workflow_can_hold_is_refused(tmp_path: Path, given: tuple[str, str]) -> None:
    folder = setup(tmp_path)
    ran = inside("export", "github", "--folder", folder, *given)
    assert ran.code == 2
    assert given[0] in ran.err
    assert not (folder.parent / ".github").exists()


@pytest.mark.parametrize(
    ("ended", "code", "passes"), [("done", 0, True), ("planned", 0, False), ("blocked", 3, False), (None, 2, False)]
)
def test_a_drift_is_told_whatever_the_check_ended_with(
    tmp_path: Path, ended: str | None, code: int, passes: bool
) -> None:
    """The last two steps as GitHub runs them, of a wizard that tells this; None: it says nothing at all."""
    folder = setup(tmp_path)
    export(folder)
    verdict = "done" if ended == "done" else "blocked"
    checked = {"event": "checked", "step": "account-admin", "verdict": verdict, "why": "so it is"}
    lines = [checked, {"event": "finished", "result": ended}] if ended else []
    told, wizard, page = tmp_path / "told", tmp_path / "bin" / "lakehouse-wizard", tmp_path / "page.md"
    told.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    wizard.parent.mkdir()
    wizard.write_text(f"#!/bin/sh\ncat {told}\nexit {code}\n", encoding="utf-8")
    wizard.chmod(0o755)
    env = {
        "PATH": f"{wizard.parent}:{os.environ['PATH']}",
        "RUNNER_TEMP": str(tmp_path),
        "GITHUB_STEP_SUMMARY": str(page),
    }
    steps = [step["run"] for step in job(folder, "lakehouse-drift.yml")["steps"] if "run" in step][-2:]
    codes = [subprocess.run((*SHELL, step), env=env, capture_output=True, check=False).returncode for step in steps]
    assert codes[0] == 0, "what follows is not left out"
    assert (codes[1] == 0) is passes
    assert ("- account-admin: blocked, so it is" in page.read_text(encoding="utf-8")) is (bool(lines) and not passes)


def test_a_credential_is_the_operators_and_not_for_want_of_it_the_principals(tmp_path: Path) -> None:
    folder = setup(tmp_path, sign_in={"method": "azure_cli", "client_id": None, "client_secret": None})
    ran = inside("export", "github", "--repository", "octo/lake", "--create-credential", "--folder", folder)
    assert ran.code == 2, ran.explain()
    assert "--client-id" in ran.err
