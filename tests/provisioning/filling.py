"""A phase on a small disk that it fills itself at a chosen moment, then frees: `python -m tests.provisioning.filling
PLACE MOMENT`, where the disk is mounted. Prints, as JSON, what was told and what the next run came to."""

from __future__ import annotations

import json
import os
import secrets
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any

from tests.provisioning.conftest import CANARY, MODULE, VERSIONS
from wizard.provisioning import stream
from wizard.provisioning.failure import TerraformFailed
from wizard.provisioning.phase import STATE, Phase
from wizard.setup.cancel import Cancellation
from wizard.steps import problems

FIRST = {"label": "first"}
BLOCK = 4096
SLOW = "terraform_data.slow[0]"
BIG = {"label": secrets.token_hex(60_000)}  # no compression makes it fit


class Trial:
    """One root on the disk at `place`; `said` is what its runs said."""

    def __init__(self, place: Path) -> None:
        self.place, self.filler, self.gate = place, place / "filler", place / "gate"
        self.said: list[str] = []
        source = place / "source"
        source.mkdir()
        (source / "main.tf").write_text(MODULE)
        (source / "versions.tf").write_text(VERSIONS)
        os.mkfifo(self.gate)

    def phase(self, tell: Callable[[stream.Event], None] = lambda event: None) -> Phase:
        return Phase(
            name="trial",
            source=self.place / "source",
            folder=self.place / "terraform" / "trial",
            shared=self.place / "terraform",
            secrets={"client_secret": CANARY},
            extra_env={"PATH": os.environ["PATH"]},
            cancel=Cancellation(),
            tell=tell,
            say=self.said.append,
        )

    def fill(self, leave: int) -> None:
        """Leave `leave` bytes, and no more, whoever else writes meanwhile."""
        with self.filler.open("wb", buffering=0) as file, suppress(OSError):
            while file.write(bytes(BLOCK)) == BLOCK:
                pass
        os.truncate(self.filler, self.filler.stat().st_size // BLOCK * BLOCK - leave)

    def at_the_gate(self, event: stream.Event) -> None:
        """In mid-apply: the disk is full, then the apply goes on, as far as it gets."""
        if isinstance(event, stream.ResourceEvent) and (event.address, event.state) == (SLOW, "started"):
            self.fill(0)
            # Terraform may give up before its command opens the gate.
            threading.Thread(target=self.gate.write_text, args=("on",), daemon=True).start()

    def planned_on_a_full_disk(self, leave: int) -> None:
        phase = self.phase()
        phase.prepare(BIG)
        (phase.folder / "plan.jsonl").unlink()  # an earlier run's, whose place would be free
        self.fill(leave)
        phase.plan(BIG)

    def applied_on_a_full_disk(self) -> None:
        phase = self.phase(self.at_the_gate)
        phase.plan({**BIG, "gate": str(self.gate)})
        phase.apply()

    def at(self, moment: str) -> None:
        """`note`: not even who runs can be written; `plan`: the plan's file; `apply`: the apply's stream and state."""
        if moment == "apply":
            self.applied_on_a_full_disk()
        else:
            self.planned_on_a_full_disk(0 if moment == "note" else 64 * 1024)


def main(place: Path, moment: str) -> dict[str, Any]:
    trial = Trial(place)
    first = trial.phase()
    first.plan(FIRST)
    first.apply()
    told = {}
    try:
        trial.at(moment)
    except TerraformFailed as error:
        told = asdict(problems.match(error.text))
    except OSError as error:
        told = asdict(problems.from_exception(error))
    state, saved = first.folder / STATE, first.saved_plan
    left = {"state_bytes": state.stat().st_size, "state_whole": _whole(state), "plan": saved.exists()}
    trial.filler.unlink()
    last = trial.phase()
    headline = last.plan(BIG).summary.headline
    label = last.apply()["label"]
    again = trial.phase().plan(BIG)
    return {"told": told, "left": left, "said": trial.said, "headline": headline, "right": label == BIG["label"],
            "empty": again.empty}  # fmt: skip


def _whole(state: Path) -> bool:
    try:
        return bool(json.loads(state.read_bytes()))
    except ValueError:
        return False


if __name__ == "__main__":
    print(json.dumps(main(Path(sys.argv[1]), sys.argv[2])))
