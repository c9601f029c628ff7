"""What a run is asked for, and what it came to."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from wizard.setup.step import Finding, Verdict


class Mode(StrEnum):
    """`check` asks the world only; `run` also applies what is missing."""

    CHECK = "check"
    RUN = "run"


class Result(StrEnum):
    DONE = "done"
    BLOCKED = "blocked"
    FAILED = "failed"
    CANCELLED = "cancelled"
    PLANNED = "planned"


@dataclass(slots=True)
class Outcome:
    """What a run came to. `findings` holds the last check of each step, in the journey's order;
    `only` names the one step that was asked for, where it was one."""

    findings: dict[str, Finding] = field(default_factory=dict)
    failed: list[str] = field(default_factory=list)
    cancelled: bool = False
    only: str | None = None

    @property
    def blocked(self) -> list[str]:
        """Steps that need a person; those that only wait for earlier steps are not among these."""
        return [name for name, found in self.findings.items() if found.verdict is Verdict.BLOCKED and not found.waits]

    @property
    def result(self) -> Result:
        """What all steps together came to; where one was asked for, that one alone counts."""
        counting = [found for name, found in self.findings.items() if self.only in (None, name)]
        verdicts = {found.verdict for found in counting}
        if self.cancelled:
            return Result.CANCELLED
        if self.failed or Verdict.UNKNOWN in verdicts:
            return Result.FAILED
        if Verdict.BLOCKED in verdicts and (self.blocked or self.only):
            return Result.BLOCKED
        if verdicts & {Verdict.TODO, Verdict.BLOCKED}:
            return Result.PLANNED
        return Result.DONE
