"""A command shows that it is alive before its imports are done, on a terminal and nowhere else."""

from __future__ import annotations

import os
import pty
import signal
import subprocess
import sys
from pathlib import Path

TEMPLATE = (sys.executable, "-m", "wizard.cli", "answers", "template")


def test_a_terminal_sees_a_sign_of_life_that_is_wiped_off_again() -> None:
    ours, theirs = pty.openpty()
    try:
        done = subprocess.run(TEMPLATE, stdout=subprocess.PIPE, stderr=theirs, text=True, check=True)
        shown = os.read(ours, 65536).decode()
    finally:
        os.close(ours)
        os.close(theirs)
    assert "starting" in shown
    assert shown.endswith("\r\033[K")
    assert "starting" not in done.stdout


def test_a_program_that_reads_sees_nothing_of_it() -> None:
    done = subprocess.run(TEMPLATE, capture_output=True, text=True, check=True)
    assert done.stderr == ""
    assert done.stdout.startswith("# ")


def test_ctrl_c_while_it_starts_is_answered_with_a_word(tmp_path: Path) -> None:
    ours, theirs = pty.openpty()
    try:
        command = (sys.executable, "-m", "wizard.cli", "status", "--folder", str(tmp_path))
        with subprocess.Popen(command, stdout=theirs, stderr=theirs) as wizard:
            shown = ""
            while "starting" not in shown:
                shown += os.read(ours, 65536).decode()
            wizard.send_signal(signal.SIGINT)
            while "cancelled" not in shown:
                shown += os.read(ours, 65536).decode()
        assert wizard.returncode == 130
    finally:
        os.close(ours)
        os.close(theirs)
    assert "Traceback" not in shown
