"""Bad input is refused whole: every defect at once, with its place, and nothing is made."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.journey.running import forked as wizard

TEN_DEFECTS = """\
sign_in:
  method: carrier_pigeon
  tenant_id: not-a-guid
  subscription_id: 3b9a6f14-58d7-4c2e-8f03-d1e7a2b4c690
project:
  domain: Risk Domain
  enviroment: dev
  project: data-master
  owner: nobody
service_principal:
  mode: given
  mode: create
  role_set: everything
  client_secret: env:NOBODY_SET_THIS
foundation:
  monthly_budget: lots
  network: carrier
compute:
  autotermination_minutes: [20]
contracts:
  files: template:account
netwrok_watcher:
  action: keep
"""


def test_ten_defects_in_one_file_are_ten_lines_with_places_and_nothing_is_made(tmp_path: Path) -> None:
    answers = tmp_path / "answers.yaml"
    answers.write_text(TEN_DEFECTS, encoding="utf-8")
    folder = tmp_path / "lakehouse"
    ran = wizard("run", "--answers", answers, "--folder", folder)
    assert ran.code == 2, ran.explain()
    places = [line for line in ran.err.splitlines() if re.match(rf"{re.escape(str(answers))}:\d+:\d+ \S+: ", line)]
    keys = {line.split(" ")[1].rstrip(":") for line in places}
    assert keys >= {
        "sign_in.method", "sign_in.tenant_id", "project.domain", "project.enviroment", "project.owner",
        "service_principal.mode", "service_principal.role_set", "foundation.monthly_budget", "foundation.network",
        "service_principal.client_secret", "compute.autotermination_minutes", "netwrok_watcher",
    }  # fmt: skip
    assert any("did you mean environment?" in line for line in places)
    assert any("did you mean network_watcher?" in line for line in places)
    assert not folder.exists()


def test_a_missing_answer_names_its_variable_its_key_and_its_meaning(tmp_path: Path) -> None:
    answers = tmp_path / "answers.yaml"
    answers.write_text("project: {project: x}\n", encoding="utf-8")
    ran = wizard("run", "--answers", answers, "--folder", tmp_path / "lakehouse")
    assert ran.code == 2
    (line,) = [line for line in ran.err.splitlines() if " project.domain: " in line]
    assert "LAKEHOUSE_PROJECT_DOMAIN" in line
    assert "domain" in line


def test_missing_secrets_are_named_together_with_variable_and_key(tmp_path: Path, risk_text: str) -> None:
    text = risk_text
    for number, old in enumerate(re.findall(r"client_secret: sandbox:lakehouse-wizard", text), start=1):
        text = text.replace(old, f"client_secret: env:MISSING_{number}", 1)
    answers = tmp_path / "answers.yaml"
    answers.write_text(text, encoding="utf-8")
    ran = wizard("run", "--answers", answers, "--folder", tmp_path / "lakehouse")
    assert ran.code == 2
    assert "sign_in.client_secret" in ran.err
    assert "service_principal.client_secret" in ran.err
    assert "MISSING_1" in ran.err
    assert "MISSING_2" in ran.err
    assert not (tmp_path / "lakehouse").exists()


@pytest.fixture
def risk_text() -> str:
    return (Path(__file__).parents[2] / "templates" / "answers" / "risk.yaml").read_text(encoding="utf-8")


def test_a_broken_contract_is_told_with_its_places_before_anything_starts(tmp_path: Path, risk_text: str) -> None:
    (tmp_path / "mine.yaml").write_text("dataContractSpecification: 0.9.3\nmodels: [nothing]\n", encoding="utf-8")
    answers = tmp_path / "answers.yaml"
    answers.write_text(risk_text.replace("template:account, template:consents", "mine.yaml"), encoding="utf-8")
    ran = wizard("run", "--target", "sandbox", "--answers", answers, "--folder", tmp_path / "lakehouse")
    assert ran.code == 2, ran.explain()
    assert re.search(r"mine\.yaml:\d+:\d+ ", ran.err)
    assert not (tmp_path / "lakehouse").exists()


def test_a_check_of_answers_judges_the_files_they_name_too(tmp_path: Path, risk_text: str) -> None:
    answers = tmp_path / "answers.yaml"
    answers.write_text(risk_text.replace("template:account, template:consents", "nowhere.yaml"), encoding="utf-8")
    ran = wizard("answers", "check", answers, "--target", "sandbox")
    assert ran.code == 2, ran.explain()
    assert "nowhere.yaml" in ran.err
    answers.write_text(risk_text, encoding="utf-8")
    assert wizard("answers", "check", answers, "--target", "sandbox").code == 0


@pytest.mark.parametrize("command", [("answers", "check"), ("run", "--target", "sandbox", "--answers")])
def test_samples_that_cannot_be_used_are_told_at_once(tmp_path: Path, risk_text: str, command: tuple[str, ...]) -> None:
    answers = tmp_path / "answers.yaml"
    text, count = re.subn(r"(?ms)^first_run:.*?(?=^\S|\Z)", "", risk_text)
    assert count <= 1
    answers.write_text(
        f"{text}first_run:\n  samples:\n    account: nowhere.csv\n    acount: template:account\n", "utf-8"
    )
    more = ("--folder", tmp_path / "lakehouse") if command[0] == "run" else ("--target", "sandbox")
    ran = wizard(*command, answers, *more)
    assert ran.code == 2, ran.explain()
    places = [line for line in ran.err.splitlines() if re.match(rf"{re.escape(str(answers))}:\d+:\d+ first_run", line)]
    assert len(places) == 2, ran.explain()
    assert "first_run.samples.account: nowhere.csv is not there" in ran.err
    assert "first_run.samples.acount: unknown model, no contract has it, name one of account, consents" in ran.err
    assert not (tmp_path / "lakehouse").exists()


@pytest.mark.parametrize("arguments", [("--until", "nowhere"), ("--until", "compute", "--only", "compute")])
def test_an_unknown_step_is_told_with_the_steps_there_are(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    ran = wizard("run", "--folder", tmp_path / "lakehouse", *arguments)
    assert ran.code == 2
    assert "Traceback" not in ran.err


def test_commands_on_a_folder_without_a_setup_say_so_and_leave_it_alone(tmp_path: Path, risk_text: str) -> None:
    answers = tmp_path / "answers.yaml"
    answers.write_text(risk_text, encoding="utf-8")
    for command in ("status", "destroy"):
        ran = wizard(command, "--target", "sandbox", "--answers", answers, "--folder", tmp_path / "empty")
        assert ran.code == 2
        assert "holds no setup" in ran.err
        assert not (tmp_path / "empty").exists()


@pytest.mark.parametrize("command", ["status", "run", "plan", "destroy"])
def test_a_folder_without_answers_is_told_in_one_sentence(tmp_path: Path, command: str) -> None:
    ran = wizard(command, "--folder", tmp_path / "wrong")
    assert ran.code == 2
    assert ran.err.startswith(f"no answers.yaml in {tmp_path / 'wrong'}; is --folder right?"), ran.explain()
    assert len(ran.err.splitlines()) == 1
    assert not (tmp_path / "wrong").exists()


def test_where_variables_answer_each_missing_answer_is_told(tmp_path: Path) -> None:
    ran = wizard("run", "--folder", tmp_path / "lakehouse", env={"LAKEHOUSE_PROJECT_DOMAIN": "risk"})
    assert ran.code == 2
    assert "LAKEHOUSE_SIGN_IN_TENANT_ID" in ran.err
    assert "no answers.yaml" not in ran.err


def test_a_folder_keeps_to_its_target(tmp_path: Path, risk_text: str) -> None:
    folder = tmp_path / "lakehouse"
    folder.mkdir()
    (folder / "config.yaml").write_text("target: azure\n", encoding="utf-8")
    ran = wizard("run", "--target", "sandbox", "--folder", folder)
    assert ran.code == 2
    assert "azure" in ran.err
