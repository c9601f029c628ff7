"""One sandbox: one cloud, its HTTPS hosts and its Terraform providers, in one asyncio loop."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, cast

from aiohttp import web

from wizard.sandbox.domain.build import build_cloud, identity_secrets
from wizard.sandbox.domain.runs import Runs
from wizard.sandbox.domain.world import load_scenario
from wizard.sandbox.faults import Faults
from wizard.sandbox.files import keep_secret, make_folder, write_private
from wizard.sandbox.hosts import FIXED, ServerHosts
from wizard.sandbox.lease import Lease
from wizard.sandbox.providers.server import serve
from wizard.sandbox.recorder import Latency, Recorder
from wizard.sandbox.rest import accounts, arm, graph, login, prices, states, storage, vault, workspace
from wizard.sandbox.rest.control import Controls
from wizard.sandbox.rest.control import application as control_application
from wizard.sandbox.rest.dispatch import Door
from wizard.sandbox.rest.route import Host, Route
from wizard.sandbox.spark.local import LocalSpark
from wizard.sandbox.standin import write_stand_in
from wizard.sandbox.tls import ca_file, server_context

INFO = "info.json"
ROUTES: dict[Host, list[Route]] = {
    "login": login.ROUTES,
    "arm": arm.ROUTES,
    "graph": graph.ROUTES,
    "accounts": accounts.ROUTES,
    "workspace": workspace.ROUTES,
    "prices": prices.ROUTES,
    "storage": storage.ROUTES,
    "vault": vault.ROUTES,
    "states": states.ROUTES,
}
"""The operations of each host but control."""


class Server:
    """`start` serves and returns; `run` serves until nobody needs it, then closes everything."""

    def __init__(self, state: Path, scenario: str, linger: float) -> None:
        self._state, self._scenario = make_folder(state), scenario
        self._data = load_scenario(scenario)
        self._done = asyncio.Event()
        self._lease = Lease(linger, self._done.set, self._busy)
        self._latency, self._faults = Latency(), Faults()
        for rule in self._data.get("faults", ()):
            self._faults.add(rule)
        self._reattach: dict[str, Any] = {}
        self._close_providers: Callable[[], Awaitable[None]] | None = None
        self._token = keep_secret(make_folder(self._state / "keys") / "control.token")
        self._hosts = ServerHosts(self._state)
        self._spark = LocalSpark(self._state)
        self._cloud = build_cloud(self._state, self._hosts, self._spark, scenario)
        self._recorder = Recorder(self._state)
        self._controls = Controls(
            self._state, self._token, self._lease, self._latency, self.info, self._done.set, self._faults
        )

    async def start(self) -> None:
        """Serve all hosts and providers, and write info.json."""
        for key, body in self._cloud.store.items("account.workspace"):
            self._hosts.open_workspace(key, body.get("_port"))
        await self._hosts.start(self._application, server_context(self._state))
        self._reattach, self._close_providers = await serve(
            self._cloud, self._recorder, self._latency, self._lease, self._faults
        )
        self._hosts.on_change = self._write_info
        write_stand_in(self._state, self.info())
        self._write_info()

    async def run(self, ready: Callable[[], None]) -> None:
        """Serve until the last lease has ended or a stop was asked for; `ready` is called when all answer."""
        try:
            await self.start()
            self._lease.watch()
            ready()
            await self._done.wait()
        finally:
            await self.stop()

    async def stop(self) -> None:
        """Close providers, hosts, Spark and the store."""
        self._hosts.on_change = lambda: None
        if self._close_providers is not None:
            await self._close_providers()
        await self._hosts.stop()
        await self._spark.close()
        self._recorder.close()
        self._cloud.store.close()

    def _busy(self) -> bool:
        """Whether a job runs, which its cloud would not drop because nobody looks."""
        runs = self._cloud.kind("ws.run")
        assert isinstance(runs, Runs)
        return runs.active

    def end(self) -> None:
        """Ask `run` to end."""
        self._done.set()

    def info(self) -> dict[str, Any]:
        """What somebody needs who works with this sandbox by hand, its secrets included."""
        secrets = identity_secrets(self._state, self._data)
        subscription = self._data["subscriptions"][0]
        return {
            "state": str(self._state),
            "scenario": self._scenario,
            "pid": os.getpid(),
            "endpoints": {name: self._hosts.url(name) for name in FIXED},
            "workspaces": self._hosts.workspaces(),
            "ca_file": str(ca_file(self._state)),
            "reattach": self._reattach,
            "path_prefix": str(self._state / "bin"),
            "control_token": self._token,
            "tenant_id": self._data["tenant"]["id"],
            "tenant_domain": self._data["tenant"]["domain"],
            "subscription_id": subscription["id"],
            "subscription_name": subscription["name"],
            "account_id": self._data["databricks"]["account_id"],
            "operator": self._data["operator"],
            "principal": self._data["principal"],
            "owner": self._data["owner"],
            "identities": {name: _shown(one, secrets[name]) for name, one in self._data["identities"].items()},
        }

    def _write_info(self) -> None:
        write_private(self._state / INFO, json.dumps(self.info(), indent=2))

    def _application(self, host: str, workspace: str | None) -> web.Application:
        name = cast(Host, host)
        if name == "control":
            routes, recorder = self._controls.routes(), None
        else:
            routes, recorder = ROUTES[name], self._recorder
        # The control host neither waits nor fails nor stands in the recording: it is no part of the cloud.
        latency = Latency() if name == "control" else self._latency
        faults = None if name == "control" else self._faults
        door = Door(self._cloud, name, workspace, routes=routes, recorder=recorder, latency=latency, faults=faults)
        return control_application(self._controls, door.handle) if name == "control" else door.application()


def _shown(identity: dict[str, Any], secret: str) -> dict[str, Any]:
    if identity["kind"] == "app":
        keys = ("kind", "client_id", "object_id")
        return {**{key: identity[key] for key in keys}, "client_secret": secret}
    return {**{key: identity[key] for key in ("kind", "upn", "object_id", "display_name")}, "password": secret}
