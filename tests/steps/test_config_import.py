"""`config import`: the reference system's configuration becomes an answers file."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from wizard.setup.answers import load
from wizard.steps.config_import import ConfigInvalid, import_config
from wizard.steps.project import ProjectQuestions

REFERENCE = """\
domain: risk
catalog: risk
project: data-master
user_principal_name: "me_example.com#EXT#"
domain_azure: example.onmicrosoft.com
"""


def written(folder: Path, text: str) -> Path:
    path = folder / "strife_config.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_what_it_says_is_answered(tmp_path: Path) -> None:
    answers = tmp_path / "answers.yaml"
    answers.write_text(import_config(written(tmp_path, REFERENCE)))
    project = load((ProjectQuestions,), answers, {}).section(ProjectQuestions)
    assert (project.domain, project.project, project.catalog) == ("risk", "data-master", "")
    assert project.owner == "me_example.com#EXT#@example.onmicrosoft.com"


def test_a_full_owner_and_another_catalog_are_kept(tmp_path: Path) -> None:
    text = REFERENCE.replace("catalog: risk", "catalog: lab").replace("#EXT#", "#EXT#@t.onmicrosoft.com")
    project = yaml.safe_load(import_config(written(tmp_path, text)))["project"]
    assert project["catalog"] == "lab"
    assert project["owner"] == "me_example.com#EXT#@t.onmicrosoft.com"


def test_what_is_missing_stands_in_comments(tmp_path: Path) -> None:
    text = import_config(written(tmp_path, REFERENCE))
    for section in ("sign_in", "service_principal", "foundation", "contracts"):
        assert f"# {section}:" in text
    assert "client_secret: env:TF_ARM_CLIENT_SECRET" in text


def test_all_defects_come_at_once_with_their_places(tmp_path: Path) -> None:
    path = written(tmp_path, "domain: Ri_sk\ncatalogue: risk\nproject: [a]\nproject: b\nuser_principal_name: nobody\n")
    with pytest.raises(ConfigInvalid) as raised:
        import_config(path)
    lines = str(raised.value).splitlines()
    assert [line.removeprefix(f"{path}:").split(":")[0] for line in lines] == ["1", "2", "3", "4", "5"]
    assert "did you mean catalog?" in lines[1]


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigInvalid, match="cannot be read"):
        import_config(tmp_path / "none.yaml")
