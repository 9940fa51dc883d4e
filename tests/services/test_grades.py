"""No text of grade S or C reaches an answer of grade O: each has a canary in it."""

import random
import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from redis.asyncio import from_url
from yarl import URL

from local.n2sf_table import DOCUMENT, with_table
from maps.access.roles import Permission
from maps.api.context import CONTEXT
from maps.api.grades import bare_paths, bodies_of, fields_of, grade_of, graded
from maps.api.operation import Operation
from maps.api.routes import OPERATIONS
from streams.contract import topics, wire
from streams.contract.account import Account, Passkey
from streams.contract.crew_link import CrewLink
from streams.contract.derived import LinkBatch, Origin
from streams.contract.enums import (
    Closure,
    Grade,
    PollOutcome,
    Reporter,
    Role,
    Severity,
    SiteStatus,
)
from streams.contract.records import (
    Acknowledgement,
    BusPosition,
    Call,
    FeedReport,
    Forgotten,
    Message,
    Permit,
    PermitBatch,
    PositionBatch,
    SiteReport,
    Tick,
)
from streams.contract.settings import Settings
from streams.contract.subscription import Subscription
from streams.contract.times import DAY_MS, HOUR_MS, now_ms
from streams.domain.stage import Stage, State, Sum, apply, empty_state
from streams.geo.network import Network
from streams.retention.table import kept
from streams.state.gate import Gate
from streams.topology.stages import stages
from tests.cities import worlds
from tests.redis_server import RedisServer
from tests.services.site import served, until

SEEDS = 4
NOW_MS = now_ms()
ROAD = worlds.road(worlds.STOPS)
SETTINGS = Settings(partitions=worlds.PARTITIONS)
WORK = "P-1"
Sent = tuple[topics.Topic, int, Message]
ON_THE_LOG_ALONE = {"AccessRecord", "AccessHead", "Receipt"}
"""Records that no row is folded from: access records are read by their own operations alone."""
NO_TEXT = {
    ("Sighting", "path"),
    ("Subscription", "secret_generation"),
    *(("Account", name) for name in ("roles", "expires_ms", "must_change", "is_locked")),
    *(("Account", name) for name in ("valid_from_ms", "changed_ms", "is_removed", "revision")),
    ("Passkey", "uses"),
    ("Passkey", "added_ms"),
}
SAME = {
    ("CallDone", "call_id"): ("Call", "call_id"),
    ("Sighting", "vehicle"): ("BusPosition", "vehicle"),
    ("Account", "passkeys"): ("Passkey", "key_id"),
    ("Forgotten", "subject"): ("Account", "account"),
}
"""What is made of another field."""


@dataclass
class Canaries:
    """A word for each field above O that nothing else has."""

    dice: random.Random
    words: dict[tuple[str, str], list[str]] = field(default_factory=dict)

    def word(self, record: str, name: str, *, letters: str = "bcdfghjkmnpqrstvwxz") -> str:
        made = "".join(self.dice.choices(letters, k=10))
        self.words.setdefault((record, name), []).append(made)
        return made

    def hex(self, record: str, name: str, digits: int) -> str:
        made = f"{self.dice.getrandbits(4 * digits):0{digits}x}"
        self.words.setdefault((record, name), []).append(made)
        return made

    def found_in(self, text: str) -> set[tuple[str, str]]:
        """The fields of which a word stands in a text."""
        return {of for of, words in self.words.items() if any(word in text for word in words)}


