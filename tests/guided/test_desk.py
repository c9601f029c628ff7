"""The desk of contracts: what is saved names each contract and its sample, whatever their names became."""

from __future__ import annotations

from pathlib import Path

import pytest

from wizard import journey
from wizard.contracts.infer import infer
from wizard.guided.desk import Desk
from wizard.setup.draft import Draft
from wizard.setup.folder import Folder


@pytest.fixture
def draft() -> Draft:
    found = Draft(journey.questions())
    found.propose(
        {
            "contracts": {"files": ["template:account", "template:consents"]},
            "first_run": {"samples": {"account": "template:account", "consents": "template:consents"}},
        }
    )
    return found


def test_a_model_that_is_renamed_keeps_its_sample(tmp_path: Path, draft: Draft) -> None:
    desk = Desk.of(Folder(tmp_path / "risk"), draft)
    entry = desk.entries[0]
    assert entry.draft is not None
    before = desk.sample_of(entry, 0)
    entry.draft.rename_model(0, "people")
    entry.edited()
    assert before is not None
    assert desk.sample_of(entry, 0) == before
    desk.save()
    given = {"people": "template:account", "consents": "template:consents"}
    assert draft.plain()["first_run"]["samples"] == given
    entry.draft.rename_model(0, "persons")
    entry.edited()
    desk.save()
    assert draft.plain()["first_run"]["samples"] == {"persons": "template:account", "consents": "template:consents"}


def test_a_contract_that_is_taken_away_takes_its_sample_along_and_its_file_stays(tmp_path: Path, draft: Draft) -> None:
    desk = Desk.of(Folder(tmp_path / "risk"), draft)
    sample = tmp_path / "sales.csv"
    sample.write_text("sale_id,amount\n1,2.50\n2,3.00\n", encoding="utf-8")
    entry = desk.propose(sample, infer(sample))
    (written,) = desk.save()
    assert draft.plain()["first_run"]["samples"]["sales"] == str(sample)
    desk.remove(entry)
    assert desk.changed
    desk.save()
    assert draft.plain()["contracts"]["files"] == ["template:account", "template:consents"]
    assert [*draft.plain()["first_run"]["samples"]] == ["account", "consents"]
    assert written.is_file()


def test_what_a_file_was_before_is_kept(tmp_path: Path, draft: Draft) -> None:
    folder = Folder(tmp_path / "risk")
    for version in ("1.1.0", "1.2.0"):
        desk = Desk.of(folder, draft)
        entry = desk.entries[0]
        assert entry.draft is not None
        entry.draft.change(version=version)
        entry.edited()
        (path,) = desk.save()
    kept = [each.read_text("utf-8") for each in (folder.private / "backups").glob("account-*.yaml")]
    assert len(kept) == 1
    assert "version: 1.1.0" in kept[0]
    assert "version: 1.2.0" in path.read_text("utf-8")
