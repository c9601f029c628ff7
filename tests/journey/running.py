"""Runs the command line as a user does, in a process of its own, and keeps what came out."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Mapping
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil

from tests.journey import loaded
from wizard.cli import main

COMMAND = (sys.executable, "-m", "wizard.cli")


@dataclass(frozen=True, slots=True)
class Ran:
    """One finished command: exit code, output, and the arguments of every process it started."""

    code: int
    out: str
    err: str
    argvs: frozenset[str] = field(default_factory=frozenset)

    @property
    def events(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.out.splitlines() if line.startswith("{")]

    def verdicts(self) -> dict[str, str]:
        """The last verdict of each step."""
        return {event["step"]: event["verdict"] for event in self.events if event["event"] == "checked"}

    def find(self, event: str, **values: object) -> list[dict[str, Any]]:
        return [
            found
            for found in self.events
            if found["event"] == event and all(found.get(key) == value for key, value in values.items())
        ]

    def explain(self) -> str:
        """What a failed assertion should show."""
        return f"exit {self.code}\n{self.out[-6000:]}\n{self.err[-3000:]}"


def wizard(*arguments: str | Path, env: Mapping[str, str] | None = None, timeout: float = 400) -> Ran:
    """Run `lakehouse-wizard ARGUMENTS` and wait for it; watches the argv of all it starts."""
    argv = [*COMMAND, *(str(argument) for argument in arguments)]
    environment = {**os.environ, **(env or {})}
    with subprocess.Popen(
        argv,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    ) as process:
        watch = _ArgvWatch(process.pid)
        try:
            out, err = process.communicate(timeout=timeout)
        finally:
            process.kill()
            argvs = watch.stop()
    return Ran(process.returncode, out, err, argvs)


def forked(*arguments: str | Path, env: Mapping[str, str] | None = None) -> Ran:
    """The same in a process forked from one that has the modules loaded (see loaded.py); one at a time."""
    with tempfile.TemporaryFile("w+", encoding="utf-8") as err:
        running = loaded.start([str(argument) for argument in arguments], err, {**os.environ, **(env or {})})
        watch = _ArgvWatch(running.pid)
        try:
            out = running.output.read()
        finally:
            code = running.wait()
            argvs = watch.stop()
        err.seek(0)
        return Ran(code, out, err.read(), argvs)


def inside(*arguments: str | Path) -> Ran:
    """The same in this process, for what needs no process of its own: loading the modules takes most of a short one."""
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        code = main([str(argument) for argument in arguments])
    return Ran(code, out.getvalue(), err.getvalue())


class _ArgvWatch:
    """Collects the command lines of a process's descendants while it runs."""

    def __init__(self, pid: int) -> None:
        self._process = psutil.Process(pid)
        self._seen: set[str] = set()
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()

    def _watch(self) -> None:
        while not self._done.wait(0.2):
            try:
                for child in [self._process, *self._process.children(recursive=True)]:
                    self._seen.add("\0".join(child.cmdline()))
            except psutil.Error:
                continue

    def stop(self) -> frozenset[str]:
        self._done.set()
        self._thread.join()
        return frozenset(self._seen)
