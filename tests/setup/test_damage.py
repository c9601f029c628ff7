"""A folder that a crash or an editor damaged is told with its remedy; nothing that was made becomes a stranger."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.journey.disk import Disk
from wizard.application import Unusable, target_of
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


@pytest.mark.parametrize("cut", ["target:\n", ""])
def test_a_config_that_lost_its_target_is_told_and_not_taken_for_another_cloud_s(folder: Folder, cut: str) -> None:
    folder.config_file.write_text(f"format: 1\nsetup_id: {folder.setup_id}\n{cut}")
    with pytest.raises(Unusable, match="write `target: azure` into it"):
        target_of(folder, None)


def test_a_damaged_config_of_a_folder_that_never_ran_may_go(tmp_path: Path) -> None:
    folder = Folder(tmp_path / "lab")
    folder.create()
    folder.config_file.write_text("setup_id: [")
    with pytest.raises(FolderUnusable, match="remove it to start anew"):
        folder.create()


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Disk]:
    with Disk(tmp_path / "disk", 64) as disk:
        yield disk


def test_a_full_disk_is_told_with_the_file_and_costs_the_journal_no_line(disk: Disk) -> None:
    folder = Folder(disk.seen / "lab")
    folder.create()
    kept = journal(folder)
    disk.fill()
    told = 0

    def tell_on() -> None:
        nonlocal told
        while True:
            kept(RunEnded(result="done", exit_code=0, seconds=1))
            told += 1

    with pytest.raises(OSError, match="No space left") as caught:
        tell_on()
    assert caught.value.filename in {str(folder.journal), str(folder.log_file("events"))}
    disk.free()
    kept(RunEnded(result="failed", exit_code=4, seconds=1))
    kept.close()
    for path in (folder.journal, folder.log_file("events")):
        lines = [json.loads(line) for line in path.read_text().splitlines()]
        assert told + 1 <= len(lines) <= told + 2
        assert lines[-1]["result"] == "failed"


def test_a_full_disk_leaves_config_and_answers_as_they_were_and_names_the_file(disk: Disk) -> None:
    folder = Folder(disk.seen / "lab")
    folder.create()
    before = folder.config_file.read_bytes()
    disk.fill()
    with pytest.raises(OSError, match="No space left") as caught:
        folder.update_config({"note": "x" * 50_000})
    assert caught.value.filename == str(folder.config_file)
    assert folder.config_file.read_bytes() == before
    assert not [path for path in folder.root.iterdir() if path.name.startswith(".config")]
    disk.free()
    folder.update_config({"note": "x" * 50_000})
    assert len(folder.config()["note"]) == 50_000


def test_a_disk_that_is_full_or_read_only_from_the_start_is_told_with_the_remedy(disk: Disk) -> None:
    disk.fill()
    with pytest.raises(FolderUnusable, match=r"no space left at .*; free some there.* or choose another --folder"):
        Folder(disk.seen / "lab").create()
    disk.free()
    disk.mount("ro")
    with pytest.raises(FolderUnusable, match=r"can only be read; mount it.* or choose another --folder"):
        Folder(disk.seen / "other").create()


def test_a_folder_whose_disk_became_read_only_is_told_and_stays_as_it_is(disk: Disk) -> None:
    folder = Folder(disk.seen / "lab")
    folder.create()
    before = {path: path.read_bytes() for path in folder.root.rglob("*") if path.is_file()}
    disk.mount("ro")
    folder.create()  # nothing is missing, so nothing is written
    with pytest.raises(FolderUnusable, match="can only be read; mount it"), folder.lock():
        pass
    with pytest.raises(OSError, match="Read-only file system"):
        folder.update_config({"note": "x"})
    assert {path: path.read_bytes() for path in folder.root.rglob("*") if path.is_file()} == before
