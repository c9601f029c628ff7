"""`answers`: the template, the schemas, and the check of a file without a run."""

from __future__ import annotations

import argparse
import json

from wizard import exits
from wizard.application import SANDBOX, SandboxSecrets, check_files
from wizard.journey import questions, steps
from wizard.setup.answers import load
from wizard.setup.folder import Folder
from wizard.setup.secrets import Secrets
from wizard.text import _


def main(arguments: argparse.Namespace) -> int:
    if arguments.action == "schema":
        print(json.dumps(_schema(arguments.events), indent=2, ensure_ascii=False))
    elif arguments.action == "template":
        from wizard.setup.template import template

        print(template(questions()), end="")
    else:
        return _check(arguments)
    return exits.DONE


def event_schema() -> dict[str, object]:
    """The JSON schema of one line of `--json`."""
    from pydantic import TypeAdapter

    from wizard.setup.events import Event

    schema: dict[str, object] = TypeAdapter(Event).json_schema()
    return schema


def _schema(events: bool) -> dict[str, object]:
    from wizard.setup.template import schema

    return event_schema() if events else schema(questions())


def _check(arguments: argparse.Namespace) -> int:
    folder = Folder(arguments.file.parent)
    secrets = Secrets(folder.root, {SANDBOX: SandboxSecrets(active=arguments.target == SANDBOX)})
    check_files(steps(), load(questions(), arguments.file, secrets=secrets), folder)
    print(_("{file}: every answer is valid", file=arguments.file))
    return exits.DONE
