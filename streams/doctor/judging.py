"""From what was measured to what a check found. Pure: no clock, no I/O."""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from streams.contract.arrival import MAX_AHEAD_MS
from streams.contract.grammars import LoginMode
from streams.contract.keys import Key
from streams.contract.settings import Settings, is_loopback, variable
from streams.contract.times import HOUR_MS
from streams.contract.topic_rules import Complaint
from streams.contract.topics import Topic
from streams.doctor.finding import FAIL, OK, UNKNOWN, WARN, Finding, Outcome, unknown
from streams.history.health import reason as history_reason
from streams.kafka.rights import SERVICES, AclKind, Needs
from streams.reports.health import KeptReports
from streams.reports.health import reason as reports_reason
from streams.snapshot.health import LATE_MS, reason
from streams.state import users

OURS = ("secret", "admin_key", "pseudonym_key", "ingest_key", "redis_password", "kafka_password")
"""Secrets a city chooses itself; a portal's key is as the portal gives it."""
UNUSED_BESIDE_KEYS = ("secret", "pseudonym_key")  # BOMNAE_KEYS wins over them
UNWALLED = frozenset(("READ", "WRITE", "CREATE", "DELETE", "ALTER"))
IMPLIED = frozenset(("DESCRIBE", "DESCRIBE_CONFIGS"))  # whoever may read may ask, and so on
MAPS = "maps"  # the service people log in at
FEW_BITS, ENOUGH_BITS = 80, 112
WORDS = ("password", "changeme", "change-me", "example", "qwerty", "123456", "bomnae")
LEAST_REDIS = (7, 0)
CHANGES_AN_HOUR = 8.9  # of a link's level: docs/sizing.md
LINK_BYTES, BESIDE_BYTES, SPARE = 10_700, 20 << 20, 1.5
APART_WARN_MS, APART_FAIL_MS = 2_000, 30_000
TICK_AGE_MS = 60_000
EARLY_DAYS = 30
HEAD_DAYS = 2
GIB = 1 << 30


def _worst(check: str, found: Iterable[tuple[Outcome, str]], well: str, bound: str) -> Finding:
    """All that is wrong as one finding, the gravest outcome; `well` where nothing is."""
    rows = list(found)
    if not rows:
        return Finding(check, OK, well, bound)
    outcome = FAIL if any(each is FAIL for each, _ in rows) else WARN
    return Finding(check, outcome, "; ".join(text for _, text in rows), bound)


def is_no_map(settings: Settings) -> bool:
    """Whether these are the settings of a service that is not the map, by its user at Kafka."""
    return settings.kafka_user in SERVICES and settings.kafka_user != MAPS


def has_no_redis(settings: Settings) -> bool:
    """Whether these are the settings of a service that has no user at Redis."""
    return settings.kafka_user in SERVICES and settings.kafka_user not in users.SERVICES


def redis_rights(service: str, lacks: Sequence[str], more: Sequence[str]) -> Finding:
    """What a service's user at Redis may do against what it needs: too little it fails by, too much
    is a hole in the walls.
    """
    found = [(FAIL, f"may not run {each}") for each in lacks]
    found += [(WARN, f"may run {each} besides") for each in more]
    bound = "as `python -m streams secrets` gives"
    return _worst("redis-rights", found, f"all that {service} needs, and no more", bound)


def login(settings: Settings, *, has_codes: bool) -> Finding:
    """What settings that are each allowed come to together. `has_codes`: there is a key that seals
    one-time codes. Only the map has the settings of the login: another service cannot say.
    """
    if is_no_map(settings):
        return unknown("login", f"{settings.kafka_user} has no login: ask where the map runs")
    found = _login_faults(settings, has_codes=has_codes)
    return _worst("login", found, settings.login.value, "nothing typed crosses a network in clear")


