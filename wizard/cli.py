"""The command line: parsing and calls, nothing else. Heavy modules load with the command that needs them."""

from __future__ import annotations

import argparse
import gettext
import os
import sys
import threading
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from wizard import __version__, exits
from wizard import cli_options as options
from wizard.cli_contract import contract_commands
from wizard.cli_sandbox import sandbox_commands
from wizard.text import LOCALE, _, use

if TYPE_CHECKING:
    from wizard.cli_options import Commands


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code (see `wizard.exits`)."""
    words = _speak(sys.argv[1:] if argv is None else argv)
    arguments = _of_the_app(words) or build_parser().parse_args(words)
    # What stands before a command would be lost without a word.
    if arguments.command is not None and words[0] != arguments.command:
        build_parser().error(
            _("put options after the command: lakehouse-wizard {command} ...", command=arguments.command)
        )
    try:
        code = _app(arguments) if arguments.command is None else _call(arguments)
    except KeyboardInterrupt:  # before a command hears it itself: it would end without a word
        print(f"\r{_('cancelled')}", file=sys.stderr)
        code = exits.CANCELLED
    except BrokenPipeError:  # the reader of our output went away, as `| head` does
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())  # what is still in its buffer would fail once more at the end
        os.close(nowhere)
        return exits.DONE
    _leave_threads(code)
    return code


def _speak(words: Sequence[str]) -> list[str]:
    """Choose the language, of this process and of those it starts, before anything is said; the words without it."""
    first = argparse.ArgumentParser(prog="lakehouse-wizard", add_help=False, allow_abbrev=False)
    options.language(first)
    found, others = first.parse_known_args(words)
    if found.lang:
        use(found.lang)
        os.environ["LANGUAGE"] = found.lang
    gettext.bindtextdomain("wizard", LOCALE)  # argparse asks the gettext of the process
    gettext.textdomain("wizard")
    return others


def _of_the_app(words: Sequence[str]) -> argparse.Namespace | None:
    """What is asked of the app; None for a command, for help, and for what the whole parser is to refuse. The app's
    first screen does not wait for the parsers of all commands."""
    parser = argparse.ArgumentParser(prog="lakehouse-wizard", add_help=False, allow_abbrev=False, exit_on_error=False)
    _app_options(parser)
    try:
        arguments, others = parser.parse_known_args(words)
    except argparse.ArgumentError:
        return None
    return None if others else argparse.Namespace(command=None, **vars(arguments))


def _leave_threads(code: int) -> None:
    """End at once where the user did not want to wait for a call; Python would wait for its thread."""
    if "wizard.setup.engine" not in sys.modules:  # nobody began a call; loading it costs a quarter of a second
        return
    from wizard.setup.engine import THREADS

    if any(thread.name.startswith(THREADS) for thread in threading.enumerate()):
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def _app(arguments: argparse.Namespace) -> int:
    """The app, on a terminal that can show it; by lines where that is asked for or all that the terminal can do;
    without a terminal what the command line offers."""
    terminal = sys.stdin.isatty() and sys.stdout.isatty()
    if arguments.plain or (terminal and os.environ.get("TERM") == "dumb"):
        from wizard.prompts.command import main as plain

        return plain(arguments)
    if not terminal:
        build_parser().print_help(sys.stderr)
        return exits.INVALID
    from wizard.tui.command import main as app

    return app(arguments)


def _call(arguments: argparse.Namespace) -> int:
    from wizard.commands.guard import guarded
    from wizard.plain.activity import activity

    with activity(_("starting")):  # the SDKs take seconds to load
        command = import_module(f"wizard.commands.{arguments.module}")
    return guarded(lambda: int(command.main(arguments)), debug=arguments.debug)


def build_parser() -> argparse.ArgumentParser:
    """The whole command line; documentation is generated from it."""
    parser = argparse.ArgumentParser(
        prog="lakehouse-wizard",
        description=_("From an empty Azure subscription to a governed Databricks lakehouse with rows in it."),
        epilog=_("Exit codes: 0 done, 1 breaking change, 2 invalid input, 3 a person must act, 4 a step failed, "
                 "5 folder in use, 130 cancelled."),
    )  # fmt: skip
    parser.add_argument("--version", action="version", version=f"lakehouse-wizard {__version__}")
    _app_options(parser)
    commands = parser.add_subparsers(title=_("commands"), metavar=_("COMMAND"), dest="command")
    _journey_commands(commands)
    _answers_commands(commands)
    contract_commands(commands)
    _export_command(commands)
    sandbox_commands(commands)
    return parser


def _app_options(parser: argparse.ArgumentParser) -> None:
    """Without a command the app opens; these are its own, but for the language, which is every command's."""
    options.language(parser)
    options.folder(parser)
    options.target(parser)
    parser.add_argument(
        "--theme", choices=("dark", "light", "ansi", "mono"), help=_("colours of the app (default: dark)")
    )
    parser.add_argument("--ascii", action="store_true", help=_("draw the app with ASCII alone"))
    parser.add_argument(
        "--plain", action="store_true", help=_("by prompts and lines, without the app (itself where TERM is dumb)")
    )
    parser.add_argument("--until", metavar="STEP", help=_("stop after this step"))
    options.as_json(parser, _("with --plain: the summary as JSON too"))
    parser.add_argument("--debug", action="store_true", help=argparse.SUPPRESS)


