"""Contracts in plain mode: `infer FILE` and `open FILE` where the section's questions are asked."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from lakehouse_jobs.contract import load

from wizard import journey
from wizard.prompts.contracts import ContractEditor, editors
from wizard.prompts.terminal import Terminal
from wizard.setup.draft import Draft
from wizard.setup.folder import Folder
from wizard.steps.contracts import Contracts

ROWS = "sale_id,customer,amount\n0071,ana@example.com,12.50\n0072,bo@example.com,3.00\n"


@pytest.fixture
def draft() -> Draft:
    found = Draft(journey.questions())
    found.propose({"contracts": {"files": ["template:account"]}})
    return found


@pytest.fixture
def editor(tmp_path: Path, draft: Draft) -> Iterator[ContractEditor]:
    with Terminal().open() as terminal:
        yield editors(terminal, Folder(tmp_path / "risk"), draft)["contracts"]


def test_a_sample_becomes_a_contract_that_the_answers_name_with_the_sample(
    editor: ContractEditor, draft: Draft, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    sample = tmp_path / "sales.csv"
    sample.write_text(ROWS, encoding="utf-8")
    editor.deeds["infer"](str(sample))
    told = capsys.readouterr().out
    assert "sale_id, string, key 1: " in told
    assert "customer, string, PII mask_email: " in told
    assert "2 begin with 0" in told
    assert "ana@example.com" not in told
    assert draft.plain()["contracts"]["files"] == ["template:account", "contracts/sales.yaml"]
    assert draft.plain()["first_run"]["samples"] == {"sales": str(sample)}
    folder = Folder(tmp_path / "risk")
    assert load(folder.contracts / "sales.yaml").model("sales").keys == ("sale_id",)
    assert Contracts().faults(draft.valid(), folder) == []


@pytest.mark.parametrize(("name", "words"), [("", "as `infer sales.csv`"), ("absent.csv", "absent.csv")])
def test_what_cannot_be_read_is_told_and_changes_nothing(
    editor: ContractEditor, draft: Draft, name: str, words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    editor.deeds["infer"](name)
    assert words in capsys.readouterr().out
    assert draft.plain()["contracts"]["files"] == ["template:account"]


def test_the_editor_opens_a_copy_of_a_template_and_the_answers_name_it(
    editor: ContractEditor, draft: Draft, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    monkeypatch.setenv("VISUAL", "sed -i s/1.0.0/1.1.0/")
    editor.deeds["open"]("template:account")
    assert "is a valid contract: account" in capsys.readouterr().out
    assert draft.plain()["contracts"]["files"] == ["contracts/account.yaml"]
    assert load(tmp_path / "risk" / "contracts" / "account.yaml").version == "1.1.0"
    monkeypatch.setenv("VISUAL", "/no/such/editor")
    editor.deeds["open"]("contracts/account.yaml")
    assert "the editor /no/such/editor cannot be started" in capsys.readouterr().out
