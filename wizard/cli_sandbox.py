"""The command line of `sandbox`: the local cloud for rehearsals."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from wizard import cli_options as options
from wizard.sandbox import fault_kinds, scenarios
from wizard.text import _

if TYPE_CHECKING:
    from wizard.cli_options import Commands


def sandbox_commands(commands: Commands) -> None:
    sandbox = options.command(commands, "sandbox", "sandbox", _("the local cloud for rehearsals"))
    actions = sandbox.add_subparsers(title=_("actions"), metavar=_("ACTION"), dest="action", required=True)
    for name, text in (
        ("start", _("start it and keep it until `sandbox stop`")),
        ("stop", _("stop it; its cloud stays on disk")),
        ("reset", _("stop it and forget its cloud")),
        ("info", _("endpoints, workspaces, CA file, identities; --json: their secrets and the reattach value too")),
        ("requests", _("every request it answered")),
        ("fault", _("make it misbehave: faults at the operations you name, or a latency for all")),
        ("portal", _("do a portal's click, as the person would")),
        ("fidelity", _("what it does not model")),
    ):
        action = options.action(actions, name, text)
        options.folder(action)
        options.sandbox(action, _("the sandbox's own folder, for one that several setups share (default: the setup's)"))
        if name == "start":
            action.add_argument(
                "--scenario",
                help=_("{names} (default: what it has, or clean)", names=", ".join(scenarios.names())),
            )
        if name in ("stop", "reset"):
            action.add_argument(
                "--force", action="store_true", help=_("even while a wizard works with it, or others share it")
            )
        if name in ("info", "requests", "fidelity", "fault"):
            options.as_json(action, _("as JSON"))
        if name == "requests":
            action.add_argument("--mutating", action="store_true", help=_("only those that may change something"))
        if name == "fault":
            _fault_options(action)
        if name == "portal":
            action.add_argument("click", help=_("the click; an unknown one lists them all"))
            action.add_argument("values", nargs="*", help=_("what the click needs"))


def _fault_options(action: argparse.ArgumentParser) -> None:
    action.add_argument("verb", nargs="?", choices=("add", "list", "clear"), default="list", help=_("default: list"))
    action.add_argument("--latency", type=float, metavar="SECONDS", help=_("0 takes it away"))
    action.add_argument(
        "--kind",
        choices=fault_kinds.KINDS,
        help=_("what goes wrong; a lost response, a time-out and a cut body come after the change is made"),
    )
    action.add_argument(
        "--match",
        action="append",
        metavar="KEY=PATTERN",
        help=_("which operations: host, method, operation or path, as `sandbox requests --json` shows them"),
    )
    action.add_argument("--mutating", action="store_true", help=_("only those that may change something"))
    action.add_argument("--count", type=int, default=1, metavar="N", help=_("how many times; 0: always"))
    action.add_argument("--skip", type=int, default=0, metavar="N", help=_("let the first N pass"))
    action.add_argument("--each", action="store_true", help=_("so many times at each distinct operation"))
    action.add_argument("--seconds", type=float, default=1.0, help=_("how long a delay, a time-out or Retry-After is"))
    action.add_argument("--key", metavar="A.B", default="", help=_("what the answer of the kind without lacks"))
