"""Where nothing is new no stream starts, and a file that did arrive is never passed over."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

from tests.jobs.conftest import Lakehouse
from tests.jobs.test_runs import CONTRACT

HEADER = "id,amount\n"


def started(lakehouse: Lakehouse) -> int:
    """Batches that bronze's stream planned so far; a stream that starts leaves its mark even where it finds none."""
    state = lakehouse.root / "volumes" / "checkpoints" / "orders" / "bronze"
    return sum(path.stat().st_mtime_ns for path in [state, *state.rglob("*")])


def test_an_idle_run_starts_no_stream_and_each_arrival_is_taken(lakehouse: Lakehouse) -> None:
    contract = lakehouse.root / "sales.yaml"
    contract.write_text(CONTRACT)
    first = lakehouse.put("orders", "a.csv", HEADER + "01,1\n")
    late = first.with_name("b.csv")
    armed = [True]

    def arrive(event: str, what: tuple[Any, ...]) -> None:
        """While the stream reads the first file, and so has its list of files, another one comes."""
        if armed[0] and event == "open" and what[0] == str(first):
            armed[0] = False
            late.write_text(HEADER + "02,1\n", encoding="utf-8")

    sys.addaudithook(arrive)
    assert lakehouse.run("orders", contract).read == 1
    assert late.exists()
    assert lakehouse.run("orders", contract).read == 1

    before = started(lakehouse)
    idle = lakehouse.run("orders", contract)
    assert (idle.status, idle.listed, idle.read, idle.taken) == ("succeeded", 0, 0, 0)
    assert started(lakehouse) == before
    # What the tables hold is told all the same, and counted again once somebody wrote to them.
    assert idle.tables == {"crisk.bronze.orders": 2, "crisk.silver.orders": 2}
    silver = lakehouse.root / "tables" / "silver" / "orders"
    lakehouse.spark.sql(f"DELETE FROM delta.`{silver}` WHERE id = '02'")
    assert lakehouse.run("orders", contract).tables["crisk.silver.orders"] == 1

    # As long and as old as another one, in a folder of its own, or older than all that was read: it is new by its name.
    inner = lakehouse.put("orders", "inner/a.csv", first.read_text(encoding="utf-8").replace("01", "03"))
    old = lakehouse.put("orders", "old.csv", HEADER + "04,1\n")
    _as_old_as(inner, first)
    os.utime(old, (1_000_000_000, 1_000_000_000))
    assert lakehouse.run("orders", contract).read == 2

    # Under its old name another content, as long as the one before: it is named, and not passed over in silence.
    first.write_text(first.read_text(encoding="utf-8").replace("01", "05"), encoding="utf-8")
    replaced = lakehouse.run("orders", contract)
    assert [Path(each.file).name for each in replaced.refused] == ["a.csv"]
    assert lakehouse.run("orders", contract).refused == []

    # A load that was left half done is taken up again, though every file of it is known.
    counts = lakehouse.root / "volumes" / "checkpoints" / "orders" / "counts" / "bronze"
    newest = max(counts.glob("*.json"), key=lambda path: int(path.stem))
    newest.rename(newest.with_suffix(".begun"))
    commits = lakehouse.root / "volumes" / "checkpoints" / "orders" / "bronze" / "commits"
    last = max((path for path in commits.iterdir() if path.name.isdigit()), key=lambda path: int(path.name))
    last.unlink()
    last.with_name(f".{last.name}.crc").unlink()  # Hadoop takes it for the file
    again = lakehouse.run("orders", contract)
    assert (again.status, newest.exists()) == ("succeeded", True)
    assert lakehouse.read("bronze.orders").count() == 4


def _as_old_as(path: Path, other: Path) -> None:
    told = other.stat()
    os.utime(path, ns=(told.st_atime_ns, told.st_mtime_ns))
