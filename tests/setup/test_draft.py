"""Answers while they are being typed: what the app shows is what headless says."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from wizard.journey import questions
from wizard.setup.answers import AnswersInvalid, load
from wizard.setup.draft import Draft, as_text
from wizard.setup.folder import Folder

RISK = Path(__file__).parents[2] / "templates" / "answers" / "risk.yaml"
WORDS = st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc", "Zl", "Zp")), min_size=1, max_size=20)
KEYS = st.text(st.sampled_from("abcdefghij-_ äß日"), min_size=1, max_size=10).map(str.strip).filter(bool)


@pytest.fixture
def draft() -> Draft:
    return Draft(questions())


def test_an_empty_draft_names_what_must_be_answered(draft: Draft) -> None:
    assert "domain" in draft.complaints("project")
    assert draft.to_fix == ["project", "sign_in", "foundation", "contracts"]


def test_the_shipped_answers_are_a_whole_draft_and_mean_the_same_as_their_file(draft: Draft, tmp_path: Path) -> None:
    draft.read(RISK)
    assert draft.to_fix == []
    folder = Folder(tmp_path / "setup")
    assert draft.save(folder)
    assert load(questions(), folder.answers_file, env={}).plain() == load(questions(), RISK, env={}).plain()
    assert not draft.save(folder)


def test_what_cannot_be_used_is_told_with_reason_and_remedy_and_clears(draft: Draft) -> None:
    draft.read(RISK)
    draft.answer("project.domain", "Risk-2")
    assert "use 2 to" in draft.complaints("project")["domain"]
    draft.answer("project.domain", "risk2")
    assert draft.complaints("project") == {}
    draft.answer("first_run.samples", "{account")
    assert draft.complaints("first_run")["samples"].startswith("it cannot be read")
    assert draft.text("first_run.samples") == "{account"


def test_a_file_of_the_users_is_kept_as_a_copy_when_it_is_written_over(draft: Draft, tmp_path: Path) -> None:
    folder = Folder(tmp_path / "setup")
    folder.create()
    folder.write(folder.answers_file, RISK.read_bytes())
    draft.read(folder.answers_file)
    draft.answer("foundation.monthly_budget", "321")
    assert draft.save(folder)
    (copy,) = folder.backups.iterdir()
    assert copy.read_bytes() == RISK.read_bytes()
    assert yaml.safe_load(folder.answers_file.read_text(encoding="utf-8"))["foundation"]["monthly_budget"] == 321


@settings(max_examples=500, deadline=None)
@given(st.lists(WORDS.map(str.strip).filter(bool), max_size=4), st.dictionaries(KEYS, WORDS, max_size=4), WORDS)
def test_every_answer_comes_back_from_its_text(files: list[str], samples: dict[str, str], project: str) -> None:
    first = Draft(questions())
    first.propose({"contracts": {"files": files}, "first_run": {"samples": samples}, "project": {"project": project}})
    second = Draft(questions())
    for key in ("contracts.files", "first_run.samples", "project.project"):
        second.answer(key, first.text(key))
    assert second.plain().get("contracts", {}).get("files", []) == files
    assert second.plain().get("first_run", {}).get("samples", {}) == samples
    assert second.text("project.project") == project.strip(" \t\r\n")


def test_a_value_is_shown_as_it_is_typed() -> None:
    assert as_text(["a", "b c"]) == "a, b c"
    assert as_text({"a": "b"}) == "a: b"
    assert as_text(True) == "true"


def test_what_is_asked_over_two_sittings_begins_where_it_was_left(draft: Draft, tmp_path: Path) -> None:
    folder = Folder(tmp_path / "setup")
    names = [section.name for section in draft.sections]
    draft.asked = {*names[:3]}
    draft.answer("project.domain", "risk")
    assert draft.save(folder, unfinished=True)
    assert [*yaml.safe_load(folder.answers_file.read_text(encoding="utf-8"))] == names[:3]
    later = Draft(questions())
    later.read(folder.answers_file)
    assert later.asked == {*names[:2]}  # the third may have been left in its midst
    later.read(RISK)
    later.asked = {*names}
    assert later.save(folder)
    whole = Draft(questions())
    whole.read(folder.answers_file)
    assert whole.asked == {*names}


def test_a_file_that_is_no_yaml_is_told_with_its_place(draft: Draft, tmp_path: Path) -> None:
    path = tmp_path / "answers.yaml"
    path.write_text("project: {domain: risk\n  nonsense", encoding="utf-8")
    with pytest.raises(AnswersInvalid, match=r"answers\.yaml:\d+:\d+ "):
        draft.read(path)
