"""Runs the wizard and kills it at a chosen moment: at a journaled event, or inside an apply."""

from __future__ import annotations

import json
import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, get_args

import psutil
import yaml

from tests.journey import hands, loaded, normal
from wizard.provisioning.living import Record
from wizard.sandbox import process as sandbox
from wizard.setup import events as all_events

JOURNALED = frozenset(
    kind.model_fields["event"].default for kind in get_args(get_args(all_events.Event)[0]) if kind.journaled
)
PATIENCE = 240.0  # seconds after which what never comes is given up; this machine may be busy with much else
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

    def find(self, event: str) -> list[Event]:
        return [found for found in self.events if found["event"] == event]

    def explain(self) -> str:
        tail = "\n".join(json.dumps(event) for event in self.events if event["event"] in JOURNALED)
        return f"exit {self.code}\n{tail[-6000:]}\n{self.err[-3000:]}"


def _nothing() -> None:
    """What is done before a signal where nothing is."""


def run(
    folder: Path,
    *arguments: str | Path,
    at: Moment | None = None,
    send: int | None = signal.SIGKILL,
    first: Callable[[], object] = _nothing,
    again: Moment | None = None,
) -> Leg:
    """`run --json` in `folder`. At the first event for which `at` is true `first` is done, then `send` is sent; after
    that it is sent once more, at the first event for which `again` is true. Nobody can answer a question: standard
    input is closed."""
    events: list[Event] = []
    with (folder.parent / f"{folder.name}.err").open("w+", encoding="utf-8") as err:
        wizard = loaded.start(["run", "--json", "--folder", str(folder), *map(str, arguments)], err)
        try:
            for event in _told(wizard):
                events.append(event)
                if at is None or not at(event):
                    continue
                first()
                if send is not None:
                    wizard.send_signal(send)
                at, again, first = again, None, _nothing
        except BaseException:
            wizard.send_signal(signal.SIGKILL)
            wizard.wait()
            raise
        code = wizard.wait()
        err.seek(0)
        return Leg(code, events, err.read())


def _told(wizard: loaded.Wizard) -> Iterator[Event]:
    """Its events, but one that a kill cut off."""
    for line in wizard.output:
        if line.endswith("\n"):
            yield json.loads(line)


