"""Security groups, NAT gateways, public addresses and watchers: what stands alone, and who refers to it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

from wizard.sandbox.domain.arm_body import etag, public
from wizard.sandbox.domain.arm_id import ResourceId, parse_id
from wizard.sandbox.domain.arm_kind import ArmKind
from wizard.sandbox.domain.core import Body, CloudError

WATCHER = "Microsoft.Network/networkWatchers"
FLOW_LOG = "Microsoft.Network/networkWatchers/flowLogs"
SUBNET = "Microsoft.Network/virtualNetworks/subnets"
GATEWAY = "Microsoft.Network/natGateways"


def references(value: object) -> list[str]:
    """The ids in `{id: …}` or in a list of them."""
    items = value if isinstance(value, list) else [value]
    return [str(item["id"]) for item in items if isinstance(item, dict) and item.get("id")]


class Referring(ArmKind):
    """A resource whose properties name others by id; those must exist, in the same region."""

    refers: tuple[tuple[str, str], ...] = ()  # (property, type)

    def location_of(self, rid: ResourceId, body: Body) -> str:
        return str(body["location"])

    def check(self, rid: ResourceId, body: Body, existing: Body | None) -> None:
        for name, wanted in self.refers:
            for reference in references(body["properties"].get(name)):
                target = parse_id(reference)
                other = self.cloud.store.get(wanted, target.key) if target.type == wanted else None
                if other is None or other["location"] != self.location_of(rid, body):
                    raise CloudError(
                        400,
                        "InvalidResourceReference",
                        f"Resource {reference} referenced by resource {rid.text} was not found. Please make sure that "
                        "the referenced resource exists, and that both resources are in the same region.",
                    )


class Referred(Referring):
    """What others refer to by id: it shows them, and cannot be deleted while they do."""

    users: tuple[tuple[str, str, str], ...] = ()  # (type of the other, its property, where it is shown here)
    in_use: tuple[str, str] = ("", "")  # code and message of the refusal

    def referrers(self, rid: ResourceId) -> Iterator[tuple[str, str]]:
        """(where it is shown, id) of each."""
        for user, name, shown in self.users:
            for _id, body in self.cloud.store.items(user):
                if rid.key in (one.lower() for one in references(body["properties"].get(name))):
                    yield shown, body["id"]

    def fill(self, rid: ResourceId, body: Body, existing: Body | None) -> None:
        properties = body["properties"]
        properties["resourceGuid"] = self.cloud.guid("resource", rid.key)
        for _type, _name, shown in self.users:
            properties.pop(shown, None)

    def check_delete(self, rid: ResourceId, body: Body) -> None:
        for _shown, user in self.referrers(rid):
            code, message = self.in_use
            raise CloudError(400, code, message.format(name=rid.name, id=rid.text, user=user))

    def view(self, body: Body) -> Body:
        shown = public(body)
        properties = dict(shown["properties"])
        for where, user in self.referrers(parse_id(body["id"])):
            if where.endswith("s"):
                properties.setdefault(where, []).append({"id": user})
            else:
                properties[where] = {"id": user}
        shown["properties"] = properties
        return {**shown, "etag": f'W/"{etag(shown)}"'}


class SecurityGroups(Referred):
    users = ((SUBNET, "networkSecurityGroup", "subnets"),)
    in_use = (
        "InUseNetworkSecurityGroupCannotBeDeleted",
        "Network security group {id} cannot be deleted because it is in use by the following resources: {user}.",
    )

    def check(self, rid: ResourceId, body: Body, existing: Body | None) -> None:
        seen: set[tuple[str, int]] = set()
        for rule in body["properties"]["securityRules"]:
            properties = rule.get("properties") or {}
            priority = properties.get("priority")
            if not isinstance(priority, int) or not 100 <= priority <= 4096:
                raise CloudError(
                    400,
                    "SecurityRuleInvalidPriority",
                    f"Security rule has invalid Priority. Value provided: {priority} Allowed range 100-4096.",
                )
            place = (str(properties.get("direction")), priority)
            if place in seen:
                raise CloudError(
                    400,
                    "SecurityRuleConflict",
                    f"Security rule {rule.get('name')} conflicts with another of the same priority and direction.",
                )
            seen.add(place)

    def fill(self, rid: ResourceId, body: Body, existing: Body | None) -> None:
        super().fill(rid, body, existing)
        for rule in body["properties"]["securityRules"]:
            rule["id"] = f"{rid.text}/securityRules/{rule['name']}"
            rule["properties"]["provisioningState"] = "Succeeded"


class NatGateways(Referred):
    refers = (("publicIpAddresses", "Microsoft.Network/publicIPAddresses"),)
    users = ((SUBNET, "natGateway", "subnets"),)
    in_use = (
        "InUseNatGatewayCannotBeDeleted",
        "NatGateway {id} is in use by the following resources: {user} and cannot be deleted.",
    )

    def check(self, rid: ResourceId, body: Body, existing: Body | None) -> None:
        super().check(rid, body, existing)
        if body["sku"]["name"] not in ("Standard", "StandardV2"):
            raise CloudError(400, "InvalidSku", f"The SKU '{body['sku']['name']}' is not valid for a NAT gateway.")
        for address in references(body["properties"].get("publicIpAddresses")):
            for _key, other in self.cloud.store.items(self.name):
                theirs = [one.lower() for one in references(other["properties"].get("publicIpAddresses"))]
                if other["id"].lower() != rid.key and address.lower() in theirs:
                    raise CloudError(
                        400, "PublicIPAddressInUse", f"Resource {rid.text} cannot use {address}: {other['id']} does."
                    )


class PublicAddresses(Referred):
    users = ((GATEWAY, "publicIpAddresses", "natGateway"),)
    in_use = (
        "PublicIPAddressCannotBeDeleted",
        "Public IP address {id} can not be deleted since it is still allocated to resource {user}.",
    )

    def check(self, rid: ResourceId, body: Body, existing: Body | None) -> None:
        method = body["properties"]["publicIPAllocationMethod"]
        if body["sku"]["name"].startswith("Standard") and method != "Static":
            raise CloudError(
                400,
                "PublicIPAddressAllocationMethodNotSupported",
                f"Standard sku publicIp {rid.text} must have AllocationMethod set to Static.",
            )

    def fill(self, rid: ResourceId, body: Body, existing: Body | None) -> None:
        super().fill(rid, body, existing)
        parts = hashlib.sha256(rid.key.encode()).digest()
        body["properties"]["ipAddress"] = f"20.{64 + parts[0] % 128}.{parts[1]}.{1 + parts[2] % 254}"


class Watchers(ArmKind):
    """At most one in a region and subscription."""

    def check(self, rid: ResourceId, body: Body, existing: Body | None) -> None:
        home = f"/subscriptions/{rid.subscription}/".lower()
        for key, other in self.cloud.store.items(self.name):
            if key != rid.key and key.startswith(home) and other["location"] == body["location"]:
                raise CloudError(
                    400,
                    "NetworkWatcherCountLimitReached",
                    f"Cannot create more than 1 network watchers for this subscription in this region: {other['id']}.",
                )

    def view(self, body: Body) -> Body:
        shown = public(body)
        return {**shown, "etag": f'W/"{etag(shown)}"'}
