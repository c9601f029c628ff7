"""From an HTTP request to a handler and back: routes, login, bodies, refusals, the recording."""

from __future__ import annotations

import asyncio
import json
import logging
import re
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import unquote
from uuid import uuid4

from aiohttp import BodyPartReader, web

from wizard.sandbox.domain import tokens
from wizard.sandbox.domain.authorization_actions import noting
from wizard.sandbox.domain.cloud import Cloud
from wizard.sandbox.domain.core import SYSTEM, Caller, CloudError, NoSuchHost
from wizard.sandbox.domain.entra import caller_by_token
from wizard.sandbox.faults import LOST, Asked, Faults, Rule, lacking, refuse_or_wait, sameness
from wizard.sandbox.recorder import Latency, Recorder
from wizard.sandbox.rest.envelopes import refusal
from wizard.sandbox.rest.leading import LEADING, led
from wizard.sandbox.rest.route import Call, Host, Reply, Route
from wizard.setup.disk import FULL

log = logging.getLogger(__name__)

MAX_BODY = 2**30
READS = ("GET", "HEAD", "OPTIONS")
AUDIENCES: dict[str, tuple[str, ...]] = {
    "arm": (tokens.ARM,),
    "graph": (tokens.GRAPH,),
    "accounts": (tokens.DATABRICKS,),
    "workspace": (tokens.DATABRICKS,),
    "storage": (tokens.STORAGE,),
    "vault": (tokens.VAULT,),
}
DATABRICKS_HOSTS = ("accounts", "workspace")
RESOURCE_HEADER = "x-databricks-azure-workspace-resource-id"
MANAGEMENT_HEADER = "x-databricks-azure-sp-management-token"
NO_TOKEN = {
    "arm": ("AuthenticationFailed", "Authentication failed. The 'Authorization' header is missing."),
    "graph": ("InvalidAuthenticationToken", "Access token is empty."),
    "storage": ("NoAuthenticationInformation", "Server failed to authenticate the request."),
    "vault": ("Unauthorized", "AKV10000: Request is missing a Bearer or PoP token."),
}
BETWEEN = b"<!doctype html><html><head><title>Sign in to the network</title></head><body></body></html>"
SLASH = "\0"  # stands for an encoded slash while a path is matched


@dataclass(frozen=True, slots=True)
class _Compiled:
    route: Route
    pattern: re.Pattern[str]


class RouteTable:
    """The operations of one host, tried in order. Azure's paths are compared without case."""

    def __init__(self, host: Host, routes: Sequence[Route]) -> None:
        flags = re.IGNORECASE if host in ("arm", "graph") else 0
        self._routes = [_Compiled(route, re.compile(_pattern(route.path), flags)) for route in routes]

    def find(self, method: str, raw_path: str) -> tuple[Route, dict[str, str]] | None:
        """The route and the values of its path, decoded; None if nothing fits."""
        path = "/" + "/".join(unquote(part).replace("/", SLASH) for part in raw_path.lstrip("/").split("/"))
        for one in self._routes:
            if one.route.method == method and (match := one.pattern.fullmatch(path)):
                return one.route, {name: value.replace(SLASH, "/") for name, value in match.groupdict().items()}
        return None


def _pattern(path: str) -> str:
    """`/a/{id}/{rest:.*}` as a regular expression; braces inside a value's own pattern are not supported."""
    parts = re.split(r"(\{[^{}]+\})", path)
    return "".join(_group(part[1:-1]) if part.startswith("{") else re.escape(part) for part in parts)


def _group(text: str) -> str:
    name, _, pattern = text.partition(":")
    return f"(?P<{name}>{pattern or '[^/]+'})"


