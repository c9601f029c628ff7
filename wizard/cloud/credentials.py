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
from typing import Any

from azure.core.credentials import AccessToken, TokenCredential
from azure.core.exceptions import ClientAuthenticationError

from wizard.cloud import methods
from wizard.cloud.endpoints import TargetSettings
from wizard.cloud.world import ATTENDED, Login
from wizard.setup.cancel import Cancellation
from wizard.setup.secrets import Secrets

EARLY = 300  # seconds before its end at which a token is replaced
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
        """A valid token. Raises ClientAuthenticationError, also where what the method needs is not there."""
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
        """A person is waited for by the library, for minutes; a cancelled run leaves it waiting."""
        if self._login.method not in ATTENDED:
            return fetch()
        ended: Future[AccessToken] = Future()

        def run() -> None:
            try:
                ended.set_result(fetch())
            except BaseException as error:
                ended.set_exception(error)

        threading.Thread(target=run, name="sign-in", daemon=True).start()
        while not ended.done():
            self._cancel.pause(0.1)
        return ended.result()

    def forget(self) -> None:
        """Drop every token: the next request signs in anew (new roles show in new tokens only)."""
        with self._lock:
            self._inner = None
            self._tokens.clear()

    def renew(self, *scopes: str) -> None:
        """Sign in anew, after a service refused the token for these scopes. A person is asked only where the session
        itself has ended."""
        if self._login.method not in ATTENDED:
            self.forget()
            return
        with self._lock:
            self._tokens.pop(scopes, None)
            # As a service's own challenge says it: a token from before now does not count.
            fresh = {"access_token": {"nbf": {"essential": True, "value": str(int(time.time()))}}}
            self.get_token(*scopes, claims=json.dumps(fresh))

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
        return methods.credential(self._target.endpoints, self._login, self._say)


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
