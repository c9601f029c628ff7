"""Runs every benchmark; the last line of each is `name: value (limit)`. Ends 1 if one is over its limit."""

from __future__ import annotations

import sys

from benchmarks.app import app
from benchmarks.journey import whole_journey
from benchmarks.startup import help_over_bare_python, sandbox_start
from benchmarks.terraform import over_bare


def main() -> int:
    within = True
    for benchmark in (help_over_bare_python, sandbox_start, whole_journey, app, over_bare):
        result = benchmark()
        for measure in result if isinstance(result, list) else [result]:
            for part in measure.parts:
                print(f"  {part}")
            print(measure, flush=True)
            within &= measure.within
    return 0 if within else 1


if __name__ == "__main__":
    sys.exit(main())