class Door:
    """One host's REST side; `workspace` is set where the host is a workspace."""

    def __init__(
        self,
        cloud: Cloud,
        host: Host,
        workspace: str | None,
        *,
        routes: Sequence[Route],
        recorder: Recorder | None,
        latency: Latency,
        faults: Faults | None = None,
    ) -> None:
        self._cloud, self._host, self._workspace = cloud, host, workspace
        self._table = RouteTable(host, routes)
        self._recorder, self._latency, self._faults = recorder, latency, faults

    def application(self) -> web.Application:
        application = web.Application(client_max_size=MAX_BODY)
        application.router.add_route("*", "/{path:.*}", self.handle)
        return application

    async def handle(self, request: web.Request) -> web.StreamResponse:
        request_id = str(uuid4())
        raw_path = request.rel_url.raw_path
        found = self._table.find(request.method, raw_path)
        caller: Caller | None = None
        rights: set[str] = set()
        asked = await self._asked(request, found[0] if found else None)
        rule = self._faults.take(asked) if self._faults else None
        await self._latency.pause()
        try:
            if found is None:
                raise CloudError(
                    501, "NotImplemented", f"the sandbox does not model {request.method} {raw_path} of {self._host}"
                )
            route, values = found
            await refuse_or_wait(rule, self._host)
            headers = {name.lower(): value for name, value in request.headers.items()}
            caller = self._caller(route, headers)
            body = await (request.read() if route.raw_body else read_body(request))
            with noting(rights):
                reply = await answered(route, self._call(request, caller, values, headers, body), rule)
            if self._faults and reply.status < 300:
                self._faults.made(asked, reply.body)
        except CloudError as error:
            reply = refusal(self._host, error, request_id, self._cloud.hosts.url("login"))
        except NoSuchHost:
            self._record(request, asked, caller, 0, rule=rule, rights=rights)
            return _nothing(request)
        except Exception as error:
            log.exception("%s %s failed", request.method, raw_path)
            reply = refusal(self._host, _broken(error, self._host), request_id, self._cloud.hosts.url("login"))
        self._record(request, asked, caller, reply.status, rule=rule, rights=rights)
        response = render(request, reply, request_id)
        return await cut(request, response, rule) if rule and rule.kind in LOST else response

    async def _asked(self, request: web.Request, route: Route | None) -> Asked:
        method, path = request.method, request.rel_url.raw_path
        watched = self._faults and any(rule.each for rule in self._faults.rules)
        return Asked(
            host=self._host,
            method=method,
            operation=route.operation if route else f"not modelled: {method} {path}",
            path=path,
            mutating=method not in READS and not (route and route.read_post),
            same=sameness(await request.read()) if watched and request.content_type != "multipart/form-data" else "",
        )

    def _call(
        self, request: web.Request, caller: Caller, path: Mapping[str, str], headers: Mapping[str, str], body: Any
    ) -> Call:
        return Call(
            cloud=self._cloud,
            caller=caller,
            method=request.method,
            base_url=f"https://{request.host}",
            url_path=unquote(request.rel_url.raw_path),
            path=path,
            query=dict(request.query),
            headers=headers,
            body=body,
        )

    def _caller(self, route: Route, headers: Mapping[str, str]) -> Caller:
        if self._host not in AUDIENCES or route.public:
            return replace(SYSTEM, workspace=self._workspace)
        token = bearer(headers.get("authorization", ""))
        if token is None:
            code, message = NO_TOKEN.get(
                self._host, ("UNAUTHENTICATED", "Credential was not sent or was of an unsupported type for this API.")
            )
            raise CloudError(401, code, message)
        try:
            caller = caller_by_token(self._cloud, token, AUDIENCES[self._host])
        except CloudError as error:
            if self._host in DATABRICKS_HOSTS:
                raise CloudError(401, "UNAUTHENTICATED", f"Invalid access token. {error.message}") from error
            raise
        if self._host in DATABRICKS_HOSTS:
            caller = replace(caller, workspace=self._workspace, management=self._manages(caller, headers))
        return caller

    def _manages(self, caller: Caller, headers: Mapping[str, str]) -> bool:
        """Whether both Azure headers came along: the workspace's resource id and the caller's own ARM token."""
        token, resource = headers.get(MANAGEMENT_HEADER), headers.get(RESOURCE_HEADER)
        if not token or not resource:
            return False
        stored = self._cloud.store.get("account.workspace", self._workspace or "") or {}
        if self._workspace and stored.get("_resource_id", "").lower() != resource.lower():
            return False
        try:
            return caller_by_token(self._cloud, token, AUDIENCES["arm"]).oid == caller.oid
        except CloudError:
            return False

    def _record(
        self,
        request: web.Request,
        asked: Asked,
        caller: Caller | None,
        status: int,
        *,
        rule: Rule | None,
        rights: set[str],
    ) -> None:
        if self._recorder is None:
            return
        self._recorder.record_request(
            asked.host,
            asked.method,
            asked.path,
            asked.operation,
            mutating=asked.mutating,
            caller="" if caller is None or caller.oid == SYSTEM.oid else caller.name,
            status=status,
            query=request.rel_url.query_string,
            agent=request.headers.get("User-Agent", ""),
            fault=rule.kind if rule else "",
            rights=sorted(rights),
        )


