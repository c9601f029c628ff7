"""Worlds that somebody else began: `adopt`, then `run`, come to what a clean run comes to, and make nothing anew."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.journey import hands, normal
from tests.journey.running import Ran, wizard
from wizard.sandbox import process
from wizard.setup.folder import Folder

RISK = Path(__file__).parents[2] / "templates" / "answers" / "risk.yaml"
UNTIL = ("--until", "ingestion")  # what can be taken over is made by then; the runs after it make rows
LOST = "0123456789ab"  # the setup that the scenario `drifted` names
DESCRIPTION = re.compile(r'"description": (null|"[^"]*"), ')
Store = dict[str, dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Taken:
    """A world before and after it was taken over, and what the commands said."""

    looked: dict[str, Any]
    before: Store
    untouched: bool
    ran: Ran
    after: Store
    world: dict[str, normal.Objects]
    answers: dict[str, Any]


@pytest.fixture(scope="module")
def clean(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, normal.Objects]]:
    folder = Folder(tmp_path_factory.mktemp("clean") / "lakehouse")
    with process.connect(folder.sandbox, "clean") as cloud:
        ran = wizard("run", "--target", "sandbox", "--answers", RISK, *UNTIL, "--json", "--folder", folder.root)
        assert ran.code == 0, ran.explain()
        yield _world(folder, cloud)
    process.stop(folder.sandbox)


@pytest.fixture(scope="module", params=["half_built", "drifted"])
def taken(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Taken]:
    """Looked at, taken over in word, and run."""
    root = tmp_path_factory.mktemp(request.param)
    folder, answers = Folder(root / "lakehouse"), root / "answers.yaml"
    given = yaml.safe_load(RISK.read_text(encoding="utf-8"))
    given["project"]["tags"] = {}  # what people added is to go
    answers.write_text(yaml.safe_dump(given), encoding="utf-8")
    with process.connect(folder.sandbox, request.param) as cloud:
        before = _store(folder)
        looked = wizard("adopt", "--target", "sandbox", "--answers", answers, "--json", "--folder", folder.root)
        assert looked.code == 0, looked.explain()
        agreed = wizard("adopt", "--take", "all", f"setup:{LOST}", "--json", "--folder", folder.root)
        if request.param == "half_built":  # nobody's setup is named there
            assert agreed.code == 2, agreed.explain()
            agreed = wizard("adopt", "--take", "all", "--json", "--folder", folder.root)
        assert agreed.code == 0, agreed.explain()
        untouched = _store(folder) == before
        ran = wizard("run", *UNTIL, "--json", "--folder", folder.root)
        kept = yaml.safe_load(folder.answers_file.read_text(encoding="utf-8"))
        yield Taken(json.loads(looked.out), before, untouched, ran, _store(folder), _world(folder, cloud), kept)
    process.stop(folder.sandbox)


def test_one_run_is_enough_and_the_world_is_a_clean_runs(clean: dict[str, normal.Objects], taken: Taken) -> None:
    assert taken.ran.code == 0, taken.ran.explain()
    assert normal.differences(clean, taken.world) == []


def test_looking_and_agreeing_change_nothing(taken: Taken) -> None:
    assert taken.untouched


def test_nothing_that_was_there_is_made_anew(taken: Taken) -> None:
    assert taken.ran.code == 0, taken.ran.explain()
    for kind, objects in taken.before.items():
        for name, body in objects.items():
            assert name in taken.after[kind], (kind, name)
            assert _identity(taken.after[kind][name]) == _identity(body), (kind, name)
    done = {(one["address"], one["action"]) for one in taken.ran.find("resource", state="done")}
    assert not [one for one in done if one[1] in ("replace", "delete")]
    assert ("azurerm_databricks_workspace.lakehouse", "create") not in done


def test_every_object_carries_the_new_setups_mark(taken: Taken) -> None:
    marked = [body for objects in taken.after.values() for body in objects.values()]
    assert LOST not in json.dumps(marked)


def test_the_look_says_whose_each_object_is_and_how_it_differs(taken: Taken) -> None:
    steps = {step["name"]: step for step in taken.looked["steps"]}
    objects = {one["address"]: one for step in steps.values() for one in step["objects"]}
    assert objects["databricks_cluster.exploration"]["standing"] == "absent"
    assert objects['azurerm_storage_container.lakehouse["raw"]']["standing"] == "part"
    account = objects["azurerm_storage_account.lakehouse"]
    if "Microsoft.Consumption/budgets" in taken.before:
        assert (account["standing"], account["setup"]) == ("others", LOST)
        assert "minimumTlsVersion is TLS1_0, wanted TLS1_2" in account["differs"]
        assert objects["azurerm_consumption_budget_subscription.lakehouse"]["differs"] == ["amount is 50, wanted 200"]
    else:
        assert (account["standing"], account["setup"]) == ("unmarked", "")
        assert account["differs"] == ["allowSharedKeyAccess is True, wanted False"]


def _store(folder: Folder) -> Store:
    aside = ("sandbox.", "terraform.", "entra.token", "arm.operation")
    return {
        kind: {name: json.loads(body) for name, body in objects.items()}
        for kind, objects in hands.store(folder.sandbox).items()
        if not kind.startswith(aside)
    }


def _identity(body: Any) -> Any:
    """What an object that is made anew would have otherwise: its own id, and when it was made."""
    if not isinstance(body, dict):
        return None
    own = {key: body.get(key) for key in ("id", "created_at", "createdDateTime", "systemData", "metastore_id")}
    properties = body.get("properties") or {}
    return {**own, **{key: properties.get(key) for key in ("workspaceId", "creationTime", "resourceGuid", "createdOn")}}


def _world(folder: Folder, cloud: process.Connection) -> dict[str, normal.Objects]:
    """All but the metastore, whose name tells who made it; and of roles not the description, which cannot be
    changed."""
    found = normal.world(folder.sandbox, folder.setup_id, normal.constants(cloud.info))
    roles = Counter[str]()
    for text, count in found["Microsoft.Authorization/roleAssignments"].items():
        roles[DESCRIPTION.sub("", text)] += count
    found["Microsoft.Authorization/roleAssignments"] = roles
    return {kind: objects for kind, objects in found.items() if kind != "account.metastore"}
