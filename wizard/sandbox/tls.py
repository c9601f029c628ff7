"""The sandbox's own certificate authority: kept with the state, so that a restart is trusted as before."""

from __future__ import annotations

import ssl
from pathlib import Path

import trustme

from wizard.sandbox.files import make_folder, write_private

ADDRESS = "127.0.0.1"


def ca_file(state: Path) -> Path:
    """PEM of the CA's certificate, for every client."""
    return state / "ca.pem"


def server_context(state: Path) -> ssl.SSLContext:
    """A server's TLS context with a fresh certificate for IP 127.0.0.1; makes the CA at the first call."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    _authority(state).issue_cert(ADDRESS).configure_cert(context)
    return context


def _authority(state: Path) -> trustme.CA:
    key, certificate = make_folder(state / "keys") / "ca.key", ca_file(state)
    if key.exists() and certificate.exists():
        return trustme.CA.from_pem(certificate.read_bytes(), key.read_bytes())
    authority = trustme.CA(organization_name="lakehouse-wizard sandbox")
    write_private(key, authority.private_key_pem.bytes())
    write_private(certificate, authority.cert_pem.bytes(), mode=0o644)
    return authority
