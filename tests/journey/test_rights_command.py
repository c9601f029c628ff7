"""`rights`, and what a command says that needs the operator while nobody is signed in."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.journey.conftest import RISK
from tests.journey.running import inside
from wizard import journey
from wizard.sandbox import process


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    state = tmp_path_factory.mktemp("rights") / "cloud"
    with process.connect(state, "clean"):
        yield state
    process.stop(state)


def test_it_tells_each_step_and_changes_nothing(shared: Path, tmp_path: Path) -> None:
    connection = process.connect(shared)
    before = len(connection.requests(mutating=True))
    given = ("--sandbox", shared, "--answers", RISK, "--folder", tmp_path / "lake")
    ran = inside("rights", "--json", *given)
    assert ran.code == 0, ran.explain()
    told = json.loads(ran.out)
    assert told["operator"] == connection.info["identities"]["lakehouse-wizard"]["client_id"]
    steps = {one["step"]: one for one in told["steps"]}
    assert [*steps] == [step.name for step in journey.STEPS]
    assert steps["service-principal"]["can"] == "yes"
    assert steps["account-admin"]["can"] == "unknown"
    assert steps["compute"]["can"] == "principal"
    assert len(connection.requests(mutating=True)) == before
    connection.close()
    ran = inside("rights", "--folder", tmp_path / "lake")
    assert ran.code == 0, ran.explain()
    assert "Who can do what" in ran.out


def test_where_nobody_is_signed_in_it_says_what_to_do(
    shared: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`clean` has an application only: its stand-in `az` has no session."""
    monkeypatch.setenv("LAKEHOUSE_SIGN_IN_METHOD", "azure_cli")
    folder = tmp_path / "lake"
    ran = inside("rights", "--sandbox", shared, "--answers", RISK, "--folder", folder)
    assert ran.code == 3, ran.explain()
    assert "az login --tenant" in ran.out
    (folder / "answers.yaml").write_text(RISK.read_text(encoding="utf-8"), encoding="utf-8")
    ran = inside("export", "github", "--repository", "octo/lake", "--create-credential", "--folder", folder)
    assert ran.code == 3, ran.explain()
    assert "az login --tenant" in ran.out
