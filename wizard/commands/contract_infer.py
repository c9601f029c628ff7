"""`contract infer`: a contract proposed from a sample file, with what speaks for each column."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from lakehouse_jobs.contract.write import to_odcs
from rich.console import Console

from wizard import exits
from wizard.contracts.infer import Proposal, Unreadable, infer
from wizard.report.proposal import as_data, render_proposal
from wizard.text import _


def main(arguments: argparse.Namespace) -> int:
    try:
        proposal = infer(arguments.sample, name=arguments.name)
        target = _write(proposal, arguments.output)
    except Unreadable as unreadable:
        for words in _words(unreadable):
            print(words, file=sys.stderr)
        return exits.INVALID
    if arguments.json:
        print(json.dumps({**as_data(proposal), "file": str(target)}, indent=2, ensure_ascii=False))
        return exits.DONE
    console = Console(highlight=False, soft_wrap=not sys.stdout.isatty())
    render_proposal(proposal, console)
    print()
    print(_("wrote {file}: a proposal; look at types, key and PII before you use it", file=target))
    return exits.DONE


def _write(proposal: Proposal, given: Path | None) -> Path:
    """Write the contract; never over a file that is there."""
    target: Path = given or Path(f"{proposal.contract.models[0].name}.yaml")
    try:
        with target.open("x", encoding="utf-8") as file:
            file.write(to_odcs(proposal.contract))
    except FileExistsError as error:
        raise Unreadable(
            _("{file} is there already", file=target),
            _("a contract that somebody wrote is not replaced"),
            _("name another file with --output, or take that one away"),
        ) from error
    except OSError as error:
        raise Unreadable(
            _("{file} cannot be written", file=target),
            error.strerror or type(error).__name__,
            _("name a file in a folder that is there and yours, with --output"),
        ) from error
    return target


def _words(refused: Unreadable) -> list[str]:
    return [
        _("what: {text}", text=refused.what),
        _("why: {text}", text=refused.why),
        _("next: {text}", text=refused.next_action),
    ]
