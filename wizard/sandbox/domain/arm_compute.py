"""Virtual machine sizes, quotas, and how much of them our clusters use."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import yaml

from wizard.sandbox.domain.arm_providers import require_registered, require_subscription
from wizard.sandbox.domain.arm_types import DATA, locations, normal_location
from wizard.sandbox.domain.authorization_actions import action_of
from wizard.sandbox.domain.cloud import Cloud
from wizard.sandbox.domain.core import Body, Caller, CloudError

QUOTA = "arm.quota"
CORES = "cores"
RUNNING = {"PENDING", "RUNNING", "RESTARTING", "RESIZING"}


@dataclass(frozen=True, slots=True)
class Size:
    """A virtual machine size; `restricted` maps a region, or `all`, to the reason, `zones` a region to the zones
    that do not give it."""

    name: str
    family: str
    cores: int
    memory_gb: int
    restricted: Mapping[str, str] = field(default_factory=dict)
    zones: Mapping[str, list[str]] = field(default_factory=dict)

    def restriction(self, location: str) -> str | None:
        return self.restricted.get("all") or self.restricted.get(location)


@lru_cache(maxsize=1)
def _data() -> dict[str, Any]:
    data: dict[str, Any] = yaml.safe_load((DATA / "arm_compute.yaml").read_text(encoding="utf-8"))
    return data


@lru_cache(maxsize=1)
def sizes() -> Mapping[str, Size]:
    return {name: Size(name=name, **item) for name, item in _data()["sizes"].items()}


def set_quota(cloud: Cloud, subscription: str, location: str, name: str, limit: int) -> None:
    """Give a family, or `cores`, another limit (scenarios do)."""
    cloud.store.put(QUOTA, f"{subscription}/{location}/{name}".lower(), {"limit": limit})


def change_quota(cloud: Cloud, subscription: str, location: str, name: str, limit: str) -> None:
    """As `set_quota`, by words. Raises CloudError 400 for a region, a row or a number that there is not."""
    rows = (CORES, *_data()["families"])
    if normal_location(location) not in locations() or name not in rows or not limit.isdecimal():
        raise CloudError(400, "BadRequest", f"'{location} {name} {limit}' is no quota; the rows are: {', '.join(rows)}")
    set_quota(cloud, subscription, normal_location(location), name, int(limit[:6]))


def limit_of(cloud: Cloud, subscription: str, location: str, name: str) -> int:
    own = cloud.store.get(QUOTA, f"{subscription}/{location}/{name}".lower())
    if own is not None:
        return int(own["limit"])
    return int(_data()["cores_limit"] if name == CORES else _data()["families"][name]["limit"])


def used(cloud: Cloud, subscription: str, location: str) -> dict[str, int]:
    """Cores in use by family, and in all: those of the clusters of the region's workspaces."""
    counts = dict.fromkeys((CORES, *_data()["families"]), 0)
    for key, cluster in cloud.store.items("ws.cluster"):
        workspace = cloud.store.get("account.workspace", key.partition("/")[0]) or {}
        where = workspace.get("azure_workspace_info", {}).get("subscription_id", subscription)
        size = sizes().get(cluster.get("node_type_id", ""))
        here = where == subscription and workspace.get("location", location) == location
        if size is not None and here and cluster.get("state") in RUNNING:
            cores = size.cores * (1 + int(cluster.get("num_workers") or 0))
            counts[CORES] += cores
            counts[size.family] += cores
    return counts


def free_cores(cloud: Cloud, subscription: str, location: str, size: str) -> int:
    """How many more cores of a size's family may start; raises LookupError for an unknown size."""
    location, counts = normal_location(location), used(cloud, subscription, normal_location(location))
    names = (CORES, sizes()[size].family)
    return min(limit_of(cloud, subscription, location, name) - counts[name] for name in names)


def usages(cloud: Cloud, caller: Caller, subscription: str, location: str) -> Iterator[Body]:
    """The region's quotas as `Microsoft.Compute/locations/usages` lists them."""
    _require(cloud, caller, subscription, action_of("usages.list"))
    location = normal_location(location)
    if location not in locations():
        raise CloudError(404, "NoRegisteredProviderFound", f"No registered resource provider found for '{location}'.")
    counts = used(cloud, subscription, location)
    labels = {CORES: "Total Regional vCPUs", **{name: item["label"] for name, item in _data()["families"].items()}}
    for name, label in labels.items():
        yield {
            "unit": "Count",
            "currentValue": counts[name],
            "limit": limit_of(cloud, subscription, location, name),
            "name": {"value": name, "localizedValue": label},
        }


def skus(cloud: Cloud, caller: Caller, subscription: str, location: str | None) -> Iterator[Body]:
    """The sizes of one region, or of all, as `Microsoft.Compute/skus` lists them; none of one that there is not."""
    _require(cloud, caller, subscription, action_of("skus.list"))
    for region in (each for each in locations() if location is None or each == normal_location(location)):
        for size in sizes().values():
            yield _sku(size, region)


def _sku(size: Size, region: str) -> Body:
    reason = size.restriction(region)
    restrictions: list[Body] = []
    if reason:
        info: Body = {"locations": [region]}
        restrictions.append({"type": "Location", "values": [region], "restrictionInfo": info, "reasonCode": reason})
    if zones := size.zones.get(region):
        info = {"locations": [region], "zones": zones}
        why = "NotAvailableForSubscription"
        restrictions.append({"type": "Zone", "values": [region], "restrictionInfo": info, "reasonCode": why})
    return {
        "resourceType": "virtualMachines",
        "name": size.name,
        "tier": "Standard",
        "size": size.name.removeprefix("Standard_"),
        "family": size.family,
        "locations": [region],
        "locationInfo": [{"location": region, "zones": ["1", "2", "3"]}],
        "capabilities": [
            {"name": "vCPUs", "value": str(size.cores)},
            {"name": "MemoryGB", "value": str(size.memory_gb)},
            {"name": "CpuArchitectureType", "value": "x64"},
        ],
        "restrictions": restrictions,
    }


def _require(cloud: Cloud, caller: Caller, subscription: str, action: str) -> None:
    require_subscription(cloud, subscription)
    cloud.authorization.require(caller, action, f"/subscriptions/{subscription}")
    require_registered(cloud, subscription, "Microsoft.Compute")
