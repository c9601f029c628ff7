"""Which Terraform run was started here, and whether its process still lives: by pid, start time, boot and host."""

from __future__ import annotations

import json
import socket
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import psutil

from wizard.setup import files

RECORD = "run.json"
_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")


@dataclass(frozen=True, slots=True)
class Started:
    """One run as it is kept beside its stream, from its start to its end.

    `process` is the start time of `pid`, which tells it from a later process of the same number; `plan` is the
    SHA-256 of the plan that is applied; `at` is UTC."""

    pid: int
    process: str
    boot: str
    host: str
    verb: str
    output: str
    at: str
    plan: str | None = None
    interrupted: bool = False

    @property
    def here(self) -> bool:
        return self.host == socket.gethostname()

    @property
    def alive(self) -> bool:
        """Whether that very process is still there; only asked of this machine's own."""
        return self.boot == boot() and self.process == start_of(self.pid)


class Record:
    """The file that holds the run under way (0600); absent while there is none."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / RECORD

    def read(self) -> Started | None:
        """The run noted; None where there is none, or a note that cannot be read (ours is written whole)."""
        try:
            return Started(**json.loads(self.path.read_text(encoding="utf-8")))
        except (FileNotFoundError, ValueError, TypeError):
            return None

    def note(self, pid: int, verb: str, output: Path, plan: str | None) -> None:
        at = datetime.now(UTC).isoformat(timespec="seconds")
        started = Started(pid, start_of(pid) or "", boot(), socket.gethostname(), verb, output.name, at, plan)
        self._write(started)

    def note_interrupt(self) -> None:
        """Remember its interrupt: a second one, even of another wizard, makes Terraform drop its state."""
        if (started := self.read()) is not None:
            self._write(replace(started, interrupted=True))

    def forget(self) -> None:
        self.path.unlink(missing_ok=True)

    def _write(self, started: Started) -> None:
        files.write(self.path, json.dumps(asdict(started)))


def boot() -> str:
    """What tells this start of the machine from every other, a jump of the clock aside."""
    try:
        return _BOOT_ID.read_text(encoding="ascii").strip()
    except FileNotFoundError:  # no Linux
        return str(int(psutil.boot_time()))


def start_of(pid: int) -> str | None:
    """When a process started, as the kernel counts; None where it is gone, or dead and only not buried."""
    try:
        if psutil.Process(pid).status() == psutil.STATUS_ZOMBIE:
            return None
        # Ticks since boot: psutil's own figure moves with the clock.
        return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[19]
    except FileNotFoundError:
        return f"{psutil.Process(pid).create_time():.2f}" if not _BOOT_ID.exists() and psutil.pid_exists(pid) else None
    except (psutil.NoSuchProcess, ProcessLookupError):
        return None
