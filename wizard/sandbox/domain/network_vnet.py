"""Virtual networks and their subnets; a first network in a region brings its Network Watcher."""

from __future__ import annotations

from wizard.sandbox.domain.arm_body import etag, public
from wizard.sandbox.domain.arm_groups import ensure_group
from wizard.sandbox.domain.arm_id import ResourceId, parse_id
from wizard.sandbox.domain.arm_kind import ArmKind
from wizard.sandbox.domain.arm_providers import WATCHER_OPT_OUT, feature_effective
from wizard.sandbox.domain.core import SYSTEM, Body, Caller, CloudError
from wizard.sandbox.domain.network_parts import WATCHER, Referring
from wizard.sandbox.domain.network_ranges import networks, overlaps, prefixes_of, within

VNET = "Microsoft.Network/virtualNetworks"
SUBNET = "Microsoft.Network/virtualNetworks/subnets"
WORKSPACE = "Microsoft.Databricks/workspaces"
DELEGATION = "Microsoft.Databricks/workspaces"


class VirtualNetworks(ArmKind):
    """A PUT with `properties.subnets` states all subnets; without it they stay as they are."""

    def check(self, rid: ResourceId, body: Body, existing: Body | None) -> None:
        outer = networks(body["properties"]["addressSpace"]["addressPrefixes"])
        if "subnets" in body["properties"]:
            return
        for subnet in self._subnets(rid):
            for inner in networks(prefixes_of(subnet)):
                if not any(within(inner, one) for one in outer):
                    raise CloudError(
                        400,
                        "InUsePrefixCannotBeDeleted",
                        f"IpPrefix {inner} on Vnet {rid.name} has active allocations and cannot be deleted.",
                    )

    def fill(self, rid: ResourceId, body: Body, existing: Body | None) -> None:
        body["_subnets"] = body["properties"].pop("subnets", None)
        body["properties"].pop("virtualNetworkPeerings", None)  # shown, never stored: the sandbox has none
        body["properties"]["resourceGuid"] = self.cloud.guid("resource", rid.key)

    def put(self, caller: Caller, rid: ResourceId, body: Body) -> Body:
        super().put(caller, rid, body)
        stored = self.stored(rid)
        inline = stored.pop("_subnets", None)
        self.cloud.store.put(self.name, rid.key, stored)
        if inline is not None:
            self._state_subnets(caller, rid, inline)
        return self.view(stored)

    def _state_subnets(self, caller: Caller, rid: ResourceId, inline: list[Body]) -> None:
        subnets = self.cloud.kind(SUBNET)
        wanted = {subnet["name"].lower() for subnet in inline}
        for subnet in self._subnets(rid):
            if subnet["name"].lower() not in wanted:
                subnets.delete(caller, subnet["id"])
        for subnet in inline:
            own = {"id": f"{rid.text}/subnets/{subnet['name']}", "properties": subnet.get("properties", {})}
            subnets.create(caller, own)

    def created(self, rid: ResourceId, body: Body) -> None:
        assert rid.subscription
        if feature_effective(self.cloud, rid.subscription, *WATCHER_OPT_OUT):
            return
        location, home = body["location"], f"/subscriptions/{rid.subscription}/".lower()
        watchers = self.cloud.store.items(WATCHER)
        if any(key.startswith(home) and watcher["location"] == location for key, watcher in watchers):
            return
        watcher_id = parse_id(
            f"/subscriptions/{rid.subscription}/resourceGroups/NetworkWatcherRG/providers/{WATCHER}/NetworkWatcher_{location}"
        )
        ensure_group(self, watcher_id, location)
        self.cloud.kind(WATCHER).create(SYSTEM, {"id": watcher_id.text, "location": location})

    def _subnets(self, rid: ResourceId) -> list[Body]:
        return [body for key, body in self.cloud.store.items(SUBNET) if key.startswith(rid.key + "/")]

    def check_delete(self, rid: ResourceId, body: Body) -> None:
        subnets = self.cloud.kind(SUBNET)
        assert isinstance(subnets, Subnets)
        for subnet in self._subnets(rid):
            subnets.check_delete(parse_id(subnet["id"]), subnet)

    def view(self, body: Body) -> Body:
        shown = super().view(body)
        subnets = self.cloud.kind(SUBNET)
        assert isinstance(subnets, Subnets)
        inside = [subnets.view(subnet) for subnet in self._subnets(parse_id(body["id"]))]
        shown["properties"] = {**shown["properties"], "subnets": inside, "virtualNetworkPeerings": []}
        return {**shown, "etag": f'W/"{etag(shown)}"'}


