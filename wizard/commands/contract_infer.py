"""`contract infer`: a contract proposed from a sample file, with what speaks for each column."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from lakehouse_jobs.contract.write import to_odcs
from rich.console import Console

from wizard import exits
from wizard.commands.contract_files import NotThere, write
from wizard.contracts.infer import Unreadable, infer
from wizard.report.proposal import as_data, render_proposal
from wizard.text import _


def main(arguments: argparse.Namespace) -> int:
    try:
        proposal = infer(arguments.sample, name=arguments.name)
        target: Path = arguments.output or Path(f"{proposal.contract.models[0].name}.yaml")
        write(target, to_odcs(proposal.contract))
    except Unreadable as unreadable:
        return NotThere(unreadable.what, unreadable.why, unreadable.next_action).tell()
    except NotThere as absent:
        return absent.tell()
    if arguments.json:
        print(json.dumps({**as_data(proposal), "file": str(target)}, indent=2, ensure_ascii=False))
        return exits.DONE
    console = Console(highlight=False, soft_wrap=not sys.stdout.isatty())
    render_proposal(proposal, console)
    print()
    print(_("wrote {file}: a proposal; look at types, key and PII before you use it", file=target))
    return exits.DONE
