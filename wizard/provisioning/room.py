"""Space on the disk, asked before an apply: Terraform that cannot write its state loses what it made."""

from __future__ import annotations

import errno
import os
import shutil
from pathlib import Path

from wizard.setup.step import Problem, StepFailed
from wizard.text import _

LEAST = 32 * 1024 * 1024  # bytes; states, their copies and the streams of all roots take less than a third
NONE = 64 * 1024  # bytes; what is less holds no state


def words(folder: Path) -> str:
    """The system's words where nothing can be written at `folder`; empty where there is space."""
    full = shutil.disk_usage(folder).free < NONE
    return f"{folder}: {os.strerror(errno.ENOSPC)}" if full else ""


def require(folder: Path) -> None:
    """Raises StepFailed where fewer than LEAST bytes are free at `folder`."""
    free = shutil.disk_usage(folder).free
    if free >= LEAST:
        return
    raise StepFailed(
        Problem(
            what=_("There is no space to keep what an apply makes; nothing was applied"),
            why=_("{folder} has {free} MB left; {least} MB are wanted", folder=folder, free=free // 1024**2,
                  least=LEAST // 1024**2),
            next_action=_("free some space there, then run again"),
            raw_code="DiskFull",
        )
    )  # fmt: skip
