"""What several commands share on the command line."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from wizard.sandbox import scenarios
from wizard.text import LANGUAGES, _

if TYPE_CHECKING:
    Commands = argparse._SubParsersAction[argparse.ArgumentParser]


def language(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--lang",
        choices=tuple(LANGUAGES),
        help=_("the language, before or after any command (default: as LANG says)"),
    )


def command(commands: Commands, name: str, module: str, text: str) -> argparse.ArgumentParser:
    parser = commands.add_parser(name, help=text, description=text)
    parser.add_argument("--debug", action="store_true", help=_("show the traceback of every error"))
    parser.set_defaults(module=module, command=name)
    return parser


def action(actions: Commands, name: str, text: str) -> argparse.ArgumentParser:
    parser = actions.add_parser(name, help=text, description=text)
    parser.add_argument("--debug", action="store_true", default=argparse.SUPPRESS, help=argparse.SUPPRESS)
    return parser


def folder(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--folder", type=Path, default=Path(), metavar="PATH", help=_("the setup folder (default: here)")
    )


def as_json(parser: argparse.ArgumentParser, text: str) -> None:
    parser.add_argument("--json", action="store_true", help=text)


def target(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--target", choices=("azure", "sandbox"), help=_("the cloud (default: the folder's, or azure)"))
    parser.add_argument(
        "--answers",
        type=Path,
        metavar="FILE",
        help=_("answers, or template:risk, the demo's (default: the folder's answers.yaml)"),
    )
    parser.add_argument(
        "--scenario",
        help=_("what the sandbox holds at its first start ({names})", names=", ".join(scenarios.names())),
    )

    sandbox(parser, _("a sandbox that several setups share: its folder (default: the setup's own, or the kept one)"))


def sandbox(parser: argparse.ArgumentParser, text: str) -> None:
    parser.add_argument("--sandbox", type=Path, metavar="PATH", help=text)