def _login_faults(settings: Settings, *, has_codes: bool) -> Iterator[tuple[Outcome, str]]:
    is_open = settings.login is LoginMode.OPEN
    if settings.login is LoginMode.LOCAL and not has_codes:
        yield FAIL, "BOMNAE_LOGIN=local without a key for codes in BOMNAE_KEYS, nor BOMNAE_SECRET"
    if not (is_loopback(settings.http.host) or settings.tls or settings.trusted_proxies):
        yield WARN, f"BOMNAE_HTTP {settings.http} without BOMNAE_TLS or BOMNAE_TRUSTED_PROXIES"
    if any(network.prefixlen == 0 for network in settings.trusted_proxies):
        yield FAIL, "BOMNAE_TRUSTED_PROXIES holds every address: whoever comes names himself"
    if settings.login_idle_s > settings.login_hard_s and not is_open:
        yield (
            WARN,
            (
                f"BOMNAE_LOGIN_IDLE_S {settings.login_idle_s} s is longer than "
                f"BOMNAE_LOGIN_HARD_S {settings.login_hard_s} s"
            ),
        )
    if settings.public_url.startswith("http://"):
        yield WARN, "BOMNAE_PUBLIC_URL is http: crews' links cross the network in clear"
    door = settings.ingest
    if door and not is_loopback(door.host) and not settings.tls:
        yield WARN, f"BOMNAE_INGEST {door} without BOMNAE_TLS: its key crosses in clear"


def secrets(settings: Settings, keys: Iterable[Key], fault: str = "") -> Finding:
    """How strong the secrets are that a city chooses; lengths are shown, never a letter. `keys` are
    those of the file of BOMNAE_KEYS, beside which two settings are not used; `fault`: why there is
    no reading it.
    """
    used = [name for name in OURS if not (settings.keys and name in UNUSED_BESIDE_KEYS)]
    given = {variable(name): str(getattr(settings, name)) for name in used}
    given |= {f"key {each.id}": each.secret.decode("latin-1") for each in keys if settings.keys}
    given = {name: value for name, value in given.items() if value}
    found = [(FAIL, fault)] if fault else []
    found += [(how, text) for name, each in given.items() for how, text in _weakness(name, each)]
    names = list(given)
    found += [
        (FAIL, f"{one} is {other} as well")
        for at, one in enumerate(names)
        for other in names[at + 1 :]
        if given[one] == given[other]
    ]
    return _worst(
        "secrets", found, f"{len(given)} set", f"at least {ENOUGH_BITS} bits, each its own"
    )


def _weakness(name: str, value: str) -> Iterator[tuple[Outcome, str]]:
    bits = bits_of(value)
    said = f"{name}: {len(value)} characters, about {bits} bits"
    if bits < FEW_BITS:
        yield FAIL, said
    elif bits < ENOUGH_BITS:
        yield WARN, said
    if any(word in value.lower() for word in WORDS):
        yield FAIL, f"{name} holds a word that everybody tries"


