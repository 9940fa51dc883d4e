"""The settings: one table, read once from `BOMNAE_*`; docs/settings.md shows it."""

# ruff: noqa: RUF009 - each of these calls makes a field
import ipaddress
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import Field, dataclass, field, fields
from typing import Any, TypeVar

from streams.contract import grammars
from streams.contract.enums import Role
from streams.contract.errors import SettingsError
from streams.contract.grammars import (
    Address,
    Bounds,
    LogFormat,
    LoginMode,
    LogLevel,
    Networks,
    SecondFactor,
    Thresholds,
)
from streams.contract.secret_files import with_files

T = TypeVar("T")
N = TypeVar("N", int, float)
PREFIX = "BOMNAE_"
SHOWN = 60  # characters of a wrong value
UNITS = {"ms": " ms", "s": " s", "days": " days"}


def _row(
    text: str, meaning: str, read: Callable[[str], T], *, is_folded: bool = False, **bounds: float
) -> T:
    """A setting: its default as the environment would spell it, and the grammar of its text."""
    meta = {"text": text, "help": meaning, "read": read, "is_folded": is_folded}
    meta |= {"is_secret": False, **bounds}
    return field(default=read(text), metadata=meta)


def _text(text: str, meaning: str) -> str:
    return _row(text, meaning, str)


def _number(default: N, meaning: str, *, low: N, high: N, is_folded: bool = False) -> N:
    read = grammars.number_within(type(default), low, high)
    return _row(str(default), meaning, read, is_folded=is_folded, low=low, high=high)


def _secret(meaning: str, *, at_least: int = 0) -> str:
    """A setting that is never shown; where it is set it has so many characters."""
    meta = {"text": "", "help": meaning, "read": grammars.secret(at_least), "is_folded": False}
    meta |= {"is_secret": True}
    return field(default="", metadata=meta, repr=False)


