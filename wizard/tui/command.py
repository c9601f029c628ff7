"""`lakehouse-wizard` without a command: the app."""

from __future__ import annotations

import argparse

from wizard import exits
from wizard.commands.guard import guarded
from wizard.guided.launch import Launch
from wizard.tui import pace


def main(arguments: argparse.Namespace) -> int:
    """Run the app and return its exit code."""
    return guarded(lambda: _run(arguments), debug=arguments.debug)


def _run(arguments: argparse.Namespace) -> int:
    pace.begin()
    from wizard.tui import parting
    from wizard.tui.app import WizardApp

    app = WizardApp(Launch.of(arguments))
    code = app.run()
    if code is None:  # the app failed or was broken off, perhaps while something ran: it is stopped, and waited for
        app.session.close()
        app.session.join()
        return exits.FAILED if app.return_code else exits.CANCELLED
    if said := parting.words(app.store, app.folder):
        print(said)
    return code
