"""What the texts of the settings mean: each grammar reads one, or raises ValueError that says how
it must be.
"""

import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import NamedTuple, TypeVar
from urllib.parse import SplitResult, urlsplit

from streams.contract.enums import Role

N = TypeVar("N", int, float)
E = TypeVar("E", bound=StrEnum)
Networks = tuple[IPv4Network | IPv6Network, ...]
LOCAL = "127.0.0.1"
MAX_KMH = 250.0
_YES, _NO = frozenset({"1", "true", "yes", "on"}), frozenset({"0", "false", "no", "off"})


class LogLevel(StrEnum):
    """From which level on a line is logged."""

    DEBUG = "debug"
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


class LoginMode(StrEnum):
    """How people prove who they are; OPEN asks nobody, and is for one machine alone."""

    LOCAL = "local"
    OIDC = "oidc"
    PROXY = "proxy"
    OPEN = "open"


class SecondFactor(StrEnum):
    """Whose login needs a second factor; STAFF: everybody's who has a role above viewer."""

    OPTIONAL = "optional"
    STAFF = "staff"
    ALL = "all"


class LogFormat(StrEnum):
    """How a log line is written."""

    JSON = "json"
    TEXT = "text"


class Address(NamedTuple):
    """Where something is served."""

    host: str
    port: int

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


@dataclass(frozen=True, slots=True)
class Bounds:
    """A box in degrees, edges included."""

    west: float
    south: float
    east: float
    north: float

    def holds(self, lon: float, lat: float) -> bool:
        return self.west <= lon <= self.east and self.south <= lat <= self.north


@dataclass(frozen=True, slots=True)
class Thresholds:
    """정체 below `jam_kmh`, 서행 below `slow_kmh`, 원활 from there on."""

    jam_kmh: float
    slow_kmh: float

    def __str__(self) -> str:
        return f"{self.jam_kmh:g},{self.slow_kmh:g}"


def yes_or_no(text: str) -> bool:
    word = text.strip().lower()
    if word in _YES | _NO:
        return word in _YES
    raise ValueError("true or false (1 or 0, yes or no, on or off)")


def login_mode(text: str) -> LoginMode:
    return _one_of(LoginMode, text)


def second_factor(text: str) -> SecondFactor:
    return _one_of(SecondFactor, text)


def log_level(text: str) -> LogLevel:
    return _one_of(LogLevel, text)


def log_format(text: str) -> LogFormat:
    return _one_of(LogFormat, text)


def _one_of(kind: type[E], text: str) -> E:
    try:
        return kind(text.strip().lower())
    except ValueError:
        raise ValueError(f"one of {', '.join(kind)}") from None


def number_within(kind: type[N], low: float, high: float) -> Callable[[str], N]:
    """The grammar of a number of this type within bounds, both allowed."""

    def read(text: str) -> N:
        try:
            number = kind(text)
        except ValueError:
            raise ValueError("a number") from None
        if not low <= number <= high:
            raise ValueError(f"within {low}..{high}")
        return number

    return read


def secret(at_least: int) -> Callable[[str], str]:
    """The grammar of a secret: printable, and so long where it is set."""

    def read(text: str) -> str:
        if text and len(text) < at_least:
            raise ValueError(f"have at least {at_least} characters")
        if not text.isprintable():
            raise ValueError("have printable characters only")
        return text

    return read


def box(text: str) -> Bounds:
    """`west,south,east,north` in degrees."""
    try:
        west, south, east, north = map(float, text.split(","))
    except ValueError:
        west = south = east = north = math.nan
    if -180 <= west < east <= 180 and -90 <= south < north <= 90:
        return Bounds(west, south, east, north)
    raise ValueError("minX,minY,maxX,maxY in degrees with minX < maxX, minY < maxY")


def thresholds(text: str) -> Thresholds:
    """The speeds below which traffic is jammed and slow."""
    try:
        jam_kmh, slow_kmh = map(float, text.split(","))
    except ValueError:
        jam_kmh = slow_kmh = math.nan
    if 0 < jam_kmh < slow_kmh <= MAX_KMH:
        return Thresholds(jam_kmh, slow_kmh)
    raise ValueError(f"two speeds like 15,25 that rise within 0..{MAX_KMH:g} km/h")


def servers(text: str) -> tuple[str, ...]:
    """Servers `host:port` with commas between them."""
    try:
        return tuple(str(_address(part, 1)) for part in text.split(","))
    except ValueError:
        raise ValueError("host:port[,host:port], port 1..65535") from None


def address(text: str) -> Address:
    try:
        return _address(text, 0)
    except ValueError:
        raise ValueError("host:port, port 0..65535") from None


def door(text: str) -> Address | None:
    """`[host:]port`, this machine's own address where there is no host; None for nothing."""
    try:
        port = text.removeprefix(":")
        return _address(text if ":" in port else f"{LOCAL}:{port}", 1) if text else None
    except ValueError:
        raise ValueError("[host:]port, port 1..65535") from None


def _address(text: str, first_port: int) -> Address:
    host, colon, port = text.strip().rpartition(":")
    is_bracketed = host.startswith("[") and host.endswith("]")
    host = host[1:-1] if is_bracketed else host
    is_host = bool(host) and (":" not in host or is_bracketed) and not re.search(r"[\s\[\]/]", host)
    if not (is_host and colon and port.isascii() and port.isdecimal()):
        raise ValueError
    if not first_port <= int(port) <= 65_535:
        raise ValueError
    return Address(host, int(port))


