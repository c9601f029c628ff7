"""The setup folder: one wizard at a time, whole files, private modes."""

from __future__ import annotations

import json
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from wizard.setup.events import ApplyStarted, Progress
from wizard.setup.folder import Folder, FolderInUse, FolderUnusable
from wizard.setup.journal import Journal

HOLDER = """
import sys
from pathlib import Path
from wizard.setup.folder import Folder
with Folder(Path(sys.argv[1])).lock():
    print("held", flush=True)
    sys.stdin.read()
"""


def test_a_second_wizard_is_refused_and_told_who_holds_the_folder(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    folder.create()
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(FolderInUse) as refusal, folder.lock():
            pass
        assert refusal.value.owner["pid"] == holder.pid
        assert {"host", "started"} <= set(refusal.value.owner)
        holder.kill()
        holder.wait()
    with folder.lock():  # a killed holder leaves nothing in the way
        pass


WRITER = """
import os, sys
from pathlib import Path
from wizard.setup import files
os.fsync = lambda handle: (print("half", flush=True), sys.stdin.read())
files.write(Path(sys.argv[1]), "a state", sync=True)
"""


def test_what_a_kill_left_half_written_goes_and_what_is_being_written_stays(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    folder.create()
    phase = folder.terraform("foundation")
    foreign = folder.own_sandbox / "shots"
    foreign.mkdir(parents=True)
    users = tmp_path / ".env.staging1"
    for path in (users, foreign / ".info.json.abcdefgh.part"):
        path.touch()
    for place in (tmp_path / "config.yaml", phase / "terraform.tfstate"):
        with subprocess.Popen(
            [sys.executable, "-c", WRITER, str(place)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        ) as writer:
            assert writer.stdout is not None
            assert writer.stdout.readline() == "half\n"
            (half,) = place.parent.glob(f".{place.name}.*")
            with folder.lock():
                assert half.read_text(encoding="utf-8") == "a state", "somebody writes it still"
            writer.kill()
            writer.wait()
        with folder.lock():
            assert not half.exists()
    assert users.exists()
    assert [*foreign.iterdir()], "what is the sandbox's is the sandbox's"


def test_the_setup_keeps_its_id_and_its_private_part_is_private(tmp_path: Path) -> None:
    folder = Folder(tmp_path / "new" / "setup")
    folder.create()
    first = folder.setup_id
    folder.create()
    assert folder.setup_id == first != ""
    assert stat.S_IMODE(folder.private.stat().st_mode) == 0o700


def test_a_write_is_whole_or_not_at_all_and_never_readable_by_others(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    target = tmp_path / "file"
    folder.write(target, "one")
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    with pytest.raises(TypeError):
        folder.write(target, None)  # type: ignore[arg-type]  # so that it fails in mid-write
    assert target.read_text() == "one"
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_config_keys_of_others_are_kept(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    folder.create()
    folder.update_config({"domain": "risk"})
    folder.update_config({"pinned": {"runtime": "17.3"}})
    assert folder.config()["domain"] == "risk"


def test_a_folder_that_cannot_be_made_says_which_and_why(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(FolderUnusable, match="file"):
        Folder(tmp_path / "file" / "setup").create()


def test_the_journal_keeps_steps_the_log_keeps_all_and_neither_keeps_a_secret(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "journal", tmp_path / "log", lambda text: text.replace("hunter2", "•••"))
    journal(ApplyStarted(step="foundation"))
    journal(Progress(step="foundation", text="password hunter2"))
    journal.close()
    entries = [json.loads(line) for line in (tmp_path / "journal").read_text().splitlines()]
    assert [entry["event"] for entry in entries] == ["apply_started"]
    assert len((tmp_path / "log").read_text().splitlines()) == 2
    assert "hunter2" not in (tmp_path / "log").read_text()
    assert stat.S_IMODE((tmp_path / "log").stat().st_mode) == 0o600


def test_what_the_phases_share_is_private_too(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    folder.create()
    phase = folder.terraform("foundation")
    assert [stat.S_IMODE(path.stat().st_mode) for path in (phase, phase.parent)] == [0o700, 0o700]


def test_a_lock_that_cannot_be_opened_is_told_with_its_place_and_remedy(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    folder.create()
    (folder.private / "lock").mkdir()
    with pytest.raises(FolderUnusable, match=r"lock cannot be used: .*; choose another --folder"), folder.lock():
        pass
