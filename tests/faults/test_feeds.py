"""Rows F9, F28 and F29: what happens to the feeds. Portals, producers, worker are the real ones."""

import json
import time
import urllib.request
from collections import Counter
from collections.abc import Iterator
from functools import partial
from itertools import pairwise

import msgspec
import pytest

from local.services import free_port
from local.waiting import wait_until
from producers.publishing.publisher import MAX_WAITING_BYTES
from streams.contract import topics, wire
from streams.contract.records import (
    FeedReport,
    IncidentBatch,
    PermitBatch,
    PositionBatch,
    SpeedBatch,
    Tick,
)
from streams.contract.settings import Settings
from streams.domain.stages.feeds import FeedState, status
from streams.state.keys import key
from streams.state.tables import read_columns
from tests.faults.figures import Figures, scaled
from tests.faults.node import Broker
from tests.faults.processes import resident_mb
from tests.faults.rig import Rig
from tests.faults.test_loops import figure

POLL_S = 2
SLACK_S = 3.0  # for the pipe itself, on a busy machine
FEEDS = ("tago.positions", "its.speeds", "its.events", "permits")
TOPIC_OF = {
    "tago.positions": topics.BUS_POSITIONS,
    "its.speeds": topics.LINK_SPEEDS,
    "its.events": topics.INCIDENTS,
    "permits": topics.PERMITS,
}
BROKEN = [  # the first ones in CI, all of them under `make soak`
    ("tago.positions", "service-99"),
    ("its.speeds", "html"),
    ("its.events", "half"),
    ("permits", "service-99"),
    ("tago.positions", "half"),
    ("tago.positions", "html"),
    ("its.speeds", "half"),
    ("its.speeds", "blank"),
    ("its.events", "plain-500"),
    ("permits", "html"),
][: scaled(5)]


class City(Rig):
    """The simulated portals and the producers that poll them, on the rig's broker."""

    def begin(self) -> None:
        self.portals = self.start_city(past_minutes=0, refresh_s=1)  # every poll meets a change
        self.env |= {f"BOMNAE_{name}_POLL_S": str(POLL_S) for name in ("TAGO", "ITS", "PERMITS")}
        self.env |= {
            "BOMNAE_UTIC_POLL_S": "10",
            "BOMNAE_FEED_CHANGE_S": "2",
            "BOMNAE_TICK_MS": "500",
            "BOMNAE_WINDOW_MS": "5000",
            "BOMNAE_GRACE_MS": "5000",
            "BOMNAE_FRESH_MS": "10000",
        }
        self.crew(1)
        self.metrics = free_port()
        self.python("clock", "producers", "clock")
        env = {"BOMNAE_METRICS": f"127.0.0.1:{self.metrics}"}
        self.python("producers", "producers", "run", "--no-clock", env=env)
        for feed in FEEDS:
            wait_until(partial(self.word, feed), f"{feed} live", lambda seen: seen == "live")

    def word(self, feed: str) -> str:
        """The word on the feed's chip now."""
        with self.store() as store:
            row = store.hget(key("feeds", 0), feed)
        if row is None:
            return "none"
        state = msgspec.json.decode(row, type=FeedState)
        return str(status(state, round(time.time() * 1000)))

    def polls(self, feed: str) -> int:
        """How many polls of a feed the producers tell of in their own log."""
        return self.processes["producers"].output.count(f'"message": "poll", "feed": "{feed}"')

    def wait_words(self, base: str, word: str) -> None:
        """Wait until the map says this of each feed."""

        def told() -> bool:
            with urllib.request.urlopen(f"{base}/api/v1/feeds", timeout=60) as answer:  # noqa: S310
                feeds = json.load(answer)["feeds"]
            found = {each["feed"]: each["status"] for each in feeds}
            return all(found.get(feed) == word for feed in FEEDS)

        wait_until(told, f"{word} of each feed")

    def levels(self) -> set[str]:
        """The levels that the roads show."""
        with self.store() as store:
            links = [read_columns(store.hgetall(key("links", p))) for p in range(4)]
        return {str(view.level) for columns in links for view in columns.values()}

    def set_mode(self, feed: str, mode: str) -> None:
        url = f"{self.portals}/misbehave?feed={feed}&mode={mode}"
        request = urllib.request.Request(url, method="POST")  # noqa: S310
        urllib.request.urlopen(request, timeout=60).close()  # noqa: S310

    def reported_ms(self, feed: str) -> list[int]:
        """The times of a feed's polls, in the order in which the log tells of them."""
        found = [wire.decode(each.value) for each in self.broker.read(topics.FEED_REPORTS)]
        reports = [r for r in found if isinstance(r, FeedReport) and r.feed == feed]
        return [report.received_ms for report in reports]

    def behind_s(self) -> float:
        """How far behind the time, at most, an answer came into its partition."""
        tick_ms: Counter[int] = Counter()
        most_ms = 0
        for record in self.broker.read(topics.BUS_POSITIONS):
            message = wire.decode(record.value)
            if isinstance(message, Tick):
                tick_ms[record.partition] = message.tick_ms
            elif isinstance(message, PositionBatch):
                most_ms = max(most_ms, tick_ms[record.partition] - message.received_ms)
        return most_ms / 1000

    def rows_on(self, feed: str) -> int:
        """How many rows of a feed stand in the log; ticks are no rows."""
        batches = (PositionBatch, SpeedBatch, PermitBatch, IncidentBatch)
        messages = [wire.decode(each.value) for each in self.broker.read(TOPIC_OF[feed])]
        own = [m for m in messages if isinstance(m, batches) and m.feed == feed]
        return sum(len(m.links if isinstance(m, SpeedBatch) else m.rows) for m in own)


