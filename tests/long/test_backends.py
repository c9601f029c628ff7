"""One setup, two folders: the second has only the answers, the secrets they refer to, and the backend of the state."""

from __future__ import annotations

import re
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import requests
import yaml

from tests.journey import relay
from tests.journey.conftest import RISK
from tests.journey.running import Ran, wizard
from wizard.sandbox import process
from wizard.setup.folder import Folder

# Neither is what would be resolved today.
PINNED = {"runtime": "16.4.x-scala2.13", "budget_start": "2026-02-01T00:00:00Z"}
USER = "lakehouse-wizard"
HELD = {
    "ID": "11111111-2222-3333-4444-555555555555",
    "Operation": "OperationTypeApply",
    "Who": "ana@build-7",
    "Created": "2026-01-02T03:04:05Z",
}


@dataclass(frozen=True, slots=True)
class Team:
    root: Path
    cloud: Path
    connection: process.Connection

    def folder(self, name: str) -> Folder:
        return Folder(self.root / name)

    @property
    def answers(self) -> Path:
        return self.root / "answers.yaml"

    @property
    def given(self) -> tuple[str | Path, ...]:
        return ("--target", "sandbox", "--sandbox", self.cloud, "--answers", self.answers)

    def run(self, name: str, *more: str) -> Ran:
        return wizard("run", "--json", "--folder", self.folder(name).root, *self.given, *more)

    def change(self, section: str, **values: object) -> None:
        """Other answers, for whoever runs from now on."""
        answers = yaml.safe_load(self.answers.read_text(encoding="utf-8"))
        answers[section].update(values)
        self.answers.write_text(yaml.safe_dump(answers), encoding="utf-8")

    def changed(self) -> list[dict[str, Any]]:
        """Every request that may have changed the cloud; the state store is none of it."""
        return [one for one in self.connection.requests(mutating=True) if one["host"] != "states"]


@pytest.fixture
def team(tmp_path: Path) -> Iterator[Team]:
    cloud = tmp_path / "cloud"
    with process.connect(cloud, "clean") as connection:
        team = Team(tmp_path, cloud, connection)
        answers = yaml.safe_load(RISK.read_text(encoding="utf-8"))
        answers["state"] = {
            "backend": "http",
            "address": f"{connection.info['endpoints']['states']}/team",
            "username": USER,
            "password": f"sandbox:{USER}",
        }
        team.answers.write_text(yaml.safe_dump(answers), encoding="utf-8")
        yield team
    process.stop(cloud)


def test_the_second_folder_goes_on_where_the_first_one_ended(team: Team) -> None:
    first = team.folder("first")
    first.create()
    first.update_config({"pinned": PINNED})
    ran = team.run("first")
    assert ran.code == 0, ran.explain()
    before = team.changed()

    second = team.run("second")
    assert second.code == 0, second.explain()
    assert set(second.verdicts().values()) == {"done"}
    assert team.changed() == before
    assert team.folder("second").setup_id == first.setup_id
    assert not list(team.folder("second").root.rglob("terraform/*/terraform.tfstate"))

    destroyed = wizard("destroy", "--json", "--folder", team.folder("second").root, "--confirm", "risk")
    assert destroyed.code == 0, destroyed.explain()
    assert not [one for one in team.connection.requests() if one["status"] == 501]


def test_who_holds_the_state_is_told_and_the_next_run_goes_on(team: Team) -> None:
    """The lock of somebody who applies elsewhere, as Terraform would write it into the store."""
    store = f"{team.connection.info['endpoints']['states']}/team"
    address = f"{store}/risk-plain-{team.connection.info['subscription_id']}-foundation"
    somebody = (USER, team.connection.info["identities"][USER]["client_secret"])
    ca = team.connection.info["ca_file"]
    assert requests.request("LOCK", address, json=HELD, auth=somebody, verify=ca, timeout=30).status_code == 200
    refused = team.run("first", "--until", "foundation")
    assert refused.code == 4, refused.explain()
    told = refused.find("checked", step="foundation")[-1]
    assert told["problem"]["raw_code"] == "StateHeld"
    assert told["problem"]["why"] == f"apply by ana on build-7, since {HELD['Created']}"
    assert HELD["ID"] in told["problem"]["next_action"]
    assert "Traceback" not in refused.err
    assert requests.request("UNLOCK", address, json=HELD, auth=somebody, verify=ca, timeout=30).status_code == 200
    again = team.run("first", "--until", "foundation")
    assert again.code == 0, again.explain()


BUDGET = "azurerm_consumption_budget_subscription"


def test_of_two_wizards_at_once_the_second_is_refused_by_the_lock_and_the_first_ends_well(team: Team) -> None:
    short = ("--until", "foundation")
    for name in ("first", "second"):
        ran = team.run(name, *short)
        assert ran.code == 0, ran.explain()
    team.change("foundation", monthly_budget=345)
    # It is made as soon as this test says so, and not before.
    team.connection.add_fault("slow", match={"operation": f"ApplyResourceChange {BUDGET}"}, seconds=600)
    meanwhile: list[Ran] = []

    def second() -> None:
        try:
            meanwhile.append(team.run("second", *short))
            assert [rule["hits"] for rule in team.connection.faults()] == [1]  # the first was at it all the time
        finally:
            team.connection.clear_faults()

    first = relay.run(
        team.folder("first").root, *team.given, *short, at=relay.starting("foundation", BUDGET), send=None, first=second
    )
    assert first.code == 0, first.explain()
    assert [event["verdict"] for event in first.find("checked") if event["step"] == "foundation"] == ["todo", "done"]
    (refused,) = meanwhile
    assert refused.code == 4, refused.explain()
    told = refused.find("checked", step="foundation")[-1]["problem"]
    assert told["raw_code"] == "StateHeld"
    assert re.fullmatch(rf"apply by \S+ on {re.escape(socket.gethostname())}, since 20\S+Z", told["why"]), told
    assert "let it end, then run again" in told["next_action"]
    assert "Traceback" not in refused.err
    assert not [one for one in refused.events if one["event"] == "apply_started"]

    after = team.changed()
    again = team.run("second", *short)
    assert again.code == 0, again.explain()
    assert team.changed() == after  # what the first made is there for the second
