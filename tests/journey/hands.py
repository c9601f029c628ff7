"""What the tests do beside the wizard: look at the world by other means, and change it behind its back."""

from __future__ import annotations

import contextlib
import sqlite3
import stat
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import requests
from pyspark.sql import SparkSession

from tests.journey.canary import Canary
from wizard.cloud.endpoints import DATABRICKS_RESOURCE
from wizard.sandbox.process import Connection

Rows = list[dict[str, Any]]
TABLES = ("bronze.account", "silver.account", "bronze.consents", "silver.consents")


def store(state: Path) -> dict[str, dict[str, str]]:
    """Everything in the sandbox's store, read as the SQLite file it is: kind -> id -> body."""
    found: dict[str, dict[str, str]] = {}
    with contextlib.closing(sqlite3.connect(f"file:{state / 'store.sqlite'}?mode=ro", uri=True)) as database:
        for kind, name, body in database.execute("SELECT kind, id, body FROM objects"):
            found.setdefault(kind, {})[name] = body
    return found


def delta_tables(state: Path, spark: SparkSession) -> dict[str, Rows]:
    """The rows of our tables, read from their Delta folders by a Spark session that knows no wizard."""
    folders = {path.parent for path in (state / "storage").rglob("_delta_log")}
    by_name = {f"{folder.parent.name}.{folder.name}": folder for folder in folders}
    return {
        name: [row.asDict() for row in spark.read.format("delta").load(str(by_name[name])).collect()] for name in TABLES
    }


class Somebody:
    """One of the scenario's identities, who signs in and speaks plain HTTPS."""

    def __init__(self, connection: Connection, name: str) -> None:
        self._info = connection.info
        identity = self._info["identities"][name]
        secret = identity.get("client_secret")
        form = (
            {"grant_type": "client_credentials", "client_id": identity["client_id"], "client_secret": secret}
            if secret
            else {
                "grant_type": "password",
                "client_id": "04b07795-8ddb-461a-bbee-02f9e1bf7b46",  # the Azure CLI's own
                "username": identity["upn"],
                "password": identity["password"],
            }
        )
        self._databricks = self._token(form, f"{DATABRICKS_RESOURCE}/.default")
        self._arm = self._token(form, "https://management.azure.com/.default")
        self._graph = self._token(form, "https://graph.microsoft.com/.default")

    def _token(self, form: dict[str, str], scope: str) -> str:
        url = f"{self._info['endpoints']['login']}/{self._info['tenant_id']}/oauth2/v2.0/token"
        answer = requests.post(url, data={**form, "scope": scope}, verify=self._info["ca_file"], timeout=30)
        answer.raise_for_status()
        return str(answer.json()["access_token"])

    def arm(self, method: str, path: str, body: Any = None) -> requests.Response:
        """A call to the Resource Manager; `path` is a resource id with its api-version."""
        return self._send(method, f"{self._info['endpoints']['arm']}{path}", self._arm, body)

    def graph(self, method: str, path: str, body: Any = None) -> requests.Response:
        """A call to Microsoft Graph."""
        return self._send(method, f"{self._info['endpoints']['graph']}{path}", self._graph, body)

    def call(self, method: str, path: str, body: Any = None) -> requests.Response:
        """A call to the workspace."""
        (url,) = self._info["workspaces"].values()
        return self._send(method, f"{url.rstrip('/')}{path}", self._databricks, body)

    def _send(self, method: str, url: str, token: str, body: Any) -> requests.Response:
        headers = {"Authorization": f"Bearer {token}"}
        return requests.request(method, url, json=body, headers=headers, verify=self._info["ca_file"], timeout=60)

    def select(self, statement: str) -> requests.Response:
        """A SQL statement on the starter warehouse, followed until it ended."""
        warehouses = self.call("GET", "/api/2.0/sql/warehouses")
        if warehouses.status_code != 200:
            return warehouses
        body = {"statement": statement, "warehouse_id": warehouses.json()["warehouses"][0]["id"]}
        answer = self.call("POST", "/api/2.0/sql/statements", body)
        deadline = time.monotonic() + 120
        while answer.ok and answer.json()["status"]["state"] in ("PENDING", "RUNNING"):
            assert time.monotonic() < deadline, answer.text
            answer = self.call("GET", f"/api/2.0/sql/statements/{answer.json()['statement_id']}")
        return answer


def leaks(folder: Path, state: Path, secrets: Iterable[str], argvs: Iterable[frozenset[str]]) -> list[str]:
    """Where a secret stands, in any form: in a command line, in a file of the folder, or in one others can read."""
    canary = Canary({f"secret {number}": value for number, value in enumerate(secrets)})
    found = []
    for path in sorted(folder.rglob("*")):
        if not path.is_file() or path.is_symlink():
            continue
        private = stat.S_IMODE(path.stat().st_mode) == 0o600
        inside = state in path.parents
        if not (inside and private) and (what := canary.sings(path.read_bytes())):
            found.append(f"{path} ({oct(path.stat().st_mode)}): {what}")
    text = [line for argv in argvs for line in argv]
    found += [f"{line[:40]}: {what}" for line in text if (what := canary.sings(line.encode()))]
    return found
