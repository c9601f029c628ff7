"""A Spark process of its own that loads what stands in a folder, with the event log and the driver's log kept.

`python -m tests.long.pii_journey ROOT`: each folder of ROOT/phases is landed and ingested, in the order of names."""

from __future__ import annotations

import os
import shutil
import sys
import traceback
from pathlib import Path

from lakehouse_jobs.main import ingest

from wizard.sandbox.spark import session as sessions

LOGGED = {
    "spark.eventLog.enabled": "true", "spark.eventLog.rolling.enabled": "false", "spark.eventLog.compress": "false",
    "spark.sql.ui.explainMode": "extended", "spark.sql.debug.maxToStringFields": "5000", "spark.log.level": "INFO",
    "spark.sql.maxPlanStringLength": "10000000",
}  # fmt: skip


def main(root: Path) -> None:
    """Every failure is printed as Python prints it, and the next phase goes on."""
    os.environ["LAKEHOUSE_NAMESPACE"] = str(root / "namespace.json")
    (root / "events").mkdir()
    given = sessions.settings
    sessions.settings = lambda folder: {**given(folder), **LOGGED, "spark.eventLog.dir": (root / "events").as_uri()}
    spark = sessions.start(root / "spark")
    try:
        for phase in sorted((root / "phases").iterdir()):
            for file in phase.rglob("*.*"):
                target = root / "volumes" / "landing" / file.relative_to(phase)
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.move(file, target)
            contract = root / "contracts" / f"{phase.name.partition('-')[2]}.yaml"
            record = f"/Volumes/crisk/ops/runs/{{model}}/{phase.name}.json"
            try:
                ingest(["--contract", str(contract), "--catalog", "crisk", "--run-record", record,
                        "--run", phase.name, "--secret-scope", "scope"])  # fmt: skip
            except Exception:
                traceback.print_exc()
    finally:
        spark.stop()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
