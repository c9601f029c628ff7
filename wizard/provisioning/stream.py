"""Terraform's `-json` stream, line by line, as typed events."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any, Literal

Action = Literal["create", "update", "replace", "delete", "read", "noop", "import"]
State = Literal["planned", "started", "progress", "done", "failed"]

_HOOKS: dict[str, State] = {
    "apply_start": "started",
    "apply_progress": "progress",
    "apply_complete": "done",
    "apply_errored": "failed",
}
_ACTIONS: dict[str, Action] = {
    "create": "create",
    "update": "update",
    "replace": "replace",
    "delete": "delete",
    "remove": "delete",
    "read": "read",
    "noop": "noop",
    "import": "import",
}


@dataclass(frozen=True, slots=True)
class ResourceEvent:
    """One resource: planned, started, going on, done or failed. `seconds` since its start."""

    address: str
    action: Action
    state: State
    seconds: float | None = None


@dataclass(frozen=True, slots=True)
class DriftEvent:
    """A resource that was changed or removed behind Terraform's back."""

    address: str
    action: Action


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """An error or a warning; `address` is the resource it came from, where there is one."""

    severity: Literal["error", "warning"]
    summary: str
    detail: str = ""
    address: str | None = None
    place: str | None = None  # file:line

    @property
    def text(self) -> str:
        return f"{self.summary}\n{self.detail}".strip()


@dataclass(frozen=True, slots=True)
class ChangeSummary:
    operation: str
    add: int
    change: int
    remove: int


@dataclass(frozen=True, slots=True)
class Outputs:
    """After an apply each has its value; a plan tells the names only."""

    values: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Message:
    """Everything else Terraform says; for the log."""

    text: str


Event = ResourceEvent | DriftEvent | Diagnostic | ChangeSummary | Outputs | Message


def parse(line: str) -> Event:
    """One line of the stream; a line that is no JSON object (a crash, a usage text) is a Message."""
    try:
        data = json.loads(line)
    except ValueError:
        return Message(line.rstrip())
    if not isinstance(data, dict):
        return Message(line.rstrip())
    return _event(data)


def _event(data: dict[str, Any]) -> Event:
    kind = data.get("type")
    if kind in _HOOKS:
        return _hook(data["hook"], _HOOKS[kind])
    if kind in {"planned_change", "resource_drift"}:
        change = data["change"]
        address, action = change["resource"]["addr"], _action(change["action"])
        return ResourceEvent(address, action, "planned") if kind == "planned_change" else DriftEvent(address, action)
    if kind == "diagnostic":
        return _diagnostic(data["diagnostic"])
    if kind == "change_summary":
        changes = data["changes"]
        return ChangeSummary(changes["operation"], changes["add"], changes["change"], changes["remove"])
    if kind == "outputs":
        return Outputs({name: item["value"] for name, item in data["outputs"].items() if "value" in item})
    return Message(str(data.get("@message", "")))


def _hook(hook: dict[str, Any], state: State) -> ResourceEvent:
    seconds = hook.get("elapsed_seconds")
    return ResourceEvent(
        hook["resource"]["addr"], _action(hook["action"]), state, float(seconds) if seconds is not None else None
    )


def _action(word: str) -> Action:
    return _ACTIONS.get(word, "update")


def _diagnostic(data: dict[str, Any]) -> Diagnostic:
    found = data.get("range") or {}
    place = f"{found['filename']}:{found['start']['line']}" if found else None
    severity: Literal["error", "warning"] = "error" if data["severity"] == "error" else "warning"
    return Diagnostic(severity, data["summary"], data.get("detail", ""), data.get("address"), place)