def _journey_commands(commands: Commands) -> None:
    lines = _("one JSON event a line; schema: `answers schema --events`")
    for name, text in (
        ("run", _("go through the journey: check, apply, check again")),
        ("plan", _("check every step and show what a run would do; change nothing")),
    ):
        run = options.command(commands, name, "run", text)
        options.folder(run)
        options.target(run)
        run.add_argument("--until", metavar="STEP", help=_("stop after this step"))
        run.add_argument("--only", metavar="STEP", help=_("this step alone; earlier ones are checked, not required"))
        options.as_json(run, lines)
        if name == "plan":
            _review_options(run)
        else:
            run.add_argument(
                "--allow-data-loss", action="store_true", help=_("also apply a plan that deletes data for good")
            )
    _adopt_command(commands)
    _look_commands(commands)
    destroy = options.command(commands, "destroy", "destroy", _("take everything of this setup away, plan first"))
    options.folder(destroy)
    options.target(destroy)
    destroy.add_argument(
        "--confirm", metavar="NAME", help=_("the setup's name, as risk or risk-prod, as typed confirmation")
    )
    options.as_json(destroy, lines)
    upgrade = options.command(
        commands, "upgrade", "upgrade", _("which provider versions the setup keeps to; move them on request")
    )
    options.folder(upgrade)
    options.target(upgrade)
    upgrade.add_argument(
        "--providers",
        action="store_true",
        help=_("take the versions that this wizard ships, and show every plan; nothing is applied"),
    )
    options.as_json(upgrade, lines)
    doctor = options.command(
        commands, "doctor", "doctor", _("look at this machine: what is missing, and the exact remedy")
    )
    options.folder(doctor)
    doctor.add_argument("--target", choices=("azure", "sandbox"), help=_("what the machine is to be fit for"))
    doctor.add_argument(
        "--bundle",
        type=Path,
        nargs="?",
        const=Path(),
        metavar="FILE.zip",
        help=_("gather a support file without secrets (default: into the folder's .wizard/support)"),
    )
    options.as_json(doctor, _("one JSON document"))
    receipt = options.command(commands, "receipt", "receipt", _("the receipts of finished runs"))
    receipt.add_argument("action", choices=("show",), help=_("show the newest receipt"))
    options.folder(receipt)
    options.as_json(receipt, _("as JSON"))


def _look_commands(commands: Commands) -> None:
    status = options.command(commands, "status", "status", _("ask the world how things stand; change nothing"))
    options.folder(status)
    options.target(status)
    status.add_argument("--deep", action="store_true", help=_("count the tables' rows through a SQL warehouse"))
    options.as_json(status, _("one JSON document"))
    rights = options.command(
        commands, "rights", "rights", _("which steps the operator can do, and whom the others need")
    )
    options.folder(rights)
    options.target(rights)
    options.as_json(rights, _("one JSON document"))


def _adopt_command(commands: Commands) -> None:
    text = _("see what of the journey is there already, write the answers for it, agree to take it over")
    adopt = options.command(commands, "adopt", "adopt", text)
    options.folder(adopt)
    options.target(adopt)
    adopt.add_argument(
        "--take",
        nargs="+",
        metavar="WHAT",
        help=_("what a run is to take over: all (that carries no mark), setup:ID, or single addresses or ids"),
    )
    options.as_json(adopt, _("one JSON document"))


def _review_options(plan: argparse.ArgumentParser) -> None:
    plan.add_argument(
        "--all",
        action="store_true",
        help=_("the whole journey on one page: changes, actors, permissions and cost, for a review"),
    )
    plan.add_argument(
        "--format", choices=("text", "markdown", "json", "html"), help=_("of that page (default: by --output, or text)")
    )
    plan.add_argument("--output", type=Path, metavar="FILE", help=_("write that page there (default: show it)"))


def _answers_commands(commands: Commands) -> None:
    answers = options.command(commands, "answers", "answers", _("template, schema or check of an answers file"))
    actions = answers.add_subparsers(title=_("actions"), metavar=_("ACTION"), dest="action", required=True)
    options.action(actions, "template", _("every question with its meaning, default and variable"))
    schema = options.action(actions, "schema", _("the JSON schema of an answers file"))
    schema.add_argument("--events", action="store_true", help=_("of the events of `--json` instead"))
    check = options.action(actions, "check", _("tell every defect of an answers file and of the files it names"))
    check.add_argument("file", type=Path, help=_("the answers file to check"))
    check.add_argument("--target", choices=("azure", "sandbox"), help=_("the cloud they are meant for"))
    config = options.command(commands, "config", "config", _("make answers from another tool's configuration"))
    config.add_argument("action", choices=("import",))
    config.add_argument("file", type=Path, help="strife_config.yaml")
    config.add_argument("--output", type=Path, metavar="FILE", help=_("write the answers there (default: show them)"))


def _export_command(commands: Commands) -> None:
    export = options.command(commands, "export", "export", _("workflows that go through the journey without a person"))
    export.add_argument("to", choices=("github",), help=_("for GitHub Actions, into .github/workflows"))
    options.folder(export)
    export.add_argument(
        "--repository",
        metavar="OWNER/NAME",
        help=_("at GitHub; OWNER@ID/NAME@ID where its tokens say so (default: git's origin)"),
    )
    export.add_argument("--branch", default="main", metavar="NAME", help=_("what is applied (default: main)"))
    export.add_argument(
        "--environment",
        default="lakehouse",
        metavar="NAME",
        help=_("of GitHub, whose reviewers agree to an apply; plans use NAME-plan (default: lakehouse)"),
    )
    export.add_argument(
        "--name",
        default="lakehouse",
        metavar="NAME",
        help=_("what the workflows' names begin with (default: lakehouse)"),
    )
    export.add_argument("--overwrite", action="store_true", help=_("also where a file there differs"))
    export.add_argument(
        "--create-credential",
        action="store_true",
        help=_("sign in, and let these workflows sign in as the application: a federated credential an environment"),
    )
    export.add_argument("--client-id", metavar="GUID", help=_("that application's client id (default: of the answers)"))
    options.as_json(export, _("as JSON"))


if __name__ == "__main__":
    sys.exit(main())
