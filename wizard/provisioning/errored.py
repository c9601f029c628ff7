"""The state that Terraform could not write where it belongs, and left beside it: put in its place by the next run."""

from __future__ import annotations

import re
from pathlib import Path

from wizard.provisioning import document
from wizard.setup.step import Problem
from wizard.text import _

FILE = "errored.tfstate"  # Terraform's own name for it
# Its words, which it may wrap.
_OLDER = re.compile(r"with\W+serial\W+\d+\W+over\W+newer\W+state")
_UNRELATED = re.compile(r"over\W+unrelated\W+state\W+with\W+lineage")


def left(folder: Path) -> Path | None:
    """The file that Terraform left, where it is whole; None where there is none."""
    path = folder / FILE
    return path if document.at(path).lineage else None  # what a full disk cut off helps nobody


def forget(folder: Path) -> None:
    """Keep it under another name: it is in its place, or was older than what is there."""
    path = folder / FILE
    if path.exists():
        path.replace(folder / f"{FILE}.taken")


def older(words: str) -> bool:
    """Whether Terraform refused it because what is there is newer, by its serial."""
    return _OLDER.search(words) is not None


def unrelated(words: str) -> bool:
    """Whether Terraform refused it because what is there began anew, or is another's."""
    return _UNRELATED.search(words) is not None


def problem(root: str, beside: Path) -> Problem:
    return Problem(
        what=_("A state of {root} that an earlier run could not write is no part of the one in its place", root=root),
        why=_("{file} has another lineage; one of the two began anew", file=beside),
        next_action=_("where the one in its place is right, move {file} away and run again: what carries this setup's "
                      "id is adopted; else put the state back that {file} goes on with", file=beside),
        raw_code="StateForeign",
    )  # fmt: skip
