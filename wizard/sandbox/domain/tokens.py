"""Tokens of the sandbox's Entra: signed, stateless, so that signing in never writes the store."""

from __future__ import annotations

from collections.abc import Collection
from functools import lru_cache
from pathlib import Path
from typing import Any

import jwt

from wizard.cloud.endpoints import DATABRICKS_RESOURCE
from wizard.sandbox.domain.cloud import Cloud
from wizard.sandbox.domain.core import Caller, CloudError
from wizard.sandbox.files import keep_secret, make_folder

ARM = "https://management.azure.com"
GRAPH = "https://graph.microsoft.com"
STORAGE = "https://storage.azure.com"
VAULT = "https://vault.azure.net"
DATABRICKS = DATABRICKS_RESOURCE
REFRESH = "urn:sandbox:refresh"
DEVICE = "urn:sandbox:device"
CODE = "urn:sandbox:code"

LIFETIME = 3600  # seconds
_ALGORITHM = "HS256"


@lru_cache(maxsize=16)
def _key(state: Path) -> str:
    return keep_secret(make_folder(state / "keys") / "token.key")


def issue(cloud: Cloud, caller: Caller, audience: str, *, lifetime: int = LIFETIME, **claims: Any) -> str:
    """A token of `caller` for one audience. Claims: tid, oid, appid or upn, aud, iat, exp, xms_at (ms)."""
    now = int(cloud.now().timestamp())
    name = {"appid": caller.name, "idtyp": "app"} if caller.kind == "app" else {"upn": caller.name, "idtyp": "user"}
    payload = {
        **claims,
        **name,
        "iss": f"{cloud.hosts.url('login')}/{caller.tenant}/v2.0",
        "aud": audience,
        "tid": caller.tenant,
        "oid": caller.oid,
        "sub": caller.oid,
        "iat": now,
        "nbf": now,
        "exp": now + lifetime,
        "xms_at": cloud.millis(),
    }
    return jwt.encode(payload, _key(cloud.state), algorithm=_ALGORITHM)


def read(cloud: Cloud, token: str, audiences: Collection[str]) -> dict[str, Any]:
    """The claims of a token of ours for one of `audiences`.

    Raises CloudError 401: InvalidAuthenticationToken, ExpiredAuthenticationToken or
    InvalidAuthenticationTokenAudience."""
    try:
        claims: dict[str, Any] = jwt.decode(
            token, _key(cloud.state), algorithms=[_ALGORITHM], options={"verify_aud": False, "verify_iat": False}
        )
    except jwt.ExpiredSignatureError as error:
        raise CloudError(401, "ExpiredAuthenticationToken", "The access token has expired.") from error
    except jwt.InvalidTokenError as error:
        raise CloudError(401, "InvalidAuthenticationToken", "The access token is invalid.") from error
    if claims["aud"] not in audiences:
        raise CloudError(
            401,
            "InvalidAuthenticationTokenAudience",
            "The access token has been obtained for wrong audience or resource "
            f"'{claims['aud']}'. It should exactly match one of the allowed audiences '{', '.join(audiences)}'.",
        )
    return claims
