"""A folder that a crash or an editor damaged is told with its remedy; nothing that was made becomes a stranger."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from wizard.setup.events import Progress, RunEnded, RunStarted
from wizard.setup.folder import Folder, FolderUnusable
from wizard.setup.journal import Journal, last_setup_id


def journal(folder: Folder) -> Journal:
    return Journal(folder.journal, folder.log_file("events"), str)


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    """A folder in which a run began."""
    folder = Folder(tmp_path / "lab")
    folder.create()
    kept = journal(folder)
    kept(RunStarted(command="run", target="azure", setup_id=folder.setup_id, steps=()))
    kept.close()
    return folder


def test_a_torn_last_line_costs_no_line_but_itself(folder: Folder) -> None:
    with folder.journal.open("a") as file:
        file.write('{"event":"checked","st')
    kept = journal(folder)
    kept(RunEnded(result="done", exit_code=0, seconds=1))
    kept(Progress(step="x", text="not journaled"))
    kept.close()
    first, torn, last = folder.journal.read_text().splitlines()
    assert json.loads(first)["event"] == "run_started"
    assert torn == '{"event":"checked","st'
    assert json.loads(last)["event"] == "run_ended"
    assert last_setup_id(folder.journal) == folder.setup_id


@pytest.mark.parametrize("content", [b"", b"setup_id: [", b"\xff\xfe\x00", b"- a\n- list\n", b"target: azure\n"])
def test_a_damaged_config_is_told_with_the_id_it_held(folder: Folder, content: bytes) -> None:
    held = folder.setup_id
    folder.config_file.write_bytes(content)
    with pytest.raises(FolderUnusable) as caught:
        folder.create()
    assert f"setup_id: {held}" in str(caught.value)
    assert folder.config_file.read_bytes() == content


def test_a_damaged_config_of_a_folder_that_never_ran_may_go(tmp_path: Path) -> None:
    folder = Folder(tmp_path / "lab")
    folder.create()
    folder.config_file.write_text("setup_id: [")
    with pytest.raises(FolderUnusable, match="remove it to start anew"):
        folder.create()
