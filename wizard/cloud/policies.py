"""How the clients on azure-core go on after what passes: a token refused in mid-step, a service that is busy or fails;
and what they refuse to read: a web page in place of data, a list that repeats itself."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import urlsplit

from azure.core.paging import ItemPaged
from azure.core.pipeline import PipelineRequest, PipelineResponse
from azure.core.pipeline.policies import BearerTokenCredentialPolicy, RetryPolicy

from wizard.cloud import waits
from wizard.text import _

if TYPE_CHECKING:
    from wizard.cloud.credentials import Credential

RETRIES = 3
ItemT = TypeVar("ItemT")


class NotData(ValueError):  # noqa: N818 - told to the user
    """What came is no answer of the service; the text says from where."""


class Bearer(BearerTokenCredentialPolicy):  # type: ignore[type-arg]  # generic in its stub only
    """After a 401 signs in anew, once a request: a session may have ended, a role's change asked for another token."""

    def __init__(self, credential: Credential, scope: str) -> None:
        super().__init__(credential, scope)
        self._signing = credential

    def send(self, request: PipelineRequest[Any]) -> PipelineResponse[Any, Any]:
        response = super().send(request)
        if response.http_response.status_code != 401:
            return response
        self._signing.renew(*self._scopes)
        self._token = None
        return super().send(request)


class Retries(RetryPolicy):  # type: ignore[type-arg]  # generic in its stub only
    """Bounded tries. Each wait is shown; one that is longer than `waits.LONGEST` is not begun."""

    def __init__(self, *, retry_total: int = RETRIES, **_options: Any) -> None:
        super().__init__(retry_total=retry_total)  # azure-identity hands over all that its pipeline is given

    def get_retry_after(self, response: PipelineResponse[Any, Any]) -> float | None:
        dated = until(response.http_response.headers)
        return dated if dated is not None else super().get_retry_after(response)

    def is_retry(self, settings: dict[str, Any], response: PipelineResponse[Any, Any]) -> bool:
        return super().is_retry(settings, response) and (self.get_retry_after(response) or 0) <= waits.LONGEST

    def sleep(
        self, settings: dict[str, Any], transport: Any, response: PipelineResponse[Any, Any] | None = None
    ) -> None:
        asked = self.get_retry_after(response) if response is not None else None
        seconds = asked if asked is not None else self.get_backoff_time(settings)
        waits.pause(seconds, _told(settings, response, seconds))


def _told(settings: dict[str, Any], response: PipelineResponse[Any, Any] | None, seconds: float) -> str:
    request = response.http_request if response is not None else settings["history"][-1].http_request
    host = urlsplit(request.url).hostname
    if response is None:
        return _("{host} did not answer; it is asked again in {seconds:.0f} s", host=host, seconds=seconds)
    return answered(str(host), response.http_response.status_code, seconds)


def answered(host: str, status: int, seconds: float) -> str:
    """Why there is a wait, in words."""
    return _(
        "{host} answered {status}; it is asked again in {seconds:.0f} s", host=host, status=status, seconds=seconds
    )


def until(headers: Mapping[str, str]) -> float | None:
    """Seconds until the date in Retry-After, by the service's own clock where it tells it: this machine's may be wrong.
    None where no date stands there."""
    after = headers.get("Retry-After") or ""
    if not after or after.strip().isdigit():
        return None
    try:
        ends = _moment(after)
        now = _moment(headers["Date"]) if headers.get("Date") else datetime.now(UTC)
    except ValueError:
        return None
    return max(0.0, (ends - now).total_seconds())


def _moment(date: str) -> datetime:
    """Of a header; one that names no zone is UTC. Raises ValueError."""
    found = parsedate_to_datetime(date)
    return found.replace(tzinfo=found.tzinfo or UTC)


def refuse_pages(response: PipelineResponse[Any, Any]) -> None:
    """Raises NotData for a web page, as a network's sign-in or a proxy puts it in place of an answer."""
    answer = response.http_response
    if answer.status_code < 400 and (answer.headers.get("Content-Type") or "").startswith("text/html"):
        raise NotData(f"WebPageInstead: {urlsplit(response.http_request.url).hostname}")


def listed(pages: Iterable[ItemT]) -> Iterator[ItemT]:
    """Every item of an SDK's list; raises NotData where the service leads back to a page that was seen."""
    assert isinstance(pages, ItemPaged), "as every list of azure-mgmt is"
    seen, one_by_one = Seen(), pages.by_page()
    for page in one_by_one:
        yield from page
        link = getattr(one_by_one, "continuation_token", None)
        if link:
            seen.add(str(link))


class Seen:
    """The addresses of a list's pages so far."""

    def __init__(self) -> None:
        self._links: set[str] = set()

    def add(self, link: str) -> None:
        """Raises NotData where it was there before."""
        if link in self._links:
            raise NotData(f"PageRepeats: {link}")
        self._links.add(link)
