"""No text of grade S or C reaches an answer of grade O: each has a canary in it."""

import random
import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import aiohttp
import msgspec
import pytest
from aiohttp import web
from redis.asyncio import from_url
from yarl import URL

from local.n2sf_table import DOCUMENT, with_table
from local.waiting import until
from maps.access.roles import Permission
from maps.api.context import CONTEXT
from maps.api.grades import bare_paths, bodies_of, fields_of, grade_of, graded
from maps.api.operation import Operation
from maps.api.routes import OPERATIONS
from streams.contract import topics, wire
from streams.contract.account import Account, Passkey
from streams.contract.crew_link import CrewLink
from streams.contract.dataset import (
    DatasetColumn,
    DatasetFacts,
    DatasetFigures,
    DatasetGrade,
    DatasetPage,
    DatasetRefused,
    DatasetReport,
)
from streams.contract.derived import LinkBatch, Origin
from streams.contract.enums import (
    Closure,
    ClosureAct,
    Grade,
    IncidentKind,
    PollOutcome,
    Reporter,
    Role,
    Severity,
    SiteStatus,
)
from streams.contract.hand_closure import HandClosure
from streams.contract.records import (
    Acknowledgement,
    BusPosition,
    Call,
    FeedReport,
    Forgotten,
    IncidentReport,
    Message,
    Permit,
    PermitBatch,
    PositionBatch,
    SiteReport,
    Tick,
)
from streams.contract.settings import Settings
from streams.contract.shift import (
    Sheet,
    SheetDone,
    SheetLine,
    SheetNote,
    SheetPart,
    SheetSection,
    ShiftAct,
    ShiftActKind,
    digest_of,
    shift_id,
)
from streams.contract.situation import ActKind, SituationAct
from streams.contract.subscription import Subscription
from streams.contract.times import DAY_MS, HOUR_MS, now_ms
from streams.domain.situations.identity import situation_id
from streams.domain.stage import Stage, State, Sum, apply, empty_state
from streams.geo.network import Network
from streams.retention.table import kept
from streams.state.gate import Gate
from streams.topology.stages import stages
from tests.cities import worlds
from tests.redis_server import RedisServer
from tests.services.site import served

SEEDS = 4
ROAD = worlds.road(worlds.STOPS)
SETTINGS = Settings(partitions=worlds.PARTITIONS)
WORK = "P-1"
Sent = tuple[topics.Topic, int, Message]
ON_THE_LOG_ALONE = {"AccessRecord", "AccessHead", "Receipt", "Undelivered"}
"""Records that no row is folded from: access records are read by their own operations alone."""
NO_TEXT = {
    ("Sighting", "path"),
    ("Subscription", "secret_generation"),
    *(("Account", name) for name in ("roles", "expires_ms", "must_change", "is_locked")),
    *(("Account", name) for name in ("valid_from_ms", "changed_ms", "is_removed", "revision")),
    ("Passkey", "uses"),
    ("DatasetFigures", "sums"),
    ("DatasetFigures", "box"),
    ("Passkey", "added_ms"),
}
SAME = {
    ("DatasetReport", "refused"): ("DatasetRefused", "value"),
    ("CallDone", "call_id"): ("Call", "call_id"),
    ("Sighting", "vehicle"): ("BusPosition", "vehicle"),
    ("Account", "passkeys"): ("Passkey", "key_id"),
    ("Forgotten", "subject"): ("Account", "account"),
    ("SheetNote", "note_id"): ("ShiftAct", "note_id"),
    ("SheetNote", "by"): ("ShiftAct", "by"),
    ("SheetNote", "text"): ("ShiftAct", "note"),
}
"""What is made of another field."""


