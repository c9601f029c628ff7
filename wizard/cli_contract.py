"""The command line's part for contracts."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from wizard import cli_options as options
from wizard.text import _

if TYPE_CHECKING:
    from wizard.cli_options import Commands


def contract_commands(commands: Commands) -> None:
    contract = options.command(commands, "contract", "contract", _("propose a contract from a sample file"))
    actions = contract.add_subparsers(title=_("actions"), metavar=_("ACTION"), dest="action", required=True)
    infer = options.action(actions, "infer", _("propose a contract from a sample, with what speaks for each column"))
    infer.set_defaults(module="contract_infer")
    infer.add_argument("sample", type=Path, metavar="SAMPLE", help=_("a csv, json or parquet file"))
    infer.add_argument(
        "-o", "--output", type=Path, metavar="FILE", help=_("write the contract there (default: MODEL.yaml, here)")
    )
    infer.add_argument("--name", metavar="MODEL", help=_("the table's name (default: as the file)"))
    options.as_json(infer, _("one JSON document"))
