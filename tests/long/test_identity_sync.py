"""An account that takes people and groups from Entra by itself: nothing is added to it by hand, and nothing drifts."""

from __future__ import annotations

from pathlib import Path

from tests.journey.conftest import RISK
from tests.journey.running import wizard
from wizard.sandbox import process

PERSON = {"LAKEHOUSE_SIGN_IN_METHOD": "azure_cli"}


def test_the_groups_members_are_left_to_entra_and_a_second_run_changes_nothing(tmp_path: Path) -> None:
    folder = tmp_path / "lakehouse"
    state = folder / ".wizard" / "sandbox"
    with process.connect(state, "reference") as cloud:
        cloud.portal("sync-identities")
        cloud.portal("first-login")
        run = ("run", "--target", "sandbox", "--answers", RISK, "--folder", folder, "--json", "--until", "compute")
        first = wizard(*run, env=PERSON)
        assert first.code == 0, first.explain()
        sent = cloud.requests(mutating=True)
        assert [one["operation"] for one in sent if one["operation"] == "account.scim.create"] == []
        assert len([one for one in sent if one["operation"] == "graph.group.members.add"]) == 1
        made = {event["address"] for event in first.find("resource", step="unity-catalog")}
        assert "databricks_group.engineers" in made
        assert not [address for address in made if address.startswith("databricks_group_member")]
        again = wizard(*run, env=PERSON)
        assert again.code == 0, again.explain()
        assert cloud.requests(mutating=True) == sent
    process.stop(state)
