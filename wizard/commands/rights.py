"""`rights`: which steps the operator who signs in can do, and whom the others need."""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict

from rich.console import Console

from wizard import exits
from wizard.application import Options, opened
from wizard.commands import nobody
from wizard.journey import STEPS
from wizard.plain.speaker import speaker
from wizard.setup.outcome import Mode, Result
from wizard.steps.facts import SignInFacts
from wizard.steps.rights import abilities
from wizard.steps.sign_in import SignIn


def main(arguments: argparse.Namespace) -> int:
    """Exit 0 whatever it finds, 3 where nobody is signed in; changes nothing."""
    from wizard.report.render import render_rights

    with speaker(arguments.json, quiet=True) as voice, opened(Options.of(arguments), voice) as setup:
        outcome = setup.engine.run(Mode.CHECK, until=SignIn.name)
        if outcome.result is Result.CANCELLED:
            return exits.CANCELLED
        ctx = setup.context(SignIn.name)
        who = ctx.maybe(SignInFacts)
        if who is None:
            return nobody.tell(voice, outcome.findings[SignIn.name])
        found = abilities(ctx, who, STEPS)
    if arguments.json:
        print(json.dumps({"operator": who.operator_name, "steps": [asdict(one) for one in found]}, indent=2))
    else:
        render_rights(found, Console(highlight=False))
    return exits.DONE
