"""Address ranges of virtual networks and subnets."""

from __future__ import annotations

from ipaddress import IPv4Network, IPv6Network, ip_network

from wizard.sandbox.domain.core import Body, CloudError

Network = IPv4Network | IPv6Network


def networks(prefixes: list[str]) -> list[Network]:
    """Raises CloudError 400 InvalidCIDRNotation."""
    found: list[Network] = []
    for prefix in prefixes:
        try:
            found.append(ip_network(prefix))
        except ValueError:
            raise CloudError(
                400, "InvalidCIDRNotation", f"The address prefix {prefix} does not have valid CIDR notation."
            ) from None
    return found


def prefixes_of(subnet: Body) -> list[str]:
    properties = subnet["properties"]
    return properties.get("addressPrefixes") or [properties["addressPrefix"]]


def overlaps(left: Network, right: Network) -> bool:
    return left.version == right.version and left.overlaps(right)


def within(inner: Network, outer: Network) -> bool:
    if isinstance(inner, IPv4Network) and isinstance(outer, IPv4Network):
        return inner.subnet_of(outer)
    return isinstance(inner, IPv6Network) and isinstance(outer, IPv6Network) and inner.subnet_of(outer)
