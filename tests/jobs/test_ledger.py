"""The numbers of loads only ever grow."""

from __future__ import annotations

import shutil
from pathlib import Path

from lakehouse_jobs.layers.ledger import BATCHES, Ledger, generation


def test_a_stream_that_begins_anew_numbers_its_loads_above_all_there_are_whatever_the_clock_says(
    tmp_path: Path,
) -> None:
    ledger, state = Ledger(str(tmp_path), "bronze"), tmp_path / "bronze"
    born = generation(str(state), ledger)
    assert generation(str(state), ledger) == born
    ahead = born + 1_000  # as on a machine whose clock was wrong
    ledger.write(ahead * BATCHES + 7, "run", {})
    assert generation(str(state), ledger) == born
    shutil.rmtree(state)
    assert generation(str(state), ledger) == ahead + 1
    assert ledger.begin((ahead + 1) * BATCHES)
    shutil.rmtree(state)
    assert generation(str(state), ledger) == ahead + 2
