"""How many situations the demo's first hour shows, and how many messages leave it.

    python -m bench.situations [--minutes 60]

The simulated city is recorded and folded in this process, as the worker would; each minute the
board is made as the map server would, and each alert is offered to an endpoint without a filter.
"""

import argparse
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from bench.results import Figure
from bench.simulated_case import MINUTE_MS, OPENS_MS, PAST_MIN
from bench.truth import lines_of, picture_in
from maps.picture.board import Board
from maps.picture.picture import Picture
from producers.recording.replay import events
from producers.simulator.city import build_city
from producers.simulator.day import Day
from producers.simulator.past import write_past
from streams.audit.fold import Fold
from streams.contract.enums import AlertEvent
from streams.contract.settings import Settings
from streams.delivery.deciding.stories import Hearing, Stories
from streams.domain.alerts import Alert
from streams.domain.situations.situation import Situation
from streams.topology.stages import stages

LOOK_AT_MIN = 10
MOST_OPEN = 8
MOST_ROWS = 2  # of one permit or event
SHARE = 0.25


@dataclass(slots=True)
class Endpoint:
    """Somebody who wants every message."""

    sent: set[str] = field(default_factory=set)
    said: set[str] = field(default_factory=set)
    messages: list[Alert] = field(default_factory=list)

    @property
    def hearing(self) -> Hearing:
        return Hearing(self.sent.__contains__, self._is_due, lambda _: True)

    def _is_due(self, end: Alert) -> bool:
        return end.episode in self.sent and end.id not in self.said

    def hear(self, stories: Stories, alerts: list[Alert]) -> None:
        stories.take(alerts)
        for alert in stories.needed(alerts, self.hearing):
            self.sent.add(alert.episode)
            self.said.add(alert.id)
            self.messages.append(alert)


@dataclass(slots=True)
class Hour:
    """What an hour came to: the alerts that were told, and the picture of each minute; `day` is
    what was really so.
    """

    day: Day
    alerts: list[Alert] = field(default_factory=list)
    pictures: dict[int, Picture] = field(default_factory=dict)
    endpoint: Endpoint = field(default_factory=Endpoint)

    def open_at(self, minute: int) -> list[Situation]:
        """The situations that wait for somebody."""
        picture = self.pictures[minute]
        now_ms = OPENS_MS + minute * MINUTE_MS
        return [row for row in picture.situations.values() if row.is_open(now_ms)]

    def rows_of(self, minute: int) -> Mapping[str, int]:
        """How many rows tell of each permit and each incident."""
        found: Counter[str] = Counter()
        for row in self.pictures[minute].situations.values():
            subjects = {f"permit {permit}" for fact in row.facts for permit in fact.permits}
            subjects |= {fact.subject for fact in row.facts if fact.is_incident}
            found.update(subjects)
        return found

    def count(self, alerts: list[Alert]) -> int:
        """Begins and ends after the opening; what changes waits for ten minutes of its own."""
        words = (AlertEvent.BEGIN, AlertEvent.END)
        return sum(x.at_ms >= OPENS_MS and x.word in words for x in alerts)


def hour(folder: Path, minutes: int = 60, seed: int = 1) -> Hour:
    """The demo's first minutes, folded."""
    recording = folder / "recording.jsonl"
    until_ms = OPENS_MS + minutes * MINUTE_MS
    whole = minutes + PAST_MIN
    portal = write_past(recording, seed, until_ms, whole, at="08:10", open_minutes=minutes)
    found = Hour(portal.day)
    network = build_city()
    board, stories = Board(network), Stories(network)
    stories.begin({}, [], lambda _: None)
    for minute, fold, alerts in _folded(recording, minutes):
        found.alerts += alerts
        found.endpoint.hear(stories, alerts)
        board.take(alerts)
        if minute >= 0:
            picture = picture_in(fold, network)
            found.pictures[minute] = replace(picture, situations=board.of(picture))
    return found


def _folded(recording: Path, minutes: int) -> Iterator[tuple[int, Fold, list[Alert]]]:
    """The fold after each minute, and what was told in it."""
    settings = Settings.from_env(
        {"BOMNAE_TAGO_POLL_S": "10", "BOMNAE_ITS_POLL_S": "60", "BOMNAE_TICK_MS": "10000"}
    )
    fold = Fold(stages(settings, build_city()))
    told: set[str] = set()
    offsets = Counter[tuple[str, int]]()
    minute = -PAST_MIN
    for at_ms, messages in events(lines_of(recording), settings):
        while at_ms >= OPENS_MS + (minute + 1) * MINUTE_MS and minute < minutes:
            minute += 1
            news = [alert for name, alert in fold.alerts.items() if name not in told]
            told |= {alert.id for alert in news}
            yield minute, fold, sorted(news, key=lambda alert: (alert.at_ms, alert.id))
        for topic, partition, payload in messages:
            fold.take(topic, partition, offsets[topic, partition], payload, None)
            offsets[topic, partition] += 1


def figures(found: Hour) -> list[Figure]:
    minute = min(LOOK_AT_MIN, max(found.pictures))
    standing = found.pictures[minute]
    was, now = found.count(found.alerts), found.count(found.endpoint.messages)
    worst = max(len(found.open_at(each)) for each in found.pictures if each >= minute)
    most = max(found.rows_of(minute).values(), default=0)
    return [
        Figure(f"demo, minute {minute}: alerts that stand", len(standing.alerts)),
        Figure(f"demo, minute {minute}: rows", len(standing.situations)),
        Figure(f"demo, minute {minute}: that wait", len(found.open_at(minute)), "", MOST_OPEN),
        Figure(f"demo, minute {minute}: rows of one story", most, "", MOST_ROWS),
        Figure("demo, from that minute on: most that wait", worst, "", MOST_OPEN),
        Figure(f"demo, {max(found.pictures)} minutes: alerts begun and ended", was),
        Figure("demo: messages of begin and end", now, "", round(was * SHARE)),
    ]


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.situations", description=__doc__)
    parser.add_argument("--minutes", type=int, default=60, help="after the opening")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        for figure in figures(hour(Path(folder), args.minutes)):
            print(figure.line())
    return 0


if __name__ == "__main__":
    sys.exit(main())