def log(birds: Canaries) -> Iterator[Sent]:
    """A minute of a city that tells everything it knows; what comes later acknowledges it."""
    dice, word = birds.dice, birds.word
    permit = Permit(
        WORK,
        "상수관 매설",
        NOW_MS - HOUR_MS,
        NOW_MS + DAY_MS,
        closure=Closure.FULL,
        lon=127.702,
        lat=37.88,
    )
    for tick in ticks(NOW_MS - 60_000):
        yield tick
    yield topics.PERMITS, 0, PermitBatch("permits", NOW_MS, is_complete=True, rows=(permit,))
    said = SiteReport(
        word("SiteReport", "report_id"),
        WORK,
        SiteStatus.START,
        Reporter.CREW,
        NOW_MS,
        link=word("SiteReport", "link"),
    )
    yield topics.PERMITS, 0, said
    for number in range(dice.randint(5, 8)):
        title = f"홍길동 {word('Call', 'title')}"
        name, reference = word("Call", "call_id"), word("Call", "reference")
        yield topics.CALLS, 0, Call(name, NOW_MS + number, title, (), 127.71, 37.88, reference)
    for number in range(3):
        vehicle = word("BusPosition", "vehicle")
        for order in range(1, 4):
            at_ms = NOW_MS - (4 - order) * 40_000
            at = worlds.at_stop(vehicle, order + 3 * number, at_ms)
            yield from positions(at, at_ms)
    detail = f"키 {word('FeedReport', 'detail')} 는 홍길동의 것"
    yield (
        topics.FEED_REPORTS,
        0,
        FeedReport("its.speeds", PollOutcome.UNKNOWN, NOW_MS, 10_000, code="BUG", detail=detail),
    )
    yield (
        topics.SUBSCRIPTIONS,
        0,
        Subscription(
            endpoint=f"ep_{word('Subscription', 'endpoint')}",
            url=f"https://{word('Subscription', 'url')}.example/x",
            title=word("Subscription", "title"),
        ),
    )
    account = Account(
        account=word("Account", "account"),
        roles=(Role.ADMIN,),
        office=word("Account", "office"),
        password_hash=f"$argon2id${word('Account', 'password_hash')}",
        code_secret=word("Account", "code_secret"),
        passkeys=(Passkey("-" + word("Passkey", "key_id"), word("Passkey", "public_key")),),
        token_hash=birds.hex("Account", "token_hash", 64),
        changed_by=word("Account", "changed_by"),
    )
    yield topics.ACCOUNTS, 0, account
    link = CrewLink(
        link=word("CrewLink", "link") + 12 * "_",
        work=WORK,
        holder=word("CrewLink", "holder"),
        made_ms=NOW_MS - HOUR_MS,
        expires_ms=NOW_MS + DAY_MS,
        made_by=word("CrewLink", "made_by"),
        ended_ms=NOW_MS,
        ended_by=word("CrewLink", "ended_by"),
    )
    yield topics.CREW_LINKS, 0, replace(link, ended_ms=0, ended_by="")
    yield topics.CREW_LINKS, 0, link
    for tick in ticks(NOW_MS):
        yield tick


def positions(row: BusPosition, at_ms: int) -> Iterator[Sent]:
    partition = topics.partition_of(row.vehicle, worlds.PARTITIONS)
    yield topics.BUS_POSITIONS, partition, PositionBatch("tago.positions", at_ms, (row,))


def ticks(at_ms: int) -> Iterator[Sent]:
    for topic in topics.TICKED:
        for partition in range(topic.partitions(worlds.PARTITIONS)):
            yield topic, partition, Tick(at_ms)


def acks(birds: Canaries, episodes: list[str]) -> Iterator[Sent]:
    """Somebody acknowledges everything, and one of them is forgotten."""
    leaver = birds.word("Account", "account")
    alias = f"gone-{birds.hex('Forgotten', 'alias', 12)}"
    for number, episode in enumerate(episodes):
        by = leaver if number == 0 else birds.word("Acknowledgement", "by")
        comment = f"홍길동 {birds.word('Acknowledgement', 'comment')}"
        yield (
            topics.ACKNOWLEDGEMENTS,
            0,
            Acknowledgement(episode, by, comment, NOW_MS, Severity.WARNING),
        )
    yield topics.ACKNOWLEDGEMENTS, 0, Forgotten(f"account:{leaver}", NOW_MS, alias)


class Folding:
    """Folds a log into a Redis through the gate, as a worker does."""

    def __init__(self, gate: Gate) -> None:
        gate.partitions = worlds.PARTITIONS
        self._gate = gate
        self._stages = stages(SETTINGS, ROAD)
        self._states: dict[tuple[str, int], State] = {}
        self._next: dict[tuple[str, int], int] = {}
        self.episodes: list[str] = []

    async def take(self, topic: topics.Topic, partition: int, message: Message) -> None:
        stage = self._stages[topic]
        read = wire.read(wire.encode(message), stage.takes, topic.name)
        total = await self._step(topic.name, partition, stage, read)
        for target, parts in total.derived.items():
            roads = self._stages[topics.LINK_EVENTS]
            batch = LinkBatch(tuple(parts))
            await self._step(topics.LINK_EVENTS.name, target, roads, batch)

    async def _step(self, topic: str, partition: int, stage: Stage, message: Message) -> Sum:
        place = (topic, partition)
        offset = self._next.get(place, 0)
        self._next[place] = offset + 1
        state = self._states.setdefault(place, empty_state(stage))
        effects = stage.step(state, message, Origin(topic, partition, offset))
        apply(state, effects.changes)
        total = Sum()
        total.add(effects)
        await self._gate.apply(place, offset, offset, stage=stage, effects=total)
        self.episodes += [alert.episode for alert in total.alerts]
        return total


def asked(operation: Operation, network: Network, app: web.Application) -> list[str]:
    """Addresses of an operation that answer with what there is."""
    tile = next(iter(app[CONTEXT].tiling.links_of))
    values = {
        "{version}": network.version,
        "{tile:.+}": f"{tile.z}/{tile.x}/{tile.y}",
        "{id:.+}": "S1>S2",
        "{path:.+}": "css/frame.css",
    }
    path = operation.path
    for name, value in values.items():
        path = path.replace(name, value)
    queries = {
        "/api/v1/search": ["q=중앙로", "q=상수관"],
        "/api/v1/tiles": [f"tiles={tile.z}/{tile.x}/{tile.y}"],
        "/api/v1/changes": [f"since={NOW_MS - HOUR_MS}"],
    }
    return [f"{path}?{query}" for query in queries.get(path, [""])]


