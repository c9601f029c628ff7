"""Faults on request: which operations go wrong, how, and how many times; in memory, while the sandbox runs."""

from __future__ import annotations

import asyncio
import hashlib
import math
import re
import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field, fields
from email.utils import formatdate
from fnmatch import fnmatchcase
from typing import Any

from wizard.sandbox.domain.core import CloudError
from wizard.sandbox.fault_kinds import KINDS, FaultKind

LOST: tuple[FaultKind, ...] = ("lost_response", "timeout", "cut_body")
"""Kinds by which a change is made, and its answer does not arrive."""
REFUSED: dict[FaultKind, tuple[int, str, str]] = {
    "throttled": (429, "TooManyRequests", "Too many requests. Please retry after some time."),
    "error": (500, "InternalServerError", "The server encountered an internal error. Please retry the request."),
    "expired": (401, "ExpiredAuthenticationToken", "The access token has expired."),
    "throttled_until": (429, "TooManyRequests", "Too many requests. Please retry after some time."),
    "changed": (412, "PreconditionFailed", "The condition set in the request's headers is not met: it was changed."),
    "denied": (403, "AuthorizationFailed", "The client does not have authorization to perform this action."),
}
"""Kinds by which nothing is done: status, code, message."""
NOT_FOUND = {
    "graph": "Request_ResourceNotFound",
    "accounts": "RESOURCE_DOES_NOT_EXIST",
    "workspace": "RESOURCE_DOES_NOT_EXIST",
}
# Where a host words a refusal in its own way.
OF_HOST: dict[tuple[FaultKind, str], str] = {
    ("denied", "graph"): "Authorization_RequestDenied",
    ("denied", "accounts"): "PERMISSION_DENIED",
    ("denied", "workspace"): "PERMISSION_DENIED",
    ("expired", "graph"): "InvalidAuthenticationToken",
    ("expired", "accounts"): "UNAUTHENTICATED",
    ("expired", "workspace"): "UNAUTHENTICATED",
}
MATCHES = ("host", "method", "operation", "path")
MAX_SECONDS = 600.0
_TIME = re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+(Z|\+00:00)?")
_READS = ("GET", "HEAD")


@dataclass(frozen=True, slots=True)
class Asked:
    """One operation at a door. REST: host, HTTP method, the route's name, raw path. Provider: `provider.<name>`,
    the RPC, `<RPC> <type>`, the resource type. `same` tells repetitions of it from others of its path."""

    host: str
    method: str
    operation: str
    path: str
    mutating: bool
    same: str = ""


@dataclass(slots=True)
class Rule:
    """What goes wrong. `match` holds shell patterns by host, method, operation, path; what is absent fits all.

    `count` times (0: always) after the first `skip`; with `each`, so many for each distinct operation. `key` is what
    the answer lacks by `without`, as `a.b` for the b in a.
    `seconds`: Retry-After, the delay of slow (or until the rule is cleared), the wait before a time-out's end."""

    kind: FaultKind
    match: dict[str, str] = field(default_factory=dict)
    mutating: bool = False
    count: int = 1
    skip: int = 0
    each: bool = False
    seconds: float = 1.0
    key: str = ""
    seen: Counter[str] = field(default_factory=Counter)
    cleared: asyncio.Event = field(default_factory=asyncio.Event)

    def fits(self, asked: Asked) -> bool:
        if self.mutating and not asked.mutating:
            return False
        return all(fnmatchcase(getattr(asked, key).lower(), pattern.lower()) for key, pattern in self.match.items())

    def take(self, key: str) -> bool:
        """Count one match; whether it is to go wrong."""
        self.seen[key] += 1
        return self.seen[key] > self.skip and (not self.count or self.seen[key] <= self.skip + self.count)

    @property
    def hits(self) -> int:
        """How many went wrong so far."""
        beyond = (max(0, times - self.skip) for times in self.seen.values())
        return sum(min(times, self.count) if self.count else times for times in beyond)

    def told(self) -> dict[str, Any]:
        shown = {one.name: getattr(self, one.name) for one in fields(self) if one.name not in ("seen", "cleared")}
        return {**shown, "hits": self.hits}


