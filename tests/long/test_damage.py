"""Bad days of the disk, the clock, the secret and the cloud: each is told, and the next run converges."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
import yaml

from tests.journey import hands, relay
from tests.journey.conftest import RISK
from tests.journey.following import during, event, follow, problems
from tests.journey.relay import Leg, Moment
from tests.journey.running import COMMAND
from wizard.sandbox import process as sandbox

SHORT = ("--target", "sandbox", "--until", "foundation")


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """A setup folder whose sandbox is stopped at the end."""
    folder = tmp_path / "lab"
    yield folder
    sandbox.stop(folder / ".wizard" / "sandbox")


def run(folder: Path, *arguments: str | Path, at: Moment | None = None, env: Mapping[str, str] | None = None) -> Leg:
    return follow([*COMMAND, "run", "--json", "--folder", str(folder), *map(str, arguments)], at=at, env=env)


def assert_converges(folder: Path) -> None:
    leg = run(folder, *SHORT)
    assert leg.code == 0, leg.explain()
    assert relay.duplicates(folder / ".wizard" / "sandbox") == []


WORKSPACE = relay.starting("foundation", "azurerm_databricks_workspace")


# The cloud and the secret


@pytest.mark.parametrize("moment", [event("apply_started", "resource-providers"), WORKSPACE], ids=["steps", "apply"])
def test_a_sandbox_killed_in_mid_run_is_told_and_the_next_run_finds_the_cloud_as_it_was(
    folder: Path, moment: Moment
) -> None:
    def kill() -> None:
        os.kill(cloud.info["pid"], signal.SIGKILL)

    state = folder / ".wizard" / "sandbox"
    with sandbox.connect(state, "clean") as cloud:
        cloud.add_fault("slow", match={"operation": "ApplyResourceChange azurerm_databricks_workspace"}, seconds=5)
        leg = run(folder, *SHORT, "--answers", RISK, at=during(moment, kill))
    assert leg.code == 4, leg.explain()
    assert {problem["what"] for problem in problems(leg)} <= {
        "A host cannot be reached",
        "An answer got lost on its way",
        "A provider of Terraform is gone",
    }, problems(leg)
    assert_converges(folder)


def secret_answers(folder: Path, kept: Path) -> Path:
    """The demo's answers with the secret in a file of the user's."""
    answers = yaml.safe_load(RISK.read_text(encoding="utf-8"))
    for section in ("sign_in", "service_principal"):
        answers[section]["client_secret"] = f"file:{kept}"
    file = folder.parent / "answers.yaml"
    file.write_text(yaml.safe_dump(answers), encoding="utf-8")
    return file


def test_a_secret_revoked_in_mid_run_is_told_and_a_new_one_goes_on(folder: Path, tmp_path: Path) -> None:
    kept = tmp_path / "secret"
    with sandbox.connect(folder / ".wizard" / "sandbox", "clean") as cloud:
        me = cloud.info["identities"]["lakehouse-wizard"]
        somebody = hands.Somebody(cloud, "lakehouse-wizard")

        def revoke() -> None:
            for credential in somebody.graph("GET", principal).json()["passwordCredentials"]:
                somebody.graph("POST", f"{principal}/removePassword", {"keyId": credential["keyId"]})

        def put(secret: str) -> None:
            kept.write_text(secret)
            kept.chmod(0o600)

        principal = f"/v1.0/servicePrincipals/{me['object_id']}"
        put(str(me["client_secret"]))
        answers = secret_answers(folder, kept)
        leg = run(folder, *SHORT, "--answers", answers, at=during(event("applied", "resource-providers"), revoke))
        assert leg.code == 4, leg.explain()
        assert problems(leg)[-1]["what"] == "The client secret is not right"
        again = run(folder, *SHORT)
        assert again.code in (3, 4), again.explain()  # a person must act, and is told what
        made = somebody.graph("POST", f"{principal}/addPassword", {"passwordCredential": {"displayName": "new"}})
        put(str(made.json()["secretText"]))
        assert_converges(folder)


# The clock

SHIFT = """
import datetime, os, time

_shift, _jump = float(os.environ["TEST_CLOCK"]), float(os.environ.get("TEST_CLOCK_JUMP", "0"))
_time, _began = time.time, time.monotonic()


def shifted():
    # In the middle of a run the clock jumps once more, as where the machine hears of the right time.
    return _time() + _shift + (_jump if time.monotonic() - _began > 3 else 0)


class Moment(datetime.datetime):
    @classmethod
    def now(cls, tz=None):
        return cls.fromtimestamp(shifted(), tz)


time.time = shifted
datetime.datetime = Moment
"""
DAY = 24 * 3600


def clock(tmp_path: Path, shift: float, jump: float = 0) -> dict[str, str]:
    """The environment in which every Python process of a run has another time; `jump` comes after 3 seconds."""
    place = tmp_path / "clock"
    place.mkdir(exist_ok=True)
    (place / "sitecustomize.py").write_text(SHIFT)
    path = os.pathsep.join([str(place), os.environ.get("PYTHONPATH", "")])
    return {"PYTHONPATH": path, "TEST_CLOCK": str(shift), "TEST_CLOCK_JUMP": str(jump)}


def test_a_clock_that_jumps_between_runs_and_in_a_run_changes_nothing(folder: Path, tmp_path: Path) -> None:
    """Hours back and forth; the cloud, which keeps its own time, stays where it is."""
    with sandbox.connect(folder / ".wizard" / "sandbox", "clean"):
        first = run(folder, *SHORT, "--answers", RISK, env=clock(tmp_path, 0, jump=-2 * 3600))
        assert first.code == 0, first.explain()
        for shift, jump in ((-3 * DAY, 0), (3600, 2 * 3600), (40 * DAY, -41 * DAY)):
            again = run(folder, *SHORT, env=clock(tmp_path, shift, jump))
            assert again.code == 0, (shift, jump, again.explain())
            assert not [found for found in again.events if found["event"] == "apply_started"], again.explain()
            assert all(found["seconds"] >= 0 for found in again.events if "seconds" in found)
        journal = [json.loads(line) for line in (folder / ".wizard" / "journal.jsonl").read_text().splitlines()]
        # In the order in which it happened, whatever the times say.
        assert [entry["event"] for entry in journal].count("run_ended") == 4
        assert journal[-1]["event"] == "run_ended"
        assert [entry["at"] for entry in journal] != sorted(entry["at"] for entry in journal)
