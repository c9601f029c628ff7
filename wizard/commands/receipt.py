"""`receipt show`: the newest receipt, as it was written."""

from __future__ import annotations

import argparse

from wizard import exits
from wizard.application import Unusable
from wizard.setup.folder import Folder
from wizard.text import _


def main(arguments: argparse.Namespace) -> int:
    folder = Folder(arguments.folder)
    suffix = ".json" if arguments.json else ".md"
    receipts = sorted(folder.receipts.glob(f"*{suffix}"), key=lambda path: path.stat().st_mtime_ns)
    if not receipts:
        raise Unusable(_("{folder} has no receipt yet; a finished `run` writes one", folder=folder.root))
    print(receipts[-1].read_text(encoding="utf-8"), end="")
    return exits.DONE
