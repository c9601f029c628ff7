"""A sandbox's store without what differs from run to run: ids, times, ports and generated secrets."""

from __future__ import annotations

import base64
import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from tests.journey import hands

# What the sandbox keeps beside the world: counters of its own, and what a provider remembers.
ASIDE = ("sandbox.", "terraform.")
# How a world came to be, not what it is: bookkeeping of calls and retries.
PRIVATE_KEY = re.compile(r"^(_polls|_port|_pinned|etag|hint|mailNickname)$")
CONTENT = "_content"
TIME_KEY = re.compile(r"(_at|_time|_timestamp|DateTime|_date|Date|On|_ms|duration|last_activity\w*)$", re.IGNORECASE)

_UUID = re.compile(r"\b[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}\b", re.IGNORECASE)
_PATTERNS = (
    (re.compile(r"/[^\s\"\\]*/\.wizard/sandbox(?=/)"), "<sandbox>"),
    (re.compile(r"\b\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)?"), "<time>"),
    (_UUID, "<id>"),
    (re.compile(r"\b\d{4}-\d{6}-[0-9a-z]{8}\b"), "<cluster>"),
    (re.compile(r"\b[0-9A-F]{16}\b"), "<policy>"),
    (re.compile(r"\b\d{9,}\b"), "<number>"),
    # What a run printed of itself is JSON inside JSON.
    (re.compile(r'(\\"(?:bronze|session|silver)\\": )\d+\.\d+'), r"\1<seconds>"),
    (re.compile(r"127\.0\.0\.1:\d+"), "127.0.0.1:<port>"),
    (re.compile(r"\b[0-9a-f]{32,64}\b"), "<digest>"),
    (re.compile(r"\bdbstorage[0-9a-z]{14}\b"), "<dbfs>"),
    (re.compile(r"\badb-<number>\.\d+"), "<workspace>"),
)

Objects = Counter[str]


def world(state: Path, setup_id: str, keep: Iterable[str] = ()) -> dict[str, Objects]:
    """Everything in the store of `state`, by kind: how often each object is there, once made comparable.

    Equal worlds are equal values; a duplicate is one more of the same. `keep` are values that never change, such as
    the scenario's own ids."""
    constant = frozenset(keep)
    found: dict[str, Objects] = {}
    for kind, objects in hands.store(state).items():
        if kind.startswith(ASIDE):
            continue
        made = found.setdefault(kind, Counter())
        for name, body in objects.items():
            made[f"{_plain(name, setup_id, constant)} {_body(json.loads(body), setup_id, constant)}"] += 1
    return found


def differences(one: Mapping[str, Objects], other: Mapping[str, Objects]) -> list[str]:
    """What one world has and the other has not, in words; empty for equal worlds."""
    told = []
    for kind in sorted({*one, *other}):
        mine, theirs = one.get(kind, Counter()), other.get(kind, Counter())
        told += [f"- {kind} {text} x{count}" for text, count in (mine - theirs).items()]
        told += [f"+ {kind} {text} x{count}" for text, count in (theirs - mine).items()]
    return told


def constants(info: Mapping[str, Any]) -> frozenset[str]:
    """The ids that a scenario gives, which every run of it shares."""
    return frozenset(_UUID.findall(json.dumps({key: info[key] for key in ("tenant_id", "identities")})))


def _body(value: Any, setup_id: str, keep: frozenset[str]) -> str:
    return _plain(json.dumps(_stripped(value), sort_keys=True), setup_id, keep)


def _stripped(value: Any) -> Any:
    """Without times and bookkeeping; lists in an order of their own, since ids decide the one they came in."""
    if isinstance(value, dict):
        kept = {key: item for key, item in value.items() if not PRIVATE_KEY.match(key) and not TIME_KEY.search(key)}
        return {key: _decoded(item) if key == CONTENT else _stripped(item) for key, item in kept.items()}
    if isinstance(value, list):
        return sorted((_stripped(item) for item in value), key=lambda item: json.dumps(item, sort_keys=True))
    return value


def _decoded(content: Any) -> Any:
    """The text of a file that the store keeps in base64: names and ids stand in it; bytes are left as they are."""
    try:
        return base64.b64decode(content, validate=True).decode("utf-8")
    except (TypeError, ValueError):
        return content


def _plain(text: str, setup_id: str, keep: frozenset[str]) -> str:
    text = text.replace(setup_id, "<setup>")
    for pattern, name in _PATTERNS:
        text = pattern.sub(partial(_named, name, keep), text)
    return text


def _named(name: str, keep: frozenset[str], match: re.Match[str]) -> str:
    return match[0] if match[0] in keep else match.expand(name)