class Subnets(Referring):
    """`addressPrefix`, or a list `addressPrefixes`, within the network's and apart from other subnets'."""

    refers = (
        ("networkSecurityGroup", "Microsoft.Network/networkSecurityGroups"),
        ("natGateway", "Microsoft.Network/natGateways"),
    )

    def location_of(self, rid: ResourceId, body: Body) -> str:
        network = self.cloud.store.get(VNET, rid.up(1).key)
        assert network is not None
        return str(network["location"])

    def check(self, rid: ResourceId, body: Body, existing: Body | None) -> None:
        super().check(rid, body, existing)
        properties = body["properties"]
        if not properties.get("addressPrefix") and not properties.get("addressPrefixes"):
            raise CloudError(400, "NoAddressPrefixOrPoolProvided", f"Subnet {rid.name} needs an address prefix.")
        self._check_ranges(rid, body)
        users = workspaces_in(self, rid)
        if existing and users and not delegated(body):
            raise CloudError(
                400,
                "SubnetMissingRequiredDelegation",
                f"Subnet {rid.text} requires the delegation [{DELEGATION}] to reference {users[0]}.",
            )

    def _check_ranges(self, rid: ResourceId, body: Body) -> None:
        network = self.cloud.store.get(VNET, rid.up(1).key)
        assert network is not None
        outer = networks(network["properties"]["addressSpace"]["addressPrefixes"])
        own = networks(prefixes_of(body))
        if not all(any(within(inner, one) for one in outer) for inner in own):
            raise CloudError(
                400,
                "NetcfgSubnetRangeOutsideVnet",
                f"Subnet '{rid.name}' is not valid because its IP address range is outside the IP address range of "
                f"virtual network '{network['name']}'.",
            )
        for key, other in self.cloud.store.items(self.name):
            if key != rid.key and key.startswith(rid.up(1).key + "/"):
                theirs = networks(prefixes_of(other))
                if any(overlaps(left, right) for left in own for right in theirs):
                    raise CloudError(
                        400,
                        "NetcfgSubnetRangesOverlap",
                        f"Subnet '{rid.name}' is not valid because its IP address range overlaps with that of an "
                        f"existing subnet in virtual network '{network['name']}'.",
                    )

    def fill(self, rid: ResourceId, body: Body, existing: Body | None) -> None:
        for delegation in body["properties"].get("delegations", ()):
            delegation.setdefault("properties", {}).setdefault("actions", [])
            delegation["properties"]["provisioningState"] = "Succeeded"

    def check_delete(self, rid: ResourceId, body: Body) -> None:
        users = workspaces_in(self, rid)
        if users:
            raise CloudError(
                400,
                "InUseSubnetCannotBeDeleted",
                f"Subnet {rid.name} is in use by {users[0]} and cannot be deleted. In order to delete the subnet, "
                "delete all the resources within the subnet. See aka.ms/deletesubnet.",
            )

    def view(self, body: Body) -> Body:
        shown = public(body)
        return {**shown, "etag": f'W/"{etag(shown)}"'}


def delegated(subnet: Body) -> bool:
    """Whether a subnet is delegated to Databricks workspaces."""
    return any(
        (delegation.get("properties") or {}).get("serviceName", "").lower() == DELEGATION.lower()
        for delegation in subnet["properties"].get("delegations", ())
    )


def workspaces_in(kind: ArmKind, subnet: ResourceId) -> list[str]:
    """Ids of the workspaces that put their machines into a subnet."""
    found = []
    for _id, body in kind.cloud.store.items(WORKSPACE):
        parameters = body["properties"].get("parameters", {})
        network = parameters.get("customVirtualNetworkId", {}).get("value", "")
        names = {
            parameters.get(name, {}).get("value", "").lower()
            for name in ("customPublicSubnetName", "customPrivateSubnetName")
        }
        if network.lower() == subnet.up(1).key and subnet.name.lower() in names:
            found.append(body["id"])
    return found
