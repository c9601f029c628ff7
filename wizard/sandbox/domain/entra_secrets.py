"""Client secrets and passwords: told once, kept as hashes."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from wizard.sandbox.domain.core import Body, CloudError

if TYPE_CHECKING:
    from wizard.sandbox.domain.cloud import Cloud

SECRETS = "_secrets"  # in a stored application or principal: key id -> salted hash
PASSWORD = "_password"  # the key of the hash
DEFAULT_LIFETIME = timedelta(days=730)


def new_secret() -> str:
    """Forty characters in the form Entra makes them: three, `8Q~`, and a random rest."""
    text = secrets.token_urlsafe(36).replace("-", "A")
    return f"{text[:3]}8Q~{text[3:37]}"


def hashed(secret: str) -> str:
    salt = secrets.token_bytes(16)
    return f"{salt.hex()}:{_digest(secret, salt)}"


def matches(secret: str, stored: str) -> bool:
    salt, _, digest = stored.partition(":")
    return hmac.compare_digest(_digest(secret, bytes.fromhex(salt)), digest)


def _digest(secret: str, salt: bytes) -> str:
    return hashlib.scrypt(secret.encode(), salt=salt, n=2**10, r=8, p=1, dklen=32).hex()


def time_text(when: datetime) -> str:
    return when.strftime("%Y-%m-%dT%H:%M:%SZ")


def add_secret(cloud: Cloud, body: Body, wanted: Body, text: str | None = None) -> Body:
    """Add a secret to a stored application or principal (in place); returns the credential with `secretText`.

    `wanted`: displayName, startDateTime, endDateTime, each optional; `text` fixes the secret (seeding)."""
    value = text or new_secret()
    now = cloud.now()
    credential = {
        "keyId": cloud.guid(),
        "displayName": wanted.get("displayName"),
        "startDateTime": wanted.get("startDateTime") or time_text(now),
        "endDateTime": wanted.get("endDateTime") or time_text(now + DEFAULT_LIFETIME),
        "hint": value[:3],
        "customKeyIdentifier": None,
    }
    body.setdefault("passwordCredentials", []).append(credential)
    body.setdefault(SECRETS, {})[credential["keyId"]] = hashed(value)
    return {**credential, "secretText": value}


def remove_secret(body: Body, key_id: str) -> None:
    """Take a secret away (in place); raises CloudError 404 where there is none of that id."""
    if key_id not in body.get(SECRETS, {}):
        raise CloudError(404, "Request_ResourceNotFound", f"No password credential found with keyId '{key_id}'.")
    del body[SECRETS][key_id]
    body["passwordCredentials"] = [one for one in body["passwordCredentials"] if one["keyId"] != key_id]


def secret_is_valid(cloud: Cloud, body: Body, text: str) -> bool | None:
    """True if `text` is one of the object's secrets, None if it is one that has expired, else False."""
    for credential in body.get("passwordCredentials", []):
        if matches(text, body[SECRETS][credential["keyId"]]):
            ends = datetime.fromisoformat(credential["endDateTime"])
            return True if ends > cloud.now() else None
    return False
