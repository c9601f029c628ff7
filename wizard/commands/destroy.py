"""`destroy`: the plan first, data loss named, a typed confirmation, then in reverse order."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Mapping

from wizard import exits
from wizard.application import Options, Setup, opened
from wizard.commands.ending import told
from wizard.plain.speaker import Speaker, speaker
from wizard.setup.cancel import Cancelled
from wizard.setup.outcome import Mode, Result
from wizard.setup.step import Removal
from wizard.steps.names import short_name
from wizard.steps.project import ProjectQuestions
from wizard.text import _

CODES = {**exits.OF_RESULT, Result.PLANNED.value: exits.INVALID}  # planned only: nobody confirmed


def main(arguments: argparse.Namespace) -> int:
    with speaker(arguments.json) as voice, opened(Options.of(arguments), voice, read_only=True) as setup:
        name = short_name(setup.answers.section(ProjectQuestions))
        if arguments.confirm not in (None, name):
            voice.tell(_other_name(arguments.confirm, name))  # before minutes of planning
            return exits.INVALID
        result = take_away(setup, voice.removals, lambda name: _confirmed(arguments, name, voice))
        return CODES[result]


def take_away(setup: Setup, show: Callable[[Mapping[str, Removal]], None], confirmed: Callable[[str], bool]) -> Result:
    """The whole of it: what is there, the plan to `show`, the setup's name to be `confirmed`, and the removal.

    `planned` where nobody confirmed."""
    with told(setup, "destroy", reversed(setup.engine.steps), CODES) as ending:
        ending.result = Result.FAILED
        try:
            result = ending.result = _destroy(setup, show, confirmed)
        except (Cancelled, KeyboardInterrupt):  # at the prompt, which reads its keys itself
            result = ending.result = Result.CANCELLED
    return result


def _destroy(setup: Setup, show: Callable[[Mapping[str, Removal]], None], confirmed: Callable[[str], bool]) -> Result:
    setup.engine.run(Mode.CHECK)  # what is there is learned from the world, as always
    removals = setup.engine.removals()
    show(removals)
    if not any(removal.objects for removal in removals.values()):
        return Result.DONE
    if not confirmed(short_name(setup.answers.section(ProjectQuestions))):
        return Result.PLANNED
    return setup.engine.destroy().result


def _confirmed(arguments: argparse.Namespace, name: str, voice: Speaker) -> bool:
    """Typed on the command line, or at the prompt of a terminal; anything else changes nothing."""
    typed = arguments.confirm
    if typed is None and sys.stdin.isatty() and not arguments.json:
        import questionary

        typed = questionary.text(_("Type the name {name} to destroy all this:", name=name)).unsafe_ask()
    if typed == name:
        return True
    if typed is None:
        voice.tell(_("nothing was destroyed: confirm with --confirm {name}", name=name))
    else:
        voice.tell(_other_name(typed, name))
    return False


def _other_name(typed: str, name: str) -> str:
    return _("nothing was destroyed: {typed} is not this setup's name, {name}", typed=typed, name=name)
