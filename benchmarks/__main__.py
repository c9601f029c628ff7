"""Runs the benchmarks, or those named; the last line of each is `name: value (limit)`. Ends 1 if one is over its limit.

`python -m benchmarks`: all of them; `python -m benchmarks first_screen app_driven --pairs 11`: these."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Mapping

from benchmarks import app, ingestion, large, peer, setup
from benchmarks.contract import contract_check
from benchmarks.idle import idle_models
from benchmarks.journey import whole_journey
from benchmarks.measure import Measure
from benchmarks.startup import help_over_bare_python, sandbox_start
from benchmarks.terraform import over_bare

Benchmark = Callable[[], Measure | list[Measure]]


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--pairs", type=int, default=setup.PAIRS, help="of whole setups, for app_driven")
    benchmarks = _benchmarks(setup.PAIRS)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(benchmarks)} (default: all)")
    arguments = parser.parse_args()
    benchmarks = _benchmarks(arguments.pairs)
    if unknown := {*arguments.names} - {*benchmarks}:
        parser.error(f"no benchmark: {', '.join(sorted(unknown))}")
    within = True
    for name in arguments.names or benchmarks:
        result = benchmarks[name]()
        for measure in result if isinstance(result, list) else [result]:
            for part in measure.parts:
                print(f"  {part}")
            print(measure, flush=True)
            within &= measure.within
    return 0 if within else 1


def _benchmarks(pairs: int) -> Mapping[str, Benchmark]:
    return {
        "help": help_over_bare_python,
        "sandbox": sandbox_start,
        "journey": whole_journey,
        "first_screen": app.first_screen,
        "while_loading": app.while_loading,
        "under_load": app.under_load,
        "app_driven": lambda: setup.app_driven(pairs),
        "over_bare": over_bare,
        "contract_check": contract_check,
        "bronze": ingestion.bronze,
        "silver_append": ingestion.silver_append,
        "silver_merge": ingestion.silver_merge,
        "whole": ingestion.whole,
        "large": large.large,
        "idle_models": idle_models,
        "beside_dqx": peer.beside_dqx,
    }


if __name__ == "__main__":
    sys.exit(main())
