"""`destroy`: the plan first, data loss named, a typed confirmation, then in reverse order."""

from __future__ import annotations

import argparse
import sys
import time

from wizard import exits
from wizard.application import Options, Setup, Unusable, opened
from wizard.commands.run import EXIT_CODES
from wizard.plain.speaker import Speaker, speaker
from wizard.setup.engine import Mode
from wizard.setup.events import RunEnded, RunStarted
from wizard.setup.step import Removal
from wizard.steps.project import ProjectQuestions
from wizard.text import _


def main(arguments: argparse.Namespace) -> int:
    options = Options(arguments.folder, arguments.target, arguments.answers, arguments.scenario, arguments.debug)
    with speaker(arguments.json) as voice, opened(options, voice, read_only=True) as setup:
        began = time.monotonic()
        _start(setup)
        setup.engine.run(Mode.CHECK)  # what is there is learned from the world, as always
        removals = setup.engine.removals()
        voice.removals(removals)
        if not removals:
            return _end(setup, began, exits.DONE)
        domain = setup.answers.section(ProjectQuestions).domain
        if not _confirmed(arguments, domain, voice, removals):
            return _end(setup, began, exits.INVALID)
        outcome = setup.engine.destroy()
        return _end(setup, began, EXIT_CODES[outcome.result])


def _start(setup: Setup) -> None:
    steps = tuple(reversed(setup.engine.steps))
    setup.emit(RunStarted(command="destroy", target=setup.target, setup_id=setup.folder.setup_id, steps=steps))


def _end(setup: Setup, began: float, code: int) -> int:
    result = "done" if code == exits.DONE else "cancelled" if code == exits.CANCELLED else "failed"
    setup.emit(
        RunEnded(
            result="planned" if code == exits.INVALID else result,  # type: ignore[arg-type]  # one of its words
            exit_code=code,
            seconds=round(time.monotonic() - began, 1),
        )
    )
    return code


def _confirmed(arguments: argparse.Namespace, domain: str, voice: Speaker, removals: dict[str, Removal]) -> bool:
    """Typed on the command line, or at the prompt of a terminal; anything else changes nothing."""
    typed = arguments.confirm
    if typed is None and sys.stdin.isatty() and not arguments.json:
        import questionary

        typed = questionary.text(_("Type the domain {domain} to destroy all this:", domain=domain)).ask()
    if typed == domain:
        return True
    if typed is None:
        voice.tell(_("nothing was destroyed: confirm with --confirm {domain}", domain=domain))
        return False
    raise Unusable(_("nothing was destroyed: {typed} is not this setup's domain, {domain}", typed=typed, domain=domain))
