"""Secrets of an Azure Key Vault, by plain requests (REST API 7.4): the official client is one more package.

Source: learn.microsoft.com/rest/api/keyvault/secrets (get-secret, set-secret, delete-secret, recover-deleted-secret).
"""

from __future__ import annotations

from azure.core.exceptions import (
    ClientAuthenticationError,
    HttpResponseError,
    ResourceNotFoundError,
    ServiceRequestError,
    ServiceResponseError,
)

from wizard.cloud.arm import error_code
from wizard.cloud.credentials import Credential
from wizard.cloud.endpoints import Endpoints
from wizard.cloud.pipeline import RestClient
from wizard.setup.cancel import Cancellation
from wizard.setup.secret_ref import SecretMissing
from wizard.text import _

API = {"api-version": "7.4"}
RECOVERY_SECONDS = 60.0
# A vault that does not exist has no address: there is no use in looking for long.
ONCE_MORE = {"retry_connect": 1, "retry_read": 1}
REFUSALS = (HttpResponseError, ServiceRequestError, ServiceResponseError)
# Refusals of where a request comes from, not of whom; learn.microsoft.com/azure/key-vault/general/common-error-codes.
FROM_HERE = {"ForbiddenByFirewall", "ForbiddenByConnection"}
# A name that a vault's soft delete still holds; a second recovery of what is being recovered says the same.
HELD = {"Conflict", "ObjectIsDeletedButRecoverable", "ObjectIsBeingRecovered"}


class KeyVault:
    """One vault. Raises SecretMissing, with what to do, where it is not there or refuses; other failures are
    azure-core's HttpResponseError."""

    def __init__(self, endpoints: Endpoints, credential: Credential, vault: str, cancel: Cancellation) -> None:
        self._name, self._cancel = vault, cancel
        self._rest = RestClient(
            endpoints.vault.format(vault=vault), endpoints, credential, endpoints.vault_scope, **ONCE_MORE
        )

    def secret(self, name: str) -> str | None:
        """The newest version's value; None where there is none."""
        try:
            return str(self._rest.send("GET", f"/secrets/{name}", query=API)["value"])
        except ResourceNotFoundError:
            return None
        except REFUSALS as error:
            raise self._told(name, error) from error

    def set_secret(self, name: str, value: str) -> None:
        """A new version. A name that the vault's soft delete holds is recovered first."""
        try:
            self._put(name, value)
        except REFUSALS as error:
            if getattr(error, "status_code", None) != 409 or error_code(error) not in HELD:
                raise self._told(name, error) from error
            self._recover(name)
            self._put(name, value)

    def delete_secret(self, name: str) -> None:
        """Absent is success. The vault keeps it recoverable for as long as its own rules say."""
        try:
            self._rest.send("DELETE", f"/secrets/{name}", query=API)
        except ResourceNotFoundError:
            return
        except REFUSALS as error:
            raise self._told(name, error) from error

    def _put(self, name: str, value: str) -> None:
        self._rest.send("PUT", f"/secrets/{name}", query=API, body={"value": value})

    def _recover(self, name: str) -> None:
        self._rest.send("POST", f"/deletedsecrets/{name}/recover", query=API, repeatable=True)
        self._cancel.wait_until(
            lambda: self.secret(name) is not None, seconds=RECOVERY_SECONDS, every=1.0, on_wait=lambda: None
        )

    def _told(self, name: str, error: Exception) -> SecretMissing:
        reference = f"keyvault:{self._name}/{name}"
        if isinstance(error, ServiceRequestError | ServiceResponseError) or _inner_code(error) in FROM_HERE:
            return SecretMissing(
                reference,
                _("there is no Key Vault {vault}, or it cannot be reached from here", vault=self._name),
                _("name a vault that exists: az keyvault list; its firewall must let this machine in"),
            )
        if isinstance(error, ClientAuthenticationError) or getattr(error, "status_code", None) == 403:
            return SecretMissing(
                reference,
                _("the operator may not use the secrets of the Key Vault {vault}", vault=self._name),
                _("give the operator the role Key Vault Secrets Officer on the vault (Owner alone is not enough)"),
            )
        if not isinstance(error, HttpResponseError):
            raise error
        return SecretMissing(
            reference,
            _("the Key Vault {vault} refused: {error}", vault=self._name, error=error.message),
            _("run again in some minutes, or keep the secret elsewhere (service_principal.secret_store)"),
        )


def _inner_code(error: Exception) -> str:
    """The more particular code of a refusal, as `ForbiddenByRbac`; empty where none is told."""
    inner = getattr(getattr(error, "error", None), "innererror", None) or {}
    return str(inner.get("code") or "")