class Faults:
    """The rules in force, tried in order: the first that has something left decides."""

    def __init__(self) -> None:
        self.rules: list[Rule] = []
        self._new: set[str] = set()

    def add(self, body: Any) -> Rule:
        """A rule from its JSON form; raises CloudError 400 naming what is wrong."""
        rule = read_rule(body)
        self.rules.append(rule)
        return rule

    def clear(self) -> None:
        """Forget every rule; what is being delayed goes on at once."""
        for rule in self.rules:
            rule.cleared.set()
        self.rules.clear()
        self._new.clear()

    def take(self, asked: Asked) -> Rule | None:
        """The rule by which this operation goes wrong, if any. A lag hits what names a new object alone: reads, or
        with `mutating` the changes."""
        for rule in self.rules:
            if not rule.fits(asked):
                continue
            if rule.kind == "lag":
                hit = rule.mutating or asked.method in _READS
                if hit and self._is_new(asked.path) and rule.take(asked.path):
                    return rule
            elif rule.take("\0".join((asked.host, asked.method, asked.path, asked.same)) if rule.each else ""):
                return rule
        return None

    def made(self, asked: Asked, body: Any) -> None:
        """Remember what a change made, where somebody wants its first reads to fail. What its path names already was
        there before, but for a PUT."""
        if not asked.mutating or not any(rule.kind == "lag" for rule in self.rules):
            return
        named = {part.lower() for part in asked.path.split("/")}
        if asked.method == "PUT":
            self._new.add(asked.path.rsplit("/", 1)[-1].lower())
        elif isinstance(body, dict):
            bodies = (body, *(each for each in body.values() if isinstance(each, dict)))
            told = (item for each in bodies for item in each.items())
            ids = (str(value) for key, value in told if key in ("id", "appId") or key.endswith("_id"))
            self._new |= {id.rsplit("/", 1)[-1].lower() for id in ids} - named

    def _is_new(self, path: str) -> bool:
        return any(part in self._new for part in path.lower().split("/") if part)


async def refuse_or_wait(rule: Rule | None, host: str = "") -> None:
    """What happens before an operation: a delay, or a refusal (CloudError) with nothing done."""
    if rule is None:
        return
    if rule.kind == "slow":
        with suppress(TimeoutError):
            await asyncio.wait_for(rule.cleared.wait(), rule.seconds)
    elif rule.kind == "lag":
        raise CloudError(404, NOT_FOUND.get(host, "ResourceNotFound"), "The resource is not known here yet.")
    elif rule.kind in REFUSED:
        status, code, message = REFUSED[rule.kind]
        code = OF_HOST.get((rule.kind, host), code)
        headers = {"Retry-After": _after(rule)} if status == 429 else {}
        raise CloudError(status, code, message, headers=headers)


def _after(rule: Rule) -> str:
    """Retry-After in either of its forms, a date or seconds; never less than the rule says, as a date has no parts of
    a second."""
    if rule.kind == "throttled_until":
        return formatdate(math.ceil(time.time() + rule.seconds), usegmt=True)
    return f"{rule.seconds:.0f}"


def lacking(body: Any, key: str) -> Any:
    """An answer's body without one of its keys, `a.b` the b in a; as it is where it has none such."""
    name, _, rest = key.partition(".")
    if not isinstance(body, dict) or name not in body:
        return body
    if rest:
        return {**body, name: lacking(body[name], rest)}
    return {other: value for other, value in body.items() if other != name}


def sameness(body: Any) -> str:
    """A digest of a request's body, times aside: equal for an operation and its repetition."""
    text = body.decode("latin-1") if isinstance(body, bytes) else repr(body)
    return hashlib.sha256(_TIME.sub("", text).encode()).hexdigest()


def read_rule(body: Any) -> Rule:
    """Raises CloudError 400 for what is no rule."""
    if not isinstance(body, dict):
        raise _wrong("a fault is an object with kind, match, mutating, count, skip, each, seconds, key")
    if unknown := body.keys() - {"kind", "match", "mutating", "count", "skip", "each", "seconds", "key"}:
        raise _wrong(f"a fault has no {', '.join(sorted(unknown))}")
    if body.get("kind") not in KINDS:
        raise _wrong(f"kind is one of {', '.join(KINDS)}")
    match = body.get("match") or {}
    if not isinstance(match, dict) or match.keys() - set(MATCHES):
        raise _wrong(f"match maps {', '.join(MATCHES)} to patterns")
    count, skip, seconds = body.get("count", 1), body.get("skip", 0), body.get("seconds", 1.0)
    if any(not isinstance(number, int) or number < 0 for number in (count, skip)):
        raise _wrong("count and skip are whole numbers from 0")
    if not isinstance(seconds, int | float) or not 0 <= seconds <= MAX_SECONDS:
        raise _wrong(f"seconds is a number from 0 to {MAX_SECONDS:g}")
    if (body["kind"] == "without") != bool(body.get("key")):
        raise _wrong("key names what the answer of the kind without lacks")
    return Rule(
        kind=body["kind"],
        match={str(key): str(pattern) for key, pattern in match.items()},
        mutating=bool(body.get("mutating")),
        count=count,
        skip=skip,
        each=bool(body.get("each")),
        seconds=float(seconds),
        key=str(body.get("key") or ""),
    )


def _wrong(message: str) -> CloudError:
    return CloudError(400, "InvalidFault", message)
