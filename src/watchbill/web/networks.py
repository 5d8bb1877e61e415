"""The network that a client asks from: what failures to sign in are counted by. One person has a network, not an address."""

from __future__ import annotations

from ipaddress import IPv6Address, ip_address, ip_network

_PREFIXES = {4: 24, 6: 64}


def network_of(host: str) -> str:
    """Return the /24 of an IPv4 address or the /64 of an IPv6 address; what is no address is its own network."""
    try:
        address = ip_address(host.partition("%")[0])
    except ValueError:
        return host[:255]
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        address = address.ipv4_mapped
    return str(ip_network(f"{address}/{_PREFIXES[address.version]}", strict=False))
