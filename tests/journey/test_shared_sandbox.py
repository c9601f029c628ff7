"""One sandbox for several setups: named once, remembered, used by all, and forgotten by force alone."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from tests.journey.conftest import RISK
from tests.journey.running import Ran, inside
from wizard.sandbox import process
from wizard.sandbox.users import User, note, users
from wizard.setup.folder import Folder
from wizard.which_sandbox import NotASandbox, chosen, keep, named


@pytest.fixture
def shared(tmp_path: Path) -> Iterator[Path]:
    """Where the shared sandbox is to be; it is ended after the test."""
    place = tmp_path / "cloud"
    yield place
    process.stop(place)


def project_of(folder: Path, shared: Path, domain: str) -> Ran:
    """A run as far as the names, which connects and asks the cloud for nothing."""
    answers = yaml.safe_load(RISK.read_text(encoding="utf-8"))
    answers["project"]["domain"] = domain
    file = folder.parent / f"{domain}.yaml"
    file.write_text(yaml.safe_dump(answers), encoding="utf-8")
    return inside("run", "--sandbox", shared, "--answers", file, "--folder", folder, "--until", "sign-in", "--json")


def test_two_setups_work_in_one_sandbox_and_it_is_forgotten_by_force_alone(tmp_path: Path, shared: Path) -> None:
    risk, fraud = tmp_path / "risk", tmp_path / "fraud"
    with process.connect(shared):  # a third client, so that the runs find it as somebody else's
        for folder in (risk, fraud):
            ran = project_of(folder, shared, folder.name)
            assert ran.code == 0, ran.explain()
            assert not (folder / ".wizard" / "sandbox").exists()
        again = inside("status", "--folder", risk, "--json")
        assert again.code == 0, again.explain()
        info = json.loads(inside("sandbox", "info", "--folder", fraud, "--json").out)
        assert info["setups"] == [str(fraud), str(risk)]
        assert info["pid"] == json.loads(inside("sandbox", "info", "--sandbox", shared, "--json").out)["pid"]
        held = inside("sandbox", "reset", "--folder", risk)
        assert held.code == 5, held.explain()
        assert "a wizard works with this sandbox" in held.err
    refused = inside("sandbox", "reset", "--folder", risk)
    assert refused.code == 5, refused.explain()
    assert str(fraud) in refused.err
    assert str(risk) not in refused.err
    other = inside("run", "--folder", risk, "--sandbox", tmp_path / "another", "--until", "sign-in")
    assert other.code == 2, other.explain()
    assert str(shared) in other.err
    assert inside("sandbox", "reset", "--folder", risk, "--force").code == 0
    assert not shared.exists()


def test_a_place_that_holds_something_else_is_no_sandbox(tmp_path: Path) -> None:
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos" / "one.png").touch()
    for command in (("run", "--answers", str(RISK)), ("sandbox", "reset"), ("sandbox", "start")):
        ran = inside(*command, "--sandbox", tmp_path / "photos", "--folder", tmp_path / "risk")
        assert ran.code == 2, ran.explain()
        assert "something else" in ran.err
    assert (tmp_path / "photos" / "one.png").exists()
    assert not (tmp_path / "risk").exists()


def test_a_shared_sandbox_is_not_for_azure(tmp_path: Path) -> None:
    ran = inside("run", "--sandbox", tmp_path / "cloud", "--target", "azure", "--answers", RISK, "--folder", tmp_path)
    assert ran.code == 2
    assert "--target sandbox" in ran.err


def test_a_setup_folder_names_its_own_sandbox_and_a_relative_path_stays_relative(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    one, other = Folder(tmp_path / "one"), Folder(tmp_path / "other")
    for folder in (one, other):
        folder.create()
    one.own_sandbox.mkdir()
    assert named(Path("one")) == one.own_sandbox
    keep(one, Path("one"))
    keep(other, Path("one"))
    assert "sandbox" not in one.config()
    assert other.config()["sandbox"] == "../one/.wizard/sandbox"
    assert other.sandbox == chosen(other, None) == chosen(other, Path("one")) == one.sandbox
    with pytest.raises(NotASandbox, match="was set up in the sandbox"):
        chosen(other, Path("third"))


def test_a_setup_that_is_gone_uses_the_sandbox_no_more(tmp_path: Path) -> None:
    folder, state = Folder(tmp_path / "one"), tmp_path / "cloud"
    folder.create()
    note(state, User(folder.root, folder.setup_id))
    note(state, User(tmp_path / "gone", "0123456789ab"))
    (state / "setups" / "torn.json").write_text('{"root": "/x"', encoding="utf-8")
    assert [user.root for user in users(state)] == [folder.root]
    folder.update_config({"setup_id": "another"})
    assert users(state) == []
