"""What is known of a saved plan: from its stream alone where that will do, since to read it as data starts every
provider once more; else from `terraform show -json`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from wizard.provisioning import summary
from wizard.provisioning.stream import DriftEvent, ResourceEvent

_KEY = re.compile(r"\[[^\]]*\]")


@dataclass(frozen=True, slots=True)
class PlanResult:
    """A saved plan. `outputs` has the planned value of each output that is known before the apply; where it is not
    `detailed`, it only creates, and neither outputs nor the objects' names were asked for yet (see Phase.detailed)."""

    empty: bool
    summary: summary.PlanSummary
    outputs: Mapping[str, Any] = field(default_factory=dict)
    drift: tuple[str, ...] = ()
    detailed: bool = True


def of_data(shown: Mapping[str, Any], *, empty: bool) -> PlanResult:
    """A plan as `terraform show -json` prints it."""
    return PlanResult(empty, summary.read(shown), _known_outputs(shown), summary.drift(shown))


def of_stream(planned: Iterable[ResourceEvent], drifted: Iterable[DriftEvent]) -> PlanResult | None:
    """A plan that makes objects and touches none that is there or was; None for any other."""
    changes = [event for event in planned if event.action != "read"]
    gone = {event.address for event in drifted}
    if not changes or any(event.action != "create" or event.address in gone for event in changes):
        return None
    addresses = sorted(event.address for event in changes)
    made = tuple(summary.Change(address, _type(address), "create") for address in addresses)
    return PlanResult(False, summary.PlanSummary(made, (), {"create": len(made)}), detailed=False)


def _type(address: str) -> str:
    """`module.m.type.name["key"]` gives `type`; a key may hold anything."""
    return _KEY.sub("", address).split(".")[-2]


def _known_outputs(shown: Mapping[str, Any]) -> dict[str, Any]:
    planned: Mapping[str, Any] = shown.get("planned_values", {}).get("outputs", {})
    unknown = {name for name, change in shown.get("output_changes", {}).items() if change.get("after_unknown")}
    # A null is planned without a value; an unknown one too, but it is listed as such.
    return {name: item.get("value") for name, item in planned.items() if name not in unknown}
