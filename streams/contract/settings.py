"""The settings: one table, read once from `BOMNAE_*`; docs/settings.md shows it."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from streams.contract.errors import SettingsError


def _row(
    default: Any,
    text: str,
    *,
    low: float | None = None,
    high: float | None = None,
    is_secret: bool = False,
    is_folded: bool = False,
) -> Any:
    meta = {
        "help": text,
        "low": low,
        "high": high,
        "is_secret": is_secret,
        "is_folded": is_folded,
    }
    return field(default=default, metadata=meta, repr=not is_secret)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """One field a setting: `BOMNAE_` and its name in capitals. Secrets stay out of repr.

    Of those that are `is_folded` the state is a function: workers of one city share them.
    """

    kafka: str = _row("127.0.0.1:9092", "Kafka bootstrap servers, host:port[,host:port]")
    kafka_user: str = _row("", "SASL user (SCRAM-SHA-512 over TLS) where the cluster asks for one")
    kafka_password: str = _row("", "SASL password", is_secret=True)
    kafka_ca: str = _row("", "file with the CA of the cluster; set together with the user")
    redis: str = _row("redis://127.0.0.1:6379/0", "Redis URL without a password")
    redis_password: str = _row("", "Redis password", is_secret=True)
    redis_ca: str = _row("", "file with the CA of a Redis behind rediss://")
    gazetteer: str = _row(
        "",
        "CSV of addresses with 위도, 경도, for permits that state only an address, and for search",
    )
    session_s: int = _row(
        15, "a worker silent for so long loses its partitions, s", low=3, high=300
    )
    watchdog_s: int = _row(
        60, "a worker that stands for so long while messages wait ends, s", low=2, high=3600
    )
    network: str = _row("", "folder written by `python -m producers network`")
    partitions: int = _row(
        4,
        "partitions of the wide topics; fixed for the life of the topics",
        low=1,
        high=512,
        is_folded=True,
    )
    tick_ms: int = _row(1000, "the clock's period, ms", low=100, high=60000)
    http: str = _row("127.0.0.1:8700", "address the map is served on")
    hosts: str = _row("", "names the map answers to besides its address, name[,name]: a proxy's")
    tiles: str = _row("", "tile URL template for a background map; empty: the road network itself")
    tiles_attribution: str = _row("", "credit line of the tiles")
    city: str = _row("춘천시", "the city's name on the screens")
    tago_url: str = _row("https://apis.data.go.kr/1613000", "base URL of TAGO")
    tago_key: str = _row("", "TAGO service key, the *decoding* form", is_secret=True)
    tago_city: int = _row(32_010, "TAGO city code", low=1, high=99999)
    tago_poll_s: int = _row(60, "period of a sweep over all routes, s", low=1, high=3600)
    tago_parallel: int = _row(5, "requests in flight per key", low=1, high=5)
    tago_quota: int = _row(500_000, "TAGO calls a day", low=1, high=10000000)
    its_url: str = _row("https://openapi.its.go.kr:9443", "base URL of the national ITS")
    its_key: str = _row("", "national ITS key", is_secret=True)
    its_bbox: str = _row("127.51,37.67,127.91,38.06", "minX,minY,maxX,maxY asked for, degrees")
    its_poll_s: int = _row(300, "period of trafficInfo and of eventInfo, s", low=1, high=3600)
    its_quota: int = _row(1000, "national ITS calls a day", low=1, high=10000000)
    utic_url: str = _row("", "UTIC imsOpenData URL; empty: not polled")
    utic_key: str = _row("", "UTIC key", is_secret=True)
    utic_poll_s: int = _row(300, "period of UTIC, s", low=10, high=3600)
    gtfs_url: str = _row("", "GTFS Realtime vehicle positions URL; empty: not polled")
    gtfs_key: str = _row("", "key of the GTFS Realtime feed, where it asks for one", is_secret=True)
    gtfs_key_name: str = _row(
        "?key", "where that key goes: `?name` in the query, or the name of a header"
    )
    gtfs_poll_s: int = _row(30, "period of GTFS Realtime, s", low=5, high=3600)
    permits: str = _row(
        "", "folder watched for permit CSV/JSON files, or URL of a roadExcavation API"
    )
    key_retry_s: int = _row(
        600,
        "a feed stopped by its key is tried with one request after so long, s",
        low=1,
        high=86400,
    )
    permits_key: str = _row("", "key of the permit API", is_secret=True)
    permits_poll_s: int = _row(600, "period of the permit source, s", low=1, high=86400)
    permits_epsg: int = _row(
        0,
        "EPSG code of x/y columns in permit lists; 0: 5186 is assumed, and its points are doubtful",
        low=0,
        high=32767,
    )
    pseudonym_key: str = _row(
        "",
        "secret for pseudonyms of plates, 32 characters or more; without it no plates are read",
        is_secret=True,
    )
    ingest: str = _row("", "address producers take pushed answers on, [host:]port; empty: none")
    ingest_key: str = _row(
        "", "bearer key of those who push, 32 characters or more", is_secret=True
    )
    bbox: str = _row(
        "127.4,37.6,128.1,38.2", "coordinates outside are refused: minX,minY,maxX,maxY"
    )
    freeze_factor: int = _row(
        1, "a feed that must change is frozen after this many unchanged polls", low=1, high=100
    )
    feed_change_s: int = _row(600, "link speeds must change within this, s", low=1, high=86400)
    window_ms: int = _row(
        60_000, "speed window (tumbling), ms", low=1000, high=3600000, is_folded=True
    )
    grace_ms: int = _row(
        120_000,
        "how long a window stays open for late passages, ms",
        low=0,
        high=3600000,
        is_folded=True,
    )
    fresh_ms: int = _row(
        600_000,
        "a speed older than this is no longer shown, ms",
        low=10000,
        high=7200000,
        is_folded=True,
    )
    levels_urban: str = _row(
        "15,25", "정체 below, 서행 below (km/h), ordinary roads (TOPIS 2016)", is_folded=True
    )
    levels_express: str = _row(
        "30,50", "정체 below, 서행 below (km/h), urban expressways (TOPIS 2016)", is_folded=True
    )
    levels_motorway: str = _row(
        "30,70", "정체 below, 서행 below (km/h), motorways (한국도로공사)", is_folded=True
    )
    dwell_s: int = _row(
        12,
        "time a bus stands at a stop it serves, s, taken out of a passage",
        low=0,
        high=120,
        is_folded=True,
    )
    road_factor: float = _row(
        1.25, "road length / straight line where no measured length is known", low=1, high=3
    )
    rules: str = _row(
        "", "TOML file with the rules of the alerts; empty: as in `streams/rules.toml`"
    )
    history_days: int = _row(
        7, "how long the past can be asked for, days; kept in Redis", low=1, high=90, is_folded=True
    )
    secret: str = _row(
        "", "master key of webhook secrets and crew links, 32 characters or more", is_secret=True
    )
    admin_key: str = _row(
        "", "bearer key of /api/v1/subscriptions; unset: managed by CLI alone", is_secret=True
    )
    webhook_networks: str = _row(
        "", "networks webhooks may go to besides public addresses, CIDR[,CIDR]"
    )
    alert_expiry_s: int = _row(
        86_400, "an alert is tried for so long, s; then it is a dead letter", low=60, high=604800
    )
    public_url: str = _row("", "address of the map as crews reach it, http(s)://host[:port]")
    photos: str = _row("", "folder for the photos of crews; empty: none are taken")
    simulated: int = _row(0, "1: the feeds are simulated; every screen says so", low=0, high=1)
    log: str = _row("info", "debug, info, warning or error")

    @classmethod
    def from_env(cls, environ: Mapping[str, str]) -> "Settings":
        """Settings from `BOMNAE_*`; SettingsError for an unknown name or a value out of bounds."""
        given = {k[7:].lower(): v for k, v in environ.items() if k.startswith("BOMNAE_")}
        rows = {row.name: row for row in fields(cls)}
        if unknown := sorted(set(given) - set(rows)):
            raise SettingsError(
                f"unknown setting BOMNAE_{unknown[0].upper()}; see docs/settings.md"
            )
        return cls(**{name: _value(rows[name], text) for name, text in given.items()})


def _value(row: Any, text: str) -> Any:
    """The value of one variable in its row's type, within its row's bounds."""
    if isinstance(row.default, str):
        return text
    variable = f"BOMNAE_{row.name.upper()}"
    try:
        number = type(row.default)(text)
    except ValueError:
        raise SettingsError(f"{variable} must be a number, got {text[:40]!r}") from None
    low, high = row.metadata["low"], row.metadata["high"]
    if not low <= number <= high:
        raise SettingsError(f"{variable} must be within {low}..{high}, got {number}")
    return number
