"""Event Hubs namespaces and the event hubs in them."""

from __future__ import annotations

from wizard.sandbox.domain.arm_id import ResourceId
from wizard.sandbox.domain.arm_kind import ArmKind
from wizard.sandbox.domain.arm_storage import timestamp
from wizard.sandbox.domain.core import Body, CloudError

NAMESPACE = "Microsoft.EventHub/namespaces"
HUB = "Microsoft.EventHub/namespaces/eventhubs"
HIGHEST_UNITS = {"Basic": 20, "Standard": 40, "Premium": 16}
# tier -> partitions of one hub, days of retention; source: event-hubs-quotas
LIMITS = {"Basic": (32, 1), "Standard": (32, 7), "Premium": (100, 90)}


def bad_request(message: str) -> CloudError:
    return CloudError(400, "BadRequest", message)


class Namespaces(ArmKind):
    def check(self, rid: ResourceId, body: Body, existing: Body | None) -> None:
        sku = body["sku"]
        if sku["name"] not in LIMITS:
            raise bad_request(f"The SKU '{sku['name']}' is not one of {', '.join(LIMITS)}.")
        sku.setdefault("tier", sku["name"])
        sku.setdefault("capacity", 1)
        if not 1 <= sku["capacity"] <= HIGHEST_UNITS[sku["name"]]:
            raise bad_request(f"The capacity {sku['capacity']} is out of range for the SKU '{sku['name']}'.")
        if existing and (existing["sku"]["name"] == "Premium") != (sku["name"] == "Premium"):
            raise bad_request("A namespace cannot change between Premium and another SKU.")

    def fill(self, rid: ResourceId, body: Body, existing: Body | None) -> None:
        created = existing["properties"]["createdAt"] if existing else timestamp(self)
        same = existing is not None and existing["sku"] == body["sku"]
        body["properties"] |= {
            "status": "Active",
            "createdAt": created,
            "updatedAt": existing["properties"]["updatedAt"] if existing and same else timestamp(self),
            "metricId": f"{rid.subscription}:{rid.name.lower()}",
            "serviceBusEndpoint": f"https://{rid.name}.servicebus.windows.net:443/",
        }


class Hubs(ArmKind):
    def check(self, rid: ResourceId, body: Body, existing: Body | None) -> None:
        namespace = self.cloud.store.get(NAMESPACE, rid.up(1).key)
        assert namespace is not None
        tier = namespace["sku"]["name"]
        partitions, days = LIMITS[tier]
        properties = body["properties"]
        cleanup = properties.get("retentionDescription") or {}
        if cleanup.get("retentionTimeInHours"):
            properties["messageRetentionInDays"] = max(1, cleanup["retentionTimeInHours"] // 24)
        if not 1 <= properties["partitionCount"] <= partitions:
            raise bad_request(f"The partition count must be between 1 and {partitions} in the {tier} tier.")
        if not 1 <= properties["messageRetentionInDays"] <= days:
            raise bad_request(f"The message retention must be between 1 and {days} days in the {tier} tier.")

    def fill(self, rid: ResourceId, body: Body, existing: Body | None) -> None:
        properties = body["properties"]
        properties.pop("provisioningState")
        properties["partitionIds"] = [str(number) for number in range(properties["partitionCount"])]
        properties["createdAt"] = existing["properties"]["createdAt"] if existing else timestamp(self)
        cleanup = properties.setdefault("retentionDescription", {})
        cleanup.setdefault("cleanupPolicy", "Delete")
        cleanup.setdefault("retentionTimeInHours", properties["messageRetentionInDays"] * 24)
