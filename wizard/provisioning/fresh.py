"""What the stream of a plan tells by itself, without the plan as data, which costs another start of every provider."""

from __future__ import annotations

import re
from collections.abc import Iterable

from wizard.provisioning.stream import DriftEvent, ResourceEvent
from wizard.provisioning.summary import Change, PlanSummary

_KEY = re.compile(r"\[[^\]]*\]")


def summary(planned: Iterable[ResourceEvent], drifted: Iterable[DriftEvent]) -> PlanSummary | None:
    """The summary of a plan that makes objects and touches none that is there or was; without the objects' own
    names. None for any other plan."""
    changes = [event for event in planned if event.action != "read"]
    gone = {event.address for event in drifted}
    if not changes or any(event.action != "create" or event.address in gone for event in changes):
        return None
    made = tuple(Change(address, _type(address), "create") for address in sorted(event.address for event in changes))
    return PlanSummary(made, (), {"create": len(made)})


def _type(address: str) -> str:
    """`module.m.type.name["key"]` gives `type`; a key may hold anything."""
    return _KEY.sub("", address).split(".")[-2]
