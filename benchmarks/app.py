"""The app in a real pseudo-terminal: its first screen, its keys under load, its memory, and what it costs a setup."""

from __future__ import annotations

import hashlib
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import psutil

from benchmarks import noise, noisy_app
from benchmarks.installed import installed
from benchmarks.measure import Measure
from tests.tui.terminal import WIZARD, Terminal

PAIRS = 11
STARTS = 11  # starts of the app in which keys are pressed while the SDKs load
LINES, PER_SECOND = 100_000, 10_000
SIZE = (120, 36)
BETWEEN = 0.05  # seconds from one key to the next, as a quick hand has them
PLACEHOLDER = "find in the log"
Env = Mapping[str, str | None]
EMPTY = (sys.executable, "-m", "benchmarks.empty_app")


def first_screen() -> Measure:
    """From process start to the first screen, against an app that shows one line; alternated."""
    with installed() as env, tempfile.TemporaryDirectory() as place:
        wizard = (*WIZARD, "--folder", place, "--target", "sandbox")
        pairs = []
        for turn in range(PAIRS + 1):
            both = [(wizard, "Folder"), (EMPTY, "an empty app")]
            taken = {argv: _start(argv, text, env) for argv, text in (both if turn % 2 else reversed(both))}
            pairs.append((taken[wizard], taken[EMPTY]))
    pairs = pairs[1:]  # the first warms the caches of both
    ours, empty = (statistics.median(each) for each in zip(*pairs, strict=True))
    told = f"first screen: {ours * 1000:.0f} ms, an empty app: {empty * 1000:.0f} ms, medians of {PAIRS}"
    value = statistics.median(mine / other for mine, other in pairs)
    return Measure("first screen over an empty Textual app", value, 1.3, parts=(told,))


def while_loading() -> Measure:
    """Tab moves the focus between two buttons while the session's thread loads the SDKs; the first start fills the
    caches."""
    with installed() as env:
        starts = [_keys_of_a_start(env) for _start_number in range(STARTS + 1)]
    taken = [seconds for start in starts[1:] for seconds in start]
    return _latency("keys while the SDKs load", taken, 100)


def _keys_of_a_start(env: Env) -> list[float]:
    with (
        tempfile.TemporaryDirectory() as place,
        Terminal((*WIZARD, "--folder", place, "--target", "sandbox"), size=SIZE, env=env) as terminal,
    ):
        terminal.until(lambda: terminal.focused, "the first screen")
        return _keys(terminal, _tab, lambda: "loading the journey" not in terminal.text)


def under_load() -> list[Measure]:
    """Letters into a text field while the log's lines arrive; then memory after three times as many."""
    with installed() as env, tempfile.TemporaryDirectory() as place:
        _noisy(Path(place) / "warm", noise.PIECE, env, typing=False)  # fills the caches
        quiet, memory, same = _noisy(Path(place) / "short", LINES, env)
        _more, more, same_again = _noisy(Path(place) / "long", 3 * LINES, env, typing=False)
    stream = Measure("bytes of the log's file that differ from the stream", 0 if same and same_again else 1, 0, "")
    growth = Measure(f"memory after {3 * LINES:,} lines over after {LINES:,}", more / memory, 1.25,
                     parts=(f"memory: {memory / 2**20:.0f} MB, {more / 2**20:.0f} MB",))  # fmt: skip
    return [_latency(f"keys while {LINES:,} log lines arrive", quiet, 60), growth, stream]


def _noisy(folder: Path, lines: int, env: Env, *, typing: bool = True) -> tuple[list[float], int, bool]:
    """Seconds from key to screen; bytes of memory at the end; whether the file holds the stream."""
    folder.mkdir()
    rate = PER_SECOND if typing else 2 * PER_SECOND
    argv = (sys.executable, "-m", "benchmarks.noisy_app", folder, str(lines), str(rate))
    with Terminal(argv, size=SIZE, env=env) as terminal:
        terminal.see("line ")
        terminal.press("/")
        terminal.see(PLACEHOLDER)
        taken = _keys(terminal, _letter, lambda: noisy_app.ENDED in terminal.text) if typing else []
        terminal.see(noisy_app.ENDED)
        terminal.see(f"{lines} lines")
        memory = psutil.Process(terminal.pid).memory_info().rss
    kept = hashlib.sha256((folder / f"{noisy_app.VERB}.jsonl").read_bytes()).digest()
    wanted = hashlib.sha256(b"".join(noise.pieces(lines))).digest()
    return taken, memory, kept == wanted


Press = Callable[[Terminal, int], Callable[[], bool]]


def _keys(terminal: Terminal, press: Press, over: Callable[[], bool]) -> list[float]:
    """Press one key after the other until it is over; seconds from each to the screen that shows it."""
    taken: list[float] = []
    while not over():
        began = time.perf_counter()
        shown = press(terminal, len(taken))
        terminal.until(shown, "what comes of a key")
        taken.append(time.perf_counter() - began)
        time.sleep(BETWEEN)  # what is measured is a hand's rhythm: keys pressed without a pause would queue up
    return taken


def _tab(terminal: Terminal, number: int) -> Callable[[], bool]:
    before = terminal.focused
    terminal.press("tab" if number % 2 == 0 else "shift+tab")
    return lambda: terminal.focused not in ("", before)


def _letter(terminal: Terminal, number: int) -> Callable[[], bool]:
    """A letter into the empty field, then away again."""
    if number % 2:
        terminal.press("\x7f")
        return lambda: PLACEHOLDER in terminal.text
    terminal.press("q")
    return lambda: PLACEHOLDER not in terminal.text


def _start(argv: Sequence[str], text: str, env: Env) -> float:
    began = time.perf_counter()
    with Terminal(argv, size=SIZE, env=env) as terminal:
        terminal.see(text)
        return time.perf_counter() - began


def _latency(name: str, taken: Sequence[float], limit: float) -> Measure:
    worst, middle = max(taken) * 1000, statistics.median(taken) * 1000
    told = f"{name}: {len(taken)} keys, median {middle:.0f} ms, worst {worst:.0f} ms"
    return Measure(f"{name}, 95th percentile", statistics.quantiles(taken, n=20)[-1] * 1000, limit, "ms", (told,))
