"""The layers of the lakehouse, each a stream over what is new in the one before."""

from __future__ import annotations

import json
import os
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from lakehouse_jobs.contract.model import Model
from lakehouse_jobs.keys import PiiKey
from lakehouse_jobs.platform import Platform

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

RUN = "_run"
BATCH = "_batch"
LOADED = "_loaded_at"


@dataclass(frozen=True, slots=True)
class Hop:
    """One model on its way into one layer, within one run. `checkpoint` is the model's folder, as Spark opens it."""

    platform: Platform
    model: Model
    catalog: str
    checkpoint: str
    run: str
    layer: str
    contract: str = ""  # its version
    key: PiiKey | None = None  # reads the secret when it is first asked for: only where a column is hashed

    @property
    def target(self) -> str:
        return f"{self.catalog}.{self.layer}.{self.model.name}"

    @property
    def state(self) -> str:
        """Where the stream keeps what it has seen."""
        return f"{self.checkpoint}/{self.layer}"

    @property
    def application(self) -> str:
        """The name under which appends count once. It dies with the checkpoint, whose batches begin at 0 again."""
        path = Path(self.checkpoint) / "application"
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(uuid.uuid4().hex, encoding="utf-8")
        return f"{path.read_text(encoding='utf-8')}-{self.layer}"

    def counts(self) -> dict[str, int]:
        """The sums over the batches of this run, also if it failed after some."""
        return Ledger(self.checkpoint, self.layer).sums(self.run)

    def drain(self, stream: DataFrame, load: Callable[[DataFrame, int], dict[str, int]]) -> None:
        """Take all that is new, batch by batch; `load` gives the counts of one, kept in the ledger.

        A batch that comes again because the stream died before it noted it is not counted again. The counts pass
        through files: on serverless compute the function runs in another process."""
        ledger = Ledger(self.checkpoint, self.layer)
        run = self.run
        failures: list[Exception] = []

        def each(batch: DataFrame, number: int) -> None:
            try:
                if not ledger.has(number):
                    ledger.write(number, run, load(batch, number))
            except Exception as error:
                failures.append(error)
                raise

        query = (
            stream.writeStream.foreachBatch(each)
            .option("checkpointLocation", self.state)
            .trigger(availableNow=True)
            .start()
        )
        try:
            query.awaitTermination()
        except Exception as error:
            # The stream tells a failure of its batch as text in text; where it happened here, tell it as it was.
            raise failures[0] if failures else error from None


@dataclass(frozen=True, slots=True)
class Ledger:
    """The counts of each batch, one small file each."""

    checkpoint: str
    layer: str

    @property
    def _folder(self) -> Path:
        return Path(self.checkpoint) / "counts" / self.layer

    def has(self, number: int) -> bool:
        return (self._folder / f"{number}.json").exists()

    def write(self, number: int, run: str, counts: dict[str, int]) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        target = self._folder / f"{number}.json"
        draft = target.with_suffix(f".{os.getpid()}.draft")
        draft.write_text(json.dumps({"run": run, "at": time.time(), "counts": counts}), encoding="utf-8")
        draft.replace(target)

    def sums(self, run: str) -> dict[str, int]:
        """The counts of all batches that this run wrote."""
        total: dict[str, int] = {}
        for path in self._folder.glob("*.json") if self._folder.is_dir() else ():
            entry = json.loads(path.read_text(encoding="utf-8"))
            if entry["run"] == run:
                for key, value in entry["counts"].items():
                    total[key] = total.get(key, 0) + value
        return total
