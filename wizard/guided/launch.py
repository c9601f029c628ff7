"""What the command line said to the guided journey: all that the first screen needs to know of the engine's side."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import argparse


@dataclass(frozen=True, slots=True)
class Launch:
    """What the command line said."""

    folder: Path = Path()
    target: str | None = None
    answers: Path | None = None
    scenario: str | None = None
    debug: bool = False
    until: str | None = None
    theme: str | None = None
    ascii: bool = False
    sandbox: Path | None = None  # the folder of a shared one
    often: float = 5.0  # seconds between two looks at what a person is to do
    watches: bool = False  # also look by itself while it offers to do what a person may do
    look: bool = True  # ask the world at once where a setup is there
    insist_after: float = 60.0  # seconds of stopping after which "Stop at once" is offered

    @classmethod
    def of(cls, given: argparse.Namespace) -> Launch:
        """Of a command line without a command. Who names a sandbox means that cloud.

        Raises Unusable for a step that is none."""
        if given.until is not None:
            from wizard.commands.run import known_step  # loads the journey: only where it is needed

            known_step(given.until)
        target = given.target or ("sandbox" if given.sandbox is not None else None)
        return cls(given.folder, target, given.answers, given.scenario, given.debug, given.until, given.theme,
                   given.ascii, given.sandbox)  # fmt: skip
