"""`doctor`: what this machine lacks, with the exact remedy; `--bundle`: a support file without secrets."""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

from wizard import exits
from wizard.application import AZURE, SANDBOX
from wizard.cloud.endpoints import TargetSettings
from wizard.plain.activity import activity
from wizard.setup.folder import Folder, FolderUnusable
from wizard.setup.secrets import SecretMissing, SecretRef, Secrets, withhold_named_in
from wizard.steps.preflight import CheckResult
from wizard.text import _


def main(arguments: argparse.Namespace) -> int:
    from wizard.steps.preflight import HOSTS, run_checks

    folder = Folder(arguments.folder)
    withhold_named_in(folder.answers_file)
    target = arguments.target or _kept_target(folder, needed=arguments.bundle is None)
    # A sandbox is on this machine: the cloud's public hosts are no concern of it.
    hosts = () if target == SANDBOX else HOSTS
    with activity(_("looking at this machine")):
        checks = run_checks(TargetSettings(name=target), folder.root, hosts)
    if arguments.bundle is not None:
        return _bundle(folder, target, checks, arguments)
    if arguments.json:
        print(json.dumps({"target": target, "checks": [asdict(check) for check in checks]}, indent=2))
    else:
        for check in checks:
            mark = _("✓ ok") if check.ok else _("✗ missing")
            print(f"{mark:<10} {check.name}: {check.what}")
            if not check.ok:
                print(f"{'':<10} → {check.remedy}")
    return exits.DONE if all(check.ok for check in checks) else exits.FAILED


def _kept_target(folder: Folder, *, needed: bool) -> str:
    """The folder's own; a support file is gathered of a folder that cannot be read too."""
    try:
        return str(folder.config().get("target") or AZURE)
    except FolderUnusable:
        if needed:
            raise
        return AZURE


class _Scenario:
    """`sandbox:IDENTITY` as a sandbox that need not run has written it down."""

    def __init__(self, folder: Folder) -> None:
        self._folder = folder

    def check(self, ref: SecretRef) -> None:
        self.resolve(ref)

    def resolve(self, ref: SecretRef) -> str:
        from wizard.sandbox.control import SandboxError, read_info

        try:
            identity = read_info(self._folder.sandbox)["identities"][ref.name]
        except (SandboxError, FolderUnusable, KeyError, ValueError) as error:
            remedy = _("start the sandbox")
            raise SecretMissing(str(ref), _("the sandbox does not know it"), remedy) from error
        return str(identity.get("client_secret") or identity.get("password"))


def _bundle(folder: Folder, target: str, checks: Sequence[CheckResult], arguments: argparse.Namespace) -> int:
    from wizard.report.bundle import bundle

    with activity(_("gathering the support file")):
        packed, parts = bundle(folder, target, checks, Secrets(folder.root, {SANDBOX: _Scenario(folder)}))
    path = _place(folder, arguments.bundle)
    folder.write(path, packed)
    if arguments.json:
        left_out = {part.name: part.why_not for part in parts if part.text is None}
        inside = [part.name for part in parts if part.text is not None]
        print(json.dumps({"bundle": str(path), "files": inside, "left_out": left_out}, indent=2))
        return exits.DONE
    print(_("{path} (readable by you alone), secrets struck out; look through it before you send it:", path=path))
    for part in parts:
        print(f"  {part.name}: {part.what}" + (f" - {part.why_not}" if part.why_not else ""))
    return exits.DONE


def _place(folder: Folder, given: Path) -> Path:
    if given != Path():
        return given.expanduser().absolute()
    name = f"lakehouse-support-{datetime.now(UTC):%Y%m%dT%H%M%SZ}.zip"
    return (folder.private / "support" if folder.private.is_dir() else folder.root) / name
