"""Follows a run as its events come, and does something to its surroundings at a chosen one; the run goes on."""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from tests.journey.relay import Event, Leg, Moment

PARTS = ("what", "why", "next_action")


def follow(argv: Sequence[str], *, at: Moment | None = None, env: Mapping[str, str] | None = None) -> Leg:
    """Run a command to its end, showing each of its events to `at`."""
    events: list[Event] = []
    with tempfile.TemporaryFile("w+") as err:
        with subprocess.Popen(
            argv,
            env={**os.environ, **(env or {})},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=err,
            text=True,
        ) as wizard:
            assert wizard.stdout is not None
            for line in wizard.stdout:
                events.append(json.loads(line))
                if at is not None:
                    at(events[-1])
        err.seek(0)
        return Leg(wizard.returncode, events, err.read())


def during(moment: Moment, act: Callable[[], object]) -> Moment:
    """Once, at `moment`, `act` happens; the run goes on."""
    acted: list[Event] = []

    def look(event: Event) -> bool:
        if not acted and moment(event):
            acted.append(event)
            act()
        return False

    return look


def event(name: str, step: str) -> Moment:
    return lambda found: found["event"] == name and found["step"] == step


def problems(leg: Leg) -> list[dict[str, Any]]:
    """What failed, each told whole."""
    told = [event["problem"] for event in leg.events if event.get("problem") and not event.get("waits")]
    assert all(problem[part] for problem in told for part in PARTS), told
    assert "Traceback" not in leg.err
    return told
