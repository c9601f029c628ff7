"""`sandbox …` and the command line around it: told in words, refused before anything is made."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.journey.conftest import RISK
from tests.journey.running import forked as wizard
from wizard.sandbox import process

OPERATOR = "operator@lakehousesandbox.onmicrosoft.com"


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """A setup folder whose sandbox is ended after the test."""
    folder = tmp_path / "play"
    yield folder
    if folder.exists():
        process.stop(folder / ".wizard" / "sandbox")


def test_nothing_at_all_is_answered_with_the_help() -> None:
    ran = wizard()
    assert ran.code == 2
    assert "sandbox" in ran.err
    assert "required" not in ran.err


@pytest.mark.parametrize("order", [("FILE", "--target", "sandbox"), ("--target", "sandbox", "FILE")])
def test_options_of_a_check_stand_before_or_after_the_file(order: tuple[str, ...]) -> None:
    ran = wizard("answers", "check", *(str(RISK) if word == "FILE" else word for word in order))
    assert ran.code == 0, ran.explain()


@pytest.mark.parametrize(
    "command", [("run", "--target", "sandbox", "--answers", str(RISK)), ("sandbox", "start")], ids=["run", "start"]
)
def test_an_unknown_scenario_is_invalid_input_and_leaves_no_folder(folder: Path, command: tuple[str, ...]) -> None:
    ran = wizard(*command, "--scenario", "bogus", "--folder", folder)
    assert ran.code == 2, ran.explain()
    assert "reference" in ran.err
    assert not folder.exists()


def test_info_tells_who_there_is_without_secrets_and_that_a_stopped_sandbox_does_not_run(folder: Path) -> None:
    with process.connect(folder / ".wizard" / "sandbox") as connection:
        shown = wizard("sandbox", "info", "--folder", folder).out
        known = json.loads(wizard("sandbox", "info", "--folder", folder, "--json").out)
        assert known["running"] is True
        for wanted in (*known["endpoints"].values(), known["ca_file"], *known["identities"], "--json"):
            assert wanted in shown
        secrets = [one.get("client_secret") or one["password"] for one in known["identities"].values()]
        assert not any(secret in shown for secret in secrets)
        arm = connection.info["endpoints"]["arm"]
    process.stop(folder / ".wizard" / "sandbox")
    shown = wizard("sandbox", "info", "--folder", folder).out
    assert "not running" in shown.splitlines()[0]
    assert arm not in shown
    assert json.loads(wizard("sandbox", "info", "--folder", folder, "--json").out)["running"] is False


def test_a_sandbox_that_somebody_works_with_ends_by_force_alone(folder: Path) -> None:
    state = folder / ".wizard" / "sandbox"
    with process.connect(state):
        for action in ("stop", "reset"):
            ran = wizard("sandbox", action, "--folder", folder)
            assert ran.code == 5, ran.explain()
            assert "--force" in ran.err
        assert process.runs(state)
        assert wizard("sandbox", "stop", "--folder", folder, "--force").code == 0
    assert not process.runs(state)


def test_a_kept_sandbox_nobody_works_with_ends_when_told(folder: Path) -> None:
    assert wizard("sandbox", "start", "--folder", folder).code == 0
    assert wizard("sandbox", "stop", "--folder", folder).out.strip() == "stopped"


def test_bad_values_of_a_click_or_a_fault_are_invalid_input(folder: Path) -> None:
    with process.connect(folder / ".wizard" / "sandbox"):
        nobody = wizard("sandbox", "portal", "--folder", folder, "first-login", OPERATOR)
        assert nobody.code == 2, nobody.explain()
        assert "there are: lakehouse-wizard, owner, outsider" in nobody.err
        for bad in (
            ("portal", "no-such-click"),
            ("portal", "assign-owner"),
            ("fault", "--latency", "-1"),
            ("fault", "add", "--kind", "error", "--match", "nothing=x"),
        ):
            ran = wizard("sandbox", bad[0], "--folder", folder, *bad[1:])
            assert ran.code == 2, ran.explain()
