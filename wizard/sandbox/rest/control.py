"""The control host: what belongs to the sandbox and not to its cloud. Asks for the state's control token."""

from __future__ import annotations

import hmac
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from aiohttp import web

from wizard.sandbox.domain import outside
from wizard.sandbox.domain.core import CloudError
from wizard.sandbox.domain.portal import click
from wizard.sandbox.faults import Faults
from wizard.sandbox.lease import Lease
from wizard.sandbox.recorder import Latency, read_records
from wizard.sandbox.rest.dispatch import bearer
from wizard.sandbox.rest.login_machine import workflow
from wizard.sandbox.rest.route import Call, Handler, Reply, Route

MAX_LATENCY = 600.0  # seconds


@dataclass(frozen=True, slots=True)
class Controls:
    """What the control host turns: `info` gives the state's info, `end` ends the process."""

    state: Path
    token: str
    lease: Lease
    latency: Latency
    info: Callable[[], dict[str, Any]]
    end: Callable[[], None]
    faults: Faults = field(default_factory=Faults)

    def routes(self) -> list[Route]:
        return [
            self._route("info", "GET", "/info", self._info),
            self._route("requests", "GET", "/requests", self._requests),
            self._route("latency", "PUT", "/latency", self._set_latency),
            self._route("faults", "GET", "/faults", self._list_faults),
            self._route("add-fault", "POST", "/faults", self._add_fault),
            self._route("clear-faults", "DELETE", "/faults", self._clear_faults),
            self._route("portal", "POST", "/portal", self._portal),
            self._route("workflow", "POST", "/workflow", self._workflow),
            self._route("outside-token", "POST", "/outside-token", self._outside_token),
            self._route("leases", "GET", "/leases", self._leases),
            self._route("pin", "POST", "/pin", self._pin),
            self._route("stop", "POST", "/stop", self._stop),
        ]

    def _route(self, name: str, method: str, path: str, handler: Handler) -> Route:
        async def guarded(call: Call) -> Reply:
            self._authenticate(call.headers.get("authorization", ""))
            return await handler(call)

        return Route(f"control.{name}", method, path, guarded, public=True)

    def _authenticate(self, header: str) -> None:
        if not hmac.compare_digest(bearer(header) or "", self.token):
            raise CloudError(401, "Unauthenticated", "the control host asks for the token in info.json")

    async def _info(self, call: Call) -> Reply:
        return Reply(body=self.info())

    async def _requests(self, call: Call) -> Reply:
        return Reply(body=read_records(self.state, mutating=call.query.get("mutating") == "true"))

    async def _set_latency(self, call: Call) -> Reply:
        seconds = _member(call.body, "seconds")
        if not isinstance(seconds, int | float) or not 0 <= seconds <= MAX_LATENCY:
            raise CloudError(400, "InvalidLatency", f"seconds is a number from 0 to {MAX_LATENCY:g}")
        self.latency.seconds = float(seconds)
        return Reply(body={"seconds": self.latency.seconds})

    async def _list_faults(self, call: Call) -> Reply:
        return Reply(body=[rule.told() for rule in self.faults.rules])

    async def _add_fault(self, call: Call) -> Reply:
        return Reply(body=self.faults.add(call.body).told())

    async def _clear_faults(self, call: Call) -> Reply:
        self.faults.clear()
        return Reply(body={})

    async def _portal(self, call: Call) -> Reply:
        name, values = _member(call.body, "click"), _member(call.body, "values")
        return Reply(body={"done": click(call.cloud, str(name), [str(value) for value in values or ()])})

    async def _workflow(self, call: Call) -> Reply:
        return Reply(body=workflow(call, str(_member(call.body, "subject"))))

    async def _outside_token(self, call: Call) -> Reply:
        issuer, subject, audience = (str(_member(call.body, key)) for key in ("issuer", "subject", "audience"))
        lifetime = int(_member(call.body, "lifetime") or outside.LIFETIME)
        return Reply(body={"token": outside.issue(call.cloud, issuer, subject, audience, lifetime=lifetime)})

    async def _leases(self, call: Call) -> Reply:
        return Reply(body={"held": self.lease.held})

    async def _pin(self, call: Call) -> Reply:
        self.lease.pin()
        return Reply(body={})

    async def _stop(self, call: Call) -> Reply:
        self.end()
        return Reply(body={})

    async def hold(self, request: web.Request) -> web.StreamResponse:
        """A lease: held for as long as the caller keeps its (never ending) request open."""
        if not hmac.compare_digest(bearer(request.headers.get("Authorization", "")) or "", self.token):
            return web.Response(status=401)
        if not self.lease.take():
            return web.Response(status=410)
        try:
            response = web.StreamResponse()
            await response.prepare(request)
            await response.write(b"held\n")
            while await request.content.readany():
                pass
            return response
        except ConnectionError:
            return web.Response(status=499)
        finally:
            self.lease.give_back()


def _member(body: Any, name: str) -> Any:
    return body.get(name) if isinstance(body, dict) else None


def application(controls: Controls, door: Callable[[web.Request], Any]) -> web.Application:
    """The control host: leases by themselves, the rest as on every host."""
    made = web.Application()
    made.router.add_post("/lease", controls.hold)
    made.router.add_route("*", "/{path:.*}", door)
    return made