async def answered(route: Route, call: Call, rule: Rule | None) -> Reply:
    """The handler's reply; a web page in its place, with nothing done, or a part of it where a fault says so."""
    if rule and rule.kind == "web_page":
        return Reply(200, BETWEEN, {"Content-Type": "text/html"})
    if rule and rule.kind in LEADING:
        return await led(route, call, again=rule.kind == "same_page")
    reply = await route.handler(call)
    return replace(reply, body=lacking(reply.body, rule.key)) if rule and rule.kind == "without" else reply


def bearer(header: str) -> str | None:
    scheme, _, token = header.partition(" ")
    return token.strip() if scheme.lower() == "bearer" and token.strip() else None


async def read_body(request: web.Request) -> Any:
    """JSON, a form (dict), multipart parts (dict name -> bytes), or raw bytes; {} where nothing was sent."""
    kind = request.content_type
    if kind == "multipart/form-data":
        return await _parts(request)
    if kind == "application/x-www-form-urlencoded":
        return dict(await request.post())
    data = await request.read()
    if kind == "application/json" or kind.endswith("+json"):
        try:
            return json.loads(data) if data.strip() else {}
        except ValueError as error:
            raise CloudError(400, "MALFORMED_REQUEST", f"The body is not valid JSON: {error}") from error
    if not data and "Content-Type" not in request.headers:
        return {}
    return data


async def _parts(request: web.Request) -> dict[str, bytes]:
    parts: dict[str, bytes] = {}
    async for part in await request.multipart():
        if not isinstance(part, BodyPartReader):
            raise CloudError(400, "MALFORMED_REQUEST", "Multipart bodies inside multipart bodies are not understood.")
        parts[part.name or ""] = bytes(await part.read(decode=True))
    return parts


def _nothing(request: web.Request) -> web.StreamResponse:
    """Whoever calls a host that is not there learns nothing."""
    if request.transport is not None:
        request.transport.abort()
    return web.Response()


def _broken(error: Exception, host: Host) -> CloudError:
    """A failure of the sandbox itself; a disk that is full is the user's to mend.

    Of a login host's answers MSAL shows the words of those below 500 only."""
    full = isinstance(error, OSError) and error.errno in FULL
    if full or (isinstance(error, sqlite3.OperationalError) and "full" in str(error)):
        return CloudError(
            400 if host == "login" else 507, "DiskFull", "no space left on device: the sandbox cannot keep its cloud"
        )
    return CloudError(500, "InternalError", f"the sandbox failed at this request: {type(error).__name__}")


def render(request: web.Request, reply: Reply, request_id: str) -> web.StreamResponse:
    """The HTTP response; every host tells the request's id."""
    headers = {"x-ms-request-id": request_id, "x-request-id": request_id, "request-id": request_id, **reply.headers}
    if reply.body is None:
        return web.Response(status=reply.status, headers=headers)
    if isinstance(reply.body, bytes):
        headers.setdefault("Content-Type", "application/octet-stream")
        return web.Response(status=reply.status, body=reply.body, headers=headers)
    return web.json_response(reply.body, status=reply.status, headers=headers)


async def cut(request: web.Request, response: web.StreamResponse, rule: Rule) -> web.StreamResponse:
    """Break the connection instead of answering: at once, after a while, or in the middle of the body."""
    transport = request.transport
    if rule.kind == "timeout":
        await asyncio.sleep(rule.seconds)
    body = response.body if isinstance(response, web.Response) else None
    if rule.kind == "cut_body" and isinstance(body, bytes) and len(body) > 1:
        half = web.StreamResponse(status=response.status, headers=response.headers)
        half.content_length = len(body)
        await half.prepare(request)
        await half.write(body[: len(body) // 2])
        if transport is not None:
            transport.close()  # what was written goes out first
        return half
    if transport is not None:
        transport.abort()
    return response
