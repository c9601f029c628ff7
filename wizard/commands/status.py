"""`status`: what the world says, step by step, and what the tables hold."""

from __future__ import annotations

import argparse

from wizard import exits
from wizard.application import Options, opened
from wizard.commands.run import EXIT_CODES
from wizard.plain.speaker import speaker
from wizard.setup.engine import Mode, Result


def main(arguments: argparse.Namespace) -> int:
    from wizard.report.status import status_report

    options = Options(arguments.folder, arguments.target, arguments.answers, arguments.scenario, arguments.debug)
    with speaker(arguments.json, quiet=True) as voice, opened(options, voice, read_only=True) as setup:
        outcome = setup.engine.run(Mode.CHECK)
        voice.status(status_report(setup.context("summary"), outcome.findings, deep=arguments.deep))
    # Something left to do is an answer, not a failure.
    return exits.DONE if outcome.result is not Result.CANCELLED else EXIT_CODES[outcome.result]
