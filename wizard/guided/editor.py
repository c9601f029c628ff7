"""The person's own editor, which has the terminal to itself until it ends."""

from __future__ import annotations

import os
import shlex
import subprocess
from pathlib import Path

from wizard.text import _

VARIABLES = ("VISUAL", "EDITOR")
USUAL = "vi"


def program() -> str:
    """As the person has set it."""
    return next(filter(None, (os.environ.get(variable) for variable in VARIABLES)), USUAL)


def edit(path: Path, known: str = "") -> str:
    """Open a file and wait; empty, or what went wrong, with what to do. The file is as the editor left it. `known`: the
    path by which a person has it, where this one is a draft of the wizard's."""
    editor = program()
    try:
        code = subprocess.run([*shlex.split(editor), str(path)], check=False).returncode
    except (OSError, ValueError) as error:
        return _("the editor {editor} cannot be started: {error}; set EDITOR, or write {path} yourself",
                 editor=editor, error=error, path=known or path)  # fmt: skip
    return _("the editor ended with {code}; the file stays as it left it", code=code) if code else ""
