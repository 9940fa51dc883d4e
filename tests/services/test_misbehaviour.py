"""Each way a portal can misbehave shows on its chip, and deletes nothing."""

import os
import signal
import time
import urllib.request
from collections.abc import Iterator
from functools import partial

import pytest

from local.stack import Stack
from local.waiting import wait_until
from producers.publishing.topic_setup import ensure_topics
from tests.cities.worlds import settings_of
from tests.services.asking import get

POLL_S = 2.0
CASES = [  # feed, mode, the chip's words that are right
    ("its.speeds", "silence", {"unknown"}),
    ("its.speeds", "frozen", {"frozen"}),
    ("its.speeds", "half", {"unknown"}),
    ("its.speeds", "short", {"partial"}),
    ("its.speeds", "html", {"unknown"}),
    ("its.speeds", "blank", {"unknown"}),
    ("its.speeds", "empty", {"dropped"}),
    ("its.speeds", "its-null", {"dropped", "unknown"}),
    ("its.speeds", "its-4001", {"stopped"}),
    ("its.events", "its-4005", {"stopped"}),
    ("its.events", "plain-500", {"unknown"}),
    ("its.events", "half", {"unknown"}),
    ("utic.incidents", "half", {"unknown"}),
    ("utic.incidents", "rate-429", {"unknown"}),
    ("permits", "empty", {"dropped"}),
    ("permits", "short", {"partial"}),
    ("permits", "gateway-json-30", {"stopped"}),
    ("permits", "service-99", {"unknown"}),
    ("tago.positions", "silence", {"unknown"}),
    ("tago.positions", "frozen", {"frozen"}),
    ("tago.positions", "empty", {"dropped"}),
    ("tago.positions", "gateway-xml-22", {"stopped"}),
    ("tago.positions", "gateway-xml-30", {"stopped"}),
    ("tago.positions", "service-99", {"unknown"}),
]


class City:
    """A running simulated city with fast polls, its portals and its map."""

    def __init__(self, stack: Stack) -> None:
        self.portals = stack.start_city(past_minutes=0, refresh_s=1)
        polls = ("TAGO", "ITS", "UTIC", "PERMITS")
        stack.env |= {f"BOMNAE_{name}_POLL_S": str(int(POLL_S)) for name in polls}
        stack.env |= {"BOMNAE_UTIC_POLL_S": "10", "BOMNAE_FEED_CHANGE_S": "1"}
        stack.env |= {"BOMNAE_TICK_MS": "500", "BOMNAE_KEY_RETRY_S": "3"}
        ensure_topics(settings_of(stack))
        stack.start_worker()
        self.map = stack.start_map()
        self.producers = stack.start_feeds()

    def status(self, feed: str) -> str:
        feeds = get(f"{self.map}/api/v1/feeds")["feeds"]
        return str(next((row["status"] for row in feeds if row["feed"] == feed), "none"))

    def known(self) -> dict[str, int]:
        """How much the picture holds."""
        picture = get(f"{self.map}/api/v1/snapshot")
        speeds = sum(1 for speed in picture["speeds"] if speed >= 0)
        return {"speeds": speeds} | {
            name: len(picture[name]) for name in ("works", "incidents", "buses")
        }

    def set_mode(self, feed: str, mode: str) -> None:
        url = f"{self.portals}/misbehave?feed={feed}&mode={mode}"
        request = urllib.request.Request(url, method="POST")  # noqa: S310
        urllib.request.urlopen(request, timeout=60).close()  # noqa: S310

    def restore(self, feed: str) -> None:
        self.set_mode(feed, "ok")
        if self.status(feed) == "stopped":
            os.kill(self.producers.pid, signal.SIGHUP)
        wait_until(lambda: self.status(feed), f"{feed} live again", lambda seen: seen == "live")


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory, kafka_kind: str) -> Iterator[City]:
    with Stack(tmp_path_factory.mktemp("city"), kafka=kafka_kind) as stack:
        running = City(stack)
        feeds = ("tago.positions", "its.speeds", "its.events", "utic.incidents", "permits")
        for feed in feeds:
            wait_until(partial(running.status, feed), f"{feed} live", lambda seen: seen == "live")
        wait_until(lambda: running.known()["speeds"], "speeds", lambda seen: seen > 100)
        yield running


@pytest.mark.parametrize(("feed", "mode", "words"), CASES)
def test_misbehaviour_shows_and_deletes_nothing(
    city: City, feed: str, mode: str, words: set[str]
) -> None:
    before = city.known()
    city.set_mode(feed, mode)
    start = time.monotonic()
    try:
        wait_until(
            lambda: city.status(feed),
            f"{feed} in {mode} to say {words}, says {city.status(feed)}",
            lambda seen: seen in words,
        )
        print(f"{feed} {mode}: {city.status(feed)} after {time.monotonic() - start:.1f} s")  # noqa: T201
        after = city.known()
        for name in ("speeds", "works", "buses"):
            assert after[name] >= before[name] * 0.95, (
                f"{name} fell {before[name]} -> {after[name]}"
            )
    finally:
        city.restore(feed)


@pytest.mark.parametrize(
    ("feed", "mode"), [("its.speeds", "its-4005"), ("permits", "gateway-json-30")]
)
def test_a_key_that_is_taken_again_starts_its_feed_without_anybody(
    city: City, feed: str, mode: str
) -> None:
    city.set_mode(feed, mode)
    wait_until(lambda: city.status(feed), f"{feed} stopped", lambda seen: seen == "stopped")
    city.set_mode(feed, "ok")
    wait_until(lambda: city.status(feed), f"{feed} live again", lambda seen: seen == "live")
