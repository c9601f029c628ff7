"""What a sandbox can hold at its first start, a file each. Loads nothing else: the command line's help names them."""

from __future__ import annotations

from pathlib import Path

FOLDER = Path(__file__).parent / "data" / "scenarios"


def names() -> tuple[str, ...]:
    return tuple(sorted(path.stem for path in FOLDER.glob("*.yaml")))
