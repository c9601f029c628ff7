"""The files that bronze has dealt with: every one that is listed is read or refused, and a replaced one is noticed.

Streams of files know names only: Spark's skips a file that was replaced under its name, or that is too old, without a
word. So what is listed is compared with what was read, by length and time."""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lakehouse_jobs.layers.ledger import Ledger, replace
from lakehouse_jobs.sources.files import Stamp

LAYER = "files"
FOLD = 50  # entries that are read one by one, before all are written into one file
REPLACED = "replaced: under this name another file was read before; deliver it under a name of its own"
SKIPPED = "not taken: it is older than the stream looks back, or cannot be opened; deliver it under a new name"


@dataclass(frozen=True, slots=True)
class Known:
    """`checkpoint` is the model's. An entry holds `counts` (listed, files, refused) and `stamps` of files."""

    checkpoint: str

    @property
    def ledger(self) -> Ledger:
        return Ledger(self.checkpoint, LAYER)

    def stamps(self) -> dict[str, Stamp]:
        """Every file that was read or refused, as it was then."""
        until, known = self._folded()
        later = [entry for entry in self.ledger.loads() if entry > until]
        for entry in later:
            known.update(_stamps(self.ledger.read(entry)["stamps"]))
        if len(later) > FOLD:
            self._fold(later[-1], known)
        return known

    def took(self, run: str, read: Mapping[str, Stamp], refused: Mapping[str, tuple[Stamp, str]]) -> None:
        """Note what became of the files of one load."""
        self._write(run, len(read) + len(refused), len(read), refused, read)

    def settle(self, run: str, listed: Mapping[str, Stamp], before: Mapping[str, Stamp]) -> None:
        """The run is over: refuse what was listed, is not as it was `before`, and was not taken since."""
        new = {path for path, stamp in listed.items() if before.get(path) != stamp}
        taken = self._of(run)
        left = {path: listed[path] for path in sorted(new - taken.keys())}
        # A stream gives no row for a file without a byte, which is read all the same.
        empty = {path: stamp for path, stamp in left.items() if stamp.length == 0 and path not in before}
        refused = {
            path: (stamp, REPLACED if path in before else SKIPPED) for path, stamp in left.items() if path not in empty
        }
        seen = len(new | taken.keys()) - self.ledger.sums(run).get("listed", 0)
        if left or seen:
            self._write(run, seen, len(empty), refused, empty)

    def _of(self, run: str) -> dict[str, Stamp]:
        taken: dict[str, Stamp] = {}
        for entry in self.ledger.of(run):
            taken = {**_stamps(entry["stamps"]), **taken}
        return taken

    def _write(
        self,
        run: str,
        listed: int,
        files: int,
        refused: Mapping[str, tuple[Stamp, str]],
        read: Mapping[str, Stamp],
    ) -> None:
        told = [{"file": path, "reason": reason} for path, (_, reason) in refused.items()]
        stamps = {**read, **{path: stamp for path, (stamp, _) in refused.items()}}
        entries = self.ledger.loads()
        entry = max(time.time_ns() // 1_000_000, entries[-1] + 1 if entries else 0)
        self.ledger.write(entry, run, {"listed": listed, "files": files, "refused": told}, stamps=stamps)

    @property
    def _folds(self) -> Path:
        return Path(self.checkpoint) / "counts" / LAYER / "folded"

    def _folded(self) -> tuple[int, dict[str, Stamp]]:
        last = max(self._folds.glob("*.json"), key=_number, default=None)
        if last is None:
            return -1, {}
        return _number(last), _stamps(json.loads(last.read_text(encoding="utf-8")))

    def _fold(self, until: int, known: Mapping[str, Stamp]) -> None:
        self._folds.mkdir(parents=True, exist_ok=True)
        older = list(self._folds.glob("*.json"))
        replace(self._folds / f"{until}.json", json.dumps(known))
        for path in older:
            path.unlink(missing_ok=True)


def _number(path: Path) -> int:
    return int(path.stem)


def _stamps(raw: Mapping[str, Iterable[Any]]) -> dict[str, Stamp]:
    return {path: Stamp(*stamp) for path, stamp in raw.items()}
