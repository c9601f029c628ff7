"""Bad input: each kind of file has one exact effect on bronze, and every file is accounted for."""

from __future__ import annotations

import gzip
import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from lakehouse_jobs.contract.model import Model
from lakehouse_jobs.layers import Known, bronze
from lakehouse_jobs.platform.local import Local
from lakehouse_jobs.sources.files import Stamp
from pyspark.sql import DataFrame, SparkSession

from tests.jobs.landing import Landing

HEADER = "id,name,city\n"


@pytest.fixture
def landing(tmp_path: Path, spark: SparkSession) -> Landing:
    return Landing(tmp_path, spark)


def test_columns_are_found_by_name_whatever_else_the_file_is(landing: Landing) -> None:
    big = "x" * (1 << 20)
    landing.put("order.csv", "city,id,name\nX,order,A\n")
    landing.put("missing.csv", "id,city\nmissing,X\n")
    landing.put("extra.csv", "id,name,city,shoe\nextra,A,X,42\n")
    landing.put("duplicate.csv", "id,name,name,city\nduplicate,A,B,X\n")
    landing.put("bom.csv", b"\xef\xbb\xbf" + HEADER.encode() + b"bom,A,X\n")
    landing.put("crlf.csv", HEADER.replace("\n", "\r\n") + "crlf,A,X\r\n")
    landing.put("quotes.csv", HEADER + 'quotes,"A ""B"",\n C",X\n')
    landing.put("cell.csv", HEADER + f"cell,{big},X\n")
    landing.put("São Paulo %41 [1]{2}*.csv", HEADER + "name,A,X\n")
    landing.put("blank.csv", "\n\n" + HEADER + "\nblank,A,X\n\n")
    landing.put("reserved.csv", "id,name,city,_metadata,_file_path,_corrupt_record\nreserved,A,X,1,2,3\n")
    landing.put("short.csv", HEADER + "short,A\n")
    landing.put("long.csv", HEADER + "long,A,X,more\n")
    landing.put("header.csv", HEADER)
    landing.put("empty.csv", "")
    landing.put("deep/er/in.csv", HEADER + "deep,A,X\n")
    landing.put("_hidden/no.csv", HEADER + "no,A,X\n")
    landing.put(".no.csv", HEADER + "no,A,X\n")
    landing.put("notes.txt", "not for us")
    with gzip.open(landing.folder / "packed.csv.gz", "wt") as packed:
        packed.write(HEADER + "packed,A,X\n")
    counts = landing.load()
    found = {row.id: row for row in landing.rows()}
    assert (counts["read"], counts["files"], counts["refused"]) == (15, 17, {})
    assert len(found) == 15
    plain = {"order", "bom", "crlf", "name", "blank", "packed", "deep"}
    assert {(found[id].name, found[id].city, found[id]._rescued_data) for id in plain} == {("A", "X", None)}
    assert (found["missing"].name, found["missing"].city) == (None, "X")
    assert found["quotes"].name == 'A "B",\n C'
    assert found["cell"].name == big
    kept = {id: json.loads(row._rescued_data) for id, row in found.items() if row._rescued_data}
    assert kept.keys() == {"extra", "duplicate", "reserved", "short", "long"}
    assert counts["rescued"] == 5
    assert all(data.pop("_file_path") == found[id]._file_path for id, data in kept.items())
    assert kept["extra"] == {"shoe": "42"}
    assert kept["duplicate"] == {"name__3": "B"}
    assert found["duplicate"].name == "A"
    assert sorted(kept["reserved"].values()) == ["1", "2", "3"]
    assert kept["long"] == {"_corrupt_record": "long,A,X,more"}
    assert (found["short"].name, found["short"].city, kept["short"]) == ("A", None, {"_corrupt_record": "short,A"})
    assert landing.load()["listed"] == 0


def test_an_encoding_is_what_the_contract_says_and_another_is_refused(landing: Landing) -> None:
    landing.put("utf8.csv", HEADER + "1,João,São Paulo\n")
    landing.put("latin.csv", (HEADER + "2,João,X\n").encode("latin-1"))
    counts = landing.load()
    assert "is not UTF-8" in counts["refused"]["latin.csv"]
    assert landing.cells() == [("1", "João", "São Paulo")]
    landing.source(encoding="ISO-8859-1")
    landing.put("again.csv", (HEADER + "2,João,X\n").encode("latin-1"))
    assert landing.load()["refused"] == {}
    assert landing.cells() == [("1", "João", "São Paulo"), ("2", "João", "X")]


