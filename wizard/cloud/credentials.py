"""Tokens: azure-identity's own credentials, kept in memory, and asked anew after a refusal."""

from __future__ import annotations

import base64
import json
import os
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from azure.core.credentials import AccessToken, TokenCredential
from azure.core.exceptions import ClientAuthenticationError
from azure.identity import AzureCliCredential, ClientSecretCredential, DeviceCodeCredential

from wizard.cloud.endpoints import Endpoints, TargetSettings
from wizard.cloud.world import Login
from wizard.setup.cancel import Cancellation
from wizard.setup.secrets import Secrets
from wizard.text import _

EARLY = 300  # seconds before its end at which a token is replaced
CLI_SECONDS = 30
RETRIES = 2
_path_lock = threading.Lock()


class Credential:
    """A `TokenCredential` for every scope of one login.

    MSAL keeps a refusal for 60 seconds, so after one the underlying credential is made anew: what a
    person repairs in the portal meanwhile is seen at once."""

    def __init__(
        self,
        target: TargetSettings,
        login: Login,
        secrets: Secrets,
        say: Callable[[str], None],
        cancel: Cancellation,
    ) -> None:
        self._target, self._login, self._secrets, self._say, self._cancel = target, login, secrets, say, cancel
        self._inner: TokenCredential | None = None
        self._tokens: dict[tuple[str, ...], AccessToken] = {}
        self._lock = threading.RLock()

    def get_token(
        self,
        *scopes: str,
        claims: str | None = None,
        tenant_id: str | None = None,
        enable_cae: bool = False,
        **kwargs: Any,
    ) -> AccessToken:
        """A valid token. Raises ClientAuthenticationError (also where no `az` is found)."""
        with self._lock:
            kept = self._tokens.get(scopes)
            if kept and not claims and kept.expires_on - time.time() > EARLY:
                return kept
            try:
                inner = self._inner = self._inner or self._make()
                with _path_before(self._target.path_prefix if self._login.method == "azure_cli" else None):
                    token = self._cancellable(
                        lambda: inner.get_token(
                            *scopes, claims=claims, tenant_id=tenant_id, enable_cae=enable_cae, **kwargs
                        )
                    )
            except ClientAuthenticationError:
                self.forget()
                raise
            self._secrets.remember(token.token)
            self._tokens[scopes] = token
            return token

    def _cancellable(self, fetch: Callable[[], AccessToken]) -> AccessToken:
        """A device code is waited for by the library, for minutes; a cancelled run leaves it waiting."""
        if self._login.method != "device_code":
            return fetch()
        ended: Future[AccessToken] = Future()

        def run() -> None:
            try:
                ended.set_result(fetch())
            except BaseException as error:
                ended.set_exception(error)

        threading.Thread(target=run, name="device-code", daemon=True).start()
        while not ended.done():
            self._cancel.pause(0.1)
        return ended.result()

    def forget(self) -> None:
        """Drop every token: the next request signs in anew (new roles show in new tokens only)."""
        with self._lock:
            self._inner = None
            self._tokens.clear()

    def claims(self, scope: str) -> dict[str, Any]:
        """What the token says of its owner (`oid`, `tid`, `upn` or `appid`); empty if it is opaque."""
        parts = self.get_token(scope).token.split(".")
        if len(parts) != 3:
            return {}
        try:
            payload = json.loads(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
        except ValueError:
            return {}
        return payload if isinstance(payload, dict) else {}

    def _make(self) -> TokenCredential:
        login, options = self._login, _options(self._target.endpoints)
        if login.method == "azure_cli":
            return AzureCliCredential(tenant_id=login.tenant_id, process_timeout=CLI_SECONDS)
        if login.method == "device_code":
            return DeviceCodeCredential(tenant_id=login.tenant_id, prompt_callback=self._prompt, **options)
        if not login.client_id or not login.client_secret:
            raise ClientAuthenticationError(message=_("sign-in by client_secret needs client_id and client_secret"))
        return ClientSecretCredential(login.tenant_id, login.client_id, login.client_secret, **options)

    def _prompt(self, verification_uri: str, user_code: str, expires_on: datetime) -> None:
        self._say(
            _(
                "Open {url} and enter the code {code} (valid until {until} UTC)",
                url=verification_uri,
                code=user_code,
                until=f"{expires_on:%H:%M}",
            )
        )


def _options(endpoints: Endpoints) -> dict[str, Any]:
    public = endpoints.login == Endpoints().login
    options: dict[str, Any] = {
        "authority": endpoints.login,
        # Discovery asks Microsoft's public login host about the authority; only that host's own
        # authorities are known there.
        "disable_instance_discovery": not public,
        "retry_total": RETRIES,
        "connection_timeout": 10,
        "read_timeout": 30,
    }
    if endpoints.ca_file:
        options["connection_verify"] = endpoints.ca_file
    return options


@contextmanager
def _path_before(prefix: str | None) -> Iterator[None]:
    """PATH with `prefix` in front while a token is fetched: azure-identity looks `az` up there."""
    if prefix is None:
        yield
        return
    with _path_lock:
        before = os.environ.get("PATH", "")
        os.environ["PATH"] = prefix + os.pathsep + before
        try:
            yield
        finally:
            os.environ["PATH"] = before
