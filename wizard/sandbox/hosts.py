"""The sandbox's hosts: each on a port of its own of 127.0.0.1, the same port after a restart."""

from __future__ import annotations

import asyncio
import json
import socket
import ssl
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from pathlib import Path

from aiohttp import web

from wizard.sandbox.files import write_private
from wizard.sandbox.tls import ADDRESS

FIXED = ("login", "arm", "graph", "accounts", "prices", "storage", "vault", "states", "control")
FILE = "hosts.json"

MakeApplication = Callable[[str, str | None], web.Application]


class PortInUse(Exception):  # noqa: N818 - told to the user with its remedy
    """A port that this state's clients know is taken by another program."""


@dataclass(slots=True)
class _Site:
    """One host: its listening socket, and its runner once it is served."""

    host: str
    workspace: str | None
    listener: socket.socket
    runner: web.AppRunner | None = None


class ServerHosts:
    """Binds at once, so that a URL given out is connectable; serves from `start` on."""

    def __init__(self, state: Path) -> None:
        self._file = state / FILE
        try:
            self._ports: dict[str, int] = json.loads(self._file.read_text(encoding="utf-8"))
        except FileNotFoundError:
            self._ports = {}
        self._sites: dict[str, _Site] = {}
        self._make: MakeApplication | None = None
        self._context: ssl.SSLContext | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self.on_change: Callable[[], None] = lambda: None
        for name in FIXED:
            self._open(name, name, None, self._ports.get(name))

    def url(self, name: str) -> str:
        """Base URL of a host; `workspace:<id>` names a workspace."""
        return f"https://{ADDRESS}:{self._ports[name]}"

    def workspaces(self) -> dict[str, str]:
        """Workspace id -> URL of those being served."""
        return {site.workspace: self.url(key) for key, site in self._sites.items() if site.workspace}

    def open_workspace(self, workspace_id: str, port: int | None) -> int:
        """Serve a workspace; on `port`, or on the port it had before. Returns the port; again is harmless."""
        key = f"workspace:{workspace_id}"
        if key not in self._sites:
            self._open(key, "workspace", workspace_id, port or self._ports.get(key))
            self.on_change()
        return self._ports[key]

    def close_workspace(self, workspace_id: str) -> None:
        """Stop serving a workspace; its port is free again."""
        site = self._sites.pop(f"workspace:{workspace_id}", None)
        self._ports.pop(f"workspace:{workspace_id}", None)
        self._save()
        if site is not None:
            if site.runner is None:
                site.listener.close()
            else:
                self._later(site.runner.cleanup())
        self.on_change()

    async def start(self, make: MakeApplication, context: ssl.SSLContext) -> None:
        """Serve what is open now, and from now on whatever is opened."""
        self._make, self._context = make, context
        for site in list(self._sites.values()):
            await self._serve(site)

    async def stop(self) -> None:
        for site in self._sites.values():
            if site.runner is not None:
                await site.runner.cleanup()
            site.listener.close()
        if self._tasks:
            await asyncio.gather(*self._tasks, return_exceptions=True)

    def _open(self, key: str, host: str, workspace: str | None, port: int | None) -> None:
        listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.setblocking(False)
        try:
            listener.bind((ADDRESS, port or 0))
        except OSError as error:
            listener.close()
            raise PortInUse(
                f"port {port} of {ADDRESS} is in use by another program, but the clients of this sandbox know it as "
                f"its host {key!r}; end that program, or forget this sandbox with `sandbox reset`"
            ) from error
        listener.listen(128)
        self._ports[key] = listener.getsockname()[1]
        self._save()
        site = self._sites[key] = _Site(host, workspace, listener)
        if self._make is not None:
            self._later(self._serve(site))

    async def _serve(self, site: _Site) -> None:
        assert self._make is not None
        site.runner = web.AppRunner(self._make(site.host, site.workspace), access_log=None, shutdown_timeout=0.25)
        await site.runner.setup()
        await web.SockSite(site.runner, site.listener, ssl_context=self._context).start()

    def _later(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _save(self) -> None:
        write_private(self._file, json.dumps(self._ports, indent=2))
