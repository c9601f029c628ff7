"""databricks-sdk, signed in by azure-identity: the same on Azure and in the sandbox."""

from __future__ import annotations

import threading
from collections.abc import Callable
from math import ceil
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import requests
import requests.adapters
from databricks.sdk import AccountClient, WorkspaceClient
from databricks.sdk._base_client import _BaseClient
from databricks.sdk.clock import RealClock
from databricks.sdk.core import Config
from databricks.sdk.credentials_provider import CredentialsStrategy
from databricks.sdk.oauth import HostMetadata, get_host_metadata
from urllib3 import BaseHTTPResponse
from urllib3.exceptions import NewConnectionError
from urllib3.util import Retry

from wizard.cloud import waits
from wizard.cloud.credentials import Credential
from wizard.cloud.endpoints import Endpoints, ca_of
from wizard.cloud.policies import NotData, answered, until
from wizard.cloud.world import WorkspaceAddress
from wizard.text import _

# Methods, and paths of POSTs, whose repetition changes nothing more.
METHODS = frozenset({"GET", "HEAD", "PUT", "PATCH", "DELETE"})
REPEATABLE = frozenset(
    {"/api/2.0/workspace/import", "/api/2.0/workspace/mkdirs", "/api/2.0/secrets/put", "/api/2.2/jobs/reset"}
)
HTTP_SECONDS = 60
RETRY_SECONDS = 30
SERVER_RETRIES = 3  # after 500, 502 and 504, for calls whose repetition changes nothing more
RESOURCE_HEADER = "X-Databricks-Azure-Workspace-Resource-Id"
MANAGEMENT_HEADER = "X-Databricks-Azure-SP-Management-Token"


class EntraStrategy(CredentialsStrategy):
    """Bearer tokens of Entra; for a workspace also the two headers by which Azure's own roles open it."""

    def __init__(self, endpoints: Endpoints, credential: Credential, workspace_resource_id: str | None = None) -> None:
        self._endpoints, self._credential, self._resource = endpoints, credential, workspace_resource_id

    def auth_type(self) -> str:
        return "entra"

    def __call__(self, cfg: Config) -> Callable[[], dict[str, str]]:
        return self._headers

    def _headers(self) -> dict[str, str]:
        headers = {"Authorization": f"Bearer {self._token(self._endpoints.databricks_scope)}"}
        if self._resource:
            headers[RESOURCE_HEADER] = self._resource
            headers[MANAGEMENT_HEADER] = self._token(self._endpoints.arm_scope)
        return headers

    def _token(self, scope: str) -> str:
        return self._credential.get_token(scope).token

    def renewed(self) -> dict[str, str]:
        """The same with tokens that are had anew, after these were refused."""
        scopes = (self._endpoints.databricks_scope, *((self._endpoints.arm_scope,) if self._resource else ()))
        for scope in scopes:
            self._credential.renew(scope)
        return self._headers()


class _Config(Config):
    """A configuration that is ours alone: the person's shell and `~/.databrickscfg` may speak of
    another workspace, and the metadata request would go out before the hosts' CA could be given."""

    def _load_from_env(self) -> None:
        return

    def _known_file_config_loader(self) -> None:
        return

    def _resolve_host_metadata(self) -> None:
        return


Config.attributes()  # found once, on the class that declares them


class _Clock(RealClock):
    """The SDK's waits after 429 and 503 are shown; one beyond the time that it would try at all is not begun."""

    def sleep(self, seconds: float) -> None:
        if seconds > RETRY_SECONDS + 1:  # the SDK adds up to a second
            raise TimeoutError(f"Too many requests: asked to wait {seconds:.0f} s")
        waits.pause(seconds, _("Databricks asks for patience; it is asked again in {seconds:.0f} s", seconds=seconds))


class _Again(Retry):
    """Waits that are shown."""

    def sleep(self, response: BaseHTTPResponse | None = None) -> None:
        seconds = self.get_backoff_time()
        status = response.status if response is not None else 500
        waits.pause(seconds, answered("Databricks", status, seconds))


