"""Whole journeys through a failing cloud: run again until done, then compare what was made."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from tests.faults import world
from tests.journey.running import Ran, wizard
from wizard.sandbox import process
from wizard.setup.folder import Folder

RISK = Path(__file__).parents[2] / "templates" / "answers" / "risk.yaml"
NEW_PERSON = "new.person@lakehousesandbox.onmicrosoft.com"


@dataclass(frozen=True, slots=True)
class Journey:
    """A journey that ended done: its runs, what went wrong by operation, and the world it left."""

    runs: tuple[Ran, ...]
    faults: Counter[str]
    mutating: frozenset[str]
    shape: Counter[str]
    kinds: Counter[str]
    unkeyed: Counter[str]

    def told(self, what: str) -> str:
        """The figures, for who reads the tests' output."""
        faults = f"{self.faults.total()} faults at {len(self.faults)} operations"
        return f"{what}: {faults}, {len(self.runs)} runs"


def travel(
    root: Path,
    rules: list[dict[str, Any]],
    *,
    bound: int,
    create: bool = True,
    scenario: str = "clean",
    until: str | None = None,
) -> Journey:
    """Run until done, or until a step is, in a cloud of its own with these faults. `create`: the wizard makes the
    principal and a person, Event Hubs too, and deletes the network watcher.

    Fails after `bound` runs."""
    folder = Folder(root / "lakehouse")
    root.mkdir(parents=True, exist_ok=True)
    (root / "answers.yaml").write_text(yaml.safe_dump(_answers(create)), encoding="utf-8")
    runs: list[Ran] = []
    with process.connect(folder.sandbox, scenario) as cloud:
        for rule in rules:
            cloud.add_fault(**rule)
        while not runs or runs[-1].code:
            assert len(runs) < bound, runs[-1].explain()
            first = () if runs else ("--target", "sandbox", "--answers", root / "answers.yaml")
            last = ("--until", until) if until else ()
            runs.append(wizard("run", *first, *last, "--json", "--folder", folder.root))
        asked = cloud.requests()
    process.stop(folder.sandbox)
    return Journey(
        runs=tuple(runs),
        faults=Counter(_operation(one) for one in asked if one.get("fault")),
        mutating=frozenset(_operation(one) for one in asked if one["mutating"]),
        shape=world.shape(folder.sandbox, folder.setup_id),
        kinds=world.kinds(folder.sandbox),
        unkeyed=world.unkeyed(folder.sandbox),
    )


def _operation(asked: dict[str, Any]) -> str:
    return f"{asked['host']} {asked['method']} {asked['operation']}"


def _answers(create: bool) -> dict[str, Any]:
    answers: dict[str, Any] = yaml.safe_load(RISK.read_text(encoding="utf-8"))
    if create:
        answers["service_principal"] = {"mode": "create", "role_set": "least_privilege"}
        answers["identity"] = {"members": [NEW_PERSON], "create_members": [NEW_PERSON]}
        answers["foundation"]["event_hubs"] = True
        answers["network_watcher"] = {"action": "delete"}
    return answers
