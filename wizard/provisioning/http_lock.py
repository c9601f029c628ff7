"""Who holds a state behind HTTP. Terraform's own refusal names the one who asked, not the one who holds."""

from __future__ import annotations

import base64
import json
import ssl
import uuid
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

from wizard.provisioning.backend import Backend

SECONDS = 10.0
HELD = (409, 423)
TRIES = 3  # of each request, as long as its answer gets lost
SERVER_ERROR = 500


def holder(backend: Backend, env: Mapping[str, str]) -> dict[str, Any]:
    """The lock's info as its holder wrote it (ID, Who, Operation, Created); empty where it cannot be had.

    The protocol has no question for it, so the lock is asked for, and given back at once where it was free."""
    mine, fields = _info(), backend.fields
    for _turn in range(TRIES):
        try:
            _ask(str(fields.get("lock_method", "LOCK")), str(fields["lock_address"]), mine, env)
        except HTTPError as refused:
            with refused:
                held = _read(refused.read()) if refused.code in HELD else {}
            if held.get("ID") != mine["ID"]:
                return held
        except OSError:  # it may have been taken: asked again, the store tells by our own id
            continue
        _give_back(fields, mine, env)
        break
    return {}


def _give_back(fields: Mapping[str, Any], mine: Mapping[str, Any], env: Mapping[str, str]) -> None:
    for _turn in range(TRIES):
        try:
            _ask(str(fields.get("unlock_method", "UNLOCK")), str(fields["unlock_address"]), mine, env)
        except HTTPError as refused:
            refused.close()
            if refused.code >= SERVER_ERROR:
                continue
        except OSError:
            continue
        break


def _info() -> dict[str, str]:
    """As Terraform writes it, whole: a store may refuse a lock without any of these, and others read what they meet."""
    now = datetime.now(UTC).isoformat().replace("+00:00", "Z")
    return {
        "ID": str(uuid.uuid4()),
        "Operation": "OperationTypeInvalid",
        "Info": "",
        "Who": "lakehouse-wizard",
        "Version": "",
        "Created": now,
        "Path": "",
    }


def _ask(method: str, url: str, body: Mapping[str, Any], env: Mapping[str, str]) -> None:
    request = Request(url, data=json.dumps(body).encode(), method=method)
    request.add_header("Content-Type", "application/json")
    if user := env.get("TF_HTTP_USERNAME"):
        word = base64.b64encode(f"{user}:{env.get('TF_HTTP_PASSWORD', '')}".encode()).decode()
        request.add_header("Authorization", f"Basic {word}")
    context = ssl.create_default_context(cafile=env.get("SSL_CERT_FILE"))
    with urlopen(request, timeout=SECONDS, context=context) as answer:
        answer.read()


def _read(body: bytes) -> dict[str, Any]:
    try:
        found = json.loads(body)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
