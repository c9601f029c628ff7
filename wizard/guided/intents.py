"""What a person wants, as the screens say it to the session."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Wish(StrEnum):
    CHECK = "check"  # ask the world, change nothing
    RUN = "run"  # the journey, from the first thing that is not true
    GO = "go"  # apply what a step would do
    AGAIN = "again"  # look again, now; try a failed step again
    STOP = "stop"  # at the next safe point
    INSIST = "insist"  # at once: what is under way is left to itself
    CLICK = "click"  # in the sandbox: play the person of a step
    DESTROY = "destroy"  # look at what is there, and tell what would go
    CONFIRM = "confirm"  # destroy, with the typed name; anything else keeps everything
    TARGET = "target"  # choose the cloud of a new folder


@dataclass(frozen=True, slots=True)
class Intent:
    wish: Wish
    step: str = ""
    value: str = ""