def of_grade(grade: Grade) -> list[Operation]:
    """Operations that one may read without being told more; a login at a provider leads away."""
    return [
        each
        for each in OPERATIONS
        if grade_of(each) is grade
        and each.method == "GET"
        and not each.path.startswith("/login/oidc")
        and each.may is not Permission.RECORDS
    ]


def test_every_text_above_open_has_a_canary() -> None:
    birds = Canaries(random.Random(0))
    list(log(birds))
    list(acks(birds, ["a", "b"]))
    sung = set(birds.words)
    due = {
        SAME.get(each, each)
        for each in kept().sensitive()
        if each[0] not in ON_THE_LOG_ALONE and each not in NO_TEXT
    }
    assert due == sung


async def test_no_text_above_open_reaches_an_open_answer(server: RedisServer) -> None:
    first = time.time_ns() % 1_000_000
    seeds = range(first, first + SEEDS)
    print(f"seeds {seeds.start} to {seeds.stop - 1}")  # noqa: T201
    for seed in seeds:
        async with from_url(server.url) as client:
            await client.flushall()
            birds = Canaries(random.Random(seed))
            folding = Folding(Gate(client))
            for sent in log(birds):
                await folding.take(*sent)
            assert len(folding.episodes) >= 2
            for sent in acks(birds, folding.episodes):
                await folding.take(*sent)
        async with served(server, ROAD) as (url, app), aiohttp.ClientSession() as http:
            await until(lambda app=app: app[CONTEXT].live.store_state == "ok")  # type: ignore[misc]
            leaks = {}
            for operation in of_grade(Grade.OPEN):
                for path in asked(operation, ROAD, app):
                    status, text = await read(http, f"{url}{path}")
                    assert status == 200, (path, status, text[:300])
                    if found := birds.found_in(text):
                        leaks[path] = found
            assert leaks == {}, f"seed {seed}"
            seen = set()
            for path in ("snapshot", "calls", "alerts", "events", "feeds", "deliveries"):
                status, text = await read(http, f"{url}/api/v1/{path}")
                assert status == 200, (path, text[:300])
                seen |= birds.found_in(text)
            assert seen >= SHOWN, f"seed {seed}: the canaries did not sing"


SHOWN = {
    ("BusPosition", "vehicle"),
    ("Call", "call_id"),
    ("Call", "title"),
    ("Call", "reference"),
    ("Acknowledgement", "by"),
    ("Acknowledgement", "comment"),
    ("FeedReport", "detail"),
    ("Subscription", "title"),
    ("Subscription", "endpoint"),
    ("Forgotten", "alias"),
}
"""What answers of grade S do show: else nothing would be tried."""


async def read(http: aiohttp.ClientSession, url: str) -> tuple[int, str]:
    async with http.get(URL(url), headers={"Bomnae-Reason": "test"}) as answer:
        return answer.status, await answer.text()


def test_every_body_has_a_grade_and_no_grade_is_of_none() -> None:
    bodies = {body for each in OPERATIONS for body in bodies_of(each)}
    for body in bodies:
        fields_of(body)
    assert {body.__name__ for body in bodies} == graded()
    bare = {
        each.path for each in OPERATIONS if any(each.answers.values()) and not list(bodies_of(each))
    }
    redirects = {each.path for each in OPERATIONS if each.path.startswith("/login/oidc")}
    assert bare | redirects == bare_paths()


def test_a_body_without_a_grade_is_refused() -> None:
    with pytest.raises(KeyError, match="has no grade"):
        fields_of(Canaries)


def test_what_needs_no_login_is_open_but_for_ones_own_session() -> None:
    free = [each for each in OPERATIONS if each.may is Permission.ANYBODY]
    above: list[Any] = [x.path for x in free if grade_of(x) is not Grade.OPEN]
    assert sorted(set(above)) == [
        "/api/v1/account/first",
        "/api/v1/session",
        "/api/v1/session/passkey",
    ]
    assert {x.path for x in free} <= {
        *above,
        "/livez",
        "/login",
        "/login/oidc",
        "/login/oidc/back",
        "/login/oidc/logout",
        "/api/v1/session/passkey/options",
        "/readyz",
        "/static/{path:.+}",
    }


def test_the_document_has_every_operation_with_its_grade() -> None:
    text = DOCUMENT.read_text(encoding="utf-8")
    assert text == with_table(text), "run `python -m local.n2sf_table --write`"
