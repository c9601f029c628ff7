"""The store of Terraform states: read, write, delete and lock, one path a state, for who knows a secret."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from tests.sandbox.conftest import Answer, Http
from wizard.sandbox.process import Connection

MINE = {"ID": "0001", "Operation": "OperationTypeApply", "Who": "one@here", "Created": "2026-01-01T00:00:00Z"}
OTHERS = {**MINE, "ID": "0002", "Who": "other@there"}


class States:
    def __init__(self, sandbox: Connection, http: Http) -> None:
        self._base, self._http = sandbox.info["endpoints"]["states"], http
        secret = sandbox.info["identities"]["lakehouse-wizard"]["client_secret"]
        self._headers = basic("lakehouse-wizard", secret)

    def __call__(self, method: str, path: str, body: Any = None) -> Answer:
        return self._http(method, f"{self._base}/{path}", body=body, headers=self._headers)


def basic(user: str, password: str) -> dict[str, str]:
    return {"Authorization": "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()}


@pytest.fixture
def states(sandbox: Connection, http: Http) -> States:
    return States(sandbox, http)


def test_a_state_is_kept_under_its_path_until_it_is_deleted(states: States) -> None:
    assert states("GET", "team/one").status == 204
    assert states("POST", "team/one", {"serial": 1}).status == 200
    assert states("GET", "team/one").json == {"serial": 1}
    assert states("GET", "team/two").status == 204
    assert states("DELETE", "team/one").status == 200
    assert states("GET", "team/one").status == 204


def test_a_lock_names_its_holder_and_keeps_others_from_writing(states: States) -> None:
    assert states("LOCK", "locked", MINE).status == 200
    refused = states("LOCK", "locked", OTHERS)
    assert (refused.status, refused.json) == (423, MINE)
    assert states("POST", "locked?ID=0002", {"serial": 1}).status == 423
    assert states("POST", "locked?ID=0001", {"serial": 1}).status == 200
    assert states("UNLOCK", "locked", OTHERS).status == 409
    assert states("UNLOCK", "locked", MINE).status == 200
    assert states("LOCK", "locked", OTHERS).status == 200
    assert states("UNLOCK", "locked").status == 200  # as force-unlock asks
    assert states("DELETE", "locked").status == 200


@pytest.mark.parametrize(
    "headers", [{}, basic("lakehouse-wizard", "guess"), basic("nobody", ""), {"Authorization": "Basic !"}]
)
def test_who_knows_no_secret_is_refused(sandbox: Connection, http: Http, headers: dict[str, str]) -> None:
    url = f"{sandbox.info['endpoints']['states']}/team/one"
    assert {http(method, url, headers=headers).status for method in ("GET", "POST", "LOCK", "UNLOCK", "DELETE")} == {
        401
    }


def test_what_is_no_state_is_refused(states: States) -> None:
    assert states("POST", "team/one", b"[]").status == 400
    assert states("LOCK", "team/one", b"{").status == 400
    assert states("LOCK", "team/one", {}).status == 400
