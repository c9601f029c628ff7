"""What stands in a scenario's cloud before the first day: objects that somebody made by hand or with another tool."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from wizard.sandbox.domain.arm_providers import provider, register_provider
from wizard.sandbox.domain.cloud import Cloud
from wizard.sandbox.domain.core import SYSTEM, Body, Caller
from wizard.sandbox.domain.entra import caller_by_oid

_REFERENCE = re.compile(r"\{([\w.]+)\}")


def furnish(cloud: Cloud, data: Mapping[str, Any]) -> None:
    """Register `registered`, make `made` and `more` in order, take away `removed`, then change `changed`, all as the
    identity `made_by`.

    An item of `made` has `kind`, `body`, and `name` where a later one refers to a part of it, as
    `{workspace.properties.workspaceId}`; `{subscription}` is the subscription, `{month}` this month's first day. `in`
    is the workspace it is made in. An item of `removed` has `kind` and `id`, one of `changed` `patch` too."""
    subscription = data["subscriptions"][0]["id"]
    for namespace in data.get("registered", ()):
        register_provider(cloud, SYSTEM, subscription, namespace)
        provider(cloud, SYSTEM, subscription, namespace)  # asked for, it is done
    if not data.get("made"):
        return
    maker = caller_by_oid(cloud, data["identities"][data["made_by"]]["object_id"])
    assert maker is not None, "the scenario's maker is one of its identities"
    known: Body = {"subscription": subscription, "month": cloud.now().strftime("%Y-%m-01T00:00:00Z")}
    for item in (*data["made"], *data.get("more", ())):
        kind, caller = cloud.kind(item["kind"]), _at(maker, item, known)
        made = kind.create(caller, _filled(item["body"], known))
        if name := item.get("name"):
            known[name] = made
    for item in data.get("removed", ()):
        cloud.kind(item["kind"]).delete(_at(maker, item, known), _filled(item["id"], known))
    for item in data.get("changed", ()):
        cloud.kind(item["kind"]).update(_at(maker, item, known), _filled(item["id"], known), item["patch"])


def _at(maker: Caller, item: Body, known: Body) -> Caller:
    place = item.get("in")
    return replace(maker, workspace=str(_filled(place, known)), management=True) if place else maker


def _filled(value: Any, known: Body) -> Any:
    """With each `{name.part}` replaced by what was made under that name."""
    if isinstance(value, Mapping):
        return {key: _filled(item, known) for key, item in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_filled(item, known) for item in value]
    if not isinstance(value, str) or "{" not in value:
        return value
    return _REFERENCE.sub(lambda found: str(_part(known, found[1])), value)


def _part(known: Body, path: str) -> Any:
    found: Any = known
    for key in path.split("."):
        found = found[key]
    return found
