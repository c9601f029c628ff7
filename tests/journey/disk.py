"""A disk of a few kilobytes, real for the kernel, for root and for others, and seen only by what is run on it."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType

# Whoever is not root makes a name space of users first, in which they are.
USER = () if os.geteuid() == 0 else ("--user",)
MOUNT = 'mount -t tmpfs -o "mode=700,size=$2k" disk "$1" && echo ready && exec cat'
PLENTY = 4 * 1024 * 1024  # kilobytes


class Disk:
    """Mounted at `place` in a name space of mounts that a process of ours holds. `seen` is the same place from here."""

    def __init__(self, place: Path, kilobytes: int = PLENTY) -> None:
        place.mkdir(parents=True)
        unshare = ["unshare", "--mount", *(("--user", "--map-root-user") if USER else ())]
        self.place = place
        self._holder = subprocess.Popen(
            [*unshare, "sh", "-c", MOUNT, "sh", str(place), str(kilobytes)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        assert self._holder.stdout is not None
        ready = self._holder.stdout.readline()
        assert ready == b"ready\n", "no disk could be mounted: this needs Linux, and root or user name spaces"
        self.seen = Path(f"/proc/{self._holder.pid}/root") / place.relative_to("/")

    def on(self, command: Sequence[str | Path]) -> list[str]:
        """The command line that runs `command` where the disk is mounted; it keeps its process id."""
        enter = ["nsenter", "--mount", *USER, *(("--preserve-credentials",) if USER else ())]
        return [*enter, "--target", str(self._holder.pid), f"--wd={Path.cwd()}", "--", *map(str, command)]

    def mount(self, options: str) -> None:
        """Mount it anew, as `size=500k`, `ro` or `rw`."""
        subprocess.run(self.on(["mount", "-o", f"remount,{options}", self.place]), check=True, capture_output=True)

    def fill(self, leave: int = 0) -> None:
        """Leave `leave` kilobytes of space, and no more, whatever is there."""
        used = shutil.disk_usage(self.seen).used // 1024
        self.mount(f"size={max(used + leave, 4)}k")

    def free(self) -> None:
        """Give it more space than it will ever need; none of it is taken from this machine before it is used."""
        self.mount(f"size={PLENTY}k")

    def close(self) -> None:
        self._holder.communicate()

    def __enter__(self) -> Disk:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
