"""One lakehouse that lives its whole life; each test reads a part of the record."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import requests
import yaml
from pyspark.sql import SparkSession

from tests.journey import hands
from tests.journey.running import Ran, wizard
from wizard.sandbox import process

ROOT = Path(__file__).parents[2]
RISK = ROOT / "templates" / "answers" / "risk.yaml"
OTHER_ACCOUNTS = [
    {"user_id": f"{number:05d}", "name": f"Sample Person {number}", "email": f"p{number}@example.com", "city": "Recife"}
    for number in range(7)
]


@dataclass
class Life:
    """What happened, in order. Every part is a record; nothing here can still change."""

    folder: Path
    secrets: tuple[str, ...]
    ran: dict[str, Ran] = field(default_factory=dict)
    mutating: dict[str, int] = field(default_factory=dict)
    sent: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    store_bytes: dict[str, str] = field(default_factory=dict)
    stores: dict[str, dict[str, dict[str, str]]] = field(default_factory=dict)
    tables: dict[str, dict[str, hands.Rows]] = field(default_factory=dict)
    answers: dict[str, requests.Response] = field(default_factory=dict)
    saved_plans: dict[str, list[Path]] = field(default_factory=dict)
    leaks: list[str] = field(default_factory=list)
    unknown: list[dict[str, Any]] = field(default_factory=list)

    @property
    def state(self) -> Path:
        return self.folder / ".wizard" / "sandbox"


@pytest.fixture(scope="session")
def life(tmp_path_factory: pytest.TempPathFactory, spark: SparkSession) -> Iterator[Life]:
    """Run, run again, drift, mend, destroy, destroy again, and run on other input; then the sandbox is stopped."""
    folder = tmp_path_factory.mktemp("life") / "lakehouse"
    state = folder / ".wizard" / "sandbox"
    with process.connect(state, "clean") as connection:
        identities = connection.info["identities"].values()
        secrets = tuple(str(one.get("client_secret") or one.get("password")) for one in identities)
        life = Life(folder, secrets)
        _live(life, connection, spark)
        yield life
    process.stop(state)
    shutil.rmtree(folder)


def _live(life: Life, connection: process.Connection, spark: SparkSession) -> None:
    def act(name: str, *arguments: str | Path) -> None:
        before = len(connection.requests())
        life.ran[name] = wizard(*arguments, "--folder", life.folder)
        life.sent[name] = connection.requests()[before:]
        life.mutating[name] = sum(one["mutating"] for one in life.sent[name])
        life.store_bytes[name] = hashlib.sha256((life.state / "store.sqlite").read_bytes()).hexdigest()
        life.stores[name] = hands.store(life.state)
        life.saved_plans[name] = list(life.folder.rglob("*.tfplan"))

    act("first", "run", "--target", "sandbox", "--answers", RISK, "--json")
    assert life.ran["first"].code == 0, life.ran["first"].explain()
    life.tables["first"] = hands.delta_tables(life.state, spark)
    act("second", "run", "--json")
    act("status", "status", "--json")
    _ask_as_people(life, connection)
    act("deep", "status", "--deep", "--json")
    life.answers["drift"] = hands.Somebody(connection, "lakehouse-wizard").call(
        "DELETE", "/api/2.1/unity-catalog/schemas/crisk.gold?force=true"
    )
    act("drifted", "status", "--json")
    act("planned", "plan", "--json")
    act("mended", "run", "--json")
    life.leaks = hands.leaks(life.folder, life.state, life.secrets, [ran.argvs for ran in life.ran.values()])
    act("unconfirmed", "destroy", "--json")
    act("destroyed", "destroy", "--confirm", "risk", "--json")
    act("nothing", "destroy", "--confirm", "risk", "--json")
    _use_other_accounts(life.folder)
    act("reborn", "run", "--json")
    if life.ran["reborn"].code == 0:
        life.tables["reborn"] = hands.delta_tables(life.state, spark)
    life.unknown = [entry for entry in connection.requests() if entry["status"] == 501]


def _ask_as_people(life: Life, connection: process.Connection) -> None:
    owner, outsider = hands.Somebody(connection, "owner"), hands.Somebody(connection, "outsider")
    life.answers["owner's catalogs"] = owner.call("GET", "/api/2.1/unity-catalog/catalogs")
    life.answers["owner reads"] = owner.select("SELECT user_id, city FROM crisk.silver.account ORDER BY user_id")
    life.answers["outsider reads"] = outsider.select("SELECT user_id FROM crisk.silver.account")


def _use_other_accounts(folder: Path) -> None:
    """Change the account sample to a file of another length, as a user would: in answers.yaml."""
    header = ",".join(OTHER_ACCOUNTS[0])
    lines = [header, *(",".join(row.values()) for row in OTHER_ACCOUNTS)]
    (folder / "accounts-of-mine.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    answers = yaml.safe_load((folder / "answers.yaml").read_text(encoding="utf-8"))
    answers["first_run"]["samples"]["account"] = "accounts-of-mine.csv"
    (folder / "answers.yaml").write_text(yaml.safe_dump(answers), encoding="utf-8")
