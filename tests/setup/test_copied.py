"""A folder copied elsewhere: told what that means; a moved one goes on; other answers under its id are refused."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
import yaml

from tests.journey.running import inside
from wizard import copied, journey
from wizard.copied import FolderCopied
from wizard.provisioning.backend import Backend
from wizard.setup.answers import load
from wizard.setup.folder import Folder
from wizard.steps.project import moved

ROOT = Path(__file__).parents[2]
RISK = ROOT / "templates" / "answers" / "risk.yaml"


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    """One that a wizard worked in."""
    folder = Folder(tmp_path / "one")
    folder.create()
    copied.refuse(folder)
    assert copied.keep(folder) is None
    return folder


def copy(folder: Folder) -> Folder:
    return Folder(Path(shutil.copytree(folder.root, folder.root.with_name("other"))))


def test_a_copy_is_refused_while_its_original_stands_and_the_original_goes_on(folder: Folder) -> None:
    other = copy(folder)
    with pytest.raises(FolderCopied, match=f"is a copy of {folder.root}: both hold the setup {folder.setup_id}"):
        copied.refuse(other)
    copied.refuse(folder)
    assert copied.keep(folder) is None


def test_a_folder_that_was_moved_goes_on_and_says_so_once(folder: Folder) -> None:
    other = Folder(folder.root.rename(folder.root.with_name("other")))
    copied.refuse(other)
    assert str(folder.root) in (copied.keep(other) or "")
    assert copied.keep(other) is None


def test_the_same_folder_by_another_path_is_no_copy(folder: Folder) -> None:
    link = folder.root.with_name("link")
    link.symlink_to(folder.root)
    copied.refuse(Folder(link))


def test_an_original_that_holds_another_setup_now_is_none(folder: Folder) -> None:
    other = copy(folder)
    folder.update_config({"setup_id": "0123456789ab"})
    copied.refuse(other)


def test_an_original_that_cannot_be_read_may_be_worked_in(folder: Folder) -> None:
    other = copy(folder)
    folder.config_file.write_text("[", encoding="utf-8")
    with pytest.raises(FolderCopied):
        copied.refuse(other)


def test_two_places_may_work_on_one_state_that_is_elsewhere(folder: Folder) -> None:
    Backend("http", {"address": "https://state.example/one"}).record(folder.terraform("foundation"))
    copied.refuse(copy(folder))


def test_a_folder_from_another_machine_is_told_of(folder: Folder) -> None:
    place = folder.private / copied.PLACE
    place.write_text(json.dumps({"root": str(folder.root), "host": "another"}), encoding="utf-8")
    copied.refuse(folder)
    assert "on another; if that one is still there, go on in one of the two only" in (copied.keep(folder) or "")


def test_a_copied_config_with_other_answers_would_be_two_lakehouses_with_one_id(folder: Folder, tmp_path: Path) -> None:
    answers = load(journey.questions(), RISK, {})
    config = {"domain": "risk", "environment": "dev", "location": "brazilsouth"}
    folder.update_config(config)
    (told,) = moved(answers, folder)
    assert 'config.yaml project.environment: "dev" may not become "", the file came from the folder' in told
    assert folder.setup_id in told
    folder.journal.touch()  # a run began here: nothing stands yet, so the answers may still change
    assert moved(answers, folder) == []


def test_the_command_tells_a_copy_before_anything_is_asked_or_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SECRET_OF_NOBODY", "x")
    one = tmp_path / "one"
    answers = yaml.safe_load(RISK.read_text(encoding="utf-8"))
    answers["sign_in"]["client_secret"] = answers["service_principal"]["client_secret"] = "env:SECRET_OF_NOBODY"
    (tmp_path / "answers.yaml").write_text(yaml.safe_dump(answers), encoding="utf-8")
    folder = Folder(one)
    folder.create()
    folder.update_config({"target": "azure"})
    copied.keep(folder)
    shutil.copy(tmp_path / "answers.yaml", folder.answers_file)
    other = copy(folder)
    for command in (("run",), ("status",), ("destroy",)):
        ran = inside(*command, "--folder", other.root)
        assert ran.code == 2, ran.explain()
        assert f"is a copy of {one}" in ran.err
    assert not other.journal.exists()
