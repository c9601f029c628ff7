"""Draws docs/images/demo.svg: a real run of the demo in the sandbox, as a terminal shows it."""

from __future__ import annotations

import io
import sys
import tempfile
from pathlib import Path

from rich.console import Console

from wizard.application import Options, opened
from wizard.plain.speaker import LineSpeaker
from wizard.report.closing import close
from wizard.sandbox import process
from wizard.setup.events import Checked, Event, RunEnded
from wizard.setup.outcome import Mode, Result

ROOT = Path(__file__).parents[1]
PICTURE = ROOT / "docs" / "images" / "demo.svg"
WIDTH = 110


def main() -> int:
    """Run the demo in a folder of its own and save what it said."""
    console = Console(record=True, width=WIDTH, file=io.StringIO(), color_system="truecolor", highlight=False)
    voice = LineSpeaker(console, quiet=False)
    console.print("[bold]$ make demo[/]")

    def shown(event: Event) -> None:
        if isinstance(event, RunEnded) or (isinstance(event, Checked) and event.verdict == "done"):
            voice(event)

    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "my-lakehouse"
        options = Options(folder, "sandbox", ROOT / "templates" / "answers" / "risk.yaml")
        try:
            with opened(options, shown) as setup:
                outcome = setup.engine.run(Mode.RUN)
                closing = close(setup.context("summary"), outcome.findings, [*setup.engine.steps.values()])
        finally:
            process.stop(folder / ".wizard" / "sandbox")
    if outcome.result is not Result.DONE:
        print(f"the demo ended {outcome.result.value}; no picture was drawn", file=sys.stderr)
        return 1
    for table in closing.status.tables:
        console.print(f"  {table.name:<24}{table.rows:>6} rows")
    if closing.cost is not None:
        console.print(f"  {closing.cost.known:.2f} {closing.cost.currency} a month, estimated ({closing.cost.note})")
    PICTURE.parent.mkdir(parents=True, exist_ok=True)
    console.save_svg(str(PICTURE), title="lakehouse-wizard")
    return 0


if __name__ == "__main__":
    sys.exit(main())
