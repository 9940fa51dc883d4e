"""How much the history on disk takes: a city's recording folded and written, as the archive does.

    python -m bench.archive [CITY] [--links 2359] [--hours 2] [--set BOMNAE_NAME=value]

CITY is a folder as `bench.truth` takes it; without one the simulated city is recorded first, faster
than real time, from eight in the morning on. What the hours of the recording took is scaled to a
day (buses drive 17 hours of it) and to a city of so many links that are shown; Chuncheon has 2,359
sections. It is the busiest that it can be: the hours are those of the day, and of each hour's
files a day's are made (one a table), so that the smallest parts are not counted as they are.
"""

import argparse
import tempfile
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from bench.simulated_case import write_case
from bench.truth import lines_of, network_of, settings_of
from producers.recording.replay import events
from streams.contract import topics, wire
from streams.contract.derived import LinkBatch, LinkEvents, Origin
from streams.contract.errors import RecordRefusedError
from streams.contract.settings import Settings
from streams.domain.stage import State, apply, empty_state
from streams.geo.network import Network
from streams.history.fold import TAKEN, HistoryFold, places_of
from streams.history.health import FILE
from streams.history.keeping import keep
from streams.history.shelf import Shelf
from streams.history.tables import TABLES
from streams.kafka.cluster import Record
from streams.topology.stages import stages

SECTIONS = 2_359
DRIVEN_H = 17
HOUR_MS = 3_600_000


class Logged:
    """What a worker would add to a log: for each message of an input those of `link-events`."""

    def __init__(self, settings: Settings, network: Network) -> None:
        by_topic = stages(settings, network)
        self._stages = {topic.name: stage for topic, stage in by_topic.items()}
        self._states: dict[tuple[str, int], State] = {}
        self._offsets: Counter[tuple[str, int]] = Counter()

    def of(self, sent: Iterable[tuple[topics.Topic, int, bytes]]) -> Iterator[Record]:
        """The messages of the log with their offsets, those of `link-events` after their cause."""
        for topic, partition, payload in sent:
            yield self._record(topic.name, partition, payload)
            if topic in topics.TICKED:
                yield from self._derived((topic.name, partition), payload)

    def _derived(self, place: tuple[str, int], payload: bytes) -> Iterator[Record]:
        stage = self._stages[place[0]]
        state = self._states.setdefault(place, empty_state(stage))
        try:
            message = wire.read(payload, stage.takes, place[0])
        except RecordRefusedError:
            return
        effects = stage.step(state, message, Origin(*place, self._offsets[place] - 1))
        apply(state, effects.changes)
        for partition, parts in sorted(effects.derived.items()):
            yield self._record(topics.LINK_EVENTS.name, partition, _bytes(parts))

    def _record(self, topic: str, partition: int, payload: bytes) -> Record:
        offset = self._offsets[topic, partition]
        self._offsets[topic, partition] += 1
        return Record(topic, partition, offset, payload)


def _bytes(parts: Sequence[LinkEvents]) -> bytes:
    return wire.encode(LinkBatch(tuple(parts)))


def archived(
    settings: Settings, network: Network, log: Iterable[Record], folder: Path
) -> HistoryFold:
    """A log written into a folder, a file a table and day."""
    shelf = Shelf(folder)
    fold = HistoryFold(settings, network, shelf)
    fold.positions = dict.fromkeys(places_of(settings.partitions), 0)
    taken = {topic.name for topic in TAKEN}
    for record in log:
        if record.topic in taken:
            fold.take(record)
        if shelf.count > 300_000:
            shelf.commit(fold.covered)
    shelf.commit(fold.covered)
    shelf.merge("9999")
    keep(folder, fold, {}, {})
    return fold


def figures(folder: Path, hours: float, links: int, shown: int) -> Iterator[str]:
    """A line a table: what it took, and what a day of so many links takes."""
    total = 0.0
    manifests = Shelf(folder).manifests.values()
    for table in TABLES:
        files = [file for day in manifests for file in day.files.get(table.name, ())]
        size, rows = sum(file.bytes for file in files), sum(file.rows for file in files)
        a_day = size / hours * DRIVEN_H * links / max(1, shown)
        total += a_day
        yield f"{table.name}: {rows} rows, {size} bytes; a day {a_day / 1e6:.2f} MB"
    yield f"a day of {links} links: {total / 1e6:.1f} MB (at most 15)"
    yield f"the fold as it is kept: {(folder / FILE).stat().st_size / 1e6:.1f} MB"


def measure(city: Path, links: int, given: dict[str, str], folder: Path) -> Iterator[str]:
    """Fold a city's recording into a folder, and say what it took."""
    settings = settings_of(city, given)
    network = network_of(city, settings)
    recording = next(city.glob("recording.jsonl*"))
    times: list[int] = []

    def sent() -> Iterator[tuple[topics.Topic, int, bytes]]:
        for at_ms, messages in events(lines_of(recording), settings):
            times.append(at_ms)
            for topic, partition, payload in messages:
                yield topics.named(topic), partition, payload

    began_s = time.monotonic()
    fold = archived(settings, network, Logged(settings, network).of(sent()), folder)
    shown = sum(len(state.links.codes) for state in fold.states.values())
    hours = (times[-1] - times[0]) / HOUR_MS
    yield (
        f"{hours:.2f} h, {shown} links of {len(network.links)} shown, folded and written in "
        f"{time.monotonic() - began_s:.0f} s"
    )
    yield from figures(folder, hours, links, shown)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.archive", description=__doc__)
    parser.add_argument("city", nargs="?", type=Path, help="a city's folder (the simulated one)")
    parser.add_argument("--links", type=int, default=SECTIONS, help="links that are shown")
    parser.add_argument("--hours", type=float, default=2.0, help="of the simulated city")
    parser.add_argument("--set", nargs="*", default=[], help="BOMNAE_NAME=value")
    args = parser.parse_args()
    given = dict(pair.split("=", 1) for pair in args.set)
    with tempfile.TemporaryDirectory(prefix="bomnae-archive-") as folder:
        city = args.city
        if city is None:
            city = Path(folder) / "city"
            minutes = round(args.hours * 60)
            write_case(city, 1, "08:00", minutes, 30)
            given = {"BOMNAE_TAGO_POLL_S": "30", "BOMNAE_PERMITS_EPSG": "5186", **given}
        for line in measure(city, args.links, given, Path(folder) / "history"):
            print(line, flush=True)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
