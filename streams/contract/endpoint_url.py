"""Which URLs an endpoint may have, and which addresses may be connected to. Pure.

The grammar is narrower than that of any library, so that all read the same out of it: what one
parser takes for the host and another for a password is refused. A name can still lead anywhere:
whoever connects asks `is_allowed` of the very address he is about to connect to.
"""

import re
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from streams.contract.errors import SubscriptionError
from streams.contract.grammars import Networks

Address = IPv4Address | IPv6Address
MAX_URL = 2000
PUBLIC_PORTS = (443, 8443)
_URL = re.compile(
    r"(?P<scheme>https?)://(?P<host>\[[0-9a-f:.]+\]|[a-z0-9.-]+)(?::(?P<port>\d{1,5}))?"
    r"(?:[/?][A-Za-z0-9._~!$&'()*+,;=:@%/?-]*)?",
    re.ASCII | re.IGNORECASE,
)
_LABEL = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?", re.ASCII)
_GLOBAL_V6 = ip_network("2000::/3")
_TUNNELS = tuple(map(ip_network, ("2002::/16", "2001::/32", "192.88.99.0/24")))


def is_allowed(address: str, port: int, networks: Networks) -> bool:
    """Whether a connection to an address may be made: it is in `networks`, or public on a TLS port.

    A URL with http on 443 or 8443 is refused, so what is public and let through here speaks TLS.
    """
    try:
        number = plain_address(ip_address(address.partition("%")[0]))
    except ValueError:
        return False
    is_listed = any(number in network for network in networks)
    return is_listed or (port in PUBLIC_PORTS and is_public(number))


def plain_address(address: Address) -> Address:
    """The IPv4 address that an IPv6 one such as `::ffff:10.0.0.1` stands for, or itself."""
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address


def is_public(address: Address) -> bool:
    """Whether an address is one host's in the open Internet; tunnels to others are none."""
    if not address.is_global or address.is_multicast:
        return False
    if isinstance(address, IPv6Address) and address not in _GLOBAL_V6:
        return False  # among them NAT64, site-local and ::127.0.0.1, which Python calls global
    return not any(address in tunnel for tunnel in _TUNNELS)


def check_url_text(url: str) -> None:
    """Raise SubscriptionError for what is no endpoint's URL anywhere."""
    if len(url) > MAX_URL:
        raise SubscriptionError("url", f"{len(url)} characters", f"at most {MAX_URL} characters")
    parts = _URL.fullmatch(url)
    if parts is None:
        raise SubscriptionError("url", _shown(url), _reason(url))
    port = _port(parts)
    if not 1 <= port <= 65535:
        raise SubscriptionError("url", f"port {port}", "1 to 65535")
    if parts["scheme"].lower() == "http" and port in PUBLIC_PORTS:
        raise SubscriptionError("url", f"http on port {port}", "https on that port")
    _check_host(parts["host"].lower())


def check_url(url: str, allowed: Networks) -> None:
    """Raise SubscriptionError for a URL that this deployment would not send to.

    Without networks only https on 443 or 8443 passes, and no address that is not public. A name
    passes: it is judged when it is connected to.
    """
    check_url_text(url)
    parts = _URL.fullmatch(url)
    if parts is None:
        return
    host, port = parts["host"].lower().strip("[]"), _port(parts)
    if not allowed and parts["scheme"].lower() != "https":
        raise SubscriptionError("url", "http", f"https; {_LISTED}")
    if not allowed and port not in PUBLIC_PORTS:
        raise SubscriptionError("url", f"port {port}", f"443 or 8443; {_LISTED}")
    address = "127.0.0.1" if host == "localhost" else host
    if _is_address(address) and not is_allowed(address, port, allowed):
        raise SubscriptionError("url", f"{host} port {port}", f"a public address; {_LISTED}")


_LISTED = "anything else must be in BOMNAE_WEBHOOK_NETWORKS"


def _check_host(host: str) -> None:
    if host.startswith("["):
        if not _is_address(host.strip("[]")):
            raise SubscriptionError("url", host, "an IPv6 address in brackets")
        if plain_address(ip_address(host.strip("[]"))).version == 4:
            raise SubscriptionError("url", host, "an IPv4 address written as such")
        return
    labels = host.removesuffix(".").split(".")
    if len(host) > 253 or not all(_LABEL.fullmatch(label) for label in labels):
        raise SubscriptionError("url", host[:60], "a host name of labels of a-z 0-9 -")
    if labels[-1][0].isdigit() and not _is_address(host):
        raise SubscriptionError("url", host[:60], "an address of four decimal numbers")


def _port(parts: "re.Match[str]") -> int:
    default = 443 if parts["scheme"].lower() == "https" else 80
    return int(parts["port"] or default)


def _is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def _reason(url: str) -> str:
    """What a URL should have been, for one that does not fit the grammar at all."""
    scheme, mark, rest = url.partition("://")
    if not mark or scheme.lower() not in ("http", "https"):
        return "https://host[:port]/path"
    if "@" in re.split("[/?#]", rest)[0]:
        return "without a user name or password; the signature tells who sends"
    if "#" in rest:
        return "without a fragment"
    return "https://host[:port]/path in ASCII; other characters percent-encoded, names in punycode"


def _shown(url: str) -> str:
    """The beginning of a URL up to where a secret may stand."""
    return url.partition("://")[0][:20] + "://…" if "://" in url else url[:20]
