"""What the wizard costs over bare Terraform: a first run of each root, and the checks of a second run."""

from __future__ import annotations

import math
import statistics
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from benchmarks.bare import FROM_NOTHING, PLAN, Bare
from benchmarks.measure import Measure
from benchmarks.watched import Span, Watched, whole
from benchmarks.worlds import Worlds

LATENCY = 0.2  # seconds an operation
PAIRS = 3
ROOTS = ("foundation", "identity", "unity_catalog", "compute")
# The moments that first runs begin from, and the last step before each.
MOMENTS = (("ground", "service-principal"), ("admitted", "metastore"), ("catalogued", "unity-catalog"))
# Each root, its moment, and its step. It runs alone, as bare Terraform does: identity else shares the machine with
# foundation.
FIRSTS = (
    ("foundation", "ground", "foundation"),
    ("identity", "ground", "identity"),
    ("unity_catalog", "admitted", "unity-catalog"),
    ("compute", "catalogued", "compute"),
)
Pair = tuple[float, float]


def over_bare() -> list[Measure]:
    """All of it, with and without latency; without is for information."""
    with tempfile.TemporaryDirectory() as place:
        watched = Watched(Path(place))
        worlds = Worlds(Path(place), watched.env())
        bare = Bare(Path(place) / "by-hand", watched.program, watched.env())
        try:
            for name, until in MOMENTS:
                worlds.wizard("--until", until)
                worlds.keep(name)
            worlds.wizard()
            worlds.keep("done")
            bench = _Bench(watched, worlds, bare)
            return [*bench.all(LATENCY, PAIRS), *bench.all(0, 1)]
        finally:
            worlds.stop()


class _Bench:
    def __init__(self, watched: Watched, worlds: Worlds, bare: Bare) -> None:
        self._watched, self._worlds, self._bare = watched, worlds, bare

    def all(self, latency: float, pairs: int) -> list[Measure]:
        limits = (1.05, 0.6) if latency else (None, None)
        told = f"{latency * 1000:.0f} ms an operation"
        measures = []
        for root, moment, step in FIRSTS:
            of_root = [self._first(root, moment, step, latency, turn) for turn in range(pairs)]
            measures.append(_measure(f"first run of {root} over bare Terraform, {told}", of_root, limits[0]))
        checks, runs = self._seconds(latency, pairs)
        measures.append(_measure(f"checks of the four roots over bare plans in sequence, {told}", checks, limits[1]))
        measures.append(_measure(f"whole second run over bare plans in sequence, {told}", runs, None))
        return measures

    def _first(self, root: str, moment: str, step: str, latency: float, turn: int) -> Pair:
        """A root's wizard and bare seconds, from equal worlds; who goes first changes from turn to turn."""
        taken: dict[str, float] = {}

        def by_wizard() -> None:
            with self._worlds.at(moment, latency):
                spans = self._noted(lambda: self._worlds.wizard("--only", step))
            taken["wizard"] = whole([span for span in spans if span.root == root])

        def by_hand() -> None:
            with self._worlds.at(moment, latency) as connection:
                self._bare.prepare(root, self._worlds.made("done", root))
                taken["bare"] = whole(self._noted(lambda: self._bare.run(root, connection, FROM_NOTHING)))

        for act in (by_wizard, by_hand) if turn % 2 == 0 else (by_hand, by_wizard):
            act()
        return taken["wizard"], taken["bare"]

    def _seconds(self, latency: float, pairs: int) -> tuple[list[Pair], list[Pair]]:
        """The four checks, and the whole, of second runs, each against the four bare plans."""
        checks, runs = [], []
        with self._worlds.at("done", latency) as connection:
            for root in ROOTS:
                self._bare.prepare(root, self._worlds.terraform(root), with_state=True)
                self._bare.run(root, connection, FROM_NOTHING[:1])
            for _turn in range(pairs):
                began = time.perf_counter()
                spans = self._noted(self._worlds.wizard)
                run = time.perf_counter() - began
                by_hand = math.fsum(
                    whole(self._noted(partial(self._bare.run, root, connection, [PLAN]))) for root in ROOTS
                )
                checks.append((whole([span for span in spans if span.root in ROOTS]), by_hand))
                runs.append((run, by_hand))
        return checks, runs

    def _noted(self, act: Callable[[], object]) -> list[Span]:
        self._watched.spans()
        act()
        return self._watched.spans()


def _measure(name: str, pairs: list[Pair], limit: float | None) -> Measure:
    ratio = statistics.median(mine / other for mine, other in pairs)
    seconds = ", ".join(f"{mine:.2f} ÷ {other:.2f} s" for mine, other in pairs)
    return Measure(name, ratio, limit, parts=(f"{name}: {seconds}",))
