"""Rows F28 and F29: what happens to the feeds. Portals, producers and worker are the real ones."""

import time
import urllib.request
from collections.abc import Iterator

import msgspec
import pytest

from local.services import wait_until
from streams.contract import topics, wire
from streams.contract.records import (
    FeedReport,
    IncidentBatch,
    PermitBatch,
    PositionBatch,
    SpeedBatch,
)
from streams.domain.stages.feeds import FeedState, status
from streams.state.keys import key
from streams.state.tables import read_columns
from tests.faults.figures import Figures, scaled
from tests.faults.node import Broker
from tests.faults.rig import Rig

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
        self.start_feeds()
        for feed in FEEDS:
            wait_until(lambda f=feed: self.word(f) == "live", f"{feed} live")  # type: ignore[misc]

    def word(self, feed: str) -> str:
        """The word on the feed's chip now."""
        with self.store() as store:
            row = store.hget(key("feeds", 0), feed)
        if row is None:
            return "none"
        state = msgspec.json.decode(row, type=FeedState)
        return str(status(state, round(time.time() * 1000)))

    def levels(self) -> set[str]:
        """The levels that the roads show."""
        with self.store() as store:
            links = [read_columns(store.hgetall(key("links", p))) for p in range(4)]
        return {str(view.level) for columns in links for view in columns.values()}

    def set_mode(self, feed: str, mode: str) -> None:
        url = f"{self.portals}/misbehave?feed={feed}&mode={mode}"
        request = urllib.request.Request(url, method="POST")  # noqa: S310
        urllib.request.urlopen(request, timeout=5).close()  # noqa: S310

    def reports(self, feed: str) -> int:
        """How many polls of a feed the log tells of."""
        found = [wire.decode(each.value) for each in self.broker.read(topics.FEED_REPORTS)]
        return sum(1 for report in found if isinstance(report, FeedReport) and report.feed == feed)

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
        wait_until(lambda f=feed: city.word(f) in {"unknown", "stopped"}, f"{feed} {mode}")  # type: ignore[misc]
        before = city.rows_on(feed)
        seen = city.reports(feed)
        wait_until(lambda f=feed, n=seen: city.reports(f) > n, f"{feed} polled again")  # type: ignore[misc]
        published += city.rows_on(feed) - before
        city.set_mode(feed, "ok")
        wait_until(lambda f=feed: city.word(f) == "live", f"{feed} live again")  # type: ignore[misc]
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
        wait_until(lambda f=feed, w=word: city.word(f) in w, f"{feed} {word}", within_s=30)  # type: ignore[misc]
        took[mode] = time.monotonic() - begin
        figures.took(f"{mode} shown", took[mode], 2 * POLL_S + SLACK_S)
    wait_until(lambda: len(city.levels() - {"unknown"}) > 0, "roads with a speed")
    city.set_mode("its.speeds", "silence")
    begin = time.monotonic()
    wait_until(lambda: city.levels() == {"unknown"}, "every road unknown", within_s=60)
    figures.took("every road unknown", time.monotonic() - begin, 10 + 2 * POLL_S + 5)
    audit = city.run("audit-f28", "streams", "audit")
    assert "identical" in audit
