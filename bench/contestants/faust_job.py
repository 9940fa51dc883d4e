"""The job in Faust, as its manual writes one: a Record, a windowed table by event time, and the
state of a link's minute to Redis once the next has begun, and again where it still changes.
"""

import argparse
import json
import sys
from pathlib import Path
from typing import Any

import faust
import redis.asyncio as aioredis

MINUTE_S = 60
YEARS_S = 50 * 365 * 86_400  # windows expire by the wall clock, and the log is of a day gone by


class Speed(faust.Record, serializer="json"):
    """One observation."""

    link_id: str
    speed_kmh: float
    observed_ms: int

    @property
    def observed_s(self) -> float:
        return self.observed_ms / 1000


def build(options: argparse.Namespace) -> Any:
    """The app with its topic, table and agent."""
    facts = json.loads(Path(options.facts).read_text(encoding="utf-8"))
    links = facts["links"]
    works = {link: (starts_ms, closure) for link, starts_ms, closure in facts["works"]}
    app = faust.App(
        options.topic + "-job",
        broker=f"kafka://{options.kafka}",
        store="memory://",
        web_enabled=False,
        datadir=options.folder,
        topic_partitions=4,
        topic_replication_factor=1,
        broker_session_timeout=300,
        broker_heartbeat_interval=10,
        broker_request_timeout=400,
    )
    speeds = app.topic(options.topic, key_type=str, key_serializer="raw", value_type=Speed)
    sums: Any = app.Table("sums", default=lambda: (0.0, 0), partitions=4, key_type=str)
    window: Any = faust.TumblingWindow(MINUTE_S, expires=YEARS_S)
    sums = sums.using_window(window).relative_to(_observed_s)
    store: Any = aioredis.from_url(options.redis)
    newest: dict[str, int] = {}

    def state_of(link: str, start_s: int, total: float, count: int) -> str:
        length_m, jam, slow = links[link]
        starts_ms, closure = works.get(link, (None, "none"))
        mean, start_ms = total / count, start_s * 1000
        is_closed = starts_ms is not None and starts_ms <= start_ms
        row = {
            "minute": start_ms,
            "speed_kmh": mean,
            "samples": count,
            "level": "jam" if mean < jam else "slow" if mean < slow else "free",
            "travel_s": round(length_m / mean * 3.6, 1),
            "closure": closure if is_closed else "none",
        }
        return json.dumps(row)

    async def fold(stream: Any) -> None:
        async for speed in stream:
            link = speed.link_id
            total, count = sums[link].value()
            sums[link] = (total + speed.speed_kmh, count + 1)
            minute_s = speed.observed_ms // 60_000 * MINUTE_S
            before_s = newest.get(link, minute_s)
            newest[link] = max(before_s, minute_s)
            done_s = min(before_s, minute_s)
            if done_s < newest[link]:
                total, count = sums[link][window.current(float(done_s))]
                await store.set(f"link:{link}", state_of(link, done_s, total, count))

    app.agent(speeds)(fold)
    return app


def _observed_s(event: Any) -> float:
    return float(event.value.observed_s)


def main() -> None:
    """Run until it is stopped."""
    parser = argparse.ArgumentParser()
    for name in ("--kafka", "--redis", "--facts", "--folder", "--topic"):
        parser.add_argument(name, required=True)
    options = parser.parse_args()
    sys.argv[1:] = []
    faust.Worker(build(options), loglevel="WARNING").execute_from_commandline()


if __name__ == "__main__":
    main()
