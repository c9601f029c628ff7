"""What the app costs a whole setup: driven by its keys in a pseudo-terminal, against `run` without a screen.

Both go from an empty folder and the same answers to the summary, and end. The driver is a person who needs no time:
it presses as soon as it is asked."""

from __future__ import annotations

import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from benchmarks.installed import installed
from benchmarks.measure import Measure
from tests.tui.terminal import WIZARD, Terminal
from wizard.sandbox import process

PAIRS = 3  # a pair takes about a minute; `python -m benchmarks app_driven --pairs 11`
RISK = Path(__file__).parents[1] / "templates" / "answers" / "risk.yaml"
SIZE = (120, 36)
YES = ("Go on", "Run the journey", "Apply this plan", "Let the wizard do it")  # the buttons of a person who agrees
END = "Status of all steps"
Env = Mapping[str, str | None]


def app_driven(pairs: int = PAIRS) -> Measure:
    """The median over pairs, who goes first alternating; one run without a screen before fills the caches."""
    with installed() as env, tempfile.TemporaryDirectory() as place:
        _seconds(_headless, Path(place) / "warm", env)
        taken = []
        for turn in range(pairs):
            both = {"app": _in_the_app, "headless": _headless}
            order = both if turn % 2 else reversed(both)
            each = {name: _seconds(both[name], Path(place) / f"{name}-{turn}", env) for name in order}
            taken.append((each["app"], each["headless"]))
    told = ", ".join(f"{app:.1f} ÷ {headless:.1f} s" for app, headless in taken)
    value = statistics.median(app / headless for app, headless in taken)
    return Measure("whole setup in the app over headless", value, 1.05, parts=(f"{pairs} pairs: {told}",))


def _seconds(setup: Callable[[tuple[str | Path, ...], Env], None], folder: Path, env: Env) -> float:
    """From process start to its end; the sandbox is stopped after, and not counted."""
    began = time.perf_counter()
    try:
        setup(("--folder", folder, "--target", "sandbox", "--answers", RISK), env)
        return time.perf_counter() - began
    finally:
        process.stop(folder / ".wizard" / "sandbox")


def _headless(options: tuple[str | Path, ...], env: Env) -> None:
    clean = {key: value for key, value in {**os.environ, **env}.items() if value is not None}
    argv = [sys.executable, "-m", "wizard.cli", "run", *options, "--json"]
    done = subprocess.run(argv, env=clean, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"the run ended {done.returncode}: {done.stdout[-3000:]}{done.stderr[-2000:]}")


def _in_the_app(options: tuple[str | Path, ...], env: Env) -> None:
    with Terminal((*WIZARD, *options), size=SIZE, env={**env, "PYTHONFAULTHANDLER": "1"}) as terminal:
        try:
            while END not in terminal.text:
                terminal.until(lambda: END in terminal.text or terminal.focused in YES, "a question, or the summary")
                if (name := terminal.focused) in YES:
                    terminal.button(name)
            terminal.press("\x03")
            code = terminal.wait()
        except AssertionError as error:
            error.add_note(f"where its threads stand:\n{_stands(terminal)}")
            raise
    if code != 0:
        raise RuntimeError(f"the app ended {code}")


def _stands(terminal: Terminal) -> str:
    """What Python tells of every thread as it is aborted; "" where it has ended already."""
    if terminal.ended():
        return ""
    terminal.resize(200, 400)  # all of it is to be seen
    terminal.kill(signal.SIGABRT)
    terminal.wait()
    return "\n".join(line for line in terminal.text.splitlines() if line)
