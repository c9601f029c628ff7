"""Timing whole commands, in pairs, so that a machine's drift falls out."""

from __future__ import annotations

import statistics
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Measure:
    """One figure; `limit` is what it must not exceed, None where it is told for information. `parts` is said
    above it."""

    name: str
    value: float
    limit: float | None
    unit: str = "x"
    parts: tuple[str, ...] = ()

    @property
    def within(self) -> bool:
        return self.limit is None or self.value <= self.limit

    def __str__(self) -> str:
        verdict = "" if self.within else "  OVER"
        limit = "for information" if self.limit is None else f"limit {self.limit:g} {self.unit}"
        return f"{self.name}: {self.value:.2f} {self.unit} ({limit}){verdict}"


def seconds(command: Sequence[str], env: Mapping[str, str] | None = None) -> float:
    """The wall time of one run of `command`, which must succeed."""
    began = time.perf_counter()
    done = subprocess.run(command, env=None if env is None else dict(env), capture_output=True, check=False)
    taken = time.perf_counter() - began
    if done.returncode != 0:
        raise RuntimeError(f"{command[0]} ended {done.returncode}: {done.stderr.decode(errors='replace')[-2000:]}")
    return taken


def ratio(command: Sequence[str], base: Sequence[str], *, runs: int) -> float:
    """The median over pairs of `command` ÷ `base`, after one warm-up of each."""
    seconds(command)
    seconds(base)
    return statistics.median(seconds(command) / seconds(base) for _ in range(runs))
