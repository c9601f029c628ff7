"""`status`: what the world says, step by step, and what the tables hold."""

from __future__ import annotations

import argparse

from wizard import exits
from wizard.application import Options, opened
from wizard.journey import STEPS
from wizard.plain.speaker import speaker
from wizard.setup.outcome import Mode, Result


def main(arguments: argparse.Namespace) -> int:
    from wizard.report.status import status_report

    with speaker(arguments.json, quiet=True) as voice, opened(Options.of(arguments), voice, read_only=True) as setup:
        outcome = setup.engine.run(Mode.CHECK)
        if outcome.result is Result.CANCELLED:
            return exits.CANCELLED  # half an answer would be taken for a whole one
        voice.status(status_report(setup.context("summary"), outcome.findings, STEPS, deep=arguments.deep))
    return exits.DONE  # something left to do is an answer, not a failure