@dataclass
class Canaries:
    """A word for each field above O that nothing else has."""

    dice: random.Random
    words: dict[tuple[str, str], list[str]] = field(default_factory=dict)
    now_ms: int = field(default_factory=now_ms)

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
        birds.now_ms - HOUR_MS,
        birds.now_ms + DAY_MS,
        closure=Closure.FULL,
        lon=127.702,
        lat=37.88,
    )
    for tick in ticks(birds.now_ms - 60_000):
        yield tick
    yield topics.PERMITS, 0, PermitBatch("permits", birds.now_ms, is_complete=True, rows=(permit,))
    said = SiteReport(
        word("SiteReport", "report_id"),
        WORK,
        SiteStatus.START,
        Reporter.CREW,
        birds.now_ms,
        link=word("SiteReport", "link"),
    )
    yield topics.PERMITS, 0, said
    for number in range(dice.randint(5, 8)):
        title = f"홍길동 {word('Call', 'title')}"
        name, reference = word("Call", "call_id"), word("Call", "reference")
        yield (
            topics.CALLS,
            0,
            Call(name, birds.now_ms + number, title, (), 127.71, 37.88, reference),
        )
    for number in range(3):
        vehicle = word("BusPosition", "vehicle")
        for order in range(1, 4):
            at_ms = birds.now_ms - (4 - order) * 40_000
            at = worlds.at_stop(vehicle, order + 3 * number, at_ms)
            yield from positions(at, at_ms)
    detail = f"키 {word('FeedReport', 'detail')} 는 홍길동의 것"
    yield (
        topics.FEED_REPORTS,
        0,
        FeedReport(
            "its.speeds", PollOutcome.UNKNOWN, birds.now_ms, 10_000, code="BUG", detail=detail
        ),
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
    yield from dataset(birds)
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
        made_ms=birds.now_ms - HOUR_MS,
        expires_ms=birds.now_ms + DAY_MS,
        made_by=word("CrewLink", "made_by"),
        ended_ms=birds.now_ms,
        ended_by=word("CrewLink", "ended_by"),
    )
    closure = HandClosure(
        closure_id="c-1",
        act_id="c-1",
        version=1,
        act=ClosureAct.MAKE,
        by=word("HandClosure", "by"),
        at_ms=birds.now_ms,
        title="정류장1→정류장2",
        cause=IncidentKind.ACCIDENT,
        closure=Closure.FULL,
        starts_ms=birds.now_ms,
        reason=word("HandClosure", "reason"),
        link_ids=("S1>S2",),
    )
    yield topics.CLOSURES, 0, closure
    word_on = IncidentReport(
        word("IncidentReport", "report_id"), "acc-1", SiteStatus.END, birds.now_ms
    )
    yield topics.INCIDENTS, 0, word_on
    yield topics.CREW_LINKS, 0, replace(link, ended_ms=0, ended_by="")
    yield topics.CREW_LINKS, 0, link
    for tick in ticks(birds.now_ms):
        yield tick


def dataset(birds: Canaries) -> Iterator[Sent]:
    """A dataset that is not open, of which a row was refused."""
    word = birds.word
    rows = msgspec.json.encode([[None, word("DatasetPage", "rows")]])
    yield (
        topics.DATASET_ROWS,
        0,
        DatasetPage("benches", birds.now_ms, "aa", 0, 1, msgspec.Raw(rows)),
    )
    facts = DatasetFacts(
        title=word("DatasetFacts", "title"),
        field="도시시설·환경",
        grade=DatasetGrade.INTERNAL,
        period="year",
        title_en=word("DatasetFacts", "title_en"),
        owner=word("DatasetFacts", "owner"),
        publisher=word("DatasetFacts", "publisher"),
        source=word("DatasetFacts", "source"),
        note=word("DatasetFacts", "note"),
        columns=(DatasetColumn("번호", "code"),),
        examples=(word("DatasetFacts", "examples"),),
        has_pseudonyms=False,
    )
    refused = DatasetRefused(
        2, "번호", word("DatasetRefused", "value"), word("DatasetRefused", "why")
    )
    report = DatasetReport(
        "benches",
        birds.now_ms,
        HOUR_MS,
        facts,
        PollOutcome.DATA,
        detail=word("DatasetReport", "detail"),
        fault=word("DatasetReport", "fault"),
        figures=DatasetFigures(1, 1),
        digest="aa",
        parts=1,
        refused_count=1,
        refused=(refused,),
    )
    yield topics.DATASET_ROWS, 0, report


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
            Acknowledgement(episode, by, comment, birds.now_ms, Severity.WARNING),
        )
    for episode in episodes:
        act = SituationAct(
            situation=situation_id(episode),
            act=ActKind.ASSIGN,
            by=birds.word("SituationAct", "by"),
            at_ms=birds.now_ms,
            to=birds.word("SituationAct", "to"),
            note=f"홍길동 {birds.word('SituationAct', 'note')}",
        )
        yield topics.SITUATION_EVENTS, 0, act
    yield topics.ACKNOWLEDGEMENTS, 0, Forgotten(f"account:{leaver}", birds.now_ms, alias)
    yield from shift(birds)