def bits_of(value: str) -> int:
    """At most so many bits: of its shortest period, by how many signs it has."""
    period = next(
        n for n in range(1, len(value) + 1) if (value[:n] * (len(value) // n + 1)).startswith(value)
    )
    return int(period * math.log2(max(1, len(set(value)))))


@dataclass(frozen=True, slots=True)
class FileFacts:
    """A file or folder as this process finds it."""

    setting: str
    path: str
    is_there: bool
    can_read: bool = False
    can_write: bool = False
    fault: str = ""  # of a file with a key: what is open to others


def files(facts: Sequence[FileFacts], to_write: Iterable[str]) -> Finding:
    """Files that are missing, not to be read, not to be written, or open to others."""
    writes = frozenset(to_write)
    found = [
        (FAIL, f"{x.setting} {x.path}: {why}") for x in facts if (why := _file_fault(x, writes))
    ]
    found += [(FAIL, f"{x.setting} {x.path}: {x.fault}") for x in facts if x.fault]
    return _worst("files", found, f"{len(facts)} looked at", "there, readable; keys closed")


def _file_fault(fact: FileFacts, writes: frozenset[str]) -> str:
    if not fact.is_there:
        return "is not there"
    if not fact.can_read:
        return "cannot be read"
    return "cannot be written" if fact.setting in writes and not fact.can_write else ""


def certificate(left_s: float | None) -> Finding:
    """`left_s` until it ends; None where there is no TLS here."""
    if left_s is None:
        return unknown("certificate", "BOMNAE_TLS is not set")
    days, bound = int(left_s // 86_400), f"at least {EARLY_DAYS} days"
    if left_s < 0:
        return Finding("certificate", FAIL, f"ended {-days} days ago", bound)
    return Finding("certificate", WARN if days < EARLY_DAYS else OK, f"{days} days left", bound)


def disk(check: str, name: str, free: int, total: int) -> Finding:
    """`free` of `total` bytes: 5 % or 5 GiB are too little, 20 % or 20 GiB soon."""
    least, soon = min(total // 20, 5 * GIB), min(total // 5, 20 * GIB)
    outcome = FAIL if free < least else WARN if free < soon else OK
    value = f"{name}: {free / GIB:.1f} of {total / GIB:.1f} GiB free"
    return Finding(check, outcome, value, f"at least {soon / GIB:.1f} GiB")


def age(check: str, age_s: float | None, most_s: float, *, grave: Outcome) -> Finding:
    """How old the newest of something may be; None where there is none."""
    bound = f"at most {most_s / 3600:.0f} h old"
    if age_s is None:
        return Finding(check, grave, "none", bound)
    return Finding(check, grave if age_s > most_s else OK, f"{age_s / 3600:.1f} h old", bound)


def snapshot(newest_ms: int | None, now_ms: int, faults: Sequence[str] = ()) -> Finding:
    """By the reason of `python -m streams.snapshot.health`; `newest_ms` is when it was begun,
    `faults` are of files with a later name that are none.
    """
    bound = f"at most {LATE_MS // HOUR_MS} h old"
    if newest_ms is None or reason(newest_ms, now_ms):
        return Finding("snapshot", FAIL, reason(newest_ms, now_ms, faults), bound)
    age = f"{(now_ms - newest_ms) / HOUR_MS:.1f} h old"
    return Finding("snapshot", WARN if faults else OK, "; ".join((age, *faults)), bound)


def history(last_ms: int | None, now_ms: int, most_s: int) -> Finding:
    """By the reason of `python -m streams.history.health`; `last_ms` is when the archive wrote."""
    bound = f"at most {most_s} s old"
    if last_ms is None or history_reason(last_ms, now_ms, most_s):
        return Finding("history", FAIL, history_reason(last_ms, now_ms, most_s), bound)
    return Finding("history", OK, f"{(now_ms - last_ms) // 1000} s old", bound)


def reports(kept: KeptReports | None, now_ms: int) -> Finding:
    """By the reason of `python -m streams.reports.health`."""
    bound = "none overdue"
    if why := reports_reason(kept, now_ms):
        return Finding("reports", FAIL, why, bound)
    return Finding("reports", OK, "kept", bound)


def needed_bytes(links: int, days: int, partitions: int) -> int:
    """What Redis should be given for a history of so many days: the formula of docs/sizing.md."""
    a_day = 300_000 * partitions + links * (CHANGES_AN_HOUR * 24 * 4 + 24 * 10)
    return int(SPARE * (days * a_day + links * LINK_BYTES + BESIDE_BYTES))


def redis(info: Mapping[str, Any], needed: int) -> list[Finding]:
    """What one node's INFO says against a city's needs; `needed` bytes of memory, 0: not known."""
    version = str(info.get("redis_version", "?"))
    first = tuple(int(part) if part.isdigit() else 0 for part in version.split(".")[:2])
    return [
        Finding("redis-version", OK if first >= LEAST_REDIS else FAIL, version, "7.0 or newer"),
        _memory(int(info.get("maxmemory", 0)), int(info.get("used_memory", 0)), needed),
        _policy(str(info.get("maxmemory_policy", "?"))),
        _persistence(info),
        _role(info),
    ]


def _memory(limit: int, used: int, needed: int) -> Finding:
    shown = f"maxmemory {limit >> 20} MiB, {used >> 20} MiB used"
    if not limit:
        return Finding("redis-memory", WARN, "no maxmemory", f"{needed >> 20} MiB or more")
    if used > 0.8 * limit:
        return Finding("redis-memory", FAIL, shown, "at most 80 % used")
    if not needed:
        return unknown(
            "redis-memory", f"{shown}; how much is needed is not known without a network"
        )
    bound = f"{needed >> 20} MiB or more for the links and days"
    return Finding("redis-memory", WARN if limit < needed else OK, shown, bound)


def _policy(policy: str) -> Finding:
    return Finding("redis-policy", OK if policy == "noeviction" else FAIL, policy, "noeviction")


def _persistence(info: Mapping[str, Any]) -> Finding:
    if info.get("aof_last_write_status") == "err":
        return Finding("redis-persistence", FAIL, "its last write failed", "writes its log")
    if info.get("aof_enabled"):
        return Finding("redis-persistence", OK, "append-only file", "append-only file")
    return Finding("redis-persistence", WARN, "no append-only file", "append-only file")


def _role(info: Mapping[str, Any]) -> Finding:
    role = str(info.get("role", "?"))
    return Finding("redis-role", FAIL if role == "slave" else OK, role, "master")


def clock(check: str, ahead_ms: int) -> Finding:
    """How far one clock is ahead of another (behind: below 0)."""
    apart_ms = abs(ahead_ms)
    outcome = FAIL if apart_ms > APART_FAIL_MS else WARN if apart_ms > APART_WARN_MS else OK
    word = "ahead" if ahead_ms >= 0 else "behind"
    bound = f"at most {APART_WARN_MS / 1000:.0f} s"
    return Finding(check, outcome, f"{apart_ms / 1000:.1f} s {word}", bound)


def ticks(appended_ms: int | None, tick_ms: int | None, now_ms: int) -> list[Finding]:
    """Of the newest tick: when the broker took it, the time it says, and our own clock.

    An old tick says nothing of the broker's clock: it may be the clock process that stands.
    """
    if appended_ms is None:
        why = "no tick that the broker stamped"
        return [
            Finding("ticks", FAIL, why, f"one within {TICK_AGE_MS // 1000} s"),
            unknown("broker-clock", why),
            unknown("tick-clock", why),
        ]
    age_ms = now_ms - appended_ms
    outcome = FAIL if age_ms > TICK_AGE_MS else OK
    bound = f"at most {TICK_AGE_MS // 1000} s old"
    found = [Finding("ticks", outcome, f"newest {age_ms / 1000:.1f} s old", bound)]
    if age_ms > APART_WARN_MS:
        why = f"the newest tick is {age_ms / 1000:.0f} s old: it stands, or our clock is ahead"
        found.append(Finding("broker-clock", UNKNOWN, why))
    else:
        found.append(clock("broker-clock", min(age_ms, 0)))
    if tick_ms is None:
        return [*found, unknown("tick-clock", "the newest message is no tick")]
    return [*found, clock("tick-clock", tick_ms - appended_ms)]


def topics(
    wanted: Iterable[tuple[Topic, int]],
    counts: Mapping[str, int],
    complaints: Iterable[Complaint],
) -> Finding:
    """Topics that are missing, have other partitions, or settings with which messages get lost."""
    faults = [(topic.name, counts.get(topic.name, 0), due) for topic, due in wanted]
    found = [
        (FAIL, f"{name} has {count} partitions, not {due}" if count else f"{name} is missing")
        for name, count, due in faults
        if count != due
    ]
    found += [(FAIL, each.line()) for each in complaints]
    return _worst("topics", found, f"{len(counts)} there", "as `python -m producers topics` makes")


def replication(replicas: Mapping[str, int], brokers: int) -> Finding:
    """Copies of each topic's partitions against the brokers there are."""
    due = min(3, brokers)
    few = sorted(f"{name} has {count}" for name, count in replicas.items() if count < due)
    if few:
        return Finding("replication", FAIL, ", ".join(few), f"{due} copies")
    if brokers < 3:
        return Finding("replication", OK, f"{brokers} broker(s): {due} copies", f"{due} copies")
    return Finding("replication", OK, f"{brokers} brokers", f"{due} copies")


def kafka_rights(user: str, needed: Needs, allowed: Needs) -> Finding:
    """What a service may do to each topic and group, against what it needs: too little it fails by,
    too much is a hole in the walls. A cluster without ACLs tells nothing, or allows all.
    """
    check, bound = "kafka-rights", "as `python -m producers topics --rights` gives"
    if all(acts >= UNWALLED for (kind, _), acts in allowed.items() if kind is AclKind.TOPIC):
        return Finding(check, OK, "all is allowed: no ACLs, or the admin")
    if not needed:
        named = f"user {user}" if user else "no BOMNAE_KAFKA_USER, which"
        return unknown(check, f"{named} is none of {', '.join(SERVICES)}: its needs are not known")
    found: list[tuple[Outcome, str]] = []
    for (kind, name), may in allowed.items():
        due = needed.get((kind, name), frozenset())
        said = f"{kind.value.lower()} {name}"
        if lacks := sorted(due - may):
            found.append((FAIL, f"{said}: may not {' and '.join(lacks)}"))
        if more := sorted(may - due - IMPLIED):
            found.append((WARN, f"{said}: may {' and '.join(more)} besides"))
    return _worst(check, found, f"{len(allowed)} as {user} needs", bound)


def lag(reason: str) -> Finding:
    """By the reason of `python -m streams.health`, "" where there is none."""
    bound = f"within 60 s, at most {MAX_AHEAD_MS // 1000} s ahead"
    return Finding("lag", FAIL if reason else OK, reason or "time passes", bound)
