"""Files that are replaced whole or not at all, and are private unless it is said otherwise."""

from __future__ import annotations

import fcntl
import os
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

PART = ".part"  # what the name of a file ends with that is not whole yet
FOREIGN = ("sandbox", ".terraform")  # folders within .wizard where others write


def write(path: Path, content: str | bytes, mode: int = 0o600, *, sync: bool = False) -> None:
    """Replace a file whole or not at all, with its mode from the first byte on; text as UTF-8.

    `sync` waits for the disk: for what nothing else could tell again. Raises OSError, which names `path`."""
    data = content.encode("utf-8") if isinstance(content, str) else content
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=PART)
        try:
            with os.fdopen(handle, "wb") as stream:
                with suppress(OSError):  # a disk that knows no locks
                    fcntl.flock(handle, fcntl.LOCK_EX)  # until it is whole, so that `sweep` leaves it
                os.fchmod(handle, mode)
                stream.write(data)
                stream.flush()
                if sync:
                    os.fsync(handle)
                Path(name).replace(path)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
    except OSError as error:  # a write that fails does not say where, or names the file that is gone
        error.filename = str(path)
        raise


def sweep(folder: Path, trees: Iterable[Path], before: float) -> None:
    """Remove what a kill in the middle of a `write` left in a folder, and in whole trees, before that moment (seconds
    since 1970)."""
    for path in (*folder.glob(f".*{PART}"), *(part for tree in trees for part in _parts(tree))):
        with suppress(OSError), path.open("rb") as stream:  # it became whole meanwhile, or cannot be removed
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)  # refused where somebody writes it
            if os.fstat(stream.fileno()).st_mtime < before:
                path.unlink()


def _parts(tree: Path) -> Iterator[Path]:
    for place, folders, names in os.walk(tree):
        folders[:] = [each for each in folders if each not in FOREIGN]
        yield from (Path(place, name) for name in names if name.startswith(".") and name.endswith(PART))


def moment() -> str:
    """Now, in UTC, as it stands in the name of a copy: the names of copies are in the order of their making."""
    return datetime.now(UTC).strftime("%Y%m%dT%H%M%S.%fZ")


def renew(path: Path, text: str) -> None:
    """Write a private file, unless it says that already: its time stays where nothing changed."""
    if not path.exists() or path.read_text(encoding="utf-8") != text:
        write(path, text)
