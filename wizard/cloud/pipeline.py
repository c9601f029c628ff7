"""Plain REST over an azure-core pipeline, for what has no small client of its own."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from azure.core import PipelineClient
from azure.core.exceptions import HttpResponseError
from azure.core.pipeline.policies import (
    CustomHookPolicy,
    HeadersPolicy,
    RequestIdPolicy,
    SensitiveHeaderCleanupPolicy,
    UserAgentPolicy,
)
from azure.core.rest import HttpRequest, HttpResponse

from wizard.cloud.endpoints import Endpoints, ca_of
from wizard.cloud.policies import Bearer, NotData, Retries, Seen, refuse_pages

if TYPE_CHECKING:
    from wizard.cloud.credentials import Credential

Body = dict[str, Any]
USER_AGENT = "lakehouse-wizard"
# Options of a call whose repetition changes nothing more. Without them no POST is sent again after its answer
# was lost, since it may have made an object that has no natural key.
REPEATABLE: dict[str, Any] = {"retry_on_methods": frozenset({"HEAD", "GET", "PUT", "DELETE", "PATCH", "POST"})}


# What these libraries log about a failure is told by ours, in words; without a handler Python prints it.
for _library in ("azure", "msal", "databricks"):
    logging.getLogger(_library).addHandler(logging.NullHandler())


def client_options(endpoints: Endpoints) -> dict[str, Any]:
    """What every client on azure-core is given: bounded retries and timeouts, and the hosts' CA."""
    options: dict[str, Any] = {
        "retry_policy": Retries(),
        "raw_response_hook": refuse_pages,
        "connection_timeout": 10,
        "read_timeout": 60,
        "user_agent": USER_AGENT,
        "logging_enable": False,
    }
    if bundle := ca_of(endpoints):
        options["connection_verify"] = bundle
    return options


class RestClient:
    """JSON in, JSON out. Errors are azure-core's HttpResponseError and its kin, with `error.code` read
    from the body where it stands there; NotData for what is no answer of the service."""

    def __init__(
        self, base_url: str, endpoints: Endpoints, credential: Credential | None, scope: str = "", **options: Any
    ) -> None:
        """`options` go to each request, as azure-core's retry policy takes them."""
        self._options = options
        policies: list[Any] = [
            RequestIdPolicy(),
            HeadersPolicy({"Accept": "application/json"}),
            UserAgentPolicy(USER_AGENT),
            Retries(),
        ]
        if credential is not None:
            policies.append(Bearer(credential, scope))
        policies.append(CustomHookPolicy(raw_response_hook=refuse_pages))
        policies.append(SensitiveHeaderCleanupPolicy())
        self._client: PipelineClient[HttpRequest, HttpResponse] = PipelineClient(
            base_url, policies=policies, **client_options(endpoints)
        )

    def send(
        self,
        method: str,
        path: str,
        *,
        query: dict[str, str] | None = None,
        body: Body | None = None,
        headers: dict[str, str] | None = None,
        repeatable: bool = False,
    ) -> Body:
        """The decoded answer; `{}` where there is none. `path` may be an absolute URL (a next page).
        `repeatable`: a POST that may be sent again when its answer is lost."""
        request = HttpRequest(method, path, params=query, json=body, headers=headers)
        request.url = self._client.format_url(request.url)
        response = self._client.send_request(request, **self._options, **(REPEATABLE if repeatable else {}))
        if response.status_code >= 400:
            raise told(response)
        if not response.content:
            return {}
        try:
            answer = response.json()
        except ValueError as error:
            raise NotData(f"WebPageInstead: {request.url}") from error
        return answer if isinstance(answer, dict) else {"value": answer}

    def pages(self, path: str, *, query: dict[str, str], items: str, next_page: str) -> Iterator[Body]:
        """Every item of a list; `next_page` names the key that holds the absolute URL of the next page. A page may be
        empty and not the last; raises NotData where one leads back to another."""
        answer, seen = self.send("GET", path, query=query), Seen()
        while True:
            yield from answer.get(items) or ()
            link = answer.get(next_page)
            if not link:
                return
            seen.add(str(link))
            answer = self.send("GET", str(link))


def told(response: HttpResponse) -> HttpResponseError:
    """The error of a response, of azure-core's own class for its status."""
    from azure.core.exceptions import ClientAuthenticationError, ResourceExistsError, ResourceNotFoundError

    kinds: dict[int, type[HttpResponseError]] = {
        401: ClientAuthenticationError,
        404: ResourceNotFoundError,
        409: ResourceExistsError,
    }
    return kinds.get(response.status_code, HttpResponseError)(response=response)
