"""`contract diff`: what a new version changes, compatible or breaking, and what it does to the tables."""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import asdict

from lakehouse_jobs.contract.check import InvalidContract
from lakehouse_jobs.contract.check import read as contract
from lakehouse_jobs.contract.diff import Change, diff, is_breaking

from wizard import exits
from wizard.commands.contract_files import NotThere, read
from wizard.text import _, _n


def main(arguments: argparse.Namespace) -> int:
    try:
        old, new = (contract(read(path), str(path)) for path in (arguments.old, arguments.new))
    except NotThere as absent:
        return absent.tell()
    except InvalidContract as invalid:
        print(invalid, file=sys.stderr)
        print(_n("{n} defect; nothing was compared", "{n} defects; nothing was compared", len(invalid.defects)),
              file=sys.stderr)  # fmt: skip
        return exits.INVALID
    changes = diff(old, new)
    if arguments.json:
        found = [asdict(change) for change in changes]
        print(json.dumps({"breaking": is_breaking(changes), "changes": found}, indent=2, ensure_ascii=False))
    else:
        _tell(changes)
    return exits.BREAKING if is_breaking(changes) else exits.DONE


def _tell(changes: list[Change]) -> None:
    if not changes:
        print(_("the two say the same"))
        return
    for change in changes:
        kind = _("✗ breaking") if change.kind == "breaking" else _("✓ compatible")
        print(f"{kind:<13} {change.place}: {change.what}")
        print(f"{'':<13} {_('why: {text}', text=change.why)}")
        print(f"{'':<13} {_('tables: {text}', text=change.effect)}")
    breaking = sum(change.kind == "breaking" for change in changes)
    print(_n("{n} change", "{n} changes", len(changes)) + ", " + _("{n} breaking", n=breaking))
