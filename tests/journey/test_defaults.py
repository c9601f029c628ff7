"""What the wizard does unless told otherwise: the least rights, nothing of others' taken away, no secret shown."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.journey.canary import Canary
from tests.journey.conftest import RISK, Life
from tests.journey.running import Ran, forked
from wizard import journey
from wizard.sandbox import process
from wizard.sandbox.domain.authorization_actions import operations
from wizard.sandbox.server import ROUTES
from wizard.setup.answers import load
from wizard.steps.metastore import MetastoreQuestions
from wizard.steps.network_watcher import NetworkWatcherQuestions
from wizard.steps.principal_object import SECRET_FILE
from wizard.steps.principal_questions import ServicePrincipalQuestions

RUNS = ("first", "second", "mended")  # what a user asks for by `run`; a destroy is asked for in so many words
NEVER = {
    "a Global Administrator is made": "graph.directoryRoleAssignment.create",
    "a metastore is deleted": "account.metastores.delete",
    "the subscription leaves Network Watcher for good": "features.register",
    "a Network Watcher is deleted": "resources.deleteById",
}


@dataclass(frozen=True)
class Made:
    """A run that made the principal of a setup, with no answer about how: its output and what it was made of."""

    ran: Ran
    folder: Path
    secret: str
    requests: list[dict[str, Any]]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Made]:
    root = tmp_path_factory.mktemp("defaults")
    folder, state = root / "lakehouse", root / "lakehouse" / ".wizard" / "sandbox"
    answers = yaml.safe_load(RISK.read_text(encoding="utf-8"))
    del answers["service_principal"]
    (root / "answers.yaml").write_text(yaml.safe_dump(answers), encoding="utf-8")
    given = ("--target", "sandbox", "--answers", root / "answers.yaml", "--folder", folder)
    ran = forked("run", *given, "--until", "service-principal", "--json")
    secret = (folder / ".wizard" / SECRET_FILE).read_text(encoding="utf-8").strip()
    yield Made(ran, folder, secret, process.requests(state))
    process.stop(state)


def test_what_never_happens_is_called_as_the_recording_calls_it() -> None:
    assert set(NEVER.values()) <= {route.operation for routes in ROUTES.values() for route in routes}


@pytest.mark.parametrize("operation", NEVER.values(), ids=NEVER)
def test_it_never_happens_by_itself(life: Life, made: Made, operation: str) -> None:
    sent = [one for name in RUNS for one in life.sent[name]] + made.requests
    assert len([one for one in sent if one["mutating"]]) > 50
    assert [one["path"] for one in sent if one["operation"] == operation] == []


def test_terraform_makes_no_directory_role_and_no_metastore(life: Life) -> None:
    applied = {one["path"] for name in RUNS for one in life.sent[name] if one["method"] == "ApplyResourceChange"}
    assert "azurerm_databricks_workspace" in applied
    assert not {kind for kind in applied if "directory_role" in kind or kind == "databricks_metastore"}


def test_the_answers_that_nobody_gives_are_the_smaller_ones() -> None:
    answers = load(journey.questions(), RISK, {})
    assert answers.section(NetworkWatcherQuestions).action == "keep"
    assert answers.section(NetworkWatcherQuestions).opt_out == ""
    assert answers.section(MetastoreQuestions).mode == "reuse"
    asked = ServicePrincipalQuestions()
    assert (asked.role_set, asked.directory_permission) == ("least_privilege", "app_roles")
    assert (asked.secret_store, asked.renew_days) == ("file", 0)


def test_the_secret_of_a_new_principal_is_in_its_own_file_and_nowhere_else(made: Made) -> None:
    assert made.ran.code == 0, made.ran.explain()
    kept = made.folder / ".wizard" / SECRET_FILE
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    canary = Canary({"the secret": made.secret})
    assert canary.files(made.folder, but=lambda path: path == kept) == []
    assert canary.sings((made.ran.out + made.ran.err).encode()) == []
    assert [line[:60] for line in made.ran.argvs if canary.sings(line.encode())] == []


def test_every_action_that_azure_asks_for_is_one_that_its_operation_names(life: Life) -> None:
    """The recording of the whole journey against the table: what was asked for besides would be a gap in it."""
    seen = [one for name in RUNS for one in life.sent[name] if one["host"] == "arm" and one["status"] < 400]
    assert len(seen) > 50
    unasked = {one["operation"] for one in seen if not one.get("rights")} - {"subscriptions.list"}
    assert unasked == set()
    assert {one["operation"] for one in seen} <= set(operations())
