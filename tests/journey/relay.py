"""Runs the wizard and kills it at a chosen moment: at its n-th journaled event, or inside an apply."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil
import yaml

from tests.journey import hands, normal
from tests.journey.running import COMMAND
from wizard.sandbox import process as sandbox

JOURNALED = frozenset({"run_started", "checked", "apply_started", "applied", "failed", "run_ended"})
Event = dict[str, Any]
Moment = Callable[[Event], bool]


@dataclass
class Leg:
    """One run: its events until it ended or was killed; `code` is negative for a signal."""

    code: int
    events: list[Event]
    err: str

    @property
    def killed(self) -> bool:
        return self.code == -signal.SIGKILL

    def explain(self) -> str:
        tail = "\n".join(json.dumps(event) for event in self.events if event["event"] in JOURNALED)
        return f"exit {self.code}\n{tail[-6000:]}\n{self.err[-3000:]}"


def run(
    folder: Path,
    *arguments: str | Path,
    at: Moment | None = None,
    send: int = signal.SIGKILL,
    insist: Callable[[], bool] | None = None,
) -> Leg:
    """`run --json` in `folder`, with `send` sent once, at the first event for which `at` is true; with `insist`
    sent again as soon as that is true."""
    argv = [*COMMAND, "run", "--json", "--folder", str(folder), *map(str, arguments)]
    events: list[Event] = []
    with (folder.parent / f"{folder.name}.err").open("w+", encoding="utf-8") as err:
        with subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=err, text=True) as wizard:
            assert wizard.stdout is not None
            sent = False
            for line in wizard.stdout:
                if not line.endswith("\n"):
                    break  # torn by the kill
                events.append(json.loads(line))
                if at is not None and not sent and at(events[-1]):
                    wizard.send_signal(send)
                    sent = True
                    if insist is not None:
                        _until(insist)
                        wizard.send_signal(send)
        err.seek(0)
        return Leg(wizard.returncode, events, err.read())


def _until(ready: Callable[[], bool], seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while not ready():
        assert time.monotonic() < deadline
        time.sleep(0.01)  # only how often we look


def nth(number: int, *, seen: Callable[[Event], None] = lambda event: None) -> Moment:
    """The n-th journaled event of a run, from 1; `seen` is called with every event."""
    count = 0

    def reached(event: Event) -> bool:
        nonlocal count
        seen(event)
        count += event["event"] in JOURNALED
        return count == number and event["event"] in JOURNALED

    return reached


def inside(step: str, number: int = 1) -> Moment:
    """While `step` is applied by Terraform: when its n-th resource starts."""
    seen = 0

    def reached(event: Event) -> bool:
        nonlocal seen
        starts = event["event"] == "resource" and event["step"] == step and event["state"] == "started"
        seen += starts
        return bool(starts) and seen == number

    return reached


def starting(step: str, type: str) -> Moment:
    """While `step` is applied by Terraform: when a resource of `type` starts to be made."""

    def reached(event: Event) -> bool:
        made = event["event"] == "resource" and event["step"] == step and event["state"] == "started"
        return made and str(event["address"]).startswith(f"{type}.")

    return reached


def telling(step: str, words: str) -> Moment:
    """When `step` says something with `words` in it."""
    return lambda event: event.get("step") == step and words in str(event.get("text", ""))


@dataclass
class Relay:
    """One setup folder that is killed and resumed until it is done."""

    folder: Path
    arguments: tuple[str | Path, ...]
    legs: list[Leg] = field(default_factory=list)

    @property
    def state(self) -> Path:
        return self.folder / ".wizard" / "sandbox"

    @property
    def kills(self) -> int:
        return sum(leg.killed for leg in self.legs)

    def leg(
        self, at: Moment | None = None, send: int = signal.SIGKILL, insist: Callable[[], bool] | None = None
    ) -> Leg:
        self.legs.append(run(self.folder, *self.arguments, at=at, send=send, insist=insist))
        return self.legs[-1]

    def finish(self) -> None:
        last = self.leg()
        assert last.code == 0, last.explain()

    def world(self) -> dict[str, normal.Objects]:
        config = yaml.safe_load((self.folder / "config.yaml").read_text(encoding="utf-8"))
        return normal.world(self.state, config["setup_id"], normal.constants(sandbox.info(self.state)))

    def leftovers(self) -> list[str]:
        """Processes of this folder but the sandbox's own, saved plans, notes of runs and locks."""
        files = [
            str(path)
            for pattern in ("*.tfplan", "run.json", ".terraform.tfstate.lock.info", ".*.??????")
            for path in (self.folder / ".wizard" / "terraform").rglob(pattern)
        ]
        return [*files, *self._processes()]

    def _processes(self) -> list[str]:
        """Those of this folder's own, found by their working folder or arguments."""
        found = []
        for process in psutil.process_iter(["pid", "cmdline", "cwd"]):
            argv, place = process.info["cmdline"] or [], process.info["cwd"] or ""
            ours = str(self.folder) in " ".join(argv) or place.startswith(str(self.folder))
            if ours and process.info["pid"] != os.getpid() and not _of_the_sandbox(process, argv):
                found.append(" ".join(argv))
        return found

    def close(self) -> None:
        sandbox.stop(self.state)


def _of_the_sandbox(process: psutil.Process, argv: list[str]) -> bool:
    """The sandbox, or the Spark that runs inside it."""
    try:
        return any("wizard.sandbox" in " ".join(one) for one in (argv, *(p.cmdline() for p in process.parents())))
    except psutil.Error:
        return True  # just ended


def duplicates(state: Path) -> list[str]:
    """Objects of which a second one may exist under another id, and does: by kind and name."""
    named: dict[tuple[str, str], int] = {}
    for kind, objects in hands.store(state).items():
        for text in objects.values():
            body = json.loads(text)
            name = body.get("displayName") or body.get("cluster_name") or body.get("settings", {}).get("name")
            if name and kind in (
                "entra.application",
                "entra.group",
                "ws.job",
                "ws.cluster",
                "ws.policy",
                "account.group",
            ):
                named[kind, str(name)] = named.get((kind, str(name)), 0) + 1
    return [f"{kind} {name}: {count}" for (kind, name), count in named.items() if count > 1]
