"""Files → bronze: every row as it came, as text, with where it came from. Appends only.

A file that cannot be read, or that changed while it was, is named and refused; the others are taken in."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lakehouse_jobs.layers import LOAD, LOADED, Hop, Known
from lakehouse_jobs.layers.masked import masked
from lakehouse_jobs.sources.files import PATH, RESCUED, Stamp, Unreadable, literal

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

# Of all columns only the load's: it is what silver asks by, and no value of a person stands in Delta's log.
PROPERTIES = {"delta.dataSkippingStatsColumns": LOAD}
TRIES = 2  # before a file is at fault, and not the moment
GONE = "it is not there any more, or cannot be opened"
CHANGED = "it was replaced while it was read; deliver it under a name of its own"
BROKEN = "it cannot be read to its end, so no row of it was taken; deliver it whole, under another name"


class TableMissing(Exception):  # noqa: N818 - a state of the catalog, told as it is
    """There is no table, and the contract lets none be made."""


def load(hop: Hop, landing: str) -> None:
    """Append the rows of new files; the first ones make the table.

    Counts: read, bronze, rescued, listed, files, refused."""
    platform, known = hop.platform, Known(hop.checkpoint)
    if hop.model.evolution.table == "freeze" and not platform.exists(hop.target):
        raise TableMissing(
            f"there is no table {hop.target}, and evolution of tables is freeze: nothing was written. "
            "Make the table, or set evolution.table to evolve"
        )
    before = known.stamps()
    listed = platform.listing(landing, hop.model)
    if _nothing_new(hop, landing, listed, before):
        return
    stream = platform.stream_files(landing, hop.model, hop.checkpoint)
    hop.drain(stream, lambda frame, number: _Load(hop, frame, number, landing, before, listed).take())
    known.settle(hop.run, listed, before)


def _nothing_new(hop: Hop, landing: str, listed: Mapping[str, Stamp], before: Mapping[str, Stamp]) -> bool:
    """Whether a stream would find no work, so that none is started: it is what an idle model costs.

    Every file that is there was read or refused, as long and as old as it is now, and no load was left half done. One
    that comes after the listing is in the next run's. A folder that is not there is the stream's to complain of."""
    known = all(before.get(path) == stamp for path, stamp in listed.items())
    return known and not hop.ledger.unfinished() and Path(hop.platform.path(landing)).is_dir()


@dataclass(slots=True)
class _Load:
    """One batch of files on its way into the table."""

    hop: Hop
    frame: DataFrame
    number: int
    landing: str
    known: Mapping[str, Stamp]  # the files that earlier loads dealt with
    listed: Mapping[str, Stamp]  # those that were there when the run began
    stamps: dict[str, Stamp] = field(default_factory=dict)  # of the files that are read, before they are
    refused: dict[str, tuple[Stamp, str]] = field(default_factory=dict)
    faults: dict[str, int] = field(default_factory=dict)  # path -> times that reading failed there

    def take(self) -> dict[str, Any]:
        """Counts: read, bronze, rescued. What became of the files goes to those known."""
        first = self.hop.ledger.begin(self.number)
        there = set() if first else self._there()
        files = self.hop.platform.files(self.frame)
        if first and files is not None:
            # A stream that lost its memory offers all files again.
            files = [path for path in files if path not in self.known]
        while True:
            self._look(files, there)
            try:
                read = self._read(None if files is None else sorted(self.stamps), again=not first, done=bool(there))
                break
            except Exception as error:
                first, files = False, self._without(files, error)
        read -= self._leave_out_changed()
        counted = self._sql(f"SELECT count(*) AS bronze, count({RESCUED}) AS rescued").first()
        sums = counted.asDict() if counted else {}
        if files is None:
            self.stamps = self._told_by_rows()
        Known(self.hop.checkpoint).took(self.hop.run, self.stamps, self.refused)
        return {"read": read, **sums}

    def _look(self, files: list[str] | None, there: set[str]) -> None:
        self.stamps = self.hop.platform.stamps(files or ())
        for path in files or ():
            if path not in self.stamps and path in there:
                self.stamps[path] = Stamp(-1, -1)  # it is gone, and its rows are in the table since an earlier try
            elif path not in self.stamps:
                self.refused[path] = (Stamp(-1, -1), GONE)

    def _read(self, files: list[str] | None, *, again: bool, done: bool) -> int:
        """Append; the rows that Spark read."""
        hop = self.hop
        stamps = (f"current_timestamp() as {LOADED}", f"cast({self.number} as bigint) as {LOAD}")
        source = hop.platform.rows(self.frame, hop.model, files)
        rows = masked(hop, source).selectExpr("*", *stamps)
        if not again:
            return self._watched(rows)
        # What is in the table since an earlier try is appended no second time, and then nothing is counted on the way.
        if not done:
            hop.platform.append(rows, hop.target, hop.application, self.number, PROPERTIES)
        return source.count()

    def _watched(self, rows: DataFrame) -> int:
        """Append, and count the rows as they pass."""
        from pyspark.sql import Observation
        from pyspark.sql.functions import count, lit

        seen = Observation(f"read_{uuid.uuid4().hex}")
        counted = rows.observe(seen, count(lit(1)).alias("rows"))
        self.hop.platform.append(counted, self.hop.target, self.hop.application, self.number, PROPERTIES)
        return int(seen.get["rows"])

    def _without(self, files: list[str] | None, error: Exception) -> list[str]:
        """The files to go on with; raises the error again if it is none of a file."""
        culprit = error.file if isinstance(error, Unreadable) else self.hop.platform.culprit(error)
        if files is None or culprit is None or culprit not in files:
            raise error
        self.faults[culprit] = self.faults.get(culprit, 0) + 1
        if self.faults[culprit] < TRIES:
            return files
        reason = error.reason if isinstance(error, Unreadable) else BROKEN
        self.refused[culprit] = (self.stamps[culprit], reason)
        return [path for path in files if path != culprit]

    def _leave_out_changed(self) -> int:
        """Refuse the files that are not as they were when they began to be read; the rows that go with them."""
        now = self.hop.platform.stamps(self.stamps)
        changed = {path for path, stamp in self.stamps.items() if stamp.length >= 0 and now.get(path) != stamp}
        if not changed:
            return 0
        for path in changed:
            del self.stamps[path]
            self.refused[path] = (now.get(path, Stamp(-1, -1)), CHANGED)
        raw = [literal(row[0]) for row in self._sql(f"SELECT DISTINCT {PATH}").collect()]
        raw = [text for text in raw if self.hop.platform.plain(text[1:-1]) in changed]
        if not raw:
            return 0
        deleted = self._sql("DELETE", f" AND {PATH} IN ({', '.join(raw)})").first()
        return int(deleted[0]) if deleted else 0

    def _there(self) -> set[str]:
        """The files whose rows of this load the table has."""
        if not self.hop.platform.exists(self.hop.target):
            return set()
        return {self.hop.platform.plain(row[0]) for row in self._sql(f"SELECT DISTINCT {PATH}").collect()}

    def _told_by_rows(self) -> dict[str, Stamp]:
        """The files of this load where the platform does not name them, as they are listed."""
        there, listed = self._there(), self.listed
        if not there <= listed.keys():
            listed = self.hop.platform.listing(self.landing, self.hop.model)
        return {path: listed.get(path, Stamp(-1, -1)) for path in there}

    def _sql(self, verb: str, more: str = "") -> DataFrame:
        table = self.hop.platform.table(self.hop.target)
        return self.frame.sparkSession.sql(f"{verb} FROM {table} WHERE {LOAD} = {self.number}{more}")
