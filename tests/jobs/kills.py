"""What a kill test needs: a lakehouse whose second input a killed run reads, and a hash of what tables hold."""

from __future__ import annotations

import hashlib
import os
import signal
import subprocess
import sys
from pathlib import Path

from tests.jobs.conftest import CONTRACTS, REPOSITORY, SCOPE, Lakehouse

# When a row came and in which load differs from run to run; where its file lies differs from lakehouse to lakehouse.
VOLATILE = ("_loaded_at", "_load", "_run", "_run_id")
TABLES = ("bronze.account", "silver.account", "silver.account_quarantine")
HEADER = "user_id,name,email,city\n"
# Updates, new rows, a duplicate, and rows without a key or a required name.
FIRST = HEADER + "".join(f"{n:03},Name {n},n{n}@example.com,Natal\n" for n in range(30))
SECOND = HEADER + "".join(f"{n:03},Name {n},m{n}@example.com,Recife\n" for n in range(20, 60))
SECOND += "059,Name 59,m59@example.com,Recife\n,Nobody,nobody@example.com,Natal\n098,,x@example.com,Natal\n"
ROWS = 30 + 40 + 3
MOMENT = 1_780_000_000  # when both files were written; the second a minute later


def loaded(lakehouse: Lakehouse) -> Lakehouse:
    """With the first input in its tables, the second in its folder."""
    for number, text in enumerate((FIRST, SECOND)):
        path = lakehouse.put("account", f"{number}.csv", text)
        os.utime(path, (MOMENT + 60 * number,) * 2)
        if number == 0:
            lakehouse.run("account", run="first")
    return lakehouse


def arguments(run: str) -> list[str]:
    record = f"/Volumes/crisk/ops/runs/{{model}}/{run}.json"
    contract = str(CONTRACTS / "account.yaml")
    where = ["--contract", contract, "--catalog", "crisk", "--run-record", record, "--secret-scope", SCOPE]
    return [*where, "--wait", "600"]


def start(lakehouse: Lakehouse, point: str, number: int = 1, run: str = "killed") -> subprocess.Popen[str]:
    """A run in a process group of its own, Java in it."""
    return subprocess.Popen(
        [sys.executable, "-m", "tests.jobs.killed", str(lakehouse.root), point, str(number), *arguments(run)],
        cwd=REPOSITORY,
        env={
            **os.environ,
            "LAKEHOUSE_NAMESPACE": str(lakehouse.root / "namespace.json"),
            "SPARK_LOCAL_IP": "127.0.0.1",
        },
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def kill(lakehouse: Lakehouse, point: str, number: int = 1) -> None:
    """Let a run die at that point; fails if it reached its end instead."""
    process = start(lakehouse, point, number)
    _out, errors = process.communicate(timeout=300)
    assert process.returncode == -signal.SIGKILL, errors[-2000:]


def held(lakehouse: Lakehouse) -> dict[str, str]:
    """A hash of each table's rows."""
    found = {}
    for table in TABLES:
        frame = lakehouse.read(table)
        names = [name for name in sorted(frame.columns) if name not in VOLATILE]
        rows = [
            tuple(
                Path(str(value)).name if name == "_file_path" else str(value)
                for name, value in zip(names, row, strict=True)
            )
            for row in frame.select(*names).collect()
        ]
        told = "\n".join(map(str, [names, *sorted(rows)])).replace(str(lakehouse.root), "")
        found[table] = hashlib.sha256(told.encode()).hexdigest()
    return found


def recovered(lakehouse: Lakehouse) -> dict[str, str]:
    """Run again after a kill; every row is accounted for, and a third run finds nothing to do."""
    record = lakehouse.run("account", run="again")
    assert (record.status, record.balanced) == ("succeeded", True), record
    assert lakehouse.read("bronze.account").count() == ROWS
    idle = lakehouse.run("account", run="idle")
    assert (idle.read, idle.taken, idle.listed) == (0, 0, 0)
    return held(lakehouse)
