"""A month's history of a labelled city: its recording played again each day, in this process.

    python -m bench.month CITY --days 30 --to FOLDER [--from 2026-10-26]

CITY is a folder as `bench.truth` reads it. Each day is the same recording with its times moved, its
permits and incidents numbered anew; the archive's own fold writes FOLDER as `python -m streams
archive` would. It is a history to try statistics and reports on: its days are alike.
"""

import argparse
import sys
import time
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import msgspec

from bench.archive import Logged, archived
from bench.truth import lines_of, network_of, settings_of
from producers.network.importing import write_network
from producers.recording.replay import events
from streams.contract import topics
from streams.contract.settings import Settings
from streams.contract.times import DAY_MS, KST_MS

TICK_MS = 5000
NUMBERED = ("permit_id", "incident_id")
Played = list[tuple[str, int, bytes]]


def moved(value: Any, by_ms: int, mark: str) -> Any:
    """A message some days later: its times moved, what is numbered numbered apart."""
    if isinstance(value, dict):
        return {key: _moved(key, each, by_ms, mark) for key, each in value.items()}
    if isinstance(value, list):
        return [moved(each, by_ms, mark) for each in value]
    return value


def _moved(key: str, value: Any, by_ms: int, mark: str) -> Any:
    if key.endswith("_ms") and isinstance(value, list):
        return [_moved(key, each, by_ms, mark) for each in value]
    if key.endswith("_ms") and isinstance(value, int):
        return value + by_ms if value > DAY_MS else value
    if key in NUMBERED:
        return f"{value}{mark}"
    return moved(value, by_ms, mark)


def played(city: Path, settings: Settings) -> Played:
    """What a recording means, message by message."""
    recording = next(city.glob("recording.jsonl*"))
    steps = events(lines_of(recording), settings)
    return [message for _, messages in steps for message in messages]


def month_of(day: Played, days: int, begin: date) -> Iterator[tuple[topics.Topic, int, bytes]]:
    """The messages of all days, one day after another; says each when the next begins."""
    first_ms = next(
        msgspec.json.decode(payload)["tick_ms"] for _, _, payload in day if b'"tick"' in payload
    )
    recorded = date(1970, 1, 1) + timedelta(days=(first_ms + KST_MS) // DAY_MS)
    for number in range(days):
        began = time.monotonic()
        by_ms = ((begin - recorded).days + number) * DAY_MS
        for topic, partition, payload in day:
            body = moved(msgspec.json.decode(payload), by_ms, f"-{number + 1:02d}")
            yield topics.named(topic), partition, msgspec.json.encode(body)
        today = begin + timedelta(days=number)
        print(f"{today}: folded in {time.monotonic() - began:.0f} s", flush=True)


def write_month(city: Path, folder: Path, days: int, begin: date) -> None:
    """Fold the days one after another and write them; the network lies beside them."""
    settings = settings_of(city, {"BOMNAE_TICK_MS": str(TICK_MS)})
    network = network_of(city, settings)
    folder.mkdir(parents=True, exist_ok=True)
    write_network(network, folder / "network")  # what its links are called
    sent = month_of(played(city, settings), days, begin)
    archived(settings, network, Logged(settings, network).of(sent), folder)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.month", description=__doc__)
    parser.add_argument("city", type=Path, help="folder of a labelled city")
    parser.add_argument("--days", type=int, default=30)
    parser.add_argument("--to", type=Path, required=True, help="folder of the history")
    parser.add_argument("--from", dest="begin", type=date.fromisoformat, default=date(2026, 10, 26))
    args = parser.parse_args()
    write_month(args.city, args.to, args.days, args.begin)
    return 0


if __name__ == "__main__":
    sys.exit(main())
