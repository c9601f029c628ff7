"""Two domains and two environments in one subscription and one metastore: nothing of one is touched by another's end.

As a team would have it: the productive setups have principals of their own, the others share a given one."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.journey import hands
from tests.journey.conftest import RISK
from tests.journey.running import Ran, wizard
from wizard.sandbox import process
from wizard.setup.folder import Folder

SHARED, OWN = "given", "create"
PRINCIPALS = {"risk-prod": OWN, "risk-dev": SHARED, "fraud-dev": SHARED, "fraud-prod": OWN}
ROWS = {"risk-prod": 3, "risk-dev": 4, "fraud-dev": 5, "fraud-prod": 6}
CREATOR = "risk-prod"  # of the metastore, since it runs first
Store = dict[str, dict[str, str]]


@dataclass(frozen=True, slots=True)
class Team:
    """Four setup folders below `root`, and the sandbox that they share."""

    root: Path
    cloud: Path

    def folder(self, name: str) -> Path:
        return self.root / name

    def run(self, name: str) -> tuple[Ran, int]:
        """A run, and how many of its requests may have changed something."""
        before = self.mutating()
        ran = wizard("run", "--folder", self.folder(name), "--json")
        return ran, self.mutating() - before

    def destroy(self, name: str) -> Ran:
        return wizard("destroy", "--folder", self.folder(name), "--confirm", name, "--json")

    def mutating(self) -> int:
        return len(process.requests(self.cloud, mutating=True))

    def status(self, name: str) -> dict[str, Any]:
        ran = wizard("status", "--deep", "--folder", self.folder(name), "--json")
        assert ran.code == 0, ran.explain()
        found: dict[str, Any] = json.loads(ran.out)
        return found

    def store(self) -> Store:
        return hands.store(self.cloud)

    def words(self, name: str) -> set[str]:
        """What stands in the names, paths and bodies of what one setup has: its names, its id, its workspace's id."""
        domain, _dash, environment = name.partition("-")
        workspaces = self.store().get("account.workspace", {})
        found = {key for key, body in workspaces.items() if f"adbd{name}" in body}
        named = {f"rsgd{name}", f"stae{environment}{domain}", f"adbd{name}", f"c{domain}_{environment}"}
        return found | named | {f"data_engineer_{domain}_{environment}", Folder(self.folder(name)).setup_id}


@pytest.fixture(scope="module")
def team(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Team]:
    """All four, done, with data in each."""
    root = tmp_path_factory.mktemp("team")
    team = Team(root, root / "cloud")
    with process.connect(team.cloud, "clean"):
        for name in PRINCIPALS:
            ran = wizard(
                "run",
                "--sandbox",
                team.cloud,
                "--answers",
                answers(root, name),
                "--folder",
                team.folder(name),
                "--json",
            )
            assert ran.code == 0, ran.explain()
        yield team
    process.stop(team.cloud)


def answers(root: Path, name: str) -> Path:
    domain, _dash, environment = name.partition("-")
    asked = yaml.safe_load(RISK.read_text(encoding="utf-8"))
    asked["project"] |= {"domain": domain, "environment": environment}
    if PRINCIPALS.get(name) == OWN:
        asked["service_principal"] = {"mode": OWN}
    sample = root / f"{name}.csv"
    people = (f"{number:05d},Sample Person,p{number}@example.com,Recife" for number in range(ROWS.get(name, 1)))
    sample.write_text("\n".join(["user_id,name,email,city", *people]) + "\n", encoding="utf-8")
    asked["contracts"] = {"files": ["template:account"]}
    asked["first_run"] = {"samples": {"account": str(sample)}}
    file = root / f"{name}.yaml"
    file.write_text(yaml.safe_dump(asked), encoding="utf-8")
    return file


def rows(status: dict[str, Any]) -> dict[str, int]:
    return {str(table["name"]): table["rows"] for table in status["tables"]}


