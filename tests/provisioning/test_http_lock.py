"""To learn who holds a lock is to ask for it: what is taken by that is given back, whatever the store does."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from wizard.provisioning import http_lock
from wizard.provisioning.backend import HTTP, Backend

ANA = {"ID": "1", "Who": "ana@build-7"}


class Store(ThreadingHTTPServer):
    """One lock. `lost` answers are cut off after they took effect, `failing` ones tell an error of the store's own."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.held: dict[str, Any] | None = None
        self.asked: list[tuple[str, dict[str, Any]]] = []
        self.lost: list[str] = []
        self.failing: list[str] = []

    @property
    def backend(self) -> Backend:
        address = f"http://127.0.0.1:{self.server_port}/state"
        return Backend(HTTP, {"address": address, "lock_address": address, "unlock_address": address})


class _Handler(BaseHTTPRequestHandler):
    server: Store

    def _answer(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.asked.append((self.command, body))
        code, told = 200, b""
        if self.command in self.server.failing:
            self.server.failing.remove(self.command)
            code = 500
        elif self.command == "LOCK" and self.server.held is not None:
            code, told = 423, json.dumps(self.server.held).encode()
        else:
            self.server.held = body if self.command == "LOCK" else None
        if self.command in self.server.lost:
            self.server.lost.remove(self.command)
            self.close_connection = True
            return
        self.send_response(code)
        self.send_header("Content-Length", str(len(told)))
        self.end_headers()
        self.wfile.write(told)

    do_LOCK = do_UNLOCK = _answer  # noqa: N815 - the methods' own names

    def log_message(self, format: str, *arguments: object) -> None:
        """Say nothing."""


@pytest.fixture
def store() -> Iterator[Store]:
    with Store() as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def test_the_holder_is_told_and_keeps_it(store: Store) -> None:
    store.held = ANA
    assert http_lock.holder(store.backend, {}) == ANA
    assert store.held == ANA
    assert [method for method, _body in store.asked] == ["LOCK"]


def test_a_free_lock_is_free_again(store: Store) -> None:
    assert http_lock.holder(store.backend, {}) == {}
    assert store.held is None


def test_what_is_asked_for_is_whole(store: Store) -> None:
    """GitLab refuses a lock that lacks any of these, and Terraform cannot read one without a time."""
    http_lock.holder(store.backend, {})
    info = store.asked[0][1]
    assert info.keys() == {"ID", "Operation", "Info", "Who", "Version", "Created", "Path"}
    assert datetime.fromisoformat(info["Created"]).tzinfo is not None


@pytest.mark.parametrize("lost", [["LOCK"], ["UNLOCK"], ["LOCK", "UNLOCK", "UNLOCK"]])
def test_lost_answers_leave_no_lock_behind(store: Store, lost: list[str]) -> None:
    store.lost = lost
    assert http_lock.holder(store.backend, {}) == {}
    assert store.held is None


def test_a_store_that_fails_is_no_failure_of_ours(store: Store) -> None:
    store.failing = ["LOCK"]
    assert http_lock.holder(store.backend, {}) == {}
    assert store.held is None
    store.failing = ["UNLOCK"]
    assert http_lock.holder(store.backend, {}) == {}
    assert store.held is None
