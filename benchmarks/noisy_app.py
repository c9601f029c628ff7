"""The app over a Terraform process that writes very much: `python -m benchmarks.noisy_app FOLDER LINES PER_SECOND`.

All but the process is the product: its stream is kept and followed as any other, and told to the app as the engine
tells it."""

from __future__ import annotations

import os
import sys
import threading
from pathlib import Path

from wizard import journey
from wizard.guided.launch import Launch
from wizard.guided.messages import Loaded, Said, StepInfo
from wizard.guided.session import Session
from wizard.provisioning import run, stream
from wizard.setup.cancel import Cancellation
from wizard.setup.draft import Draft
from wizard.setup.events import ApplyStarted, LogLine, RunStarted
from wizard.tui import pace
from wizard.tui.app import WizardApp

STEP, VERB, ENDED = "foundation", "apply", "the stream has ended"


class Noisy(Session):
    """Follows the talkative process in the place of a run."""

    def __init__(self, app: WizardApp, lines: int, per_second: int) -> None:
        super().__init__(app.launch, app.bridge.post)
        self._app, self._lines, self._per_second = app, lines, per_second

    def start(self) -> None:
        threading.Thread(target=self._follow, daemon=True).start()

    def _follow(self) -> None:
        app, folder = self._app, self.launch.folder
        step = StepInfo(STEP, "Foundation", "terraform", (), None, ())
        app.bridge.post(Loaded((step,), "sandbox", True, Draft(journey.questions()), True))
        app.bridge.post(RunStarted(command="run", target="sandbox", setup_id="0" * 12, steps=(STEP,)))
        app.bridge.post(ApplyStarted(step=STEP))
        app.call_from_thread(app.pump)  # the first screen shows the steps before the next one is built
        app.call_from_thread(app.switch, "journey")
        argv = [sys.executable, "-m", "benchmarks.noise", str(self._lines), str(self._per_second)]
        env = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])}
        run.follow(argv, verb=VERB, folder=folder, env=env, cancel=Cancellation(), tell=self._tell)
        app.bridge.post(Said(ENDED))

    def _tell(self, event: stream.Event) -> None:
        if isinstance(event, stream.Message):
            self._app.bridge.post(LogLine(step=STEP, level="info", text=event.text))


def main(folder: Path, lines: int, per_second: int) -> None:
    pace.begin()
    app = WizardApp(Launch(folder, target="sandbox", look=False))
    app.session = Noisy(app, lines, per_second)
    app.run()


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
