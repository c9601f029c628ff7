"""How long a user waits before anything happens: help, and the sandbox."""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.measure import Measure, ratio
from wizard.sandbox import process


def help_over_bare_python() -> Measure:
    """`--help` against an interpreter that does nothing."""
    value = ratio([sys.executable, "-m", "wizard.cli", "--help"], [sys.executable, "-c", "pass"], runs=15)
    return Measure("--help over bare python", value, 8)


def sandbox_start() -> Measure:
    """From nothing to a sandbox that answers: by nature a time, since a person waits for it."""
    taken = []
    for _ in range(3):
        with tempfile.TemporaryDirectory() as folder:
            state = Path(folder) / "sandbox"
            began = time.perf_counter()
            connection = process.connect(state)
            taken.append(time.perf_counter() - began)
            connection.close()
            process.stop(state)
    return Measure("sandbox start", statistics.median(taken), 2, "s")
