"""Who holds a local state. Terraform's lock is the system's own and dies with its process; only a note of it stays."""

from __future__ import annotations

import fcntl
import json
import os
import re
import shlex
import socket
import struct
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from wizard.setup.cancel import Cancellation
from wizard.setup.step import Problem, StepFailed
from wizard.text import _

WAIT_SECONDS = 600.0
LOOK_SECONDS = 0.5
_INFO = re.compile(r"^[\s│]*(ID|Who|Operation|Created):[ \t]+(\S.*)$", re.MULTILINE)  # Terraform's words of a lock


@dataclass(frozen=True, slots=True)
class Holder:
    """`pid` is 0 where the system cannot name it (another machine's, through a shared disk)."""

    who: str
    host: str
    since: str
    operation: str
    pid: int

    @property
    def words(self) -> str:
        return _(
            "{operation} by {who}, process {pid} on {host}, since {since}",
            operation=self.operation,
            who=self.who,
            pid=self.pid or "?",
            host=self.host,
            since=self.since,
        )


def note_of(state: Path) -> Path:
    """The file that Terraform writes beside a state while it holds it."""
    return state.with_name(f".{state.name}.lock.info")


def wait_until_free(
    state: Path,
    cancel: Cancellation,
    on_wait: Callable[[str], None],
    *,
    seconds: float = WAIT_SECONDS,
) -> None:
    """Wait, saying for whom, until nobody holds `state`; a dead run's note is removed.

    Raises StepFailed after `seconds`, and Cancelled."""
    first = holder(state)
    if first is not None:
        told = _("the state of {root}, held: {who}", root=state.parent.name, who=first.words)
        if not cancel.wait_until(
            lambda: holder(state) is None, seconds=seconds, every=LOOK_SECONDS, on_wait=lambda: on_wait(told)
        ):
            raise StepFailed(_held(state, holder(state) or first))
    note_of(state).unlink(missing_ok=True)


def holder(state: Path) -> Holder | None:
    """Who holds `state`: a process of this machine by the system's word, one of another machine by its note."""
    pid, note = _locking_process(state), _read(note_of(state))
    who, _at, host = str(note.get("Who", "?")).rpartition("@")
    foreign = bool(note) and host != socket.gethostname()
    if pid is None and not foreign:
        return None
    operation = str(note.get("Operation", "?")).removeprefix("OperationType").lower()
    return Holder(who, host if note else socket.gethostname(), str(note.get("Created", "?")), operation, pid or 0)


def refusal(errors: Sequence[str]) -> dict[str, str] | None:
    """What Terraform's errors tell of the lock that they met (ID, Who, Operation, Created); None where they met none.

    Of the http backend they tell the lock that was asked for, not the one that is held (see http_lock.py)."""
    text = "\n".join(errors)
    if "acquiring the state lock" not in text:
        return None
    told = {name: value.strip() for name, value in _INFO.findall(text)}
    return told if "ID" in told else None


def held_elsewhere(info: Mapping[str, Any], root: str, folder: Path) -> Problem:
    """Somebody holds a state that is not on this machine; `info` as he wrote it, or nothing of it."""
    who, _at, host = str(info.get("Who", "?")).rpartition("@")
    operation = str(info.get("Operation", "?")).removeprefix("OperationType").lower()
    return Problem(
        what=_("The state of {root} is held by somebody else", root=root),
        why=_("{operation} by {who} on {host}, since {since}", operation=operation, who=who or "?", host=host or "?",
              since=info.get("Created", "?")),
        next_action=_(
            "let it end, then run again; if it is gone for good, free its lock: "
            "terraform -chdir={folder} force-unlock {id}, with the backend's password in the environment",
            folder=shlex.quote(str(folder)),
            id=info.get("ID", "ID"),
        ),
        raw_code="StateHeld",
    )  # fmt: skip


def _held(state: Path, who: Holder) -> Problem:
    return Problem(
        what=_("The state of {root} is held by somebody else", root=state.parent.name),
        why=who.words,
        next_action=_(
            "let it end, then run again; if it is gone for good (another machine, or this folder is a copy), "
            "remove {note} and run again",
            note=note_of(state),
        ),
        raw_code="StateHeld",
    )


def _read(note: Path) -> dict[str, Any]:
    try:
        data = json.loads(note.read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):  # absent, or just being written by one whom the system names
        return {}
    return data if isinstance(data, dict) else {}


def _locking_process(state: Path) -> int | None:
    """The process that holds the state's lock, as Terraform takes it; None where it is free."""
    try:
        handle = os.open(state, os.O_RDWR)
    except FileNotFoundError:
        return None
    try:
        return _asked(handle)
    finally:
        os.close(handle)


def _asked(handle: int) -> int | None:
    # struct flock: Linux begins with type and whence, the BSDs and macOS end with them.
    form, padded = ("hhqqi", 32) if sys.platform == "linux" else ("qqihh", 24)
    whole = (0, 0, 0)
    kind = (fcntl.F_WRLCK, os.SEEK_SET)
    question = struct.pack(form, *kind, *whole) if sys.platform == "linux" else struct.pack(form, *whole, *kind)
    answer = struct.unpack_from(form, fcntl.fcntl(handle, fcntl.F_GETLK, question.ljust(padded, b"\0")))
    found, pid = (answer[0], answer[4]) if sys.platform == "linux" else (answer[3], answer[2])
    return None if found == fcntl.F_UNLCK else max(pid, 0)
