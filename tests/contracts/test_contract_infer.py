"""`contract infer`: the table, the file, and what it refuses."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from lakehouse_jobs.contract import load

from wizard import exits
from wizard.cli import main

SAMPLE = str(Path("templates/samples/account.csv").absolute())


def test_it_shows_the_evidence_and_writes_the_contract(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    target = tmp_path / "account.yaml"
    assert main(["contract", "infer", SAMPLE, "-o", str(target)]) == exits.DONE
    shown = capsys.readouterr().out
    assert "account: comma, header, UTF-8" in shown
    assert "51 of 51 match x@x.x" in " ".join(shown.split())
    assert "person01@example.com" not in shown + target.read_text(encoding="utf-8")
    assert load(target).models[0].keys == ("user_id",)


def test_the_how_to_shows_what_it_says(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    page = Path("docs/how-to/add-a-source.md").read_text(encoding="utf-8")
    told = page.partition("$ lakehouse-wizard ")[2].partition("```")[0].splitlines()
    words = [SAMPLE if word.endswith("account.csv") else word for word in told[0].split()]
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "110")
    assert main(words) == exits.DONE
    assert [line.rstrip() for line in capsys.readouterr().out.splitlines()] == told[1:]


def test_as_json_it_is_one_document(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    target = tmp_path / "people.yaml"
    assert main(["contract", "infer", SAMPLE, "-o", str(target), "--name", "people", "--json"]) == exits.DONE
    found = json.loads(capsys.readouterr().out)
    assert (found["model"], found["rows"], found["key"], found["file"]) == ("people", 51, ["user_id"], str(target))
    email = next(column for column in found["columns"] if column["column"] == "email")
    assert (email["pii"], email["filled"], email["required"]) == ("mask_email", 51, True)


def test_a_contract_that_is_there_is_not_replaced(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    target = tmp_path / "mine.yaml"
    target.write_text("mine", encoding="utf-8")
    assert main(["contract", "infer", SAMPLE, "-o", str(target)]) == exits.INVALID
    assert "is there already" in capsys.readouterr().err
    assert target.read_text(encoding="utf-8") == "mine"


def test_what_cannot_be_read_is_told_in_three_lines(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["contract", "infer", str(tmp_path)]) == exits.INVALID
    assert [line.split(":")[0] for line in capsys.readouterr().err.splitlines()] == ["what", "why", "next"]