def shift(birds: Canaries) -> Iterator[Sent]:
    """Somebody writes a note in the shift book, and hands over."""
    word, from_ms = birds.word, birds.now_ms - HOUR_MS
    note = ShiftAct(
        shift=shift_id(from_ms),
        act=ShiftActKind.NOTE,
        act_id=word("ShiftAct", "act_id"),
        by=word("ShiftAct", "by"),
        at_ms=birds.now_ms,
        note_id=word("ShiftAct", "note_id"),
        version=1,
        note=f"홍길동 {word('ShiftAct', 'note')}",
    )
    yield topics.SHIFT_EVENTS, 0, note
    done = SheetDone(
        "note",
        word("SheetDone", "by"),
        birds.now_ms,
        word("SheetDone", "words"),
        word("SheetDone", "to"),
    )
    line = SheetLine(birds.now_ms, {"ko": word("SheetLine", "text"), "en": "a crash"}, done=(done,))
    notes = (SheetNote(note.note_id, note.by, note.at_ms, note.note),)
    part = SheetSection(SheetPart.STANDING, 1, (line,))
    sheet = Sheet(from_ms, birds.now_ms, birds.now_ms + HOUR_MS, {}, (part,), notes)
    hand = ShiftAct(
        shift=note.shift,
        act=ShiftActKind.HAND_OVER,
        act_id=word("ShiftAct", "act_id"),
        by=note.by,
        at_ms=birds.now_ms,
        digest=digest_of(sheet),
        sheet=sheet,
    )
    yield topics.SHIFT_EVENTS, 0, hand


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
        "{feed}": "its.speeds",
    }
    path = operation.path
    for name, value in values.items():
        path = path.replace(name, value)
    queries = {
        "/api/v1/search": ["q=중앙로", "q=상수관"],
        "/api/v1/tiles": [f"tiles={tile.z}/{tile.x}/{tile.y}"],
        "/api/v1/changes": [f"since={now_ms() - HOUR_MS}"],
    }
    return [f"{path}?{query}" for query in queries.get(path, [""])]


NOT_ASKED = ("/login/oidc", "/api/v1/basemap/", "/data/{id}", "/api/v1/statistics/{id}")


def of_grade(grade: Grade) -> list[Operation]:
    """Operations that one may read without being told more; a login at a provider leads away, the
    basemap is a file of the office, made of no message, a dataset's page is the frame of what the
    API says, and statistics stand on a history, which has no typed text.
    """
    return [
        each
        for each in OPERATIONS
        if grade_of(each) is grade
        and each.method == "GET"
        and not each.path.startswith(NOT_ASKED)
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
            await until(
                lambda: app[CONTEXT].live.store_state,
                "a store that answers",
                lambda seen: seen == "ok",
            )
            leaks = {}
            for operation in of_grade(Grade.OPEN):
                for path in asked(operation, ROAD, app):
                    status, text = await read(http, f"{url}{path}")
                    assert status == 200, (path, status, text[:300])
                    if found := birds.found_in(text):
                        leaks[path] = found
            assert leaks == {}, f"seed {seed}"
            seen = set()
            for path in (
                "snapshot",
                "calls",
                "alerts",
                "events",
                "feeds",
                "deliveries",
                "shifts/current",
            ):
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
    ("HandClosure", "by"),
    ("HandClosure", "reason"),
    ("FeedReport", "detail"),
    ("Subscription", "title"),
    ("Subscription", "endpoint"),
    ("Forgotten", "alias"),
    ("ShiftAct", "by"),
    ("ShiftAct", "note"),
    ("SheetLine", "text"),
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
