"""The exported workflows, run here as GitHub's runner would: each job in a fresh clone, with its own token and nothing
of this machine's; the sandbox is the cloud, the state store, and the issuer of the job's token."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.journey.conftest import RISK
from tests.journey.running import wizard
from tests.steps.early import open_setup
from wizard import __version__
from wizard.sandbox import process
from wizard.sandbox.control import ask

REPOSITORY = "octo/lake"
USER = "lakehouse-wizard"  # the application that the workflows sign in as, the principal, and the state store's user
SHELL = ("bash", "--noprofile", "--norc", "-eo", "pipefail", "-c")  # GitHub's `shell: bash`
EXPRESSION = re.compile(r"\$\{\{ (?P<kind>vars|secrets)\.(?P<name>\w+)(?: \|\| '(?P<otherwise>[^']*)')? \}\}")
OWN = (
    "LAKEHOUSE_",
    "AZURE_",
    "ARM_",
    "TF_",
    "ACTIONS_",
    "GITHUB_",
    "RUNNER_",
)  # of this machine's variables: not handed on


@dataclass(slots=True)
class Runner:
    """What GitHub keeps of a repository, and what its runner does with a workflow's only job."""

    root: Path
    connection: process.Connection
    variables: dict[str, str] = field(default_factory=dict)
    secrets: dict[str, str] = field(default_factory=dict)
    jobs: int = 0

    @property
    def repository(self) -> Path:
        return self.root / "repository"

    def run(self, name: str) -> tuple[int, str]:
        """Every `run` step of the workflow in order, in a fresh clone; the first failure ends it. Exit code, output."""
        workflow = yaml.safe_load((self.repository / ".github/workflows" / name).read_text(encoding="utf-8"))
        (job,) = workflow["jobs"].values()
        self.jobs += 1
        place = self.root / f"runner-{self.jobs}"
        git("clone", "--quiet", str(self.repository), str(place / "work"), at=self.root)
        (place / "temp").mkdir()
        told = self._environment(place, job["environment"]) | self._filled(job["env"])
        folder = place / "work" / workflow["defaults"]["run"]["working-directory"]
        out = ""
        for step in job["steps"]:
            if "run" not in step:
                continue
            env = told | self._filled(step.get("env", {}))
            ran = subprocess.run(
                (*SHELL, step["run"]),
                cwd=folder,
                env=env,
                capture_output=True,
                text=True,
                timeout=900,
                check=False,
            )
            out += f"\n### {step['name']}: {ran.returncode}\n{ran.stdout}{ran.stderr}"
            if ran.returncode:
                return ran.returncode, out
        return 0, out

    def summary(self) -> str:
        """What the last job showed on its page."""
        return (self.root / f"runner-{self.jobs}" / "summary.md").read_text(encoding="utf-8")

    def _environment(self, place: Path, environment: str) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith(OWN)}
        subject = f"repo:{REPOSITORY}:environment:{environment}"
        job_token = ask(self.connection.info, "POST", "/workflow", {"subject": subject})
        return {
            **kept,
            **job_token,
            "PATH": f"{Path(sys.executable).parent}:{kept['PATH']}",
            "HOME": str(place / "home"),
            "PIP_NO_INDEX": "1",  # the wizard of this checkout is there already
            "RUNNER_TEMP": str(place / "temp"),
            "GITHUB_STEP_SUMMARY": str(place / "summary.md"),
        }

    def _filled(self, env: Mapping[str, Any]) -> dict[str, str]:
        return {name: self._value(str(value)) for name, value in env.items()}

    def _value(self, text: str) -> str:
        def known(found: re.Match[str]) -> str:
            kept = self.variables if found["kind"] == "vars" else self.secrets
            return kept.get(found["name"], "") or found["otherwise"] or ""

        filled = EXPRESSION.sub(known, text)
        assert "${{" not in filled, f"an expression that this runner does not know: {text}"
        return filled


def git(*words: str, at: Path) -> None:
    subprocess.run(("git", *words), cwd=at, check=True, capture_output=True)


def begin(runner: Runner, **sections: dict[str, Any]) -> None:
    """A repository with a setup's answers for an HTTP store, and these on top of their sections."""
    folder = runner.repository / "lake"
    folder.mkdir(parents=True)
    answers = yaml.safe_load(RISK.read_text(encoding="utf-8"))
    address = f"{runner.connection.info['endpoints']['states']}/{runner.root.name}"
    answers["state"] = {"address": address, "username": USER, "password": f"sandbox:{USER}"}
    for name, values in sections.items():
        answers[name].update(values)
    (folder / "answers.yaml").write_text(yaml.safe_dump(answers), encoding="utf-8")
    target = {"target": "sandbox", "sandbox": str(runner.root / "cloud")}
    (folder / "config.yaml").write_text(yaml.safe_dump(target), encoding="utf-8")
    git("init", "--quiet", "--initial-branch", "main", at=runner.repository)


