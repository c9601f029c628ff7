"""Files that are replaced whole or not at all, and are private unless it is said otherwise."""

from __future__ import annotations

import os
import tempfile
from datetime import UTC, datetime
from pathlib import Path


def write(path: Path, content: str | bytes, mode: int = 0o600, *, sync: bool = False) -> None:
    """Replace a file whole or not at all, with its mode from the first byte on; text as UTF-8.

    `sync` waits for the disk: for what nothing else could tell again. Raises OSError, which names `path`."""
    data = content.encode("utf-8") if isinstance(content, str) else content
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        try:
            with os.fdopen(handle, "wb") as stream:
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


def moment() -> str:
    """Now, in UTC, as it stands in the name of a copy: the names of copies are in the order of their making."""
    return datetime.now(UTC).strftime("%Y%m%dT%H%M%S.%fZ")


def renew(path: Path, text: str) -> None:
    """Write a private file, unless it says that already: its time stays where nothing changed."""
    if not path.exists() or path.read_text(encoding="utf-8") != text:
        write(path, text)
