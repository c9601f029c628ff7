"""Who a client assertion stands for: signed with an application's certificate, or by an issuer that it trusts."""

from __future__ import annotations

import base64
from collections.abc import Collection
from datetime import datetime
from typing import TYPE_CHECKING, Any

import jwt
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from wizard.sandbox.domain import entra_federated, outside
from wizard.sandbox.domain.core import Body, CloudError
from wizard.sandbox.domain.entra_objects import bad_request
from wizard.sandbox.domain.entra_secrets import time_text

if TYPE_CHECKING:
    from wizard.sandbox.domain.cloud import Cloud

CERTIFICATE = "_certificate"  # in a stored key credential: the certificate, DER in base64
ALGORITHMS = ["RS256", "PS256"]


def key_credential(cloud: Cloud, wanted: Body) -> Body:
    """A key credential as it is stored, of one that a client gave; raises CloudError 400."""
    if CERTIFICATE in wanted:
        return wanted
    try:
        certificate = x509.load_der_x509_certificate(base64.b64decode(wanted["key"]))
    except (KeyError, TypeError, ValueError) as error:
        raise bad_request("Key credential's key is no X.509 certificate (DER, in base64).") from error
    if (wanted.get("type"), wanted.get("usage")) != ("AsymmetricX509Cert", "Verify"):
        raise bad_request("A certificate's key credential is of type AsymmetricX509Cert and usage Verify.")
    return {
        "keyId": wanted.get("keyId") or cloud.guid(),
        "type": "AsymmetricX509Cert",
        "usage": "Verify",
        "displayName": wanted.get("displayName") or certificate.subject.rfc4514_string(),
        "customKeyIdentifier": base64.b64encode(_thumbprint(certificate)).decode(),
        "startDateTime": time_text(certificate.not_valid_before_utc),
        "endDateTime": time_text(certificate.not_valid_after_utc),
        "key": None,
        CERTIFICATE: wanted["key"],
    }


def require_assertion(cloud: Cloud, application: Body, assertion: str, endpoints: Collection[str]) -> None:
    """Raises CloudError 401 unless the assertion proves the application. `endpoints`: audiences of our own."""
    try:
        header = jwt.get_unverified_header(assertion)
        claims = jwt.decode(assertion, options={"verify_signature": False})
    except jwt.InvalidTokenError as error:
        raise _refused(50027, f"JWT token is invalid or malformed: {error}.") from error
    if claims.get("iss") == application["appId"]:
        _by_certificate(cloud, application, assertion, header, endpoints)
    else:
        _by_issuer(cloud, application, assertion, claims)


def _by_certificate(
    cloud: Cloud, application: Body, assertion: str, header: dict[str, Any], endpoints: Collection[str]
) -> None:
    stored, certificate = _signer(application, header)
    if datetime.fromisoformat(stored["endDateTime"]) < cloud.now():
        reason = f"The key used is expired., Found key 'Start={stored['startDateTime']}, End={stored['endDateTime']}'"
        raise _refused(700027, f"Client assertion contains an invalid signature. [Reason - {reason}].")
    key = certificate.public_key()
    assert isinstance(key, RSAPublicKey)
    try:
        claims = jwt.decode(
            assertion, key, algorithms=ALGORITHMS, audience=list(endpoints), options={"verify_iat": False}
        )
    except jwt.InvalidAudienceError as error:
        raise _refused(700023, "Client assertion audience claim does not match Realm issuer.") from error
    except jwt.ExpiredSignatureError as error:
        raise _refused(700024, "Client assertion is not within its valid time range.") from error
    except jwt.InvalidTokenError as error:
        raise _refused(700027, f"Client assertion contains an invalid signature. [Reason - {error}].") from error
    if claims.get("sub") != application["appId"]:
        raise _refused(700021, "Client assertion application identifier doesn't match 'client_id' parameter.")


def _signer(application: Body, header: dict[str, Any]) -> tuple[Body, x509.Certificate]:
    """The registered certificate that the assertion's header names by its thumbprint."""
    named = str(header.get("x5t") or header.get("x5t#S256") or "")
    for stored in application.get("keyCredentials", ()):
        certificate = x509.load_der_x509_certificate(base64.b64decode(stored[CERTIFICATE]))
        digests = (_thumbprint(certificate), certificate.fingerprint(hashes.SHA256()))
        if named.rstrip("=") in {base64.urlsafe_b64encode(one).decode().rstrip("=") for one in digests}:
            return stored, certificate
    shown = base64.urlsafe_b64decode(named + "=" * (-len(named) % 4)).hex().upper()
    raise _refused(
        700027,
        "The certificate with identifier used to sign the client assertion is not registered on application. "
        f"[Reason - The key was not found., Thumbprint of key used by client: '{shown}'].",
    )


def _by_issuer(cloud: Cloud, application: Body, assertion: str, claims: dict[str, Any]) -> None:
    trusted = entra_federated.listed(application)
    of_issuer = [one for one in trusted if one["issuer"] == claims.get("iss")]  # to the letter, its final slash too
    of_subject = [one for one in of_issuer if one["subject"] == claims.get("sub")]
    if not of_issuer:
        raise _unmatched(700211, "issuer", claims.get("iss"), "Issuer")
    if not of_subject:
        raise _unmatched(700213, "subject", claims.get("sub"), "Subject, Audience and Issuer")
    if not any(claims.get("aud") in one["audiences"] for one in of_subject):
        raise _unmatched(700212, "audience", claims.get("aud"), "Audience")
    try:
        outside.read(cloud, assertion)
    except jwt.ExpiredSignatureError as error:
        raise _refused(700024, "Client assertion is not within its valid time range.") from error
    except jwt.InvalidTokenError as error:
        raise _refused(700027, f"Client assertion contains an invalid signature. [Reason - {error}].") from error


def _unmatched(code: int, what: str, presented: object, check: str) -> CloudError:
    return _refused(
        code,
        f"No matching federated identity record found for presented assertion {what} '{presented}'. Please note that "
        "the matching is done using a case-sensitive comparison. Check your federated identity credential "
        f"{check} against the presented assertion.",
    )


def _thumbprint(certificate: x509.Certificate) -> bytes:
    return certificate.fingerprint(hashes.SHA1())


def _refused(code: int, message: str) -> CloudError:
    return CloudError(401, "invalid_client", f"AADSTS{code}: {message}", error_codes=[code])
