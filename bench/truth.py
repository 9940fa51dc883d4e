"""How true the picture is: labelled cities folded from their recordings, and scored.

    python -m bench.truth CITY [CITY ...] [--scorer score.py] [--out DIR] [--details]

CITY is a folder with `route_stops.csv` and `MOCT_LINK.shp` (or `network.json`), a recording and
the truth. The pure stages fold it in this process, as the worker would; each minute of it is kept
as the API would have answered, in DIR/NAME, and the scorer reads them.
"""

import argparse
import gzip
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import Any

import msgspec

from maps.picture import exports
from maps.picture.discrepancies import discrepancies_of
from maps.picture.filters import Filters
from maps.picture.picture import Picture, picture_of
from producers.network.importing import import_network
from producers.recording.replay import events
from streams.audit.fold import Fold
from streams.contract.settings import Settings
from streams.geo.network import Network
from streams.state.kinds import KINDS, StoredPicture
from streams.topology.stages import stages

STEP_MS = 60_000
POLLS = {"city_a": "30"}  # s; BOMNAE_TAGO_POLL_S of a city that polls otherwise than once a minute


def settings_of(city: Path, given: dict[str, str]) -> Settings:
    """One set for all cities, but for how often their portals are asked."""
    polls = {"BOMNAE_TAGO_POLL_S": POLLS.get(city.name, "60"), "BOMNAE_ITS_POLL_S": "60"}
    return Settings.from_env({**polls, **given})


def network_of(city: Path, settings: Settings) -> Network:
    """The network as the city gives it ready made, else imported from its files."""
    made = city / "network.json"
    if made.exists():
        return Network.loads(made.read_text(encoding="utf-8"))
    node_link = city / "MOCT_LINK.shp"
    return import_network(city / "route_stops.csv", settings, node_link=node_link).network


def lines_of(path: Path) -> Iterator[str]:
    opened: Any = gzip.open if path.suffix == ".gz" else open
    with opened(path, "rt", encoding="utf-8") as file:
        yield from file


def picture_in(fold: Fold, network: Network) -> Picture:
    """The picture of a fold, as the map would show it."""
    rows: dict[str, Any] = {
        kind.name: dict(chain(*(fold.rows_of(table).items() for table in kind.stage_tables)))
        for kind in KINDS
    }
    return picture_of(StoredPicture(**rows), network)


def bodies(picture: Picture, network: Network) -> dict[str, Any]:
    """What the API answers of a picture, by the scorer's names."""
    everything = Filters()
    return {
        "links": exports.links_geojson(picture, network, everything, is_simulated=False),
        "works": exports.works_geojson(picture, network, everything, is_simulated=False),
        "discrepancies": discrepancies_of(picture, network),
    }


def fold_city(city: Path, out: Path, settings: Settings) -> None:
    """Fold a city's recording and write a snapshot a minute into `out`."""
    network = network_of(city, settings)
    fold, offsets = Fold(stages(settings, network)), Counter[tuple[str, int]]()
    recording = next(city.glob("recording.jsonl*"))
    out.mkdir(parents=True, exist_ok=True)
    next_ms = 0
    for at_ms, messages in events(lines_of(recording), settings):
        if at_ms >= next_ms:
            if next_ms:
                keep(bodies(picture_in(fold, network), network), out, at_ms)
            next_ms = at_ms // STEP_MS * STEP_MS + STEP_MS
        for topic, partition, payload in messages:
            fold.take(topic, partition, offsets[topic, partition], payload, None)
            offsets[topic, partition] += 1


def keep(answers: dict[str, Any], out: Path, at_ms: int) -> None:
    for name, body in answers.items():
        path = out / f"{name}_{at_ms:013d}.geojson.gz"
        path.write_bytes(gzip.compress(msgspec.json.encode(body), 1))


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.truth", description=__doc__)
    parser.add_argument("cities", nargs="+", type=Path, help="folders of labelled cities")
    parser.add_argument("--scorer", type=Path, help="score.py of the cities")
    parser.add_argument("--out", type=Path, help="folder for the snapshots")
    parser.add_argument("--details", action="store_true", help="each closure and discrepancy")
    parser.add_argument("--set", nargs="*", default=[], help="BOMNAE_NAME=value")
    args = parser.parse_args()
    given = dict(pair.split("=", 1) for pair in args.set)
    with tempfile.TemporaryDirectory() as folder:
        out = args.out or Path(folder)
        command = [sys.executable, str(args.scorer), "auto"]
        for city in args.cities:
            began = time.monotonic()
            fold_city(city, out / city.name, settings_of(city, given))
            print(f"{city.name}: folded in {time.monotonic() - began:.0f} s", flush=True)
            command += ["--case", city.name, str(out / city.name), str(city / "truth")]
        if args.scorer:
            details = ["--details"] if args.details else []
            return subprocess.run([*command, *details], check=False).returncode
    return 0


if __name__ == "__main__":
    sys.exit(main())
