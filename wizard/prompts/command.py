"""`lakehouse-wizard --plain`: the guided journey by prompts and lines."""

from __future__ import annotations

import argparse

from wizard.commands.guard import guarded
from wizard.guided.launch import Launch
from wizard.prompts.journey import PlainJourney
from wizard.prompts.terminal import Terminal


def main(arguments: argparse.Namespace) -> int:
    """Go through the journey and return its exit code."""

    def go() -> int:
        launch = Launch.of(arguments)
        with Terminal().open() as terminal:
            return PlainJourney(launch, terminal, as_json=arguments.json).go()

    return guarded(go, debug=arguments.debug)
