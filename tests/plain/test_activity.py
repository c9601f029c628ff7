"""A command shows that it is alive before its imports are done, on a terminal and nowhere else."""

from __future__ import annotations

import os
import pty
import subprocess
import sys

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
