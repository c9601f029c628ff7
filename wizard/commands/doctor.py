"""`doctor`: what this machine lacks, with the exact remedy."""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict

from wizard import exits
from wizard.application import AZURE
from wizard.cloud.endpoints import TargetSettings
from wizard.setup.folder import Folder
from wizard.text import _


def main(arguments: argparse.Namespace) -> int:
    from wizard.steps.preflight import run_checks

    folder = Folder(arguments.folder)
    target = arguments.target or str(folder.config().get("target") or AZURE)
    checks = run_checks(TargetSettings(name=target), folder.root)
    if arguments.json:
        print(json.dumps({"target": target, "checks": [asdict(check) for check in checks]}, indent=2))
    else:
        for check in checks:
            mark = _("✓ ok") if check.ok else _("✗ missing")
            print(f"{mark:<10} {check.name}: {check.what}")
            if not check.ok:
                print(f"{'':<10} → {check.remedy}")
    return exits.DONE if all(check.ok for check in checks) else exits.FAILED
