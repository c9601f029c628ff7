"""A person signs in by `az` or by device code; the same clients then work for ARM, Graph and Databricks."""

from __future__ import annotations

import os
import re
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.steps.early import open_setup
from wizard.sandbox import process
from wizard.sandbox.process import Connection
from wizard.setup.events import Progress
from wizard.setup.step import Verdict
from wizard.steps.facts import SignInFacts
from wizard.steps.sign_in import SignIn


@pytest.fixture(scope="module")
def reference(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Connection]:
    state = tmp_path_factory.mktemp("sandbox") / "reference"
    with process.connect(state, "reference") as connection:
        yield connection
    process.stop(state)


def test_the_azure_cli_of_the_target_signs_the_operator_in(reference: Connection, tmp_path: Path) -> None:
    setup = open_setup(reference, tmp_path)
    path = os.environ["PATH"]
    finding = setup.check(SignIn())
    assert finding.verdict is Verdict.DONE, finding.problem
    facts = setup.book.find(SignInFacts)
    assert facts is not None
    operator = reference.info["identities"]["operator"]
    assert (facts.operator_kind, facts.operator_name) == ("user", operator["upn"])
    assert facts.operator_object_id == operator["object_id"]
    assert setup.world.graph(setup.context("test"), "operator").me()["userPrincipalName"] == operator["upn"]
    assert os.environ["PATH"] == path


def test_without_az_the_remedy_is_told(reference: Connection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    setup = open_setup(reference, tmp_path)
    setup.world.target = reference.target.model_copy(update={"path_prefix": None})
    monkeypatch.setenv("PATH", str(tmp_path))
    finding = setup.check(SignIn())
    assert finding.verdict is Verdict.BLOCKED
    assert finding.problem is not None
    assert finding.problem.what == "The Azure CLI is not installed"


def test_a_device_code_is_told_and_waited_for(reference: Connection, tmp_path: Path) -> None:
    setup = open_setup(reference, tmp_path, {"sign_in": {"method": "device_code"}})
    operator = reference.info["identities"]["operator"]["upn"]
    told = threading.Event()

    class Portal(list[object]):
        """Plays the person who reads the code and enters it."""

        def append(self, event: object) -> None:
            super().append(event)
            code = re.search(r"code (\S+)", event.text) if isinstance(event, Progress) else None
            if code:
                reference.portal("complete-device-code", code.group(1), operator)
                told.set()

    setup.events = Portal()  # type: ignore[assignment]  # a list that acts on what it is told
    finding = setup.check(SignIn())
    assert told.is_set()
    assert finding.verdict is Verdict.DONE, finding.problem
    facts = setup.book.find(SignInFacts)
    assert facts is not None
    assert facts.operator_name == operator
