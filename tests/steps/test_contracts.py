"""Contracts: found, judged all at once, and kept in the setup folder."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.steps.late import context
from wizard import assets
from wizard.setup.answers import AnswersInvalid
from wizard.setup.step import Verdict
from wizard.steps.contracts import Contracts, contracts, schedules
from wizard.steps.facts import ContractsFacts

BOTH = {"contracts": {"files": ["template:account", "template:consents"]}}


def test_templates_become_files_of_the_folder(tmp_path: Path) -> None:
    ctx, step = context(tmp_path, BOTH), Contracts()
    first = step.check(ctx)
    assert first.verdict is Verdict.TODO
    assert not ctx.folder.contracts.exists()
    step.apply(ctx)
    done = step.check(ctx)
    assert done.verdict is Verdict.DONE
    assert done.facts == ContractsFacts(
        contracts={"contracts/account.yaml": ("account",), "contracts/consents.yaml": ("consents",)}
    )
    ctx.book.add(done.facts)
    assert list(contracts(ctx)) == ["contracts/account.yaml", "contracts/consents.yaml"]
    assert schedules(ctx.answers, ctx.folder) == {"account": "0 49 1 * * ?", "consents": "0 49 1 * * ?"}


def test_a_template_only_seeds(tmp_path: Path) -> None:
    ctx, step = context(tmp_path, BOTH), Contracts()
    step.apply(ctx)
    kept = ctx.folder.contracts / "account.yaml"
    kept.write_text(kept.read_text() + "# mine\n")
    assert step.check(ctx).verdict is Verdict.DONE
    step.apply(ctx)
    assert kept.read_text().endswith("# mine\n")


def test_a_file_beside_the_answers_counts_and_is_copied_when_it_changes(tmp_path: Path) -> None:
    own = tmp_path / "mine.yaml"
    shutil.copy(assets.path("templates") / "contracts" / "account.yaml", own)
    ctx, step = context(tmp_path, {"contracts": {"files": ["mine.yaml"]}}), Contracts()
    step.apply(ctx)
    assert step.check(ctx).verdict is Verdict.DONE
    own.write_text(own.read_text() + "# changed\n")
    changed = step.check(ctx)
    assert (changed.verdict, changed.why) == (Verdict.TODO, f"contracts/mine.yaml differs from {own}")
    assert changed.changes == (f"{changed.why}; it will be replaced, and kept in .wizard/backups",)
    step.apply(ctx)
    assert (ctx.folder.contracts / "mine.yaml").read_bytes() == own.read_bytes()


def test_what_a_person_wrote_into_the_copy_is_kept_where_it_is_replaced(tmp_path: Path) -> None:
    own = tmp_path / "mine.yaml"
    shutil.copy(assets.path("templates") / "contracts" / "account.yaml", own)
    ctx, step = context(tmp_path, {"contracts": {"files": ["mine.yaml"]}}), Contracts()
    step.apply(ctx)
    copy = ctx.folder.contracts / "mine.yaml"
    for edit in ("# one evening's work\n", "# another's\n"):
        copy.write_text(own.read_text() + edit)
        assert step.check(ctx).verdict is Verdict.TODO
        step.apply(ctx)
    kept = sorted(ctx.folder.backups.iterdir())
    assert [path.read_text().splitlines()[-1] for path in kept] == ["# one evening's work", "# another's"]
    assert copy.read_bytes() == own.read_bytes()
    assert step.check(ctx).verdict is Verdict.DONE


def test_a_copy_stands_in_for_a_file_that_was_moved_away(tmp_path: Path) -> None:
    own = tmp_path / "mine.yaml"
    shutil.copy(assets.path("templates") / "contracts" / "account.yaml", own)
    ctx, step = context(tmp_path, {"contracts": {"files": ["mine.yaml"]}}), Contracts()
    step.apply(ctx)
    own.unlink()
    assert step.check(ctx).verdict is Verdict.DONE


def test_every_defect_is_told_with_its_place_before_anything_is_written(tmp_path: Path) -> None:
    bad = tmp_path / "bad.yaml"
    text = (assets.path("templates") / "contracts" / "account.yaml").read_text()
    bad.write_text(text.replace("type: string\n", "type: strink\n", 1).replace("info:", "inf:"))
    ctx = context(tmp_path, {"contracts": {"files": ["bad.yaml", "template:account"]}})
    found = Contracts().check(ctx)
    assert found.verdict is Verdict.BLOCKED
    assert found.problem is not None
    lines = found.problem.why.splitlines()
    assert len(lines) >= 2
    assert all(line.startswith(f"{bad}:") and line.split(":")[1].isdigit() for line in lines)
    assert not ctx.folder.contracts.exists()
    assert set(Contracts().faults(ctx.answers, ctx.folder)) == set(lines)


def test_absent_files_are_named_together(tmp_path: Path) -> None:
    ctx = context(tmp_path, {"contracts": {"files": ["nowhere.yaml", "template:nothing"]}})
    found = Contracts().check(ctx)
    assert found.verdict is Verdict.BLOCKED
    assert found.problem is not None
    assert "nowhere.yaml" in found.problem.why
    assert "the templates are template:account, template:consents" in found.problem.why


def test_two_contracts_of_one_model_clash(tmp_path: Path) -> None:
    shutil.copy(assets.path("templates") / "contracts" / "account.yaml", tmp_path / "again.yaml")
    ctx = context(tmp_path, {"contracts": {"files": ["template:account", "again.yaml"]}})
    found = Contracts().check(ctx)
    assert found.problem is not None
    assert "account stands in two contracts" in found.problem.why


def test_no_contract_is_an_invalid_answer(tmp_path: Path) -> None:
    with pytest.raises(AnswersInvalid, match=r"contracts\.files"):
        context(tmp_path, {"contracts": {"files": []}})
