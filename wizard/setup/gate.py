"""Who may hold a run up: before an apply, and after a check that a person has to act on."""

from __future__ import annotations

from enum import StrEnum
from typing import Protocol

from wizard.setup.step import Finding


class Decision(StrEnum):
    """What to do with a step that is to be applied."""

    GO = "go"
    HOLD = "hold"  # leave the world as it was found
    CHECK = "check"  # look again first


class Gate(Protocol):
    """Asked from the step's own thread, where it may wait; a wait listens to the run's cancellation."""

    def before_apply(self, step: str, found: Finding, withheld: Finding | None) -> Decision:
        """`found` is todo. `withheld` is what the step asks a person to agree to first, where it does."""

    def again(self, step: str, found: Finding, failed: bool) -> bool:
        """Whether a step that is not done is to be visited again, now."""


class Unattended:
    """Nobody is there to ask: what needs no word of agreement goes ahead, and nothing is waited for."""

    def before_apply(self, step: str, found: Finding, withheld: Finding | None) -> Decision:
        return Decision.GO if withheld is None else Decision.HOLD

    def again(self, step: str, found: Finding, failed: bool) -> bool:
        return False
