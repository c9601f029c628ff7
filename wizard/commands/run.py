"""`run` and `plan`: the journey, headless."""

from __future__ import annotations

import argparse
from dataclasses import replace

from wizard import exits
from wizard.application import Options, Setup, Unusable, opened
from wizard.commands.ending import told
from wizard.plain.speaker import Speaker, speaker
from wizard.setup import stale
from wizard.setup.events import AnswersChanged
from wizard.setup.outcome import Mode, Outcome, Result
from wizard.setup.step import Verdict
from wizard.text import _


def main(arguments: argparse.Namespace) -> int:
    mode = Mode.RUN if arguments.command == "run" else Mode.CHECK
    if mode is Mode.CHECK and _whole_page(arguments):
        from wizard.commands.review import main as review

        return review(arguments)
    last = known_step(arguments.until), known_step(arguments.only)
    if all(last):
        raise Unusable(_("--until and --only exclude each other"))
    allowed = mode is Mode.RUN and arguments.allow_data_loss
    options = replace(Options.of(arguments), allow_data_loss=allowed)
    with speaker(arguments.json) as voice, opened(options, voice) as setup:
        outcome = go_through(setup, mode, arguments.command, *last)
        if mode is Mode.RUN and outcome.result is Result.DONE and not any(last):
            _close(setup, outcome, voice)
    return exits.OF_RESULT[outcome.result]


def _whole_page(arguments: argparse.Namespace) -> bool:
    if not arguments.all and (arguments.format or arguments.output):
        raise Unusable(_("--format and --output are for `plan --all`"))
    return bool(arguments.all)


def known_step(name: str | None) -> str | None:
    from wizard.journey import STEPS

    names = [step.name for step in STEPS]
    if name is not None and name not in names:
        raise Unusable(_("there is no step {name}; the steps are {names}", name=name, names=", ".join(names)))
    return name


def go_through(setup: Setup, mode: Mode, command: str, until: str | None, only: str | None) -> Outcome:
    """One run of the engine, with what is told before and after it."""
    with told(setup, command, setup.engine.steps) as ending:
        _tell_stale(setup)
        outcome = setup.engine.run(mode, until=until, only=only)
        done = [setup.engine.steps[name] for name, found in outcome.findings.items() if found.verdict is Verdict.DONE]
        if mode is Mode.RUN:
            stale.remember(done, setup.folder, setup.answers)
        ending.result = outcome.result
    return outcome


def _tell_stale(setup: Setup) -> None:
    """What changed in the answers since the steps were done, before any of it takes effect."""
    found = stale.since_done([*setup.engine.steps.values()], setup.folder, setup.answers)
    if found.edits:
        keys = tuple(edit.key for edit in found.edits)
        setup.emit(AnswersChanged(answers=keys, steps=found.steps, followers=found.followers, text=found.words))


def _close(setup: Setup, outcome: Outcome, voice: Speaker) -> None:
    """The summary and the receipt of a journey that is done."""
    from wizard.report.closing import close

    voice.summary(close(setup.context("summary"), outcome.findings, [*setup.engine.steps.values()]))
