"""The stand-in `az`: what a person has on the machine who signed in with `az login`."""

from __future__ import annotations

import json
import shlex
import sys
from pathlib import Path
from typing import Any

from wizard.sandbox.files import make_folder, write_private

SESSION = "az.json"


def write_stand_in(state: Path, info: dict[str, Any]) -> None:
    """Write `bin/az` and, 0600, the session it uses: the scenario's operator, where that is a person."""
    operator = info["identities"][info["operator"]]
    before = _before(state / SESSION)
    session = {
        "login": info["endpoints"]["login"],
        "ca_file": info["ca_file"],
        "tenant_id": info["tenant_id"],
        "subscription_id": info["subscription_id"],
        "subscription_name": info["subscription_name"],
        "user": operator["upn"] if operator["kind"] == "user" else None,
        "password": operator.get("password"),
        # Who has signed in or out by this az stays so when the sandbox starts again.
        "refresh_token": before.get("refresh_token"),
        "signed_out": before.get("signed_out", False),
    }
    write_private(state / SESSION, json.dumps(session, indent=2))
    # -P keeps the caller's folder off the module path.
    command = shlex.join([sys.executable, "-P", "-m", "wizard.sandbox.az", str(state / SESSION)])
    write_private(make_folder(state / "bin") / "az", f'#!/bin/sh\nexec {command} "$@"\n', mode=0o700)


def _before(path: Path) -> dict[str, Any]:
    try:
        session: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return {}
    return session
