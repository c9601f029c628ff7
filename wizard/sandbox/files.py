"""The private files of a sandbox's state folder: written whole, readable by their owner only."""

from __future__ import annotations

import os
import secrets
from pathlib import Path


def make_folder(folder: Path) -> Path:
    """The folder, made with its parents; the folder itself for the owner only (0700)."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def write_private(path: Path, content: str | bytes, mode: int = 0o600) -> None:
    """Replace the file in one move, so that a reader sees the old or the new content, never a part."""
    data = content.encode() if isinstance(content, str) else content
    scratch = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    descriptor = os.open(scratch, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
        scratch.replace(path)
    except BaseException:
        scratch.unlink(missing_ok=True)
        raise


def keep_secret(path: Path) -> str:
    """The random text in the file; made at the first call."""
    try:
        return path.read_text(encoding="ascii")
    except FileNotFoundError:
        value = secrets.token_urlsafe(48)
        write_private(path, value)
        return value