def until(ready: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not ready():
        assert time.monotonic() < deadline
        time.sleep(0.01)  # only how often we look


def journaled(number: int) -> Moment:
    """At the n-th journaled event of a run, from 1."""
    count = 0

    def reached(event: Event) -> bool:
        nonlocal count
        count += event["event"] in JOURNALED
        return count == number and event["event"] in JOURNALED

    return reached


def key(event: Event) -> tuple[str, ...]:
    """What tells one event of the journey from another."""
    return (str(event["event"]), str(event.get("step", "")), str(event.get("verdict", "")))


def not_in(killed_at: set[tuple[str, ...]]) -> Moment:
    """At the first journaled event that is not in `killed_at` yet, where it is put then."""

    def reached(event: Event) -> bool:
        if event["event"] not in JOURNALED or key(event) in killed_at:
            return False
        killed_at.add(key(event))
        return True

    return reached


def applying(step: str) -> Moment:
    return lambda event: event["event"] == "apply_started" and event["step"] == step


def starting(step: str, type: str) -> Moment:
    """While `step` is applied by Terraform: when a resource of `type` starts to be made."""

    def reached(event: Event) -> bool:
        made = event["event"] == "resource" and event["step"] == step and event["state"] == "started"
        return made and str(event["address"]).startswith(f"{type}.")

    return reached


def telling(step: str, words: str) -> Moment:
    """When `step` says something with `words` in it."""
    return lambda event: event.get("step") == step and words in str(event.get("text", ""))


def waiting_for(step: str, words: str) -> Moment:
    """When `step` waits for something with `words` in it."""
    return lambda event: event["event"] == "waiting" and event["step"] == step and words in event["what"]


def heard(event: Event) -> bool:
    """When the wizard says that it heard a Ctrl+C."""
    return event["event"] == "waiting" and "Ctrl+C again" in event["what"]


def following(step: str) -> Moment:
    """When `step` waits for a Terraform run that an earlier wizard started."""
    return waiting_for(step, "apply of")


@dataclass
class Relay:
    """One setup folder that is killed and resumed until it is done. `given` is said once, to the first leg: those
    after it get the folder alone, with `always`."""

    folder: Path
    given: tuple[str | Path, ...]
    always: tuple[str, ...] = ()
    legs: list[Leg] = field(default_factory=list)
    answers: bytes | None = None

    @property
    def state(self) -> Path:
        return self.folder / ".wizard" / "sandbox"

    @property
    def kills(self) -> int:
        return sum(leg.killed for leg in self.legs)

    def leg(
        self,
        at: Moment | None = None,
        send: int | None = signal.SIGKILL,
        *,
        first: Callable[[], object] = _nothing,
        again: Moment | None = None,
    ) -> Leg:
        given = () if self.answers_file.exists() else self.given
        self.legs.append(run(self.folder, *given, *self.always, at=at, send=send, first=first, again=again))
        if self.answers is None and self.answers_file.exists():
            self.answers = self.answers_file.read_bytes()
        return self.legs[-1]

    def kill(self, at: Moment, *, first: Callable[[], object] = _nothing) -> Leg:
        leg = self.leg(at, first=first)
        assert leg.killed, leg.explain()
        return leg

    def finish(self) -> Leg:
        last = self.leg()
        assert last.code == 0, last.explain()
        return last

    @property
    def answers_file(self) -> Path:
        return self.folder / "answers.yaml"

    def asked(self) -> list[Event]:
        """What any leg wanted of a person, and `answers.yaml` if it is not as it was given."""
        wanted = [
            event for leg in self.legs for event in leg.events if event.get("guide") or event["event"] == "failed"
        ]
        changed = self.answers_file.read_bytes() != self.answers
        return [*wanted, *([{"event": "answers.yaml was changed"}] if changed else [])]

    def world(self) -> dict[str, normal.Objects]:
        config = yaml.safe_load((self.folder / "config.yaml").read_text(encoding="utf-8"))
        return normal.world(self.state, config["setup_id"], normal.constants(sandbox.info(self.state)))

    def slow(self, type: str, seconds: float) -> None:
        """The next resource of `type` takes `seconds` to be made, as a real one takes minutes."""
        match = {"operation": f"ApplyResourceChange {type}"}
        sandbox.add_fault(self.state, {"kind": "slow", "match": match, "seconds": seconds})

    @contextmanager
    def still(self, root: str) -> Iterator[tuple[Callable[[], None], Callable[[], None]]]:
        """Two things to do to the Terraform process of `root`: hold it where it is, and let it go on. However slow
        this machine is, a successor then finds it at work."""
        held: list[psutil.Process] = []

        def hold() -> None:
            started = Record(self.folder / ".wizard/terraform" / root).read()
            assert started is not None
            held.append(psutil.Process(started.pid))
            held[0].suspend()

        def release() -> None:
            while held:
                held.pop().resume()

        try:
            yield hold, release
        finally:
            release()

    def leftovers(self) -> list[str]:
        """Processes of this folder but the sandbox's own, saved plans, notes of runs and locks."""
        files = [
            str(path)
            for pattern in ("*.tfplan", "run.json", ".terraform.tfstate.lock.info", ".*.??????")
            for path in (self.folder / ".wizard" / "terraform").rglob(pattern)
        ]
        return [*files, *(" ".join(process.cmdline()) for process in self._processes() if not _of_the_sandbox(process))]

    def outlived(self) -> list[str]:
        """Wait until the sandbox has ended, unasked; then what is left of it and of this folder, Java included."""
        of_the_sandbox = self._family()
        until(lambda: not sandbox.runs(self.state))
        until(lambda: not any(map(_lives, of_the_sandbox)))
        return [" ".join(process.cmdline()) for process in self._processes()]

    def _family(self) -> list[psutil.Process]:
        """The sandbox's process and all it started; none where it ended already."""
        if not sandbox.runs(self.state):
            return []
        try:
            one = psutil.Process(int(sandbox.info(self.state)["pid"]))
            return [one, *one.children(recursive=True)]
        except psutil.Error:
            return []

    def _processes(self) -> list[psutil.Process]:
        """Those of this folder's own, found by their working folder or arguments."""
        found = []
        for process in psutil.process_iter(["pid", "cmdline", "cwd"]):
            argv, place = process.info["cmdline"] or [], process.info["cwd"] or ""
            ours = str(self.folder) in " ".join(argv) or f"{place}/".startswith(f"{self.folder}/")
            if ours and process.info["pid"] != os.getpid():
                found.append(process)
        return found

    def close(self) -> None:
        sandbox.stop(self.state)


def _lives(process: psutil.Process) -> bool:
    """Whether it is there, and not only waits to be buried."""
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def _of_the_sandbox(process: psutil.Process) -> bool:
    """The sandbox, or the Spark that runs inside it."""
    try:
        return any("wizard.sandbox" in " ".join(one.cmdline()) for one in (process, *process.parents()))
    except psutil.Error:
        return True  # just ended


def duplicates(state: Path) -> list[str]:
    """Objects of which a second one may exist under another id, and does: by kind and name."""
    named: dict[tuple[str, str], int] = {}
    for kind, objects in hands.store(state).items():
        for text in objects.values():
            body = json.loads(text)
            names = (body.get(field) for field in ("displayName", "cluster_name", "name"))
            name = next(filter(None, names), None) or body.get("settings", {}).get("name")
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
