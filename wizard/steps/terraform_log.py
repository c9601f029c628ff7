"""What Terraform says, told as events of its step and kept in the step's log."""

from __future__ import annotations

import json
import os
from typing import Literal

from wizard.provisioning import document, stream
from wizard.provisioning.named import Names
from wizard.setup.events import LogLine, ResourceChanged
from wizard.steps.base import Ctx


def tell(ctx: Ctx, event: stream.Event, names: Names) -> None:
    if isinstance(event, stream.ResourceEvent):
        ctx.emit(
            ResourceChanged(
                step=ctx.step,
                address=event.address,
                action=event.action,
                state=event.state,
                seconds=event.seconds,
                name=names.of(event.address),
            )
        )
        line = f"{event.address}: {event.action} {event.state}"
    elif isinstance(event, stream.Diagnostic):
        line = f"{event.severity} {event.address or event.place or ''}: {event.text}"
        _say(
            ctx, "error" if event.severity == "error" else "warn", f"{event.address or event.place or ''}: {event.text}"
        )
    elif isinstance(event, stream.DriftEvent):
        line = f"{event.address}: changed from outside ({event.action})"
    elif isinstance(event, stream.Message):
        line = event.text
        _say(ctx, "info", line)
    else:
        return
    log(ctx, line)


def _say(ctx: Ctx, level: Literal["info", "warn", "error"], text: str) -> None:
    for line in ctx.secrets.redact(text).splitlines():
        ctx.emit(LogLine(step=ctx.step, level=level, text=line))


def log(ctx: Ctx, line: str) -> None:
    handle = os.open(ctx.folder.log_file(ctx.step), os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    with os.fdopen(handle, "a", encoding="utf-8") as file:
        file.write(ctx.secrets.redact(line) + "\n")


def stands(ctx: Ctx, held: document.Document, names: Names) -> None:
    """Tell each object that a state names as one that stands, after a plan that had nothing to do."""
    for made in held.managed:
        for instance in made.get("instances", ()):
            key = instance.get("index_key")
            index = "" if key is None else f"[{json.dumps(key)}]"
            address = ".".join(filter(None, (made.get("module"), str(made["type"]), str(made["name"])))) + index
            name = names.of(address)
            ctx.emit(ResourceChanged(step=ctx.step, address=address, action="noop", state="done", name=name))
