"""`doctor`: what this machine lacks, with the exact remedy."""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict

from wizard import exits
from wizard.application import AZURE, SANDBOX
from wizard.cloud.endpoints import TargetSettings
from wizard.plain.activity import activity
from wizard.setup.folder import Folder
from wizard.text import _


def main(arguments: argparse.Namespace) -> int:
    from wizard.steps.preflight import HOSTS, run_checks

    folder = Folder(arguments.folder)
    target = arguments.target or str(folder.config().get("target") or AZURE)
    # A sandbox is on this machine: the cloud's public hosts are no concern of it.
    hosts = () if target == SANDBOX else HOSTS
    with activity(_("looking at this machine")):
        checks = run_checks(TargetSettings(name=target), folder.root, hosts)
    if arguments.json:
        print(json.dumps({"target": target, "checks": [asdict(check) for check in checks]}, indent=2))
    else:
        for check in checks:
            mark = _("✓ ok") if check.ok else _("✗ missing")
            print(f"{mark:<10} {check.name}: {check.what}")
            if not check.ok:
                print(f"{'':<10} → {check.remedy}")
    return exits.DONE if all(check.ok for check in checks) else exits.FAILED
