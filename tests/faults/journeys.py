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


def travel(root: Path, rules: list[dict[str, Any]], *, bound: int, create: bool = True) -> Journey:
    """Run until done in a cloud of its own with these faults. `create`: the wizard makes the principal and a person.

    Fails after `bound` runs."""
    folder = Folder(root / "lakehouse")
    root.mkdir(parents=True, exist_ok=True)
    (root / "answers.yaml").write_text(yaml.safe_dump(_answers(create)), encoding="utf-8")
    runs: list[Ran] = []
    with process.connect(folder.sandbox, "clean") as cloud:
        for rule in rules:
            cloud.add_fault(**rule)
        while not runs or runs[-1].code:
            assert len(runs) < bound, runs[-1].explain()
            first = () if runs else ("--target", "sandbox", "--answers", root / "answers.yaml")
            runs.append(wizard("run", *first, "--json", "--folder", folder.root))
        asked = cloud.requests(mutating=True)
    process.stop(folder.sandbox)
    faults = Counter(f"{one['host']} {one['method']} {one['operation']}" for one in asked if one.get("fault"))
    mutating = frozenset(f"{one['host']} {one['method']} {one['operation']}" for one in asked)
    setup_id = folder.setup_id
    return Journey(tuple(runs), faults, mutating, world.shape(folder.sandbox, setup_id), world.kinds(folder.sandbox))


def _answers(create: bool) -> dict[str, Any]:
    answers: dict[str, Any] = yaml.safe_load(RISK.read_text(encoding="utf-8"))
    if create:
        answers["service_principal"] = {"mode": "create", "role_set": "least_privilege"}
        answers["identity"] = {"members": [NEW_PERSON], "create_members": [NEW_PERSON]}
    return answers
