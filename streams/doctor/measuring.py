"""The measuring of the doctor: each part gives what it found, whatever happens to the others."""

import asyncio
import os
import shutil
from collections.abc import Callable, Coroutine, Iterable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from aiokafka.errors import TopicAuthorizationFailedError
from kafka import KafkaAdminClient
from kafka.errors import IncompatibleBrokerVersion, KafkaError
from redis.exceptions import NoPermissionError

from streams.contract import topics, wire
from streams.contract.access import AccessHead
from streams.contract.ed25519 import is_public
from streams.contract.errors import BomnaeError, RecordRefusedError, SettingsError
from streams.contract.kafka_login import kafka_login
from streams.contract.key_file import keys_now
from streams.contract.keys import Keys, Purpose
from streams.contract.private_files import check_private
from streams.contract.records import Tick
from streams.contract.settings import Settings, variable
from streams.contract.times import DAY_MS, KST_MS, now_ms
from streams.contract.tls import CA_KEY, CERT, KEY, certificate_ends
from streams.doctor import judging
from streams.doctor.finding import (
    FAIL,
    LOCAL,
    OF_KAFKA,
    OF_LOG,
    OF_REDIS,
    OK,
    WARN,
    Finding,
    unknown,
)
from streams.geo.loading import load_network
from streams.history.health import late_s, written_ms
from streams.kafka.access_log import PLACE
from streams.kafka.clients import answer_within
from streams.kafka.cluster import LogReader
from streams.kafka.rights import SERVICES, AclKind, needed_by
from streams.kafka.topic_facts import allowed, complaints, layout
from streams.reports.health import kept_in
from streams.snapshot.shelf import made_ms, newest_in
from streams.state import users
from streams.state.clocks import clocks_of, reason_against
from streams.state.keys import WORKERS
from streams.state.redis_login import connect, of_each_node, time_ms
from streams.state.rights import check_rights, rights_of

WITHIN_S = 8.0
HEAD = "records-head"
_CLIENT_MS = 5_000
_SILENT_S = 3.0
_HEADS_BACK = 500
FILES = (
    *(
        "network",
        "gazetteer",
        "corridors",
        "rules",
        "photos",
        "records_key",
        "kafka_ca",
        "redis_ca",
        "tls",
    ),
    *("snapshots", "snapshot_key", "keys", "history", "reports", "report_templates"),
)
_WRITTEN = ("photos", "snapshots")
_PRIVATE = ("records_key", "snapshot_key", "keys")


async def findings(settings: Settings) -> list[Finding]:
    """Every check once or more, in the order of `CHECKS`; what takes too long is not checked."""
    links = 0
    parts = [_local(settings)]
    for network in (each for each in parts[0] if each.check == "network"):
        links = _links(network)
    needed = judging.needed_bytes(links, settings.history_days, settings.partitions) if links else 0
    parts += await asyncio.gather(
        _of_redis(settings, needed),
        _within(OF_KAFKA, lambda: asyncio.to_thread(_kafka, settings)),
        _within(OF_LOG, lambda: _log(settings)),
    )
    return [each for part in parts for each in part]


async def _of_redis(settings: Settings, needed: int) -> list[Finding]:
    if judging.has_no_redis(settings):
        why = f"{settings.kafka_user} has nothing to do with Redis: ask where another service runs"
        return [unknown(check, why) for check in OF_REDIS]
    return await _within(OF_REDIS, lambda: _redis(settings, needed))


async def _within(
    checks: Iterable[str], measure: Callable[[], Coroutine[Any, Any, list[Finding]]]
) -> list[Finding]:
    """What a part found; a part that breaks or lasts too long has checked nothing."""
    try:
        return await answer_within(measure(), WITHIN_S)
    except TimeoutError:
        why = f"no answer within {WITHIN_S:.0f} s"
    except Exception as error:  # noqa: BLE001 - whatever it is, it ends no other part
        why = f"{type(error).__name__}: {error}"
    first, *others = checks
    return [Finding(first, FAIL, why), *(unknown(each, f"{first}: see there") for each in others)]


def _local(settings: Settings) -> list[Finding]:
    keys, fault = _keys(settings)
    found = [
        Finding("settings", OK, "read"),
        judging.login(settings, has_codes=bool(keys.accepted(Purpose.CODES, now_ms()))),
        judging.secrets(settings, keys.keys, fault),
        judging.files(list(_files(settings)), _written(settings)),
    ]
    asked: list[tuple[str, Callable[[], list[Finding]]]] = [
        ("network", lambda: [_network(settings)]),
        ("certificate", lambda: [_certificate(settings)]),
        ("disk", lambda: _disks(settings)),
        ("snapshot", lambda: [_snapshot(settings.snapshots)]),
        ("history", lambda: [_history(settings)]),
        ("reports", lambda: [_reports(settings)]),
    ]
    for check, measure in asked:
        try:
            found += measure()
        except (BomnaeError, OSError, ValueError) as error:
            found.append(Finding(check, FAIL, str(error)))
    assert {each.check for each in found} == {*LOCAL}  # noqa: S101 - none is forgotten
    return found


