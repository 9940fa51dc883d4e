"""The demo's past: the portals answered all the time, so no feed is told to be silent."""

import gzip
from collections import Counter
from pathlib import Path

from local.demo import COARSE
from local.stack import POLLS
from producers.recording.replay import events
from producers.simulator.city import build_city
from producers.simulator.past import write_past
from streams.audit.fold import Fold
from streams.contract.enums import RuleName
from streams.contract.settings import Settings
from streams.topology.stages import stages

OPENS_MS = 1_795_392_000_000
FEEDS = "feed-reports"


def test_the_past_tells_of_no_feed_that_fell_silent(tmp_path: Path) -> None:
    recording = tmp_path / "past.jsonl.gz"
    write_past(recording, 1, OPENS_MS, 4)
    settings = Settings.from_env({**POLLS, **COARSE})
    fold = Fold(stages(settings, build_city()))
    offsets = Counter[int]()
    with gzip.open(recording, "rt") as lines:
        for _, messages in events(lines, settings):
            for topic, partition, payload in messages:
                if topic == FEEDS:
                    fold.take(topic, partition, offsets[partition], payload, None)
                    offsets[partition] += 1
    assert sum(offsets.values()) > 20
    assert [x.subject for x in fold.alerts.values() if x.rule is RuleName.FEED] == []
