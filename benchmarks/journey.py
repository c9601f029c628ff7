"""The main job: the whole journey in the sandbox, and what a second run costs."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.measure import Measure
from wizard.sandbox import process

RISK = Path(__file__).parents[1] / "templates" / "answers" / "risk.yaml"


def whole_journey() -> list[Measure]:
    """First run and second run on one folder; caches are warm when the machine ran it before."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "lakehouse"
        command = [sys.executable, "-m", "wizard.cli", "run", "--target", "sandbox", "--answers", str(RISK),
                   "--folder", str(folder), "--json"]  # fmt: skip
        try:
            first, parts = _timed(command)
            second, _parts = _timed(command)
        finally:
            process.stop(folder / ".wizard" / "sandbox")
    return [
        Measure("whole journey in the sandbox", first, 150, "s", parts),
        Measure("second run over first", second / first, 0.5),
    ]


def _timed(command: list[str]) -> tuple[float, tuple[str, ...]]:
    began = time.perf_counter()
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    taken = time.perf_counter() - began
    if done.returncode != 0:
        raise RuntimeError(f"the journey ended {done.returncode}: {done.stdout[-3000:]}{done.stderr[-2000:]}")
    events = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    return taken, tuple(
        f"{event['step']}: {event['seconds']:.1f} s to apply" for event in events if event["event"] == "applied"
    )
