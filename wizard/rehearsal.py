"""What a front end may offer beside the journey: answers to begin with, and in the sandbox the person's clicks."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

from wizard.application import SANDBOX
from wizard.setup.folder import Folder
from wizard.steps.names import DOMAIN_LENGTH

AZ_SECONDS = 10.0
SAMPLES = ("account", "consents")  # shipped with the wizard


def proposals(folder: Folder, target: str, scenario: str | None) -> dict[str, dict[str, Any]]:
    """Answers worth proposing, by section: from the folder's name, the Azure CLI's session or the scenario, and
    the shipped examples. They are only a beginning: every one can be changed."""
    name = re.sub(r"[^a-z0-9]", "", folder.root.name.lower()).lstrip("0123456789")[:DOMAIN_LENGTH]
    found: dict[str, dict[str, Any]] = {
        "project": {"project": folder.root.name[:64]},
        "contracts": {"files": [f"template:{sample}" for sample in SAMPLES]},
        "first_run": {"samples": {sample: f"template:{sample}" for sample in SAMPLES}},
    }
    if len(name) > 1:
        found["project"]["domain"] = name
    for section, values in _signed_in(target, scenario).items():
        found.setdefault(section, {}).update(values)
    return found


def _signed_in(target: str, scenario: str | None) -> dict[str, dict[str, Any]]:
    if target == SANDBOX:
        from wizard.sandbox.proposals import proposed

        return proposed(scenario)
    program = shutil.which("az")
    if program is None:
        return {}
    try:
        done = subprocess.run(
            [program, "account", "show", "--output", "json"],
            capture_output=True, text=True, timeout=AZ_SECONDS, check=True, stdin=subprocess.DEVNULL,
        )  # fmt: skip
        shown = json.loads(done.stdout)
    except (OSError, ValueError, subprocess.SubprocessError):
        return {}  # nobody is signed in: nothing to propose
    found = {"sign_in": {"tenant_id": shown.get("tenantId"), "subscription_id": shown.get("id")}}
    user = (shown.get("user") or {}).get("name")
    if user and "@" in str(user):
        found |= {"project": {"owner": user}, "foundation": {"budget_contact": user}}
    return found


def clicks(target: str) -> dict[str, tuple[str, ...]]:
    """By step: what the person's part in it is, where it can be played here; empty for Azure."""
    if target != SANDBOX:
        return {}
    from wizard.sandbox.proposals import CLICKS

    return {step: tuple(click.words for click in found) for step, found in CLICKS.items()}


def play(state: Path, step: str) -> list[str]:
    """Do the person's clicks of a step in the sandbox of a state folder; what came of each."""
    from wizard.sandbox.process import portal
    from wizard.sandbox.proposals import CLICKS, who

    return [portal(state, click.name, [who(state, click.identity)]) for click in CLICKS[step]]
