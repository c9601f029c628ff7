"""`config import`: answers from the reference systems' strife_config.yaml."""

from __future__ import annotations

import argparse

from wizard import exits
from wizard.application import Unusable
from wizard.text import _


def main(arguments: argparse.Namespace) -> int:
    from wizard.steps.config_import import ConfigInvalid, import_config

    try:
        text = import_config(arguments.file)
    except ConfigInvalid as invalid:
        raise Unusable(str(invalid)) from invalid
    if arguments.output is None:
        print(text, end="")
        return exits.DONE
    if arguments.output.exists():
        raise Unusable(_("{path} is there already; remove it or name another --output", path=arguments.output))
    arguments.output.write_text(text, encoding="utf-8")
    print(_("wrote {path}", path=arguments.output))
    return exits.DONE
