"""`sandbox …`: the local cloud, by hand."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from wizard import exits
from wizard.application import Unusable, require_sandbox_extra
from wizard.setup.folder import Folder
from wizard.text import _


def main(arguments: argparse.Namespace) -> int:
    require_sandbox_extra()
    folder = Folder(arguments.folder)
    if arguments.action != "start" and not folder.sandbox.is_dir() and arguments.action != "fidelity":
        raise Unusable(_("{folder} has no sandbox; `sandbox start` makes one", folder=folder.root))
    action = {
        "start": _start,
        "stop": _stop,
        "reset": _reset,
        "info": _info,
        "requests": _requests,
        "fault": _fault,
        "portal": _portal,
        "fidelity": _fidelity,
    }[arguments.action]
    action(arguments, folder.sandbox)
    return exits.DONE


def _start(arguments: argparse.Namespace, state: Path) -> None:
    from wizard.sandbox import process

    Folder(arguments.folder).create()
    process.start(state, arguments.scenario)
    print(_("the sandbox runs; `sandbox info` shows its endpoints, `sandbox stop` ends it"))


def _stop(arguments: argparse.Namespace, state: Path) -> None:
    from wizard.sandbox import process

    print(_("stopped") if process.stop(state) else _("it was not running"))


def _reset(arguments: argparse.Namespace, state: Path) -> None:
    from wizard.sandbox import process

    process.reset(state)
    print(_("the sandbox's cloud is forgotten"))


def _info(arguments: argparse.Namespace, state: Path) -> None:
    from wizard.sandbox import process

    info = process.info(state)
    if arguments.json:
        print(json.dumps(info, indent=2))
        return
    for name, url in info["endpoints"].items():
        print(f"{name:<10} {url}")


def _requests(arguments: argparse.Namespace, state: Path) -> None:
    from wizard.sandbox import process

    found = process.requests(state, mutating=arguments.mutating)
    if arguments.json:
        print(json.dumps(found, indent=2))
        return
    for entry in found:
        print(f"{entry['status']!s:<5} {entry['method']:<7} {entry['path']}  {entry['caller'] or '-'}")


def _fault(arguments: argparse.Namespace, state: Path) -> None:
    from wizard.sandbox import process

    process.set_latency(state, arguments.latency)
    print(_("every operation now takes {seconds} s longer", seconds=arguments.latency))


def _portal(arguments: argparse.Namespace, state: Path) -> None:
    from wizard.sandbox import process

    print(process.portal(state, arguments.click, arguments.values))


def _fidelity(arguments: argparse.Namespace, state: Path) -> None:
    from wizard.sandbox.fidelity import not_modelled

    found = not_modelled()
    if arguments.json:
        print(json.dumps(found, indent=2))
        return
    for area, gaps in found.items():
        print(area)
        for gap in gaps:
            print(f"  {gap}")
