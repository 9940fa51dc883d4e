"""The job in Quix Streams, as its manual writes one: a tumbling window by event time, its mean, a
join to what is known of the link, Quix' own Redis sink. It needs nothing of the product.
"""

import argparse
import json
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from quixstreams import Application
from quixstreams.dataframe.windows import Count, Mean
from quixstreams.sinks.community.redis import RedisSink


def main() -> None:
    """Run until it is stopped."""
    parser = argparse.ArgumentParser()
    for name in ("--kafka", "--redis", "--facts", "--folder", "--topic"):
        parser.add_argument(name, required=True)
    options = parser.parse_args()
    facts = json.loads(Path(options.facts).read_text(encoding="utf-8"))
    links = facts["links"]
    works = {link: (starts_ms, closure) for link, starts_ms, closure in facts["works"]}

    def state_of(window: dict[str, Any], link: str, _at: int, _headers: Any) -> dict[str, Any]:
        length_m, jam, slow = links[link]
        starts_ms, closure = works.get(link, (None, "none"))
        mean, start_ms = window["mean"], window["start"]
        is_closed = starts_ms is not None and starts_ms <= start_ms
        return {
            "minute": start_ms,
            "speed_kmh": mean,
            "samples": window["count"],
            "level": "jam" if mean < jam else "slow" if mean < slow else "free",
            "travel_s": round(length_m / mean * 3.6, 1),
            "closure": closure if is_closed else "none",
        }

    app = Application(
        broker_address=options.kafka,
        consumer_group=options.topic,
        auto_offset_reset="earliest",
        auto_create_topics=True,
        state_dir=str(Path(options.folder) / "state"),
        commit_interval=1.0,
        consumer_extra_config={"session.timeout.ms": 300_000, "max.poll.interval.ms": 600_000},
    )
    topic = app.topic(
        options.topic,
        key_deserializer="str",
        value_deserializer="json",
        timestamp_extractor=lambda value, *_: value["observed_ms"],
    )
    redis = urlsplit(options.redis)
    sink = RedisSink(
        host=redis.hostname or "127.0.0.1",
        port=redis.port or 6379,
        db=0,
        key_serializer=lambda key, _value: f"link:{key}",
    )
    frame = app.dataframe(topic)
    frame = (
        frame.tumbling_window(timedelta(minutes=1), grace_ms=timedelta(seconds=10))
        .agg(mean=Mean("speed_kmh"), count=Count())
        .final()
    )
    frame = frame.apply(state_of, metadata=True)
    frame.sink(sink)
    app.run()


if __name__ == "__main__":
    main()
