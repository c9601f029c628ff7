"""The layers of the lakehouse, each taking what is new in the one before."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from lakehouse_jobs.claims import Stopped, cancelled
from lakehouse_jobs.contract.model import Model
from lakehouse_jobs.keys import PiiKey
from lakehouse_jobs.layers.known import Known
from lakehouse_jobs.layers.ledger import BATCHES, Counts, Ledger, added, generation
from lakehouse_jobs.platform import Platform

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

__all__ = ["LOAD", "LOADED", "Counts", "Hop", "Known", "Ledger"]
LOAD = "_load"
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
    def ledger(self) -> Ledger:
        return Ledger(self.checkpoint, self.layer)

    @property
    def application(self) -> str:
        """The name under which writes count once; their versions are the loads, which only ever grow."""
        return f"lakehouse-jobs-{self.layer}"

    def counts(self) -> dict[str, Any]:
        """The sums over the loads of this run, also if it failed after some; bronze's with those of its files."""
        rows = self.ledger.sums(self.run)
        return added(rows, Known(self.checkpoint).ledger.sums(self.run)) if self.layer == "bronze" else rows

    def drain(self, stream: DataFrame, load: Callable[[DataFrame, int], Counts]) -> None:
        """Take all that is new, load by load; `load` gives the counts of one, kept in the ledger.

        A load that comes again because the stream died before it noted it is not counted again. The counts pass
        through files: on serverless compute the function runs in another process."""
        ledger, run, born = self.ledger, self.run, generation(self.state, self.ledger)
        failures: list[Exception] = []

        def each(batch: DataFrame, number: int) -> None:
            this = born * BATCHES + number
            try:
                if not ledger.has(this):
                    ledger.write(this, run, load(batch, this))
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
        if cancelled(self.run):
            # A stopped stream ends like one that is done; what it did not come to is no file that it passed over.
            raise Stopped("cancelled; the next run goes on where this one ended")
