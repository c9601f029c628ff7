"""`contract new|check|convert|diff` as a person calls them: what is said, what is written, the exit code."""

from __future__ import annotations

import contextlib
import io
import json
import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest
from lakehouse_jobs.contract import check_file, load
from lakehouse_jobs.contract.located import parse

from wizard import exits
from wizard.cli import main

REFERENCE = Path(__file__).parents[1] / "jobs" / "contracts"
TEMPLATES = Path(__file__).parents[2] / "templates" / "contracts"
Streams = pytest.CaptureFixture[str]


def call(*words: str | Path) -> int:
    return main(["contract", *map(str, words)])


def test_new_writes_a_valid_contract_that_says_what_else_it_can_say(tmp_path: Path, capsys: Streams) -> None:
    path = tmp_path / "orders.yaml"
    words = ("new", "orders", "id", "line:integer", "at:date", "--key", "id", "line", "--domain", "lab", "-o", path)
    assert call(*words) == exits.DONE
    assert str(path) in capsys.readouterr().out
    assert check_file(path) == []
    (model,) = load(path).models
    assert (model.name, model.keys) == ("orders", ("id", "line"))
    assert [field.type for field in model.fields] == ["string", "integer", "date"]
    written = path.read_text(encoding="utf-8")
    assert call(*words) == exits.INVALID
    assert "is there already" in capsys.readouterr().err
    assert path.read_text(encoding="utf-8") == written


def test_what_new_says_in_comments_is_a_contract_too(tmp_path: Path) -> None:
    path = tmp_path / "orders.yaml"
    assert call("new", "orders", "id", "began:date", "ended:date", "changed_at:timestamp", "-o", path) == exits.DONE
    text = path.read_text(encoding="utf-8")
    after = text[text.index("# slaProperties:") :].replace("# ", "", 1).replace("\n# ", "\n")
    rules = [line.removeprefix("# ") for line in text.splitlines() if line.startswith(("#     quality", "#       - "))]
    whole = text.replace("slaProperties", "unused").split("\n# What else")[0] + "\n" + "\n".join(rules) + "\n" + after
    path.write_text(whole.replace("format: csv,", "format: csv, sequence: [changed_at],"), encoding="utf-8")
    assert [str(defect) for defect in check_file(path)] == []
    contract = load(path)
    assert [rule.name for rule in contract.models[0].rules] == ["in order"]
    assert [gate.metric for gate in contract.models[0].gates] == ["rowCount"]
    assert (contract.cron, contract.retention and contract.retention.days) == ("0 30 6 * * ?", 365)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("orders",), "there are no columns; name them after the model"),
        (("orders", "id:word"), "id: word is no type"),
        (("orders", "id", "--key", "key"), "key: no such column"),
        (("or ders", "id"), "schema[0].name: is 'or ders'"),
        (("orders", "id", "Id"), "Id stands twice"),
        (("orders", "id", "--delimiter", ";;"), "cells are parted by one character"),
    ],
)
def test_new_refuses_what_makes_no_contract(
    words: tuple[str, ...], said: str, tmp_path: Path, capsys: Streams, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO())
    assert call("new", *words, "-o", tmp_path / "orders.yaml") == exits.INVALID
    assert said in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_new_asks_a_person_at_a_terminal_for_columns(tmp_path: Path) -> None:
    path = tmp_path / "people.yaml"
    ours, theirs = pty.openpty()
    words = [sys.executable, "-m", "wizard.cli", "contract", "new", "people", "-o", str(path)]
    process = subprocess.Popen(words, stdin=theirs, stdout=theirs, stderr=subprocess.STDOUT)
    os.close(theirs)
    os.write(ours, b"id\nborn:dat\nborn:date\n\n")
    said = b""
    with contextlib.suppress(OSError):  # the other end is closed once the process has ended
        while part := os.read(ours, 4096):
            said += part
    os.close(ours)
    assert process.wait(60) == exits.DONE
    assert b"born: dat is no type; choose one of string" in said
    assert [(field.name, field.type) for field in load(path).models[0].fields] == [("id", "string"), ("born", "date")]