def _keys(settings: Settings) -> tuple[Keys, str]:
    """The keys in use, of the file or of the single settings; none, and why they cannot be read."""
    try:
        return keys_now(settings), ""
    except SettingsError as error:
        return Keys((), str(error)), str(error)


def _written(settings: Settings) -> list[str]:
    """The folders that are written to; who has only the public key of snapshots makes none."""
    only_checks = is_public(Path(settings.snapshot_key))
    return [variable(name) for name in _WRITTEN if not (only_checks and name == "snapshots")]


def _files(settings: Settings) -> Iterable[judging.FileFacts]:
    for name in FILES:
        if path := str(getattr(settings, name)):
            is_key = name in _PRIVATE and not is_public(Path(path))
            yield _facts(variable(name), Path(path), is_key=is_key)
    for name in (CERT, KEY, CA_KEY) if settings.tls else ():
        if (file := Path(settings.tls) / name).exists():
            yield _facts(f"{variable('tls')}/{name}", file, is_key=name != CERT)


def _facts(setting: str, path: Path, *, is_key: bool) -> judging.FileFacts:
    fault = ""
    try:
        path.stat()
        if is_key:
            check_private(path, "")
    except OSError:
        return judging.FileFacts(setting, str(path), is_there=False)
    except SettingsError as error:
        fault = str(error).removeprefix(": ")
    return judging.FileFacts(
        setting,
        str(path),
        is_there=True,
        can_read=os.access(path, os.R_OK),
        can_write=os.access(path, os.W_OK),
        fault=fault,
    )


def _network(settings: Settings) -> Finding:
    network = load_network(settings.network)
    count = len(network.links)
    return Finding("network", OK if count else FAIL, f"{count} links", "1 link or more")


def _links(finding: Finding) -> int:
    first = finding.value.partition(" ")[0]
    return int(first) if finding.outcome is OK and first.isdigit() else 0


def _certificate(settings: Settings) -> Finding:
    if not settings.tls:
        return judging.certificate(None)
    folder = Path(settings.tls)
    if not (folder / CERT).exists():
        return unknown("certificate", f"{folder} has no {CERT} yet: one is made at the first start")
    left = certificate_ends(folder) - datetime.now(UTC)
    return judging.certificate(left.total_seconds())


def _disks(settings: Settings) -> list[Finding]:
    """Of the folders this process writes to; Redis' and Kafka's are asked for over there."""
    names = ("photos", "tls", "network", "snapshots", "history", "reports")
    folders = [(name, str(getattr(settings, name))) for name in names]
    there = [(name, path) for name, path in folders if path and Path(path).exists()]
    found = []
    for name, path in there:
        usage = shutil.disk_usage(path)
        found.append(judging.disk("disk", variable(name), usage.free, usage.total))
    return found or [unknown("disk", "no folder of ours is set")]


def _snapshot(folder: str) -> Finding:
    """By the newest in their folder that begins as a snapshot does."""
    if not folder:
        return unknown("snapshot", "no folder for snapshots is set")
    at_ms = now_ms()
    path, faults = newest_in(Path(folder), at_ms)
    return judging.snapshot(None if path is None else made_ms(path), at_ms, faults)


def _history(settings: Settings) -> Finding:
    """By when the archive wrote last."""
    if not settings.history:
        return unknown("history", "no folder for the history is set")
    most_s = late_s(settings)
    return judging.history(written_ms(Path(settings.history)), now_ms(), most_s)


def _reports(settings: Settings) -> Finding:
    """By what the keeper noted last."""
    if not settings.reports:
        return unknown("reports", "no folder for published reports is set")
    return judging.reports(kept_in(Path(settings.reports)), now_ms())


