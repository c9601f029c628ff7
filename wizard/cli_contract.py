"""The command line's part for contracts."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from wizard import cli_options as options
from wizard.text import _

if TYPE_CHECKING:
    from wizard.cli_options import Commands


def contract_commands(commands: Commands) -> None:
    text = _("write, check, convert and compare contracts, or propose one from a sample file")
    contract = options.command(commands, "contract", "contract", text)
    actions = contract.add_subparsers(title=_("actions"), metavar=_("ACTION"), dest="action", required=True)
    _new_action(actions)
    check = options.action(actions, "check", _("tell every defect of contracts with its place; exit code 2 if any"))
    check.set_defaults(module="contract_check")
    check.add_argument("file", type=Path, nargs="+", metavar="FILE", help=_("contracts, or folders of them"))
    options.as_json(check, _("one JSON document"))
    text = _("from the Data Contract Specification with `workflow` to ODCS, and back; unmapped parts are named")
    convert = options.action(actions, "convert", text)
    convert.set_defaults(module="contract_convert")
    convert.add_argument("file", type=Path, metavar="FILE", help=_("the contract"))
    convert.add_argument("--to", choices=("odcs", "reference"), help=_("the form wanted (default: the other one)"))
    _output(convert, _("write it there (default: show it)"))
    text = _("what a new version changes: compatible or breaking (exit code 1), and what the tables get")
    diff = options.action(actions, "diff", text)
    diff.set_defaults(module="contract_diff")
    diff.add_argument("old", type=Path, metavar="OLD", help=_("the contract as it was"))
    diff.add_argument("new", type=Path, metavar="NEW", help=_("the contract as it will be"))
    options.as_json(diff, _("one JSON document"))
    infer = options.action(actions, "infer", _("propose a contract from a sample, with what speaks for each column"))
    infer.set_defaults(module="contract_infer")
    infer.add_argument("sample", type=Path, metavar="SAMPLE", help=_("a csv, json or parquet file"))
    _output(infer, _("write the contract there (default: MODEL.yaml, here)"))
    infer.add_argument("--name", metavar="MODEL", help=_("the table's name (default: as the file)"))
    options.as_json(infer, _("one JSON document"))


def _new_action(actions: Commands) -> None:
    new = options.action(actions, "new", _("begin a contract, with comments that say what else it can say"))
    new.set_defaults(module="contract_new")
    new.add_argument("name", metavar="NAME", help=_("the table's name"))
    new.add_argument(
        "column", nargs="*", metavar="COLUMN:TYPE", help=_("its columns, as born:date (default: asked for; string)")
    )
    new.add_argument("--key", nargs="+", metavar="COLUMN", help=_("the primary key (default: the first column)"))
    new.add_argument("--append", action="store_true", help=_("keep every row: silver has no key"))
    new.add_argument(
        "--format", choices=("csv", "json", "parquet"), default="csv", help=_("of the files that come (default: csv)")
    )
    new.add_argument("--delimiter", default=",", metavar="CHARACTER", help=_("of csv (default: a comma)"))
    new.add_argument("--domain", metavar="NAME", help=_("whose data they are"))
    _output(new, _("write it there (default: NAME.yaml, here)"))


def _output(action: argparse.ArgumentParser, text: str) -> None:
    action.add_argument("-o", "--output", type=Path, metavar="FILE", help=text)