def having(store: Store, words: set[str]) -> Store:
    """The objects that name any of the words."""
    return {
        kind: {key: body for key, body in objects.items() if any(word in key or word in body for word in words)}
        for kind, objects in store.items()
        if not kind.startswith(("sandbox.", "terraform."))
    }


def kept(ran: Ran) -> list[str]:
    (plan,) = ran.find("destroy_plan")
    return [thing for step in plan["steps"] for thing in step["kept"]]


def test_one_after_another_goes_and_the_others_stay_done(team: Team) -> None:
    assert len(team.store()["account.metastore"]) == 1
    left = list(PRINCIPALS)
    while left:
        gone = left.pop(0)  # the metastore's creator goes first
        others: set[str] = set().union(*(team.words(name) for name in left))
        mine, before = team.words(gone), having(team.store(), others)
        ran = team.destroy(gone)
        assert ran.code == 0, ran.explain()
        after = having(team.store(), others)
        changed = {key for kind in before for key, body in before[kind].items() if after[kind].get(key) != body}
        assert changed <= shared_by(before, mine), changed
        for name in left:
            status = team.status(name)
            assert {step["verdict"] for step in status["steps"]} == {"done"}, status
            domain, _dash, environment = name.partition("-")
            assert rows(status) == dict.fromkeys(
                (f"c{domain}_{environment}.{layer}.account" for layer in ("bronze", "silver")), ROWS[name]
            )
        if gone == CREATOR:
            assert any("metastore" in thing and "in use by the workspaces" in thing for thing in kept(ran)), kept(ran)
            for name in left:
                again, mutating = team.run(name)
                assert again.code == 0, again.explain()
                assert mutating == 0
    nothing_left(team)


def shared_by(before: Store, mine: set[str]) -> set[str]:
    """Keys of objects that name both the one that goes and others: such lists may lose a line."""
    return {key for objects in before.values() for key, body in objects.items() if any(word in body for word in mine)}


def nothing_left(team: Team) -> None:
    store = team.store()
    for name in PRINCIPALS:
        assert having(store, {f"rsgd{name}", f"adbd{name}", f"data_engineer_{name.replace('-', '_')}"}) == {
            kind: {} for kind in having(store, set())
        }
    assert len(store["account.metastore"]) == 1  # it costs nothing, and the last plan named it
    assert len(store["entra.user"]) == 2


def test_a_catalog_of_another_setup_is_told_and_another_name_goes_on(tmp_path: Path) -> None:
    """The catalog's name is the metastore's, whatever domain and environment are."""
    cloud, first, second = tmp_path / "cloud", tmp_path / "risk-prod", tmp_path / "claims-prod"
    with process.connect(cloud, "clean"):
        for name in ("risk-prod", "claims-prod"):
            file = answers(tmp_path, name)
            asked = yaml.safe_load(file.read_text(encoding="utf-8"))
            asked["project"]["catalog"] = "risk"
            file.write_text(yaml.safe_dump(asked), encoding="utf-8")
            ran = wizard(
                *("run", "--sandbox", cloud, "--answers", file, "--folder", tmp_path / name),
                *("--until", "unity-catalog", "--json"),
            )
            assert ran.code == (0 if name == "risk-prod" else 3), ran.explain()
        (told,) = [event["why"] for event in ran.find("checked", step="unity-catalog", verdict="blocked")]
        assert "names already: the catalog crisk_prod is not this setup's" in told
        words = {"crisk_prod", Folder(first).setup_id}
        before = having(hands.store(cloud), words)
        asked["project"]["catalog"] = "claims"
        file.write_text(yaml.safe_dump(asked), encoding="utf-8")
        ran = wizard("run", "--answers", file, "--folder", second, "--until", "unity-catalog", "--json")
        assert ran.code == 0, ran.explain()
        assert having(hands.store(cloud), words) == before
    process.stop(cloud)
