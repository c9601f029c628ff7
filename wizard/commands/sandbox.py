"""`sandbox …`: the local cloud, by hand."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from wizard import exits, which_sandbox
from wizard.application import Unusable, require_sandbox_extra
from wizard.plain.activity import activity
from wizard.sandbox.users import users
from wizard.setup.folder import Folder
from wizard.setup.secrets import withhold_named_in
from wizard.text import _

Action = Callable[[argparse.Namespace, Path], str]  # gives what to print


def main(arguments: argparse.Namespace) -> int:
    require_sandbox_extra()
    folder = Folder(arguments.folder)
    withhold_named_in(folder.answers_file)
    state = which_sandbox.named(arguments.sandbox) if arguments.sandbox else folder.sandbox
    if arguments.action != "start" and not state.is_dir() and arguments.action != "fidelity":
        place = arguments.sandbox or folder.root
        raise Unusable(_("{folder} has no sandbox; `sandbox start` makes one", folder=place))
    actions: dict[str, Action] = {
        "start": _start,
        "stop": _stop,
        "reset": _reset,
        "info": _info,
        "requests": _requests,
        "fault": _fault,
        "portal": _portal,
        "fidelity": _fidelity,
    }
    with activity(_("asking the sandbox")):
        text = actions[arguments.action](arguments, state)
    print(text)
    return exits.DONE


def _start(arguments: argparse.Namespace, state: Path) -> str:
    from wizard.sandbox import process

    process.require_scenario(arguments.scenario)
    if arguments.sandbox is None:
        Folder(arguments.folder).create()
    process.start(state, arguments.scenario)
    return _("the sandbox runs; `sandbox info` shows its endpoints, `sandbox stop` ends it")


def _stop(arguments: argparse.Namespace, state: Path) -> str:
    from wizard.sandbox import process

    _refuse_in_use(arguments, state)
    return _("stopped") if process.stop(state) else _("it was not running")


def _reset(arguments: argparse.Namespace, state: Path) -> str:
    from wizard.sandbox import process

    _refuse_in_use(arguments, state)
    _refuse_shared(arguments, state)
    process.reset(state)
    return _("the sandbox's cloud is forgotten")


def _refuse_in_use(arguments: argparse.Namespace, state: Path) -> None:
    from wizard.sandbox import process
    from wizard.sandbox.control import SandboxInUse

    if not arguments.force and process.held(state):
        raise SandboxInUse(_("a wizard works with this sandbox; let it end, or end the sandbox under it with --force"))


def _refuse_shared(arguments: argparse.Namespace, state: Path) -> None:
    """A cloud that other setups stand in is forgotten by force alone."""
    from wizard.sandbox.control import SandboxInUse

    asking = None if arguments.sandbox else Folder(arguments.folder).root
    others = [str(user.root) for user in users(state) if user.root != asking]
    if others and not arguments.force:
        told = _("this sandbox holds what other setups made: {folders}; forget it all with --force",
                 folders=", ".join(others))  # fmt: skip
        raise SandboxInUse(told)


def _info(arguments: argparse.Namespace, state: Path) -> str:
    from wizard.sandbox import process

    info = {
        "running": process.runs(state),
        **process.info(state),
        "setups": [str(user.root) for user in users(state)],
    }
    if arguments.json:
        return json.dumps(info, indent=2)
    return "\n".join(_info_lines(info))


def _info_lines(info: dict[str, Any]) -> Iterator[str]:
    if info["running"]:
        yield _("it runs, with scenario {scenario}", scenario=info["scenario"])
        for name, url in [*info["endpoints"].items(), *info["workspaces"].items()]:
            yield f"{name:<10} {url}"
    else:
        yield _("it is not running; `sandbox start` starts it, and its endpoints may be others then")
    if info["setups"]:
        yield _("setups in it: {folders}", folders=", ".join(info["setups"]))
    yield _("CA file: {path}", path=info["ca_file"])
    yield _("identities: {names}", names=", ".join(info["identities"]))
    yield _("--json shows their secrets too, and the reattach value for Terraform")


def _requests(arguments: argparse.Namespace, state: Path) -> str:
    from wizard.sandbox import process

    found = process.requests(state, mutating=arguments.mutating)
    if arguments.json:
        return json.dumps(found, indent=2)
    return "\n".join(
        f"{entry['status']!s:<5} {entry['method']:<7} {entry['path']}  {entry['caller'] or '-'}" for entry in found
    )


def _fault(arguments: argparse.Namespace, state: Path) -> str:
    from wizard.sandbox import process

    if arguments.latency is not None:
        process.set_latency(state, arguments.latency)
        return _("every operation now takes {seconds} s longer", seconds=arguments.latency)
    if arguments.verb == "add":
        process.add_fault(state, _rule(arguments))
    elif arguments.verb == "clear":
        process.clear_faults(state)
    rules = process.faults(state)
    if arguments.json:
        return json.dumps(rules, indent=2)
    return "\n".join(_fault_line(rule) for rule in rules) or _("no fault is in force")


def _rule(arguments: argparse.Namespace) -> dict[str, object]:
    """The rule of `fault add`; raises Unusable for what is none."""
    if not arguments.kind:
        raise Unusable(_("`sandbox fault add` needs --kind"))
    match: dict[str, str] = {}
    for text in arguments.match or ():
        key, equals, pattern = text.partition("=")
        if not equals:
            raise Unusable(_("--match takes KEY=PATTERN, not {text}", text=text))
        match[key] = pattern
    return {
        "kind": arguments.kind,
        "match": match,
        "mutating": arguments.mutating,
        "count": arguments.count,
        "skip": arguments.skip,
        "each": arguments.each,
        "seconds": arguments.seconds,
        "key": arguments.key,
    }


def _fault_line(rule: dict[str, Any]) -> str:
    where = " ".join(f"{key}={pattern}" for key, pattern in rule["match"].items()) or _("every operation")
    times = str(rule["count"]) if rule["count"] else _("always")
    return _("{kind}  {where}  times: {times}  so far: {hits}",
             kind=rule["kind"], where=where, times=times, hits=rule["hits"])  # fmt: skip


def _portal(arguments: argparse.Namespace, state: Path) -> str:
    from wizard.sandbox import process

    return process.portal(state, arguments.click, arguments.values)


def _fidelity(arguments: argparse.Namespace, state: Path) -> str:
    from wizard.sandbox.fidelity import not_modelled

    found = not_modelled()
    if arguments.json:
        return json.dumps(found, indent=2)
    return "\n".join("\n  ".join([area, *gaps]) for area, gaps in found.items())
