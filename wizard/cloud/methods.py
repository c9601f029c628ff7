"""The ways to sign in, each by azure-identity's own credential."""

from __future__ import annotations

import base64
import binascii
import os
from collections.abc import Callable
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

from azure.core.credentials import TokenCredential
from azure.core.exceptions import AzureError, ClientAuthenticationError
from azure.identity import (
    AzureCliCredential,
    CertificateCredential,
    ClientAssertionCredential,
    ClientSecretCredential,
    DeviceCodeCredential,
    InteractiveBrowserCredential,
    ManagedIdentityCredential,
    WorkloadIdentityCredential,
)

from wizard.cloud.endpoints import Endpoints, ca_of
from wizard.cloud.pipeline import RestClient
from wizard.cloud.policies import Retries
from wizard.cloud.world import Login
from wizard.text import _

CLI_SECONDS = 30
BROWSER_SECONDS = 300
RETRIES = 2
AUDIENCE = "api://AzureADTokenExchange"  # which Entra expects of a token that is exchanged
TOKEN_FILE = "AZURE_FEDERATED_TOKEN_FILE"  # as a Kubernetes cluster's webhook sets it
# As GitHub gives them to a job with the permission `id-token: write`.
REQUEST_URL, REQUEST_TOKEN = "ACTIONS_ID_TOKEN_REQUEST_URL", "ACTIONS_ID_TOKEN_REQUEST_TOKEN"

Say = Callable[[str], None]


def credential(endpoints: Endpoints, login: Login, say: Say) -> TokenCredential:
    """The credential of a login; `say` tells a person what to do. Raises ClientAuthenticationError where it cannot
    even be tried."""
    return _MAKERS[login.method](endpoints, login, say)


def _azure_cli(_endpoints: Endpoints, login: Login, _say: Say) -> TokenCredential:
    return AzureCliCredential(tenant_id=login.tenant_id, process_timeout=CLI_SECONDS)


def _browser(endpoints: Endpoints, login: Login, say: Say) -> TokenCredential:
    say(_("A browser opens on this machine: sign in there ({minutes} minutes)", minutes=BROWSER_SECONDS // 60))
    return InteractiveBrowserCredential(tenant_id=login.tenant_id, timeout=BROWSER_SECONDS, **_options(endpoints))


def _device_code(endpoints: Endpoints, login: Login, say: Say) -> TokenCredential:
    def prompt(verification_uri: str, user_code: str, expires_on: datetime) -> None:
        say(
            _(
                "Open {url} and enter the code {code} (valid until {until} UTC)",
                url=verification_uri,
                code=user_code,
                until=f"{expires_on:%H:%M}",
            )
        )

    return DeviceCodeCredential(tenant_id=login.tenant_id, prompt_callback=prompt, **_options(endpoints))


def _client_secret(endpoints: Endpoints, login: Login, _say: Say) -> TokenCredential:
    if not login.client_id or not login.client_secret:
        raise ClientAuthenticationError(message=_("sign-in by client_secret needs client_id and client_secret"))
    return ClientSecretCredential(login.tenant_id, login.client_id, login.client_secret, **_options(endpoints))


def _client_certificate(endpoints: Endpoints, login: Login, _say: Say) -> TokenCredential:
    if not login.client_id or not login.certificate:
        raise ClientAuthenticationError(
            message=_("sign-in by client_certificate needs client_id and client_certificate")
        )
    try:
        return CertificateCredential(
            login.tenant_id,
            login.client_id,
            certificate_data=_certificate(login.certificate),
            password=login.certificate_password,
            **_options(endpoints),
        )
    except (ValueError, TypeError) as error:  # the library's own: what the file holds, or its password
        raise ClientAuthenticationError(message=f"CertificateUnreadable: {error}") from error


def _certificate(text: str) -> bytes:
    """PEM is text; PFX comes in base64, as a Key Vault holds it."""
    if "-----BEGIN" in text:
        return text.encode()
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error as error:
        raise ValueError("neither PEM nor PFX") from error


def _managed_identity(endpoints: Endpoints, login: Login, _say: Say) -> TokenCredential:
    options = {key: value for key, value in _options(endpoints).items() if key in ("connection_verify", "retry_total")}
    # A Kubernetes pod with a federated token has a method of its own; this one is the machine's identity.
    return ManagedIdentityCredential(client_id=login.client_id, _exclude_workload_identity_credential=True, **options)


def _workload_identity(endpoints: Endpoints, login: Login, _say: Say) -> TokenCredential:
    if not login.client_id:
        raise ClientAuthenticationError(message=_("sign-in by workload_identity needs client_id"))
    file = login.token_file or os.environ.get(TOKEN_FILE)
    if file:
        if not Path(file).is_file():
            raise ClientAuthenticationError(message=f"FederatedTokenMissing: {file}")
        return WorkloadIdentityCredential(
            tenant_id=login.tenant_id, client_id=login.client_id, token_file_path=file, **_options(endpoints)
        )
    if os.environ.get(REQUEST_URL) and os.environ.get(REQUEST_TOKEN):
        ask = partial(workflow_token, endpoints)
        return ClientAssertionCredential(login.tenant_id, login.client_id, ask, **_options(endpoints))
    raise ClientAuthenticationError(message=f"FederatedTokenMissing: {TOKEN_FILE}, {REQUEST_URL}")


def workflow_token(endpoints: Endpoints) -> str:
    """The OIDC token of the GitHub job that this is, asked anew at each call: it lasts for some minutes only."""
    url = os.environ[REQUEST_URL]
    asked = RestClient(url, endpoints, None)
    separator = "&" if "?" in url else "?"
    try:
        answer = asked.send(
            "GET",
            f"{url}{separator}audience={AUDIENCE}",
            headers={"Authorization": f"Bearer {os.environ[REQUEST_TOKEN]}"},
        )
        return str(answer["value"])
    except (AzureError, KeyError, ValueError) as error:
        raise ClientAuthenticationError(message=f"FederatedTokenMissing: {REQUEST_URL}: {error}") from error


_MAKERS: dict[str, Callable[[Endpoints, Login, Say], TokenCredential]] = {
    "azure_cli": _azure_cli,
    "browser": _browser,
    "device_code": _device_code,
    "client_secret": _client_secret,
    "client_certificate": _client_certificate,
    "managed_identity": _managed_identity,
    "workload_identity": _workload_identity,
}


def _options(endpoints: Endpoints) -> dict[str, Any]:
    public = endpoints.login == Endpoints().login
    options: dict[str, Any] = {
        "authority": endpoints.login,
        # Discovery asks Microsoft's public login host about the authority; only that host's own
        # authorities are known there.
        "disable_instance_discovery": not public,
        "retry_total": RETRIES,
        "retry_policy_class": Retries,
        "connection_timeout": 10,
        "read_timeout": 30,
    }
    if bundle := ca_of(endpoints):
        options["connection_verify"] = bundle
    return options
