"""The app over a Terraform process that writes very much: `python -m benchmarks.noisy_app FOLDER LINES PER_SECOND`.

All but the process is the product: its stream is kept and followed as any other, and told to the app as the engine
tells it."""

from __future__ import annotations

import os
import sys
import threading
import time
from pathlib import Path

from wizard import journey
from wizard.guided.launch import Launch
from wizard.guided.messages import Loaded, Said, StepInfo
from wizard.provisioning import run, stream
from wizard.setup.cancel import Cancellation
from wizard.setup.draft import Draft
from wizard.setup.events import ApplyStarted, LogLine, RunStarted
from wizard.tui.app import WizardApp

STEP, VERB, ENDED = "foundation", "apply", "the stream has ended"


def main(folder: Path, lines: int, per_second: int) -> None:
    app = WizardApp(Launch(folder, target="sandbox", look=False))
    post = app.bridge.post

    def tell(event: stream.Event) -> None:
        if isinstance(event, stream.Message):
            post(LogLine(step=STEP, level="info", text=event.text))

    def work() -> None:
        step = StepInfo(STEP, "Foundation", "terraform", (), None, ())
        post(Loaded((step,), "sandbox", True, Draft(journey.questions()), True))
        post(RunStarted(command="run", target="sandbox", setup_id="0" * 12, steps=(STEP,)))
        post(ApplyStarted(step=STEP))
        while not app.store.steps:  # the first screen shows them before the next one is built
            time.sleep(0.05)
        app.call_from_thread(app.switch, "journey")
        argv = [sys.executable, "-m", "benchmarks.noise", str(lines), str(per_second)]
        env = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])}
        run.follow(argv, verb=VERB, folder=folder, env=env, cancel=Cancellation(), tell=tell)
        post(Said(ENDED))

    app.session.start = threading.Thread(target=work, daemon=True).start  # type: ignore[method-assign]
    app.run()


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
