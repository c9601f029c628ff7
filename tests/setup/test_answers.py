"""Answers are judged all at once, each defect with its place, its reason and its remedy."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import jsonschema
import pytest
import yaml
from pydantic import Field, field_validator

from wizard.setup.answers import AnswersInvalid, load, section_name
from wizard.setup.secrets import SecretRef, Secrets, public_environment, withhold_named_in
from wizard.setup.step import Questions
from wizard.setup.template import schema, template


class FarmQuestions(Questions):
    name: str = Field(description="the farm's name", pattern="^[a-z]+$")
    size: int = Field(default=3, ge=1, description="hectares", json_schema_extra={"cost": "3 a month"})
    soil: Literal["sand", "clay"] = Field(default="clay", description="the soil")
    crops: tuple[str, ...] = Field(default=("rye",), description="what grows")
    token: SecretRef = Field(description="the gate's token")

    @field_validator("crops")
    @classmethod
    def no_weeds(cls, crops: tuple[str, ...]) -> tuple[str, ...]:
        if "weed" in crops:
            raise ValueError("a weed is no crop; leave it out")
        return crops


class BarnDoorQuestions(Questions):
    wide: bool = Field(default=False, description="whether the door is wide")


class WellQuestions(Questions):
    key: SecretRef | None = Field(default=None, description="where the well's key is")
    name: str = Field(default="", description="the well's name")


ALL = (FarmQuestions, BarnDoorQuestions)


def written(folder: Path, text: str) -> Path:
    path = folder / "answers.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_sections_are_named_after_their_questions() -> None:
    assert section_name(BarnDoorQuestions) == "barn_door"


def test_valid_answers_are_typed_and_the_environment_wins(tmp_path: Path) -> None:
    path = written(tmp_path, "farm: {name: north, token: 'env:GATE'}\n")
    env = {"LAKEHOUSE_FARM_SIZE": "7", "LAKEHOUSE_FARM_CROPS": "[oats, hay]", "LAKEHOUSE_BARN_DOOR_WIDE": "true"}
    answers = load(ALL, path, env)
    farm = answers.section(FarmQuestions)
    assert (farm.name, farm.size, farm.crops) == ("north", 7, ("oats", "hay"))
    assert answers.section(BarnDoorQuestions).wide is True
    assert answers.plain()["farm"]["token"] == "env:GATE"


def test_an_empty_variable_takes_away_what_need_not_be_answered(tmp_path: Path) -> None:
    path = written(tmp_path, "well: {key: 'file:gone', name: deep}\n")
    env = {"LAKEHOUSE_WELL_KEY": "", "LAKEHOUSE_WELL_NAME": ""}
    well = load((WellQuestions,), path, env, Secrets(tmp_path)).section(WellQuestions)
    assert (well.key, well.name) == (None, "")
    with pytest.raises(AnswersInvalid):
        load(ALL, written(tmp_path, "farm: {name: north, token: 'env:GATE'}\n"), {"LAKEHOUSE_FARM_TOKEN": ""})


def test_every_defect_is_told_at_once_with_its_place(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        "farm:\n"
        "  name: North 1\n"
        "  size: many\n"
        "  soil: mud\n"
        "  crops: [weed]\n"
        "  tokn: env:GATE\n"
        "  size: 4\n"
        "barn_dor: {}\n"
        "barn_door: [1]\n",
    )
    with pytest.raises(AnswersInvalid) as invalid:
        load(ALL, path, {})
    told = [str(defect) for defect in invalid.value.defects]
    places = {line.split(": ")[0].removeprefix(f"{path}:") for line in told}
    assert places >= {"2:9 farm.name", "3:9 farm.size", "4:9 farm.soil", "5:10 farm.crops", "6:3 farm.tokn",
                      "7:3 farm.size", "8:1 barn_dor"}  # fmt: skip
    assert any("did you mean token?" in line for line in told)
    assert any("leave it out" in line for line in told)
    assert any("farm.token" in line and "LAKEHOUSE_FARM_TOKEN" in line for line in told)


def test_a_broken_line_is_told_and_its_key_is_not_called_missing(tmp_path: Path) -> None:
    path = written(tmp_path, "farm:\n  name: [north\n  token: env:GATE\n")
    with pytest.raises(AnswersInvalid) as invalid:
        load(ALL, path, {})
    assert not any("farm.name: no answer" in str(defect) for defect in invalid.value.defects)


def test_an_illegal_variable_is_named_as_the_place(tmp_path: Path) -> None:
    path = written(tmp_path, "farm: {name: north, token: 'env:GATE'}\n")
    with pytest.raises(AnswersInvalid) as invalid:
        load(ALL, path, {"LAKEHOUSE_FARM_SIZE": "0"})
    assert str(invalid.value.defects[0]).startswith("LAKEHOUSE_FARM_SIZE farm.size:")


def test_a_blank_value_of_a_required_key_is_no_answer(tmp_path: Path) -> None:
    with pytest.raises(AnswersInvalid) as invalid:
        load(ALL, written(tmp_path, template(ALL)), {})
    assert [(defect.key, defect.what) for defect in invalid.value.defects] == [
        ("farm.name", "no answer"),
        ("farm.token", "no answer"),
    ]
    assert all(defect.line and "LAKEHOUSE_FARM_" in defect.remedy for defect in invalid.value.defects)


def test_a_misspelt_variable_of_a_known_section_is_told_and_others_are_left_alone(tmp_path: Path) -> None:
    path = written(tmp_path, "farm: {name: north, token: 'env:GATE'}\n")
    with pytest.raises(AnswersInvalid) as invalid:
        load(ALL, path, {"LAKEHOUSE_FARM_SIEZ": "7", "LAKEHOUSE_CLIENT_SECRET": "x", "LAKEHOUSE_NAMESPACE": "y"})
    (defect,) = invalid.value.defects
    assert str(defect).startswith("LAKEHOUSE_FARM_SIEZ ")
    assert defect.remedy == "did you mean LAKEHOUSE_FARM_SIZE?"


def test_a_secret_written_as_its_value_is_refused_and_not_repeated(tmp_path: Path) -> None:
    path = written(tmp_path, "farm: {name: north, token: hunter2}\n")
    with pytest.raises(AnswersInvalid) as invalid:
        load(ALL, path, {})
    assert "hunter2" not in str(invalid.value)


def test_missing_secrets_are_named_with_variable_and_key(tmp_path: Path) -> None:
    path = written(tmp_path, "farm: {name: north, token: 'env:NO_SUCH_GATE'}\n")
    with pytest.raises(AnswersInvalid) as refusal:
        load(ALL, path, {}, Secrets(tmp_path))
    (defect,) = refusal.value.defects
    assert (defect.key, defect.line, defect.column) == ("farm.token", 1, 28)
    assert "NO_SUCH_GATE" in defect.why


def test_a_missing_secret_is_told_beside_every_other_defect_of_its_section(tmp_path: Path) -> None:
    path = written(tmp_path, "farm: {name: NORTH, size: 0}\n")
    with pytest.raises(AnswersInvalid) as refusal:
        load(ALL, path, {"LAKEHOUSE_FARM_TOKEN": "env:NO_SUCH_GATE"}, Secrets(tmp_path))
    assert {defect.key for defect in refusal.value.defects} == {"farm.name", "farm.size", "farm.token"}
    (token,) = [defect for defect in refusal.value.defects if defect.key == "farm.token"]
    assert token.source == "LAKEHOUSE_FARM_TOKEN"


def test_a_secret_file_that_others_can_read_is_refused(tmp_path: Path) -> None:
    secret = tmp_path / "token"
    secret.write_text("hunter2")
    secret.chmod(0o644)
    secrets = Secrets(tmp_path)
    (missing,) = secrets.check([SecretRef.parse("file:token")])
    assert "0644" in missing.why
    secret.chmod(0o600)
    assert secrets.resolve(SecretRef.parse("file:token")) == "hunter2"
    assert secrets.redact("it is hunter2!") == "it is •••!"


def test_the_template_is_valid_yaml_and_its_open_questions_are_the_required_ones(tmp_path: Path) -> None:
    text = template(ALL)
    assert yaml.safe_load(text) == {"version": 1, "farm": {"name": None, "token": None}, "barn_door": None}
    assert "LAKEHOUSE_FARM_SIZE" in text
    assert "3 a month" in text
    filled = text.replace("  name:\n", "  name: north\n").replace("  token:\n", "  token: env:GATE\n")
    load(ALL, written(tmp_path, filled), {})
    uncommented = filled.replace("  # size: 3", "  size: 3").replace("  # crops:", "  crops:")
    jsonschema.validate(yaml.safe_load(uncommented.replace("barn_door:", "barn_door: {}")), schema(ALL))


def test_a_secret_that_an_answers_file_names_is_kept_from_children_of_commands_that_do_not_load_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ONLY_NAMED", "hidden")
    (tmp_path / "answers.yaml").write_text("sign_in:\n  client_secret: env:ONLY_NAMED\n")
    assert "ONLY_NAMED" in public_environment()
    withhold_named_in(tmp_path / "none.yaml")
    withhold_named_in(tmp_path / "answers.yaml")
    assert "ONLY_NAMED" not in public_environment()