@pytest.fixture(scope="module")
def city(broker: Broker, tmp_path_factory: pytest.TempPathFactory) -> Iterator[City]:
    with City(tmp_path_factory.mktemp("city"), broker) as started:
        started.begin()
        yield started


@pytest.mark.row("F29", "errors with status 200, truncated bodies, HTML, from four portals")
def test_f29_broken_answers(city: City, figures: Figures) -> None:
    published = 0
    for feed, mode in BROKEN:
        city.set_mode(feed, mode)
        wait_until(
            partial(city.word, feed),
            f"{feed} {mode}",
            lambda seen: seen in {"unknown", "stopped"},
        )
        before = city.rows_on(feed)
        polled = partial(city.reported_ms, feed)
        known = len(polled())
        wait_until(polled, f"{feed} polled again", lambda seen: len(seen) > known)  # noqa: B023
        published += city.rows_on(feed) - before
        city.set_mode(feed, "ok")
        wait_until(partial(city.word, feed), f"{feed} live again", lambda seen: seen == "live")
    figures.noted["modes"] = len(BROKEN)
    figures.exactly("rows published from them", published, 0)
    audit = city.run("audit-f29", "streams", "audit")
    assert "identical" in audit


@pytest.mark.row("F28", "a feed freezes, a feed stops answering, all feeds stop")
def test_f28_frozen_and_silent(city: City, figures: Figures) -> None:
    took = {}
    for feed, mode, word in (
        ("its.speeds", "frozen", {"frozen"}),
        ("tago.positions", "silence", {"unknown", "stale"}),
    ):
        city.set_mode(feed, mode)
        begin = time.monotonic()
        wait_until(partial(city.word, feed), f"{feed} {word}", lambda seen: seen in word)  # noqa: B023
        took[mode] = time.monotonic() - begin
        figures.took(f"{mode} shown", took[mode], 2 * POLL_S + SLACK_S)
    wait_until(
        lambda: len(city.levels() - {"unknown"}), "roads with a speed", lambda seen: seen > 0
    )
    city.set_mode("its.speeds", "silence")
    begin = time.monotonic()
    wait_until(city.levels, "every road unknown", lambda seen: seen == {"unknown"})
    figures.took("every road unknown", time.monotonic() - begin, 10 + 2 * POLL_S + 5)
    audit = city.run("audit-f28", "streams", "audit")
    assert "identical" in audit


AWAY_POLLS = 5  # of each feed while Kafka is away: as many as 50 minutes have of the slowest
SPOOL_S = 3_600  # so long Kafka may be away at a city's own periods before polls have to pause


@pytest.mark.row("F9", f"Kafka is away while each portal is polled {scaled(AWAY_POLLS)} times")
def test_f09_broker_away(city: City, figures: Figures) -> None:
    for feed in FEEDS:
        city.set_mode(feed, "ok")
    base = city.start_map()
    city.wait_words(base, "live")
    producers = city.processes["producers"]
    before_mb = resident_mb(producers.pid)
    city.broker.kill()
    begin = time.monotonic()
    due = {feed: city.polls(feed) + scaled(AWAY_POLLS) for feed in FEEDS}
    city.wait_words(base, "stale")
    stale_s = time.monotonic() - begin
    wait_until(lambda: all(city.polls(f) >= n for f, n in due.items()), "polls while it is away")
    away_s = time.monotonic() - begin
    held = figure(city.metrics, "bomnae_producers_waiting_bytes")
    figures.noted["messages held"] = figure(city.metrics, "bomnae_producers_waiting_messages")
    grown_mb = resident_mb(producers.pid) - before_mb
    city.broker.start()
    city.broker.wait_up()
    begin = time.monotonic()
    city.wait_words(base, "live")
    live_s = time.monotonic() - begin
    for name in ("producers", "clock"):
        city.processes[name].stop()
    city.wait_drained()
    assert "identical" in city.run("audit-f09", "streams", "audit")
    told = {feed: city.reported_ms(feed) for feed in FEEDS}
    figures.noted["behind the time at most, s"] = city.behind_s()
    figures.exactly("polls not in the log", sum(city.polls(f) - len(told[f]) for f in FEEDS), 0)
    disorder = sum(a > b for found in told.values() for a, b in pairwise(found))
    figures.exactly("out of order", disorder, 0)
    an_hour_mb = held / away_s * POLL_S / Settings().tago_poll_s * SPOOL_S / (1 << 20)
    figures.at_most("an hour of it, of what has room", an_hour_mb, MAX_WAITING_BYTES >> 20, "MiB")
    figures.at_most("producers' memory growth", grown_mb, 64, "MiB")
    figures.took("shown as stale", stale_s, 2 * POLL_S + 5 + SLACK_S)
    figures.took("live again after Kafka is back", live_s, 15)
