"""What was loaded into a layer: one small file a load, so that what follows reads no more than is new."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

BATCHES = 1_000_000  # of one stream; the loads of its successor begin above them
EPOCH = 1_577_836_800  # 2020-01-01, in seconds
Counts = Mapping[str, Any]  # numbers are added up, lists joined, mappings added key by key


@dataclass(frozen=True, slots=True)
class Ledger:
    """The loads of one layer, each with the run that made it and what it counted."""

    checkpoint: str
    layer: str

    @property
    def _folder(self) -> Path:
        return Path(self.checkpoint) / "counts" / self.layer

    def loads(self) -> list[int]:
        """All loads there are, the oldest first."""
        return sorted(int(path.stem) for path in self._folder.glob("*.json"))

    def has(self, load: int) -> bool:
        return self._path(load).exists()

    def unfinished(self) -> bool:
        """Whether a load began that is not done."""
        return any(self._folder.glob("*.begun"))

    def begun(self) -> list[int]:
        """The loads that began and were not noted as done, the oldest first."""
        return sorted(int(path.stem) for path in self._folder.glob("*.begun"))

    def begin(self, load: int) -> bool:
        """Note that a load begins. False if it had begun before: it may be in the table already."""
        mark = self._path(load).with_suffix(".begun")
        if mark.exists():
            return False
        self._folder.mkdir(parents=True, exist_ok=True)
        mark.touch()
        return True

    def write(self, load: int, run: str, counts: Counts, **more: Any) -> None:
        """The load is done; `more` stands beside the counts. An entry is there whole or not at all."""
        self._folder.mkdir(parents=True, exist_ok=True)
        target = self._path(load)
        replace(target, json.dumps({"run": run, "at": time.time(), "counts": counts, **more}))
        target.with_suffix(".begun").unlink(missing_ok=True)

    def read(self, load: int) -> dict[str, Any]:
        """`run`, `at` (seconds since 1970) and `counts` of a load."""
        entry: dict[str, Any] = json.loads(self._path(load).read_text(encoding="utf-8"))
        return entry

    def sums(self, run: str) -> dict[str, Any]:
        """What the loads of this run counted, together."""
        total: dict[str, Any] = {}
        for entry in reversed(list(self.of(run))):
            total = added(total, entry["counts"])
        return total

    def of(self, run: str) -> Iterator[dict[str, Any]]:
        """The entries of a run, the latest first. A model has one run at a time, so they are the latest of all."""
        for load in reversed(self.loads()):
            entry = self.read(load)
            if entry["run"] != run:
                return
            yield entry

    def _path(self, load: int) -> Path:
        return self._folder / f"{load}.json"


def generation(state: str, ledger: Ledger) -> int:
    """When the stream's state was born, in seconds since 2020, and after any load that the ledger has, whatever the
    clock says. It lies in that folder and dies with it: a stream that begins anew counts its batches from 0, no load
    may be taken for one of its predecessor's, and what follows asks for greater numbers than it has."""
    path = Path(state) / "generation"
    if not path.exists():
        last = max((*ledger.loads(), *ledger.begun()), default=-1) // BATCHES
        path.parent.mkdir(parents=True, exist_ok=True)
        replace(path, str(max(int(time.time()) - EPOCH, last + 1)))
    return int(path.read_text(encoding="utf-8"))


def added(one: Counts, other: Counts) -> dict[str, Any]:
    """Both counts together; what only one of them has stays."""
    total = dict(one)
    for key, value in other.items():
        there = total.get(key)
        if there is None:
            total[key] = value
        else:
            total[key] = added(there, value) if isinstance(value, Mapping) else there + value
    return total


def replace(target: Path, text: str) -> None:
    """Write a file that is there whole or not at all, also if the process dies."""
    draft = target.with_suffix(f".{os.getpid()}.draft")
    draft.write_text(text, encoding="utf-8")
    draft.replace(target)
