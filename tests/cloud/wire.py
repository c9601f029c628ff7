"""What the clients put on the wire, seen where `requests` hands it to the socket: every client of ours sends by it."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

import pytest
import requests.adapters

from wizard.sandbox.process import Connection

_GUID = re.compile(r"\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b", re.IGNORECASE)
_HOSTS = ("login", "arm", "graph", "accounts", "prices", "vault")
_SECRET = ("passwordProfile", "secretText")  # members whose content is nobody's business, and a vault's `value`


@dataclass
class Wire:
    """Requests by what was called. `names` are the values that a form names, as `{principal}`; an id that no form
    names and that is no constant of the cloud's is `{id}`."""

    cloud: Connection
    constants: frozenset[str]
    names: dict[str, str] = field(default_factory=dict)
    calls: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    _now: str | None = None
    _thread: int = 0  # that calls: an SDK's own thread may look meanwhile how a deletion goes on

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Every request of this process, as long as a call is under way."""
        real: Callable[..., requests.Response] = requests.adapters.HTTPAdapter.send

        def send(adapter: Any, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> requests.Response:
            if self._now is not None and threading.get_ident() == self._thread:
                self.calls[self._now].append(self._told(request))
            return real(adapter, request, *args, **kwargs)

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(requests.adapters.HTTPAdapter, "send", send)
            yield

    @contextmanager
    def call(self, name: str) -> Iterator[None]:
        self.calls[name], self._now, self._thread = [], name, threading.get_ident()
        try:
            yield
        finally:
            self._now = None

    def form(self, name: str) -> list[dict[str, Any]]:
        """The requests of a call, but for signing in, with names in place of values."""
        return [self._form(one) for one in self.calls[name] if one["host"] != "login"]

    def _form(self, told: dict[str, Any]) -> dict[str, Any]:
        form: dict[str, Any] = self._named(told)
        return {**form, "body": {"value": "{…}"}} if form["host"] == "vault" and "body" in form else form

    def _told(self, request: requests.PreparedRequest) -> dict[str, Any]:
        url = urlsplit(str(request.url))
        told: dict[str, Any] = {"method": request.method, "host": self._host(f"{url.scheme}://{url.netloc}", url.path)}
        told["path"] = unquote(url.path)
        if url.query:
            told["query"] = dict(parse_qsl(url.query, keep_blank_values=True))
        if request.body:
            assert isinstance(request.body, bytes | str), "no client of ours streams what it sends"
            told["body"] = _read(request.body)
        return told

    def _host(self, origin: str, path: str) -> str:
        endpoints = self.cloud.info["endpoints"]
        return next((name for name in _HOSTS if endpoints[name] == origin), "workspace")

    def _named(self, value: Any) -> Any:
        if isinstance(value, dict):
            return {key: "{…}" if key in _SECRET else self._named(item) for key, item in value.items()}
        if isinstance(value, list):
            return [self._named(item) for item in value]
        if not isinstance(value, str):
            return self._named(str(value)) if str(value) in self.names.values() else value
        for name, known in sorted(self.names.items(), key=lambda pair: -len(pair[1])):
            value = re.sub(rf"(?<![\w-]){re.escape(known)}(?![\w-])", f"{{{name}}}", value, flags=re.IGNORECASE)
        return _GUID.sub(lambda found: found[0] if found[0].lower() in self.constants else "{id}", value)


def _read(body: bytes | str) -> Any:
    text = body.decode() if isinstance(body, bytes) else body
    try:
        return json.loads(text)
    except ValueError:
        return text