def export(runner: Runner) -> dict[str, Any]:
    """As a person does it: exported, committed, and GitHub given what is asked for. What was told."""
    given = ("--folder", runner.repository / "lake", "--repository", REPOSITORY, "--json")
    exported = wizard("export", "github", *given, "--create-credential")
    assert exported.code == 0, exported.explain()
    told: dict[str, Any] = json.loads(exported.out)
    git("add", ".", at=runner.repository)
    person = ("-c", "user.name=person", "-c", "user.email=person@example.com")
    git(*person, "commit", "--quiet", "-m", "the lake", at=runner.repository)
    identity = runner.connection.info["identities"][USER]
    values = {
        "LAKEHOUSE_PACKAGE": f"lakehouse-wizard=={__version__}",
        "LAKEHOUSE_CLIENT_ID": identity["client_id"],
        "LAKEHOUSE_STATE_BACKEND": "http",  # the one variable that chooses
    }
    runner.variables = {one["name"]: values[one["name"]] for one in told["variables"]}
    runner.secrets = {one["name"]: identity["client_secret"] for one in told["secrets"]}
    return told


@pytest.fixture
def runner(tmp_path: Path) -> Iterator[Runner]:
    """GitHub, and a cloud in which nothing is made yet."""
    with process.connect(tmp_path / "cloud", "clean") as connection:
        yield Runner(tmp_path, connection)
    process.stop(tmp_path / "cloud")


def test_a_person_exports_and_the_workflows_do_the_rest(runner: Runner) -> None:
    connection = runner.connection
    begin(runner)
    told = export(runner)
    assert [one["added"] for one in told["credentials"]] == [True, True]
    changed = len(connection.requests(mutating=True))
    given = ("--folder", runner.repository / "lake", "--repository", REPOSITORY, "--json")
    again = wizard("export", "github", *given, "--create-credential")
    assert [one["added"] for one in json.loads(again.out)["credentials"]] == [False, False]
    assert len(connection.requests(mutating=True)) == changed
    assert runner.secrets.keys() == {"SERVICE_PRINCIPAL_CLIENT_SECRET", "STATE_PASSWORD"}
    secret = runner.secrets["STATE_PASSWORD"]

    code, out = runner.run("lakehouse-plan.yml")
    assert code == 0, out
    assert "Plan of the whole journey" in runner.summary()
    assert made(runner) == [], "a plan makes nothing"
    code, out = runner.run("lakehouse-drift.yml")
    assert code != 0, out
    assert "- foundation: todo" in runner.summary()

    code, out = runner.run("lakehouse-apply.yml")
    assert code == 0, out
    assert "crisk.silver.account" in runner.summary()
    code, out = runner.run("lakehouse-drift.yml")
    assert code == 0, out
    before = made(runner)
    assert before
    code, out = runner.run("lakehouse-apply.yml")
    assert code == 0, out
    assert made(runner) == before, "another runner goes on where the first one ended, and makes nothing again"

    assert not list(runner.root.rglob(".wizard/terraform/*/terraform.tfstate"))
    assert not [one for one in connection.requests() if one["status"] == 501]
    for place in (runner.repository, *runner.root.glob("runner-*/work")):
        assert not holding(place, secret)


def test_the_principals_secret_in_a_key_vault_is_none_of_githubs_and_another_branch_is_refused(runner: Runner) -> None:
    connection = runner.connection
    begin(runner, service_principal={"client_secret": "keyvault:kv-lake/principal"})
    connection.portal("make-key-vault", "kv-lake", USER)
    setup = open_setup(connection, runner.root / "vault")
    secret = connection.info["identities"][USER]["client_secret"]
    setup.world.key_vault(setup.context("test"), "kv-lake").set_secret("principal", secret)
    export(runner)
    assert runner.secrets.keys() == {"STATE_PASSWORD"}
    code, out = runner.run("lakehouse-plan.yml")
    assert code == 0, out
    assert "lakehouse-wizard signs in and holds its roles" in runner.summary()

    subject = f"repo:{REPOSITORY}:ref:refs/heads/other"  # which no federated credential names
    by_token = {
        **ask(connection.info, "POST", "/workflow", {"subject": subject}),
        "LAKEHOUSE_SIGN_IN_METHOD": "workload_identity",
        "LAKEHOUSE_SIGN_IN_CLIENT_ID": runner.variables["LAKEHOUSE_CLIENT_ID"],
        "LAKEHOUSE_SIGN_IN_CLIENT_SECRET": "",
    }
    ran = wizard("plan", "--until", "sign-in", "--json", "--folder", runner.repository / "lake", env=by_token)
    assert ran.code == 3, ran.explain()
    assert "700213" in ran.out


def made(runner: Runner) -> list[str]:
    """What changed the cloud since the export; the state store is none of it."""
    sent = runner.connection.requests(mutating=True)
    return [one["operation"] for one in sent if one["host"] != "states" and "federated" not in one["operation"]]


def holding(place: Path, secret: str) -> list[Path]:
    """Files of a work tree with the secret in them; `.wizard` is the run's own, and nobody commits it."""
    files = (path for path in place.rglob("*") if path.is_file() and ".wizard" not in path.parts)
    return [path for path in files if secret.encode() in path.read_bytes()]