def test_a_file_that_cannot_be_read_is_refused_whole_and_stops_no_other(landing: Landing) -> None:
    text = HEADER + "".join(f"cut{n},{n * 7919 % 10007},X\n" for n in range(20_000))
    whole = gzip.compress(text.encode(), mtime=0)
    landing.put("cut.csv.gz", whole[: len(whole) // 2])
    landing.put("start.csv.gz", whole[:15])
    landing.put("none.csv.gz", b"no gzip at all")
    landing.put("long.csv", "x" * 70_000)
    (landing.folder / "loop.csv").symlink_to("loop.csv")
    landing.put("good.csv", HEADER + "1,A,X\n")
    counts = landing.load()
    assert counts["refused"].keys() == {"cut.csv.gz", "start.csv.gz", "none.csv.gz", "long.csv", "loop.csv"}
    assert counts["refused"]["cut.csv.gz"] == bronze.BROKEN
    assert "cannot be opened" in counts["refused"]["none.csv.gz"]
    assert (counts["files"], landing.cells()) == (1, [("1", "A", "X")])
    # It is told once; a good one under another name is taken in, each row once.
    assert landing.load()["listed"] == 0
    landing.put("whole.csv.gz", whole)
    again = landing.load()
    assert (again["read"], again["refused"], len({row.id for row in landing.rows()})) == (20_000, {}, 20_001)


def test_a_file_that_was_replaced_after_it_was_read_is_named_once(landing: Landing) -> None:
    path = landing.put("a.csv", HEADER + "1,A,X\n")
    landing.load()
    path.write_text(HEADER + "1,A,X\n2,B,Y\n")
    landing.put("b.csv", HEADER + "3,C,Z\n")
    counts = landing.load()
    assert (counts["read"], counts["listed"], list(counts["refused"])) == (1, 2, ["a.csv"])
    assert "replaced" in counts["refused"]["a.csv"]
    assert landing.load()["listed"] == 0
    # The same length, another time.
    path.write_text(HEADER + "1,A,X\n2,B,Z\n")
    os.utime(path, ns=(1, path.stat().st_mtime_ns + 10**9))
    assert list(landing.load()["refused"]) == ["a.csv"]
    assert landing.cells() == [("1", "A", "X"), ("3", "C", "Z")]


def test_a_file_that_the_stream_holds_for_too_old_is_named(landing: Landing) -> None:
    new, old = landing.put("new.csv", HEADER + "1,A,X\n"), landing.put("old.csv", HEADER + "2,B,Y\n")
    os.utime(old, (0, 0))
    assert landing.load()["files"] == 2  # of 1970, and taken
    future = landing.put("future.csv", HEADER + "3,C,Z\n")
    os.utime(future, (7_000_000_000, 7_000_000_000))
    landing.load()
    late = landing.put("late.csv", HEADER + "4,D,Z\n")
    os.utime(late, (0, 0))
    counts = landing.load()
    assert (counts["listed"], counts["files"], list(counts["refused"])) == (1, 0, ["late.csv"])
    assert "older than the stream looks back" in counts["refused"]["late.csv"]
    assert new.exists()


def test_a_file_that_is_replaced_while_it_is_read_leaves_no_row(landing: Landing) -> None:
    landing.put("a.csv", HEADER + "1,A,X\n")
    victim = landing.put("b [x].csv", HEADER + "2,B,Y\n")
    landing.platform = Meddled.of(landing.platform, lambda: victim.write_text(HEADER + "9,Z,Z\n8,Z,Z\n"))
    counts = landing.load()
    assert (counts["read"], counts["files"]) == (1, 1)
    assert counts["refused"] == {"b [x].csv": bronze.CHANGED}
    assert landing.cells() == [("1", "A", "X")]


def test_a_file_that_is_gone_when_it_is_read_is_refused(landing: Landing) -> None:
    victim = landing.put("a.csv", HEADER + "1,A,X\n")
    landing.put("b.csv", HEADER + "2,B,Y\n")

    class Vanishing(Local):
        def files(self, batch: DataFrame) -> list[str] | None:
            found = super().files(batch)
            victim.unlink(missing_ok=True)
            return found

    landing.platform = Vanishing(landing.platform.schemas, {}, {})
    counts = landing.load()
    assert (counts["read"], counts["refused"]) == (1, {"a.csv": bronze.GONE})


def test_where_only_the_rows_name_the_files_each_is_accounted_for_too(landing: Landing) -> None:
    """As Auto Loader does it: its batches are rows."""

    class Blind(Local):
        def files(self, batch: DataFrame) -> list[str] | None:
            return None

        def rows(self, batch: DataFrame, model: Model, files: list[str] | None) -> DataFrame:
            return super().rows(batch, model, super().files(batch))

    landing.platform = Blind(landing.platform.schemas, {}, {})
    path = landing.put("a b.csv", HEADER + "1,A,X\n")
    landing.put("empty.csv", "")
    counts = landing.load()
    assert [counts[key] for key in ("read", "files", "refused")] == [1, 2, {}]
    assert landing.load()["listed"] == 0
    path.write_text(HEADER + "2,B,Y\n3,C,Z\n")
    counts = landing.load()
    assert (counts["read"], list(counts["refused"])) == (0, ["a b.csv"])


def test_a_load_that_comes_again_is_written_once_and_its_counts_are_those_of_the_first(landing: Landing) -> None:
    landing.put("a.csv", HEADER + "1,A,X\n")
    landing.put("empty.csv", "")
    landing.put("bad.csv.gz", b"bad")
    first = landing.load()
    ledger = landing.hop().ledger
    (load,) = ledger.loads()
    # As a kill between the append and its note leaves it.
    (landing.root / "checkpoints" / "counts" / "bronze" / f"{load}.json").unlink()
    for path in (landing.root / "checkpoints" / "bronze" / "commits").iterdir():
        path.unlink()
    assert ledger.begin(load)
    again = landing.load()
    assert [again[key] for key in ("read", "rescued", "refused")] == [
        first[key] for key in ("read", "rescued", "refused")
    ]
    assert len(landing.rows()) == 1
    assert ledger.loads() == [load]


def test_many_files_are_many_loads_and_a_new_stream_counts_on(
    landing: Landing, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lakehouse_jobs.platform.local.MOST_FILES", 2)
    for number in range(6):
        landing.put(f"{number}.csv", HEADER + f"{number},A,X\n")
    counts = landing.load()
    loads = landing.hop().ledger.loads()
    assert (counts["read"], counts["listed"], len(loads)) == (6, 6, 3)
    assert sorted({row._load for row in landing.rows()}) == loads
    assert [load - loads[0] for load in loads] == [0, 1, 2]
    # A stream that lost its memory counts on from above, and what was read is not read again.
    state = landing.root / "checkpoints" / "bronze"
    later = int((state / "generation").read_text()) + 1
    shutil.rmtree(state)
    state.mkdir()
    (state / "generation").write_text(str(later))
    assert landing.load()["listed"] == 0
    landing.put("6.csv", HEADER + "6,A,X\n")
    assert landing.load()["read"] == 1
    assert [load // 1_000_000 for load in landing.hop().ledger.loads()][-1] == later
    assert len(landing.rows()) == 7


def test_what_is_known_is_folded_and_stays_known(tmp_path: Path) -> None:
    known = Known(str(tmp_path))
    for number in range(60):
        known.took(f"run-{number}", {f"{number}.csv": Stamp(number, 1)}, {})
    assert len(known.stamps()) == 60
    assert [path.parent.name for path in tmp_path.rglob("folded/*.json")] == ["folded"]
    known.took("last", {"7.csv": Stamp(8, 2)}, {"bad.csv": (Stamp(1, 1), "bad")})
    assert (known.stamps()["7.csv"], known.stamps()["bad.csv"], len(known.stamps())) == ((8, 2), (1, 1), 61)
    known.settle("last", {"new.csv": Stamp(1, 1), "7.csv": Stamp(8, 2)}, {})
    sums = known.ledger.sums("last")
    assert (sums["listed"], sums["files"], [each["file"] for each in sums["refused"]]) == (3, 1, ["bad.csv", "new.csv"])


class Meddled(Local):
    """A platform where something happens between the reading of the rows and the end of their append."""

    meddle: Callable[[], object]

    @classmethod
    def of(cls, platform: Local, meddle: Callable[[], object]) -> Local:
        class There(Local):
            def append(self, rows: DataFrame, *arguments: object, **named: object) -> None:
                super().append(rows, *arguments, **named)  # type: ignore[arg-type]
                meddle()

        return There(platform.schemas, {}, {})