def test_check_says_all_defects_of_a_folder_one_a_line(tmp_path: Path, capsys: Streams) -> None:
    account = (TEMPLATES / "account.yaml").read_text(encoding="utf-8")
    (tmp_path / "inside").mkdir()
    bad = tmp_path / "inside" / "account.yml"
    bad.write_text(account.replace("type: string", "type: strng", 1).replace("retention", "retenton"), "utf-8")
    (tmp_path / "good.yaml").write_text(account, encoding="utf-8")
    assert call("check", tmp_path, TEMPLATES / "consents.yaml") == exits.INVALID
    *defects, last = capsys.readouterr().out.splitlines()
    assert [line.split(" ")[0] for line in defects] == [f"{bad}:11:3", f"{bad}:19:15"]
    assert last == "2 defects"
    assert call("check", tmp_path, "--json") == exits.INVALID
    told = json.loads(capsys.readouterr().out)
    assert told["defects"] == 2
    assert {each["file"]: len(each["defects"]) for each in told["files"]} == {
        str(tmp_path / "good.yaml"): 0,
        str(bad): 2,
    }
    assert told["files"][1]["defects"][0]["remedy"] == "did you mean retention?"


def test_check_of_good_contracts_is_green(capsys: Streams) -> None:
    assert call("check", TEMPLATES) == exits.DONE
    assert capsys.readouterr().out == "2 contracts are valid\n"


def test_what_is_not_there_is_told_with_what_to_do(tmp_path: Path, capsys: Streams) -> None:
    for words in (("check", tmp_path / "no.yaml"), ("convert", tmp_path / "no.yaml"), ("check", tmp_path)):
        assert call(*words) == exits.INVALID
        said = capsys.readouterr().err.splitlines()
        assert [line.split(":")[0] for line in said] == ["what", "why", "next"]


def test_convert_goes_there_and_back_and_names_what_is_unmapped(tmp_path: Path, capsys: Streams) -> None:
    there, back = tmp_path / "odcs.yaml", tmp_path / "back.yaml"
    assert call("convert", REFERENCE / "account.yaml", "-o", there) == exits.DONE
    said = capsys.readouterr().err
    assert "unmapped ingest_workflow.source.job_mock: " in said
    assert "to correct before a run: " in said
    assert call("convert", there, "--to", "reference") == exits.DONE
    back.write_text(capsys.readouterr().out, encoding="utf-8")
    one, other = (parse(path.read_text(encoding="utf-8"), "x").data for path in (REFERENCE / "account.yaml", back))
    assert one == other
    assert call("convert", there, "-o", back) == exits.INVALID
    assert "is there already" in capsys.readouterr().err


def test_convert_refuses_what_is_no_contract(tmp_path: Path, capsys: Streams) -> None:
    path = tmp_path / "list.yaml"
    path.write_text("- a\n", encoding="utf-8")
    assert call("convert", path) == exits.INVALID
    assert "1 defect; nothing was converted" in capsys.readouterr().err


def test_diff_has_its_own_code_for_what_breaks_something(tmp_path: Path, capsys: Streams) -> None:
    old = TEMPLATES / "consents.yaml"
    text = old.read_text(encoding="utf-8")
    kind, more = tmp_path / "type.yaml", tmp_path / "more.yaml"
    kind.write_text(text.replace("data_fim, logicalType: date", "data_fim, logicalType: string"), encoding="utf-8")
    column = "      - {name: canal, logicalType: string}\n"
    more.write_text(text.replace("      - {name: status,", f"{column}      - {{name: status,"), encoding="utf-8")
    assert call("diff", old, old) == exits.DONE
    assert call("diff", old, kind) == exits.BREAKING
    assert "consents.data_fim.type: DATE → STRING" in capsys.readouterr().out
    assert call("diff", old, more, "--json") == exits.DONE
    told = json.loads(capsys.readouterr().out)
    assert not told["breaking"]
    assert told["changes"][0] == {
        "place": "consents.canal",
        "what": "added",
        "kind": "compatible",
        "why": "no query names it yet, and no delivery needs it",
        "effect": "ALTER TABLE adds canal STRING to silver; rows that are there have NULL in it",
    }


def test_check_loads_what_reads_contracts_and_no_more() -> None:
    code = f"from wizard.cli import main; main(['contract', 'check', {str(TEMPLATES / 'account.yaml')!r}])"
    program = f"{code}\nimport sys\nprint(' '.join(sorted(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    loaded = set(done.stdout.splitlines()[-1].split())
    assert {name.split(".")[0] for name in loaded}.isdisjoint({"pydantic", "rich", "textual", "pyspark", "databricks"})
    assert "wizard.steps" not in loaded
    assert "lakehouse_jobs.main" not in loaded