async def _redis(settings: Settings, needed: int) -> list[Finding]:
    client = connect(settings, timeout_s=_CLIENT_MS / 1000)
    try:
        begin_ms = now_ms()
        redis_ms = await time_ms(client, WORKERS)
        end_ms = now_ms()
        found = [Finding("redis", OK, f"answers within {end_ms - begin_ms} ms")]
        found += await _nodes(client, needed)
        found += [await _rights(client, settings.kafka_user)]
    finally:
        await client.aclose()
    found.append(judging.clock("redis-clock", (begin_ms + end_ms) // 2 - redis_ms))
    reason = reason_against(await clocks_of(settings), settings.partitions, now_ms())
    return [*found, judging.lag(reason)]


async def _nodes(client: Any, needed: int) -> list[Finding]:
    """What each node says of itself; of a cluster the worst is what counts."""
    sections = ("server", "memory", "replication", "persistence")
    checks = ("redis-version", "redis-memory", "redis-policy", "redis-persistence", "redis-role")
    try:
        nodes = await of_each_node(client, "INFO", *sections)
    except NoPermissionError:
        return [unknown(check, "its user may not ask (+info)") for check in checks]
    found = [each for info in nodes for each in judging.redis(info, needed // len(nodes))]
    return list(dict.fromkeys(found))


async def _rights(client: Any, user: str) -> Finding:
    """Whether this user may do what its service does, and no more; outside the walls all that a
    worker does, though the map's own needs less.
    """
    if user in users.SERVICES:
        return judging.redis_rights(user, *await rights_of(client, user))
    try:
        await check_rights(client)
    except SettingsError as error:
        return Finding("redis-rights", WARN, str(error), "all that a worker needs, where one runs")
    return Finding("redis-rights", OK, "all that a worker needs")


def _kafka(settings: Settings) -> list[Finding]:
    limits = {"request_timeout_ms": _CLIENT_MS, "bootstrap_timeout_ms": _CLIENT_MS}
    with closing(KafkaAdminClient(**kafka_login(settings), **limits)) as admin:
        brokers = len(admin.describe_cluster()["brokers"])
        there = layout(admin)
        wanted = [(topic, topic.partitions(settings.partitions)) for topic in topics.ALL]
        return [
            Finding("kafka", OK, f"{brokers} broker(s)"),
            judging.topics(wanted, there.partitions, complaints(admin)),
            judging.replication(there.replicas, brokers),
            *_log_dirs(admin),
            _kafka_rights(admin, settings.kafka_user),
        ]


def _kafka_rights(admin: KafkaAdminClient, user: str) -> Finding:
    needed = needed_by(user) if user in SERVICES else {}
    groups = [name for kind, name in needed if kind is AclKind.GROUP]
    return judging.kafka_rights(user, needed, allowed(admin, groups))


def _log_dirs(admin: KafkaAdminClient) -> list[Finding]:
    """The disks of the brokers, where they tell (Kafka 3.3 or newer)."""
    try:
        told = admin.describe_log_dirs([topics.PERMITS.name])
    except (IncompatibleBrokerVersion, KafkaError) as error:
        return [unknown("kafka-disk", f"the broker does not tell: {type(error).__name__}")]
    rows = [row for broker in told for row in broker.get("log_dirs", broker.get("results", []))]
    found = [
        judging.disk("kafka-disk", str(row["log_dir"]), row["usable_bytes"], row["total_bytes"])
        for row in rows
        if row.get("total_bytes", -1) > 0
    ]
    return found or [unknown("kafka-disk", "the broker does not tell its disk's size")]


async def _log(settings: Settings) -> list[Finding]:
    reader = LogReader(settings)
    async with reader:
        there = await reader.topics()
        if topics.PERMITS.name not in there:  # else its newest message would be waited for
            return [unknown(check, "topics: see there") for check in OF_LOG]
        try:
            stamped, ticked = await _newest_tick(reader)
            found = judging.ticks(stamped, ticked, now_ms())
        except TopicAuthorizationFailedError:
            why = f"{settings.kafka_user} may not read {topics.PERMITS.name}"
            found = [unknown(check, why) for check in OF_LOG if check != HEAD]
        if judging.is_no_map(settings):
            return [*found, unknown(HEAD, f"{settings.kafka_user} signs none")]
        if topics.ACCESS_RECORDS.name not in there:
            return [*found, unknown(HEAD, "topics: see there")]
        return [*found, await _records_head(reader, has_key=bool(settings.records_key))]


async def _newest_tick(reader: LogReader) -> tuple[int | None, int | None]:
    """When the broker took the newest message of a topic that is ticked, and the tick it is."""
    place = (topics.PERMITS.name, 0)
    end = (await reader.ends([place]))[place]
    if end == 0:
        return None, None
    reader.begin({place: end - 1})
    newest = (await reader.next_of(place, within_s=_SILENT_S))[-1]
    try:
        message = wire.decode(newest.payload or b"")
    except RecordRefusedError:
        return newest.appended_ms, None
    return newest.appended_ms, message.tick_ms if isinstance(message, Tick) else None


async def _records_head(reader: LogReader, *, has_key: bool) -> Finding:
    """Which day of the access records was signed last, among the newest messages."""
    if not has_key:
        return Finding(HEAD, WARN, "BOMNAE_RECORDS_KEY is not set: no day is signed")
    start, end = (await reader.starts([PLACE]))[PLACE], (await reader.ends([PLACE]))[PLACE]
    first = at = max(start, end - _HEADS_BACK)
    newest = None
    if first < end:
        reader.begin({PLACE: first})
    while at < end:
        for each in await reader.next_of(PLACE, within_s=_SILENT_S):
            newest = _day_of(each.payload) or newest
            at = each.offset + 1
    if newest is None and first > start:
        return unknown(HEAD, f"none among the newest {_HEADS_BACK} records")
    if newest is None:
        return unknown(HEAD, "no day is over yet")
    ended = datetime.fromisoformat(newest).replace(tzinfo=UTC).timestamp() * 1000 + DAY_MS
    age_s = (now_ms() + KST_MS - ended) / 1000
    return judging.age(HEAD, age_s, judging.HEAD_DAYS * 86_400, grave=FAIL)


def _day_of(payload: bytes | None) -> str | None:
    try:
        message: object = wire.decode(payload or b"")
    except RecordRefusedError:
        return None
    return message.day if isinstance(message, AccessHead) else None
