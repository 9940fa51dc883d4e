"""The picture follows whatever a delta says."""

from typing import cast

from maps.picture.loop import LiveUpdates
from maps.picture.picture import Picture
from maps.picture.tiling import tiling_of
from streams.contract.enums import PollOutcome
from streams.contract.records import FeedReport
from streams.domain.stages.feeds import FeedState
from streams.geo.network import Network
from streams.state.store import Store
from tests.cities.rows import run

REPORT = FeedReport("permits", PollOutcome.DATA, 1, 10_000, row_count=3)


def test_a_feed_that_is_gone_does_not_end_it(network: Network) -> None:
    live = LiveUpdates(cast("Store", None), network, 1, lambda: 9, tiling_of(network))
    live.picture = Picture(feeds={"permits": FeedState("permits", REPORT)})
    live.judge_feeds()
    live._flush(run({"f": {"permits": None, "never there": None}, "k": {"0": 7}}))
    live.judge_feeds()
    assert not live.picture.feeds
    assert live.picture.clocks == {"0": 7}
