"""`contract convert`: from the reference form to ODCS, and back."""

from __future__ import annotations

import argparse
import sys

from lakehouse_jobs.contract.check import InvalidContract
from lakehouse_jobs.contract.convert import Converted, convert

from wizard import exits
from wizard.commands.contract_files import NotThere, read, write
from wizard.text import _, _n


def main(arguments: argparse.Namespace) -> int:
    try:
        made = convert(read(arguments.file), str(arguments.file), arguments.to)
        if arguments.output is not None:
            write(arguments.output, made.text)
    except NotThere as absent:
        return absent.tell()
    except InvalidContract as invalid:
        print(invalid, file=sys.stderr)
        print(_n("{n} defect; nothing was converted", "{n} defects; nothing was converted", len(invalid.defects)),
              file=sys.stderr)  # fmt: skip
        return exits.INVALID
    if arguments.output is None:
        print(made.text, end="")
    _tell(made)
    if arguments.output is not None:
        print(_("wrote {file}", file=arguments.output))
    return exits.DONE


def _tell(made: Converted) -> None:
    """To standard error, so that the contract alone can be sent to a file."""
    travels = made.form == "odcs"
    for path in made.unmapped:
        if travels:
            words = _("unmapped {path}: ODCS has no place for it; kept in the custom property `reference`", path=path)
        else:
            words = _("left out {path}: the reference form has no place for it", path=path)
        print(words, file=sys.stderr)
    for defect in made.defects:
        print(_("to correct before a run: {defect}", defect=defect), file=sys.stderr)
