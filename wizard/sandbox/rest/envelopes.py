"""How each host words a refusal."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from wizard.sandbox.domain.core import CloudError
from wizard.sandbox.rest.route import Host, Reply

DATABRICKS_DOMAIN = "databricks.com"


def refusal(host: Host, error: CloudError, request_id: str, login_url: str) -> Reply:
    """The error in the host's own form, with the headers that go with it."""
    reply = Reply(error.status, _BODIES[host](error, request_id))
    reply.headers.update(error.details.get("headers", {}))
    if host == "storage":
        reply.headers["x-ms-error-code"] = error.code
    if error.status == 401 and host in ("arm", "graph", "storage", "vault"):
        reply.headers["WWW-Authenticate"] = _challenge(error, login_url)
    return reply


def _arm(error: CloudError, request_id: str) -> Any:
    return {
        "error": {
            "code": error.code,
            "message": error.message,
            "target": error.details.get("target"),
            "details": error.details.get("details", []),
            "additionalInfo": error.details.get("additional_info", []),
        }
    }


def _graph(error: CloudError, request_id: str) -> Any:
    now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S")
    return {
        "error": {
            "code": error.code,
            "message": error.message,
            "innerError": {"date": now, "request-id": request_id, "client-request-id": request_id},
        }
    }


def _databricks(error: CloudError, request_id: str) -> Any:
    details: list[Any] = [
        {"@type": "type.googleapis.com/google.rpc.RequestInfo", "request_id": request_id, "serving_data": ""},
        {
            "@type": "type.googleapis.com/google.rpc.ErrorInfo",
            "reason": error.details.get("reason", error.code),
            "domain": DATABRICKS_DOMAIN,
            "metadata": error.details.get("metadata", {}),
        },
    ]
    return {"error_code": error.code, "message": error.message, "details": details}


def _vault(error: CloudError, request_id: str) -> Any:
    inner = error.details.get("inner")
    told = {"code": error.code, "message": error.message}
    return {"error": {**told, "innererror": {"code": inner}} if inner else told}


def _oauth(error: CloudError, request_id: str) -> Any:
    now = datetime.now(UTC).strftime("%Y-%m-%d %H:%M:%SZ")
    return {
        "error": error.code,
        "error_description": (f"{error.message} Trace ID: {request_id} Correlation ID: {request_id} Timestamp: {now}"),
        "error_codes": error.details.get("error_codes", []),
        "timestamp": now,
        "trace_id": request_id,
        "correlation_id": request_id,
    }


def _challenge(error: CloudError, login_url: str) -> str:
    start = f'Bearer authorization_uri="{login_url}/common/oauth2/authorize"'
    if "not_before" not in error.details:
        return f'{start}, error="invalid_token", error_description="{error.message}"'
    claims = {"access_token": {"nbf": {"essential": True, "value": str(error.details["not_before"])}}}
    encoded = base64.b64encode(json.dumps(claims, separators=(",", ":")).encode()).decode()
    return f'{start}, error="insufficient_claims", claims="{encoded}"'


_BODIES: dict[str, Callable[[CloudError, str], Any]] = {
    "arm": _arm,
    "graph": _graph,
    "accounts": _databricks,
    "workspace": _databricks,
    "login": _oauth,
    "prices": _arm,
    "storage": _arm,
    "vault": _vault,
    "states": _arm,
    "control": _arm,
}