def variable(name: str) -> str:
    """The variable of a setting in the environment."""
    return PREFIX + name.upper()


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """One field a setting: `BOMNAE_` and its name in capitals. Secrets stay out of repr.

    Of those that are `is_folded` the state is a function: workers of one city share them.
    """

    kafka: tuple[str, ...] = _row(
        "127.0.0.1:9092", "Kafka bootstrap servers, host:port[,host:port]", grammars.servers
    )
    kafka_user: str = _text("", "SASL user (SCRAM-SHA-512 over TLS) where the cluster asks for one")
    kafka_password: str = _secret("SASL password")
    kafka_ca: str = _text("", "file with the CA of the cluster; set together with the user")
    redis: str = _row(
        "redis://127.0.0.1:6379/0",
        "Redis URL without a password; of a cluster redis+cluster://host:port[,host:port]",
        grammars.redis_url,
    )
    redis_password: str = _secret("Redis password")
    redis_ca: str = _text("", "file with the CA of a Redis behind rediss://")
    gazetteer: str = _text(
        "",
        "CSV of addresses with 위도, 경도, for permits that state only an address, and for search",
    )
    shifts: tuple[int, ...] = _row(
        "06:00,14:00,22:00",
        "when shifts begin, times of day in Korea; the shift book uses them until a hand-over",
        grammars.day_times,
    )
    corridors: str = _text(
        "", "TOML file with the corridors, `from` and `to` as typed into the search; empty: none"
    )
    session_s: int = _number(
        15, "a worker silent for so long loses its partitions, s", low=3, high=300
    )
    watchdog_s: int = _number(
        60,
        "a worker that stands for so long while messages wait, or whose loop does, ends, s",
        low=2,
        high=3600,
    )
    network: str = _text("", "folder written by `python -m producers network`")
    partitions: int = _number(
        4,
        "partitions of the wide topics; fixed for the life of the topics",
        low=1,
        high=512,
        is_folded=True,
    )
    tick_ms: int = _number(1000, "the clock's period, ms", low=100, high=60000)
    http: Address = _row("127.0.0.1:8700", "address the map is served on", grammars.address)
    tls: str = _text(
        "",
        "folder with cert.pem and key.pem for every door; an empty one gets a local authority's; "
        "empty: no TLS",
    )
    hosts: tuple[str, ...] = _row(
        "", "names the map answers to besides its address, name[,name]: a proxy's", grammars.names
    )
    login: LoginMode = _row(
        "local",
        "how people log in: local (accounts here), oidc, proxy; open: not at all, on one machine",
        grammars.login_mode,
    )
    second_factor: SecondFactor = _row(
        "optional",
        "who must have one-time codes or a passkey (BOMNAE_LOGIN=local): optional (nobody), staff "
        "(every role above viewer), all; without, a login leads to where one is set up",
        grammars.second_factor,
    )
    login_idle_s: int = _number(
        1800, "whoever did nothing for so long can look at the map alone, s", low=60, high=86400
    )
    login_hard_s: int = _number(43_200, "a login ends after so long, s", low=300, high=604800)
    trusted_proxies: Networks = _row(
        "",
        "proxies whose X-Remote-User and X-Forwarded-For are believed, CIDR[,CIDR]",
        grammars.networks,
    )
    oidc_issuer: str = _row(
        "", "URL of the OpenID provider (BOMNAE_LOGIN=oidc)", grammars.url_or_nothing
    )
    oidc_client: str = _text("", "our client id there")
    oidc_secret: str = _secret("our client secret there; empty: a public client")
    oidc_roles: tuple[tuple[str, Role], ...] = _row(
        "", "its groups and our roles, group=role[,group=role]", grammars.group_roles
    )
    oidc_claim: str = _text("groups", "the claim that holds the groups")
    oidc_name: str = _row(
        "sub", "the claim that names the account; nobody may choose it there", grammars.claim
    )
    oidc_factors: tuple[str, ...] = _row(
        "",
        "values of acr or amr, value[,value], one of which its answer must have for whoever "
        "BOMNAE_SECOND_FACTOR asks for a second factor; empty: the provider's matter",
        grammars.claim_values,
    )
    oidc_max_age_s: int = _number(
        0, "a login there older than this is asked for anew, s; 0: however old", low=0, high=604800
    )
    basemap: str = _text("", "file of `python -m producers basemap`, drawn under the roads")
    tiles: str = _row(
        "",
        "tile URL template for a background map; empty: the road network itself",
        grammars.tile_template,
    )
    tiles_attribution: str = _text("", "credit line of the tiles")
    city: str = _text("춘천시", "the city's name on the screens")
    province: str = _text("강원특별자치도", "its province, as addresses and names begin with it")
    tago_url: str = _row("https://apis.data.go.kr/1613000", "base URL of TAGO", grammars.base_url)
    tago_key: str = _secret("TAGO service key, the *decoding* form")
    tago_city: int = _number(32_010, "TAGO city code", low=1, high=99999)
    tago_poll_s: int = _number(60, "period of a sweep over all routes, s", low=1, high=3600)
    tago_parallel: int = _number(5, "requests in flight per key", low=1, high=5)
    tago_quota: int = _number(500_000, "TAGO calls a day", low=1, high=10000000)
    its_url: str = _row(
        "https://openapi.its.go.kr:9443", "base URL of the national ITS", grammars.base_url
    )
    its_key: str = _secret("national ITS key")
    its_bbox: Bounds = _row(
        "127.51,37.67,127.91,38.06", "minX,minY,maxX,maxY asked for, degrees", grammars.box
    )
    its_poll_s: int = _number(300, "period of trafficInfo and of eventInfo, s", low=1, high=3600)
    its_quota: int = _number(1000, "national ITS calls a day", low=1, high=10000000)
    utic_url: str = _row("", "UTIC imsOpenData URL; empty: not polled", grammars.url_or_nothing)
    utic_key: str = _secret("UTIC key")
    utic_poll_s: int = _number(300, "period of UTIC, s", low=10, high=3600)
    gtfs_url: str = _row(
        "", "GTFS Realtime vehicle positions URL; empty: not polled", grammars.url_or_nothing
    )
    gtfs_key: str = _secret("key of the GTFS Realtime feed, where it asks for one")
    gtfs_key_name: str = _row(
        "?key",
        "where that key goes: `?name` in the query, or the name of a header",
        grammars.key_place,
    )
    gtfs_poll_s: int = _number(30, "period of GTFS Realtime, s", low=5, high=3600)
    permits: str = _row(
        "",
        "folder watched for permit CSV/JSON files, or URL of a roadExcavation API",
        grammars.url_or_folder,
    )
    key_retry_s: int = _number(
        600,
        "a feed stopped by its key is tried with one request after so long, s",
        low=1,
        high=86400,
    )
    permits_key: str = _secret("key of the permit API")
    permits_poll_s: int = _number(600, "period of the permit source, s", low=1, high=86400)
    permits_epsg: int = _number(
        0,
        "EPSG code of x/y columns in permit lists; 0: 5186 is assumed, and its points are doubtful",
        low=0,
        high=32767,
    )
    datasets: str = _text(
        "",
        "folder with descriptors of datasets (*.toml) and a folder of files for each, named by its "
        "id; empty: no dataset is polled",
    )
    dataset_keys: str = _secret(
        "keys of datasets' sources, name=key, a line or a blank between two of them"
    )
    pseudonym_key: str = _secret(
        "secret for pseudonyms of plates, 32 characters or more; without it no plates are read"
    )
    ingest: Address | None = _row(
        "", "address producers take pushed answers on, [host:]port; empty: none", grammars.door
    )
    ingest_key: str = _secret("bearer key of those who push, 32 characters or more", at_least=32)
    bbox: Bounds = _row(
        "127.4,37.6,128.1,38.2",
        "coordinates outside are refused: minX,minY,maxX,maxY",
        grammars.box,
    )
    freeze_factor: int = _number(
        1, "a feed that must change is frozen after this many unchanged polls", low=1, high=100
    )
    feed_change_s: int = _number(600, "link speeds must change within this, s", low=1, high=86400)
    window_ms: int = _number(
        60_000, "speed window (tumbling), ms", low=1000, high=3600000, is_folded=True
    )
    grace_ms: int = _number(
        120_000,
        "how long a window stays open for late passages, ms",
        low=0,
        high=3600000,
        is_folded=True,
    )
    fresh_ms: int = _number(
        1_080_000,
        "a speed older than this is no longer shown, ms: 15 min and the window's 3",
        low=10000,
        high=7200000,
        is_folded=True,
    )
    stale_ms: int = _number(
        300_000,
        "a speed is marked as one of before when nothing newer came within, ms",
        low=10000,
        high=7200000,
        is_folded=True,
    )
    half_life_ms: int = _number(
        600_000,
        "a passage counts half as much as one that came so much later, ms",
        low=10000,
        high=7200000,
        is_folded=True,
    )
    usual_weight: float = _number(
        0.6,
        "a link's usual pace counts in its speed like so many passages of now",
        low=0.1,
        high=10,
        is_folded=True,
    )
    levels_urban: Thresholds = _row(
        "15,25",
        "정체 below, 서행 below (km/h), ordinary roads (TOPIS 2016)",
        grammars.thresholds,
        is_folded=True,
    )
    levels_express: Thresholds = _row(
        "30,50",
        "정체 below, 서행 below (km/h), urban expressways (TOPIS 2016)",
        grammars.thresholds,
        is_folded=True,
    )
    levels_motorway: Thresholds = _row(
        "30,70",
        "정체 below, 서행 below (km/h), motorways (한국도로공사)",
        grammars.thresholds,
        is_folded=True,
    )
    false_closures: float = _number(
        0.01,
        "share of open links that the test of the buses may call closed",
        low=0.0001,
        high=0.2,
        is_folded=True,
    )
    missed_closures: float = _number(
        0.1,
        "share of closed links that the test of the buses may miss",
        low=0.001,
        high=0.5,
        is_folded=True,
    )
    dwell_s: int = _number(
        12,
        "time a bus stands at a stop, s, before it is learned of the stop",
        low=0,
        high=120,
        is_folded=True,
    )
    road_factor: float = _number(
        1.25, "road length / straight line where no measured length is known", low=1, high=3
    )
    rules: str = _text(
        "", "TOML file with the rules of the alerts; empty: as in `streams/rules.toml`"
    )
    history_days: int = _number(
        7, "how long the past can be asked for, days; kept in Redis", low=1, high=90, is_folded=True
    )
    secret: str = _secret(
        "master key of webhook secrets and crew links, 32 characters or more", at_least=32
    )
    keys: str = _text(
        "",
        "file with the keys by purpose (`python -m streams keys`), closed to others, docs/keys.md; "
        "it wins over BOMNAE_SECRET and BOMNAE_PSEUDONYM_KEY",
    )
    admin_key: str = _secret(
        "bearer key of /api/v1/subscriptions; unset: managed by CLI alone", at_least=16
    )
    webhook_networks: Networks = _row(
        "", "networks webhooks may go to besides public addresses, CIDR[,CIDR]", grammars.networks
    )
    alert_expiry_s: int = _number(
        86_400, "an alert is tried for so long, s; then it is a dead letter", low=60, high=604800
    )
    public_url: str = _row(
        "", "address of the map as crews reach it, http(s)://host[:port]", grammars.origin
    )
    photos: str = _text("", "folder for the photos of crews; empty: none are taken")
    records_key: str = _text(
        "",
        "file with the private Ed25519 key (PEM) that signs the days of the access records; "
        "empty: none is signed",
    )
    snapshots: str = _text("", "folder of the state's snapshots; the audit looks for them there")
    snapshot_key: str = _text(
        "",
        "file with the private Ed25519 key (PEM) that signs snapshots; empty: none can be "
        "made. For who only checks them, the public ones",
    )
    history: str = _text(
        "", "folder of the history on disk, which the archive writes; empty: there is none"
    )
    archive_days: int = _number(
        1_830, "so long the archive keeps a day of the history, days", low=30, high=36_500
    )
    history_every_s: int = _number(
        300, "how often the archive writes what has come since, s", low=1, high=3600
    )
    reports: str = _text(
        "", "folder of the published reports, which `report keep` writes; empty: there are none"
    )
    report_templates: str = _text(
        "", "folder of own templates: daily.md, weekly.md ...; what is not there is Bomnae's"
    )
    report_fonts: str = _text(
        "", "folder of Korean fonts for the PDF of reports; empty: the machine's own"
    )
    simulated: bool = _row(
        "0", "1: the feeds are simulated; every screen says so", grammars.yes_or_no
    )
    metrics: Address | None = _row(
        "", "address each process serves its figures on, [host:]port; empty: none", grammars.door
    )
    log_format: LogFormat = _row(
        "json", "json or text: a log line as an object or as words, always one", grammars.log_format
    )
    log: LogLevel = _row("info", "debug, info, warning or error", grammars.log_level)

    @classmethod
    def from_env(cls, environ: Mapping[str, str]) -> "Settings":
        """Settings from `BOMNAE_*`, secrets from `BOMNAE_*_FILE` too; a SettingsError names every
        fault in them, a line each.
        """
        rows = {row.name: row for row in fields(cls)}
        hidden = {variable(x.name): x.name for x in rows.values() if x.metadata["is_secret"]}
        whole, unread = with_files(environ, hidden)
        given = {k[len(PREFIX) :].lower(): v for k, v in whole.items() if k.startswith(PREFIX)}
        values: dict[str, Any] = {}
        faults = {
            name: f"unknown setting {variable(name)}; see docs/settings.md"
            for name in given.keys() - rows.keys()
        }
        faults |= {hidden[name]: fault for name, fault in unread.items()}
        for name in (rows.keys() & given.keys()) - faults.keys():
            try:
                values[name] = rows[name].metadata["read"](given[name])
            except ValueError as bound:
                faults[name] = _fault(rows[name], str(bound), given[name])
        settings = cls(**values)
        for names, fault in settings._together():
            if not faults.keys() & names:
                faults[names[0]] = fault
        if faults:
            raise SettingsError("\n".join(faults[name] for name in sorted(faults)))
        return settings

    def secrets(self) -> tuple[str, ...]:
        """The values that must never be shown."""
        rows = (row.name for row in fields(self) if row.metadata.get("is_secret"))
        return tuple(value for name in rows if (value := getattr(self, name)))

    def _together(self) -> Iterator[tuple[tuple[str, ...], str]]:
        """What settings that are sound each by itself come to together: their names, the fault."""
        if self.redis_ca and not self.redis.startswith(("rediss://", f"rediss{grammars.CLUSTER}")):
            fault = "BOMNAE_REDIS_CA is for TLS: BOMNAE_REDIS must begin with rediss://"
            yield ("redis_ca", "redis"), fault
        if self.kafka_ca and not self.kafka_user:
            yield ("kafka_ca", "kafka_user"), "BOMNAE_KAFKA_CA is for TLS: set BOMNAE_KAFKA_USER"
        if self.login is LoginMode.OPEN and not is_loopback(self.http.host):
            fault = (
                "BOMNAE_LOGIN=open is for one machine: BOMNAE_HTTP must be on a loopback address, "
                f"got {self.http.host[:SHOWN]!r}"
            )
            yield ("login", "http"), fault
        if self.login is LoginMode.PROXY and not self.trusted_proxies:
            fault = "BOMNAE_TRUSTED_PROXIES must be set where BOMNAE_LOGIN is proxy"
            yield ("trusted_proxies", "login"), fault
        if self.login is LoginMode.OIDC and not (self.oidc_issuer and self.oidc_client):
            fault = (
                "BOMNAE_OIDC_ISSUER and BOMNAE_OIDC_CLIENT must be set where BOMNAE_LOGIN is oidc"
            )
            yield ("oidc_issuer", "oidc_client", "login"), fault
        if self.ingest and not self.ingest_key:
            fault = "BOMNAE_INGEST_KEY must be set where BOMNAE_INGEST is: 32 characters or more"
            yield ("ingest_key", "ingest"), fault
        if self.fresh_ms < (least_ms := self.window_ms + self.grace_ms):
            fault = (
                f"BOMNAE_FRESH_MS must be at least window and grace together ({least_ms} ms), "
                f"got {self.fresh_ms} ms"
            )
            yield ("fresh_ms", "window_ms", "grace_ms"), fault


def _fault(row: Field[Any], bound: str, text: str) -> str:
    """What is wrong with a value: its variable, its bound and unit, and itself unless secret."""
    name = variable(row.name)
    if row.metadata.get("is_secret"):
        return f"{name} must {bound}, has {len(text)}"
    if "low" in row.metadata:
        bound += UNITS.get(row.name.rpartition("_")[2], "") if bound.startswith("within") else ""
    if row.metadata["read"] in grammars.MAY_HOLD_A_SECRET or re.search(r"[?@]|://", text):
        return f"{name} must be {bound}, got {_scheme(text)}{len(text)} characters"
    return f"{name} must be {bound}, got {text[:SHOWN]!r}"


def is_loopback(host: str) -> bool:
    """Whether an address to listen on is reached from this machine alone."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _scheme(text: str) -> str:
    """How a URL begins, of which nothing else is shown: a key may stand anywhere in it."""
    found = re.match(r"[a-z]{1,10}://", text)
    return f"{found[0]}… of " if found else ""