def names(text: str) -> tuple[str, ...]:
    """Host names with commas between them."""
    found = tuple(part.strip().lower() for part in text.split(",") if part.strip())
    if all(re.fullmatch(r"[a-z0-9._:-]+", name) for name in found):
        return found
    raise ValueError("host names with commas between them")


def group_roles(text: str) -> tuple[tuple[str, Role], ...]:
    """Roles of groups, `traffic=operator,traffic=desk`: a group may have several."""
    found = []
    for part in (each.strip() for each in text.split(",")):
        group, sign, role = part.rpartition("=")
        if part and (not group or not sign or role not in set(Role)):
            raise ValueError("group=role with commas, a role one of " + " ".join(Role))
        if part:
            found.append((group.strip(), Role(role)))
    return tuple(found)


def day_times(text: str) -> tuple[int, ...]:
    """Times of day `06:00,14:00,22:00` as minutes, in their order."""
    found = [re.fullmatch(r"([01][0-9]|2[0-3]):([0-5][0-9])", x.strip()) for x in text.split(",")]
    minutes = sorted({int(each[1]) * 60 + int(each[2]) for each in found if each})
    if all(found) and minutes:
        return tuple(minutes)
    raise ValueError("times of day like 06:00,14:00,22:00")


def claim(text: str) -> str:
    """The name of a claim of a login."""
    if 0 < len(text) <= 80 and text.isascii() and text.isprintable() and " " not in text:
        return text
    raise ValueError("1 to 80 printable characters without spaces")


def claim_values(text: str) -> tuple[str, ...]:
    """Values of a claim, with commas between them."""
    return tuple(claim(part.strip()) for part in text.split(",") if part.strip())


def networks(text: str) -> Networks:
    """Networks `10.1.0.0/16,fd00::/8`."""
    parts = [part.strip() for part in text.split(",") if part.strip()]
    try:
        return tuple(ip_network(part) for part in parts)
    except ValueError as error:
        raise ValueError(f"networks like 10.1.0.0/16 with commas ({error})") from None


def url(text: str) -> str:
    """An address that is asked as it stands."""
    if is_url(text):
        return text
    raise ValueError("http(s)://host[:port][/path]")


def base_url(text: str) -> str:
    """An address that paths are put behind, without a slash at its end."""
    return url(text).rstrip("/")


def url_or_nothing(text: str) -> str:
    return url(text) if text else ""


def url_or_folder(text: str) -> str:
    return url(text) if "://" in text else text


def tile_template(text: str) -> str:
    if not text or text.startswith("/") or is_url(text):
        return text
    raise ValueError("a template like https://host/{z}/{x}/{y}.png")


def origin(text: str) -> str:
    """`http(s)://host[:port]` without its last slash: pages name their files from the root."""
    host = _split(text).netloc if is_url(text) else ""
    bare = text.removesuffix("/")
    is_plain = text.isascii() and text.isprintable() and not re.search(r"[\s@]", text)
    if not text or (host and is_plain and bare.partition("://")[2] == host):
        return bare
    raise ValueError("http(s)://host[:port] without user, path or query")


CLUSTER = "+cluster://"
"""Between scheme and nodes of a Redis Cluster: redis+cluster://host:port,host:port."""
_NOT_HERE = (
    "without a password in it: put it into BOMNAE_REDIS_PASSWORD "
    "(redis://user@host:6379/0 names the user)"
)


def redis_url(text: str) -> str:
    """The store's address. A password in it would be in every error text and process list."""
    scheme, _, place = text.partition(CLUSTER)
    if place and scheme in ("redis", "rediss"):
        redis_nodes(place)
        return text
    parts = _split(text)
    if parts.scheme not in ("redis", "rediss", "unix"):
        raise ValueError(
            "redis://[user@]host[:port]/0, rediss://…, unix://… or, of a cluster, "
            "redis+cluster://[user@]host:port[,host:port]"
        )
    if parts.password is not None:
        raise ValueError(_NOT_HERE)
    return text


def redis_nodes(place: str) -> tuple[str, list[Address]]:
    """The user ("": none) and the nodes in what follows `redis+cluster://`; one node leads to the
    others. ValueError where one is no host:port, or where a password stands.
    """
    user, _, nodes = place.rpartition("@")
    if ":" in user:
        raise ValueError(_NOT_HERE)
    try:
        return user, [_address(part, 1) for part in nodes.rstrip("/").split(",")]
    except ValueError:
        raise ValueError("redis+cluster://[user@]host:port[,host:port]") from None


MAY_HOLD_A_SECRET: tuple[Callable[[str], object], ...] = (
    *(url, base_url, url_or_nothing, url_or_folder, tile_template, origin, redis_url),
)
"""The grammars of texts in which a key or a password may stand."""


def key_place(text: str) -> str:
    """Where a key goes: `?name` in the query, or the name of a header."""
    if re.fullmatch(r"\?[^\s&=#]{1,60}|[A-Za-z][A-Za-z0-9-]{0,60}", text):
        return text
    raise ValueError("?name or a header's name")


def is_url(text: str) -> bool:
    parts = _split(text)
    return parts.scheme in ("http", "https") and bool(parts.hostname)


def _split(text: str) -> SplitResult:
    """The parts of a URL, none of something that is no URL at all."""
    nothing = urlsplit("")
    try:
        parts = urlsplit(text)
        is_url = parts.port != 0
    except ValueError:
        return nothing
    return parts if is_url else nothing
