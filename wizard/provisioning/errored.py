"""The state that Terraform could not write where it belongs, and left beside it: put in its place by the next run."""

from __future__ import annotations

import json
from pathlib import Path

FILE = "errored.tfstate"  # Terraform's own name for it


def left(folder: Path) -> Path | None:
    """The file that Terraform left, where it is whole; None where there is none."""
    path = folder / FILE
    try:
        return path if json.loads(path.read_bytes()).get("lineage") else None
    except (FileNotFoundError, ValueError, AttributeError):  # what a full disk cut off helps nobody
        return None


def forget(folder: Path) -> None:
    """Keep it under another name: it is in its place, or was older than what is there."""
    path = folder / FILE
    if path.exists():
        path.replace(folder / f"{FILE}.taken")


def older(words: str) -> bool:
    """Whether Terraform refused it because what is there is newer, by its serial."""
    return "serial" in words
