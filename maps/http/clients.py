"""Which addresses are one client's. Pure."""

from functools import lru_cache
from ipaddress import IPv6Address, IPv6Network, ip_address

OF_ONE = 64  # bits of an IPv6 address that a subscriber has; the others are theirs to choose


@lru_cache(maxsize=4096)
def counted_as(address: str) -> str:
    """What a client of this address is counted by: an IPv6 address by its network of 64 bits, of
    which one machine has 2**64 addresses; one that stands for an IPv4 address by that; what is no
    address by itself.
    """
    try:
        found = ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if not isinstance(found, IPv6Address):
        return str(found)
    if found.ipv4_mapped is not None:
        return str(found.ipv4_mapped)
    return str(IPv6Network((found, OF_ONE), strict=False))
