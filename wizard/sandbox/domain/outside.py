"""Issuers outside Entra, as GitHub's and a Kubernetes cluster's: the sandbox plays them all, with one key of its own.

Entra fetches an issuer's keys from the address that the issuer's name is; here every issuer's are this key's."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from wizard.sandbox.files import make_folder, write_private

if TYPE_CHECKING:
    from wizard.sandbox.domain.cloud import Cloud

GITHUB = "https://token.actions.githubusercontent.com"
WORKFLOW = "urn:sandbox:workflow"  # audience of the token by which a workflow's job asks for its OIDC token
LIFETIME = 600  # seconds
_ALGORITHM = "RS256"


@lru_cache(maxsize=16)
def _key(state: Path) -> rsa.RSAPrivateKey:
    path = make_folder(state / "keys") / "outside.pem"
    if not path.exists():
        made = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        form = serialization.PrivateFormat.PKCS8
        write_private(path, made.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption()))
    key = serialization.load_pem_private_key(path.read_bytes(), password=None)
    assert isinstance(key, rsa.RSAPrivateKey)
    return key


def issue(cloud: Cloud, issuer: str, subject: str, audience: str, *, lifetime: int = LIFETIME) -> str:
    """A token that `issuer` would give to `subject` for `audience`."""
    now = int(cloud.now().timestamp())
    payload = {
        "iss": issuer,
        "sub": subject,
        "aud": audience,
        "iat": now,
        "nbf": now,
        "exp": now + lifetime,
        "jti": str(uuid4()),
    }
    return jwt.encode(payload, _key(cloud.state), algorithm=_ALGORITHM)


def read(cloud: Cloud, token: str) -> dict[str, Any]:
    """The claims of such a token, its audience unchecked; raises jwt.InvalidTokenError."""
    claims: dict[str, Any] = jwt.decode(
        token,
        _key(cloud.state).public_key(),
        algorithms=[_ALGORITHM],
        options={"verify_aud": False, "verify_iat": False},
    )
    return claims
