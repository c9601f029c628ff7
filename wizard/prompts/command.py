"""`lakehouse-wizard --plain`: the guided journey by prompts and lines."""

from __future__ import annotations

import argparse

from wizard.commands.guard import guarded
from wizard.guided.session import Launch
from wizard.prompts.journey import PlainJourney
from wizard.prompts.terminal import Terminal


def main(arguments: argparse.Namespace) -> int:
    """Go through the journey and return its exit code."""
    launch = Launch(
        folder=arguments.folder,
        target=arguments.target,
        answers=arguments.answers,
        scenario=arguments.scenario,
        debug=arguments.debug,
        until=arguments.until,
        sandbox=arguments.sandbox,
    )

    def go() -> int:
        if launch.until is not None:
            from wizard.commands.run import known_step  # loads the journey: only where it is needed

            known_step(launch.until)
        with Terminal().open() as terminal:
            return PlainJourney(launch, terminal, as_json=arguments.json).go()

    return guarded(go, debug=arguments.debug)
