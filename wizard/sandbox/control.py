"""Talking to a running sandbox: its info, its control host, and the lease that keeps it."""

from __future__ import annotations

import json
import socket
import ssl
from http import HTTPStatus
from pathlib import Path
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

INFO = "info.json"
SECONDS = 30


class SandboxError(Exception):
    """Something about the sandbox that its user must know; the text says what and the remedy."""


class Refused(SandboxError):  # noqa: N818 - told to the user: exit 2
    """What was asked of the sandbox is not acceptable; nothing was changed."""


class SandboxInUse(SandboxError):  # noqa: N818 - told to the user: exit 5
    """Somebody works with the sandbox that was to be ended."""


def read_info(state: Path) -> dict[str, Any]:
    """What the process wrote last; raises SandboxError if this state never ran."""
    try:
        info: dict[str, Any] = json.loads((state / INFO).read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise SandboxError(f"{state} holds no sandbox yet; `sandbox start` makes one") from error
    return info


def ask(info: dict[str, Any], method: str, path: str, body: Any = None) -> Any:
    """One call of the control host; raises SandboxError with its own words, or if it does not answer."""
    request = Request(f"{info['endpoints']['control']}{path}", method=method)
    request.add_header("Authorization", f"Bearer {info['control_token']}")
    if body is not None:
        request.data = json.dumps(body).encode()
        request.add_header("Content-Type", "application/json")
    try:
        with urlopen(request, timeout=SECONDS, context=_context(info)) as response:
            return json.load(response)
    except HTTPError as error:
        kind = Refused if error.code in (HTTPStatus.BAD_REQUEST, HTTPStatus.NOT_FOUND) else SandboxError
        raise kind(json.load(error)["error"]["message"]) from error
    except (URLError, ConnectionError, TimeoutError) as error:
        raise SandboxError("the sandbox does not answer; is it running? `sandbox start` starts it") from error


class Lease:
    """Keeps the sandbox while it is held: an open request, which ends with this process at the latest."""

    def __init__(self, info: dict[str, Any]) -> None:
        """Raises ConnectionError if the sandbox does not answer, or is ending."""
        control = urlsplit(info["endpoints"]["control"])
        raw = socket.create_connection((control.hostname or "", control.port or 0), timeout=SECONDS)
        try:
            self._socket = _context(info).wrap_socket(raw, server_hostname=control.hostname)
            self._socket.sendall(
                (
                    f"POST /lease HTTP/1.1\r\nHost: {control.netloc}\r\n"
                    f"Authorization: Bearer {info['control_token']}\r\nTransfer-Encoding: chunked\r\n\r\n"
                ).encode()
            )
            status = self._socket.recv(4096).split(b"\r\n", 1)[0]
            if b" 200 " not in status + b" ":
                raise ConnectionError(f"the sandbox refused the lease: {status.decode()}")
        except (OSError, ConnectionError) as error:
            raw.close()
            raise ConnectionError(str(error)) from error

    def close(self) -> None:
        """Let go; closing twice is harmless."""
        self._socket.close()


def _context(info: dict[str, Any]) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=info["ca_file"])
