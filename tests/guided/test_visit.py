"""A form asks a cloud before anything began: what is made for that stands in nobody's way."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from wizard.sandbox import process
from wizard.sandbox.control import SandboxError
from wizard.setup.folder import Folder
from wizard.visit import visiting


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Folder]:
    found = Folder(tmp_path / "risk")
    yield found
    process.stop(found.own_sandbox)


def scenario_of(folder: Folder) -> str:
    return str(process.info(folder.own_sandbox)["scenario"])


def test_a_sandbox_that_was_only_asked_is_made_anew_for_another_scenario(folder: Folder) -> None:
    with visiting(folder, "sandbox", None, None):
        assert scenario_of(folder) == "clean"
        with pytest.raises(SandboxError, match="made with scenario clean"):  # somebody asks it just now
            process.connect(folder.own_sandbox, "name_taken")
    with process.connect(folder.own_sandbox, "name_taken"):
        assert scenario_of(folder) == "name_taken"
    with visiting(folder, "sandbox", "name_taken", None), process.connect(folder.own_sandbox):
        pass
    with pytest.raises(SandboxError, match="made with scenario name_taken"):  # it is a setup's now
        process.connect(folder.own_sandbox, "clean")


def test_what_is_made_for_a_question_is_ignored_by_git_and_begins_no_setup(folder: Folder) -> None:
    with visiting(folder, "sandbox", None, None):
        pass
    assert (folder.root / ".gitignore").read_text(encoding="utf-8") == ".wizard/\n"
    assert not folder.exists
    assert {path.name for path in folder.root.iterdir()} == {".gitignore", ".wizard"}
    assert folder.private.stat().st_mode & 0o777 == 0o700
