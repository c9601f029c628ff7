"""Worlds compared: what a journey left in the sandbox, with ids, times and secrets aside."""

from __future__ import annotations

import json
import re
from collections import Counter
from pathlib import Path

from tests.journey import hands

_ASIDE = (
    (re.compile(r"\b[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\b"), "<guid>"),
    (re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)?"), "<time>"),
    (re.compile(r"127\.0\.0\.1:\d+"), "<host>"),
    (re.compile(r"\b[0-9a-f]{32,}(?::[0-9a-f]{64})?\b"), "<digest>"),
    (re.compile(r"\b\d{4}-\d{6}-[0-9a-z]{8}\b"), "<cluster>"),
    (re.compile(r"\badb-\d+\.\d+"), "adb-<number>"),
    (re.compile(r"\b0x[0-9A-F]{12,}\b|\b[0-9A-F]{16}\b"), "<hex>"),
    (re.compile(r"\bdbstorage\w+"), "dbstorage"),
    (re.compile(r"\b\d{10,}\b"), "<number>"),
    (re.compile(r'"mailNickname": ?"[0-9a-f-]+"'), '"mailNickname": "<nickname>"'),
    (re.compile(r'"_content": ?"[^"]*"'), '"_content": "<content>"'),
    (re.compile(r'"hint": ?"[^"]*"'), '"hint": "<hint>"'),
    (re.compile(r'"_port": ?\d+'), '"_port": 0'),
    (re.compile(r'"scenario": ?"[^"]*"'), '"scenario": "<scenario>"'),
)
# What no name keeps from being made twice, where an answer got lost.
_UNKEYED = ("entra.application", "entra.group", "ws.cluster", "ws.policy", "ws.job", "ws.run")
# A run that was started again is history, not state; an operation's answer waits for who never asked.
_HISTORY = ("ws.run", "arm.operation", "ws.statement")


def shape(state: Path, setup_id: str) -> Counter[str]:
    """How many objects there are of each kind, id and body. Two journeys that came to the same have equal ones."""
    found: Counter[str] = Counter()
    for kind, objects in hands.store(state).items():
        if kind.startswith(_HISTORY):
            continue
        for name, body in objects.items():
            found[f"{kind} {plain(name, setup_id)} {plain(_sorted(body), setup_id)}"] += 1
    return found


def kinds(state: Path) -> Counter[str]:
    """How many objects of each kind: what a duplicate changes first."""
    return Counter(
        {kind: len(objects) for kind, objects in hands.store(state).items() if not kind.startswith(_HISTORY)}
    )


def unkeyed(state: Path) -> Counter[str]:
    """How many there are of what has no natural key, the secrets of applications among them."""
    found = hands.store(state)
    counted = Counter({kind: len(found.get(kind, {})) for kind in _UNKEYED})
    applications = (json.loads(body) for body in found.get("entra.application", {}).values())
    counted["secrets of applications"] = sum(len(one["passwordCredentials"]) for one in applications)
    return counted


def differences(wanted: Counter[str], found: Counter[str]) -> str:
    """In words, for a failed assertion; empty where both are equal."""
    lines = [f"- {text} ×{count}" for text, count in sorted((wanted - found).items())]
    return "\n".join([*lines, *(f"+ {text} ×{count}" for text, count in sorted((found - wanted).items()))])


def _sorted(body: str) -> str:
    return json.dumps(_lists_sorted(json.loads(body)), sort_keys=True)


def _lists_sorted(value: object) -> object:
    if isinstance(value, dict):
        return {key: _lists_sorted(item) for key, item in value.items()}
    if isinstance(value, list):
        return sorted((_lists_sorted(item) for item in value), key=lambda item: json.dumps(item, sort_keys=True))
    return value


def plain(text: str, setup_id: str) -> str:
    """A text with what differs from setup to setup replaced by what it is."""
    text = text.replace(setup_id, "<setup>")
    for pattern, word in _ASIDE:
        text = pattern.sub(word, text)
    return text
