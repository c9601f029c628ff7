"""The lock that a dead run of this folder left at a remote state, told from every other one.

A run that told what it did to a resource held the lock then, and one that died gave it back to nobody. So a lock that
is held now, and was taken between the run's start and the last of these words, is that run's."""

from __future__ import annotations

import json
import os
import pwd
import re
import socket
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from wizard.provisioning import stream
from wizard.provisioning.living import Started
from wizard.setup import files

FILE = "left-lock.json"  # in a root's folder, while such a lock may be there
_EARLIER = timedelta(seconds=2)  # the start is noted in whole seconds
_TIME = re.compile(r"(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d(?:\.\d{1,6})?)")


def note(folder: Path, started: Started) -> None:
    """Keep what tells the lock of a run that has ended and was not seen to its end, if it had one."""
    until = _last_word(folder / started.output)
    if until is None:
        return
    left = {"who": _who(), "operation": started.verb, "since": started.at, "until": until}
    files.write(folder / FILE, json.dumps(left))


def is_this(folder: Path, held: Mapping[str, Any]) -> bool:
    """Whether a lock, as its holder wrote it (ID, Who, Operation, Created), is the one that was noted."""
    try:
        left = json.loads((folder / FILE).read_text(encoding="utf-8"))
        since, until = datetime.fromisoformat(left["since"]) - _EARLIER, datetime.fromisoformat(left["until"])
        same = (left["who"], f"operationtype{left['operation']}") == (
            held.get("Who"),
            str(held.get("Operation")).lower(),
        )
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        return False
    created = _created(str(held.get("Created") or ""))
    return bool(held.get("ID")) and same and created is not None and since <= created <= until


def forget(folder: Path) -> None:
    (folder / FILE).unlink(missing_ok=True)


def _last_word(output: Path) -> str | None:
    """When a stream told of a resource last; None if it never did."""
    found: str | None = None
    try:
        lines = output.read_text(encoding="utf-8", errors="replace").splitlines()
    except FileNotFoundError:
        return None
    for line in lines:
        if isinstance(stream.parse(line), stream.ResourceEvent | stream.DriftEvent):
            found = json.loads(line).get("@timestamp")
    return found


def _created(text: str) -> datetime | None:
    """Terraform writes it in UTC, in one of two forms, to the nanosecond."""
    found = _TIME.match(text)
    return datetime.fromisoformat(f"{found[1]}T{found[2]}").replace(tzinfo=UTC) if found else None


def _who() -> str:
    return f"{pwd.getpwuid(os.getuid()).pw_name}@{socket.gethostname()}"
