"""A person signs in by `az`; the same clients then work for ARM and Graph. What may go wrong: tests/states."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.clouds import of_its_own
from tests.steps.early import open_setup
from wizard.sandbox.process import Connection
from wizard.setup.step import Verdict
from wizard.steps.facts import SignInFacts
from wizard.steps.sign_in import SignIn


@pytest.fixture(scope="module")
def reference(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Connection]:
    state = tmp_path_factory.mktemp("sandbox") / "reference"
    with of_its_own(state, "reference") as connection:
        yield connection


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
