"""Who holds a state behind HTTP. Terraform's own refusal names the one who asked, not the one who holds."""

from __future__ import annotations

import base64
import json
import ssl
import uuid
from collections.abc import Mapping
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

from wizard.provisioning.backend import Backend

SECONDS = 30.0
HELD = (409, 423)


def holder(backend: Backend, env: Mapping[str, str]) -> dict[str, Any]:
    """The lock's info as its holder wrote it (ID, Who, Operation, Created); empty where it cannot be had.

    The protocol has no question for it, so the lock is asked for, and given back at once where it is free."""
    mine = {"ID": str(uuid.uuid4()), "Operation": "OperationTypeInvalid", "Who": "lakehouse-wizard", "Created": ""}
    fields = backend.fields
    try:
        _ask(str(fields.get("lock_method", "LOCK")), str(fields["lock_address"]), mine, env)
    except HTTPError as refused:
        with refused:
            return _read(refused.read()) if refused.code in HELD else {}
    except (URLError, OSError, KeyError):
        return {}
    _ask(str(fields.get("unlock_method", "UNLOCK")), str(fields["unlock_address"]), mine, env)
    return {}


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
