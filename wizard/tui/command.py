"""`lakehouse-wizard` without a command: the app."""

from __future__ import annotations

import argparse

from wizard.guided.session import Launch
from wizard.tui.app import WizardApp


def main(arguments: argparse.Namespace) -> int:
    """Run the app and return its exit code."""
    launch = Launch(
        folder=arguments.folder,
        target=arguments.target,
        answers=arguments.answers,
        scenario=arguments.scenario,
        debug=arguments.debug,
        theme=arguments.theme,
        ascii=arguments.ascii,
    )
    return WizardApp(launch).run() or 0
