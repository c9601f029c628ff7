"""The setup's resource group is deleted from outside, and with it most of the lakehouse: one run is enough."""

from __future__ import annotations

import json
from pathlib import Path

from tests.journey import hands
from tests.journey.running import wizard
from wizard.sandbox import process
from wizard.setup.folder import Folder

RISK = Path(__file__).parents[2] / "templates" / "answers" / "risk.yaml"
UNTIL = ("--until", "ingestion")


def test_a_deleted_resource_group_is_told_and_one_run_is_enough(tmp_path: Path) -> None:
    folder = Folder(tmp_path / "lakehouse")
    with process.connect(folder.sandbox, "clean") as cloud:
        made = wizard("run", "--target", "sandbox", "--answers", RISK, *UNTIL, "--json", "--folder", folder.root)
        assert made.code == 0, made.explain()
        group = f"/subscriptions/{cloud.info['subscription_id']}/resourceGroups/rsgdrisk?api-version=2021-04-01"
        gone = hands.Somebody(cloud, "lakehouse-wizard").arm("DELETE", group)
        assert gone.status_code == 202, gone.text

        looked = wizard("status", "--json", "--folder", folder.root)
        steps = {step["name"]: step for step in json.loads(looked.out)["steps"]}
        assert steps["foundation"]["verdict"] == "todo"
        assert "azurerm_resource_group.lakehouse" in steps["foundation"]["why"]
        assert "unknown" not in {step["verdict"] for step in steps.values()}

        again = wizard("run", *UNTIL, "--json", "--folder", folder.root)
        assert again.code == 0, again.explain()
    process.stop(folder.sandbox)