class _Adapter(requests.adapters.HTTPAdapter):
    """Verifies by one CA file, where there is one. Set on the adapter, because REQUESTS_CA_BUNDLE in the environment
    wins over a session's `verify`.

    Sends again what a server failed at, by these methods: the SDK does so for 429 and 503 only; and what was refused
    with a 401, once, signed in anew. An answer that was cut off in its body is a lost one, and is told as such, with
    its request."""

    def __init__(
        self,
        ca_file: str | None,
        renewed: Callable[[], dict[str, str]] | None = None,
        methods: frozenset[str] = METHODS,
    ) -> None:
        self._ca_file, self._renewed = ca_file, renewed
        self._last = threading.local()  # of this thread's lists
        again = _Again(
            total=None,
            connect=0,
            read=False,  # as the SDK has it
            redirect=0,
            other=0,
            status=SERVER_RETRIES,
            status_forcelist=(500, 502, 504),
            allowed_methods=methods,
            backoff_factor=0.5,
            raise_on_status=False,
            respect_retry_after_header=False,
        )
        super().__init__(pool_connections=20, pool_maxsize=20, pool_block=True, max_retries=again)

    def send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> requests.Response:
        if self._ca_file:
            kwargs["verify"] = self._ca_file
        response = super().send(request, *args, **kwargs)
        if response.status_code == 401 and self._renewed and isinstance(request.body, bytes | str | None):
            response.close()
            request.headers.update(self._renewed())
            response = super().send(request, *args, **kwargs)
        _in_seconds(response)
        if not kwargs.get("stream"):
            try:
                response.content  # noqa: B018 - read here, where its request is known
            except requests.exceptions.ChunkedEncodingError as error:
                raise requests.ConnectionError(error, request=request) from error
            self._refuse_repetition(request, response)
        return response

    def _refuse_repetition(self, request: requests.PreparedRequest, response: requests.Response) -> None:
        """The SDK follows a list for as long as there are pages: one that comes again would never end."""
        if request.method != "GET" or response.status_code != 200:
            return
        url = urlsplit(str(request.url))
        query = dict(parse_qsl(url.query))
        page = (url.path, hash(response.content))
        follows = "page_token" in query or query.get("startIndex", "1") != "1"
        if follows and getattr(self._last, "page", None) == page and _holds(response):
            raise NotData(f"PageRepeats: {url.path}")
        self._last.page = page


def _holds(response: requests.Response) -> bool:
    """Whether it is a page with something in it; the last one of SCIM is empty, and may come twice."""
    try:
        body = response.json()
    except ValueError:
        return False
    return isinstance(body, dict) and (bool(body.get("Resources")) or bool(body.get("next_page_token")))


def _in_seconds(response: requests.Response) -> None:
    """The SDK reads Retry-After as seconds alone; a date is told in seconds too."""
    dated = until(response.headers)
    if dated is not None:
        response.headers["Retry-After"] = str(ceil(dated))


def _retryable(error: BaseException) -> str | None:
    """The SDK's own opinion, but no POST is sent again whose answer was lost: it may have made its object, and
    most have no natural key. The step looks for it instead."""
    request = getattr(error, "request", None)
    path = urlsplit(getattr(request, "url", "")).path
    if getattr(request, "method", None) == "POST" and path not in REPEATABLE and not _unsent(error):
        return None
    return _BaseClient._is_retryable(error)


def _unsent(error: BaseException) -> bool:
    """Whether the connection was never made, so that nothing can have come of the request."""
    if isinstance(error, requests.ConnectTimeout):
        return True
    reason = getattr(error.args[0] if error.args else None, "reason", None)
    return isinstance(reason, NewConnectionError)


def _trust(
    client: _BaseClient, endpoints: Endpoints, host: str, renewed: Callable[[], dict[str, str]] | None = None
) -> _BaseClient:
    vars(client)["_is_retryable"] = _retryable  # a static method of the class; the SDK offers no setting
    client._session.mount("https://", _Adapter(ca_of(endpoints), renewed))
    for path in REPEATABLE:
        client._session.mount(f"{host.rstrip('/')}{path}", _Adapter(ca_of(endpoints), renewed, METHODS | {"POST"}))
    return client


def _config(host: str, strategy: CredentialsStrategy, **settings: Any) -> Config:
    return _Config(
        host=host,
        credentials_strategy=strategy,
        http_timeout_seconds=HTTP_SECONDS,
        retry_timeout_seconds=RETRY_SECONDS,
        product="lakehouse-wizard",
        product_version="0.1.0",
        clock=_Clock(),
        **settings,
    )


def account_client(endpoints: Endpoints, credential: Credential, account_id: str) -> AccountClient:
    strategy = EntraStrategy(endpoints, credential)
    config = _config(endpoints.accounts, strategy, account_id=account_id)
    client = AccountClient(config=config)
    _trust(client.api_client._api_client, endpoints, config.host, strategy.renewed)
    return client


def workspace_client(endpoints: Endpoints, credential: Credential, address: WorkspaceAddress) -> WorkspaceClient:
    """From the URL that Terraform gave: the SDK's own way from account to workspace builds another host."""
    strategy = EntraStrategy(endpoints, credential, address.resource_id)
    config = _config(
        f"https://{address.url}",
        strategy,
        azure_workspace_resource_id=address.resource_id,
        workspace_id=address.workspace_id,
    )
    client = WorkspaceClient(config=config)
    _trust(client.api_client._api_client, endpoints, config.host, strategy.renewed)
    return client


def host_metadata(endpoints: Endpoints, host: str) -> HostMetadata:
    """What a host says of itself without a login. Raises ValueError where it says nothing."""
    client = _BaseClient(retry_timeout_seconds=5, http_timeout_seconds=10)
    return get_host_metadata(host, client=_trust(client, endpoints, host))
