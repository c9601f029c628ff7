"""A setup folder on a disk that can only be read: every command says so, with the place and what to do."""

from __future__ import annotations

import subprocess
from pathlib import Path

from tests.journey.conftest import RISK
from tests.journey.disk import Disk
from tests.journey.running import COMMAND
from wizard.setup.folder import Folder

COMMANDS: dict[str, tuple[str, ...]] = {
    "run": (),
    "plan": (),
    "status": (),
    "destroy": ("--confirm", "risk"),
    "adopt": (),
}


def test_a_folder_that_can_only_be_read_is_told_by_every_command_and_stays_as_it_is(tmp_path: Path) -> None:
    with Disk(tmp_path / "disk") as disk:
        folder = Folder(disk.seen / "lab")
        folder.create()
        folder.update_config({"target": "sandbox"})
        folder.write(folder.answers_file, RISK.read_bytes())
        before = {path: path.read_bytes() for path in disk.seen.rglob("*") if path.is_file()}
        disk.mount("ro")
        place = disk.place / "lab"
        told = {command: run(disk, command, "--folder", place, *more) for command, more in COMMANDS.items()}
        for command, (code, out, err) in told.items():
            assert code == 2, (command, out, err)
            assert str(place) in err, (command, err)
            assert "is on a disk that can only be read; mount it for writing" in err, (command, err)
            assert "Traceback" not in out + err
        code, out, err = run(disk, "doctor", "--folder", place)
        assert (code, "Traceback" in err) == (4, False), err
        assert "Read-only file system" in out, out
        assert {path: path.read_bytes() for path in disk.seen.rglob("*") if path.is_file()} == before


def run(disk: Disk, *arguments: str | Path) -> tuple[int, str, str]:
    """Exit code, output and errors of one command where the disk is."""
    ran = subprocess.run(
        disk.on([*COMMAND, *arguments]), stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
    )
    return ran.returncode, ran.stdout, ran.stderr
