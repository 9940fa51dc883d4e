"""The network import: a city's files into `network.json`."""

import json
import os
import tempfile
import zipfile
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from producers.network.driven import drives_of
from producers.network.gtfs import TimetableTrips, read_gtfs
from producers.network.learning import learned
from producers.network.node_link import read_links
from producers.network.overlay import laid
from producers.network.places import places_of_stops, read_places
from producers.network.refused import RefusedLine
from producers.network.route_stops import StopRuns, read_pole_numbers, read_route_stops, sections
from streams.contract.errors import NetworkError
from streams.contract.grammars import Bounds
from streams.contract.records import BusPosition
from streams.contract.settings import Settings
from streams.geo.network import Landmark, Network, Stop

FILE = "network.json"
MAX_CSV_BYTES = 256 << 20


@dataclass(frozen=True, slots=True)
class ImportFiles:
    """The files of a network: the bus routes of a city's CSV or of a GTFS zip, and what is laid
    over them.
    """

    routes: Path
    stops: Path | None = None
    node_link: Path | None = None
    places: Path | None = None
    prefix: str = "CCB"


@dataclass(frozen=True, slots=True)
class Imported:
    """A network and what the import came to; `lost` and `added` against a previous one, `learned`
    the sections whose line the buses showed.
    """

    network: Network
    refused: tuple[RefusedLine, ...]
    lost: tuple[str, ...] = ()
    added: tuple[str, ...] = ()
    trips: TimetableTrips | None = None
    hints: tuple[str, ...] = ()
    learned: int = 0

    def lines(self) -> list[str]:
        """The outcome in a few lines for a screen."""
        network = self.network
        kinds = [link.kind for link in network.links]
        shown = [f"  line {r.line}: {r.code} {r.detail}" for r in self.refused[:10]]
        more = [f"  and {len(self.refused) - 10} more"] if len(self.refused) > 10 else []
        return [
            f"network {network.version} of {network.city}, released {network.released or '?'}",
            f"{kinds.count('section')} sections over {len(network.stops)} stops",
            f"lengths of sections: {_counted(network)}; learned from buses: {self.learned}",
            f"{kinds.count('standard')} standard links, {len(network.routes)} routes",
            f"{len(network.places)} places",
            f"refused {len(self.refused)} rows",
            *shown,
            *more,
            f"links lost {len(self.lost)}, added {len(self.added)}",
            *self.hints,
        ]


def import_network(
    route_stops: Path,
    settings: Settings,
    *,
    prefix: str = "CCB",
    stops: Path | None = None,
    node_link: Path | None = None,
    places: Path | None = None,
    previous: Network | None = None,
    positions: Iterable[BusPosition] = (),
) -> Imported:
    """The network of the files; raises NetworkError when one of them cannot be used.

    A link's id is made of its stops' ids, so a re-import keeps every id that still exists. From
    `positions` of buses, in the order of time, lines and lengths are learned.
    """
    sources = ImportFiles(route_stops, stops, node_link, places, prefix)
    bounds = settings.bbox
    if zipfile.is_zipfile(sources.routes):
        runs, trips = read_gtfs(sources.routes, bounds)
    else:
        body, trips = _bytes(sources.routes), None
        runs = read_route_stops(body, sources.routes.name, sources.prefix, bounds)
    routes = runs.routes()
    links = learned(sections(runs, settings.road_factor), drives_of(positions, routes))
    learned_count = sum(link.length_source == "learned" for link in links)
    standards = [] if sources.node_link is None else read_links(sources.node_link, bounds)
    stop_runs = [route.stops for route in routes]
    links, overlay = laid(links, standards, stop_runs) if standards else (links, [])
    landmarks, refused = _places_of(sources, runs, previous, bounds)
    network = Network(
        city=settings.city,
        released=runs.released,
        links=(*links, *standards),
        stops=_stops_of(sources, runs),
        routes=routes,
        overlay=tuple(overlay),
        places=landmarks,
        is_simulated=settings.simulated,
    )
    before = set() if previous is None else set(previous.index)
    lost, added = sorted(before - set(network.index)), sorted(set(network.index) - before)
    return Imported(
        network,
        (*runs.refused, *refused),
        tuple(lost),
        tuple(added if previous else ()),
        trips,
        _hints(sources, runs, network),
        learned_count,
    )


def _counted(network: Network) -> str:
    """How many sections have their length from where."""
    counts = Counter(link.length_source for link in network.links if link.kind == "section")
    return ", ".join(f"{count} {source}" for source, count in sorted(counts.items())) or "none"


def _stops_of(sources: ImportFiles, runs: StopRuns) -> tuple[Stop, ...]:
    """The stops by id, with the numbers on their poles where a file has them."""
    if sources.stops is None:
        return tuple(stop for _, stop in sorted(runs.stops.items()))
    numbers = read_pole_numbers(_bytes(sources.stops), sources.stops.name, sources.prefix)
    return tuple(
        replace(stop, number=numbers.get(stop.id, stop.number))
        for _, stop in sorted(runs.stops.items())
    )


def _places_of(
    sources: ImportFiles, runs: StopRuns, previous: Network | None, bounds: Bounds
) -> tuple[tuple[Landmark, ...], list[RefusedLine]]:
    """The file's landmarks, else the previous network's, else those that stops are named after."""
    if sources.places is not None:
        return read_places(_bytes(sources.places), sources.places.name, bounds)
    if previous is not None and previous.places:
        return previous.places, []
    return places_of_stops(runs.stops.values()), []


def _hints(sources: ImportFiles, runs: StopRuns, network: Network) -> tuple[str, ...]:
    """What the desk and the rules will not know, and which option would tell them."""
    hints = []
    if sources.node_link is None:
        hints.append(
            "without --node-link (MOCT_LINK.shp) the desk knows no road names, and a section that "
            "--learn-from taught nothing is a straight line, its length an estimate"
        )
    if sources.places is None:
        count = len(network.places)
        hints.append(f"without --places the {count} landmarks are those that stops are named after")
    if runs.recounted:
        hints.append(
            f"orders of {len(runs.recounted)} routes began at 0 or went by tens: counted as 1, 2, 3"
        )
    return tuple(hints)


def check_found(imported: Imported, standing: Network | None, *, anyway: bool = False) -> None:
    """NetworkError when an import found next to nothing, so that the network that stands is kept.

    Nothing is no section at all; next to nothing are fewer rows than were refused, or less than a
    fifth of the links that stand: `anyway` takes these.
    """
    links, refused = len(imported.network.links), imported.refused
    rows = len(refused) + sum(len(route.stops) for route in imported.network.routes)
    first = f"; line {refused[0].line}: {refused[0].detail}" if refused else ""
    if not any(link.kind == "section" for link in imported.network.links):
        raise NetworkError(f"no section, {len(refused)} of {rows} rows refused{first}")
    if anyway:
        return
    if len(refused) * 2 > rows:
        raise NetworkError(f"{len(refused)} of {rows} rows refused, at most half{first}")
    if standing is not None and links * 5 < len(standing.links):
        raise NetworkError(
            f"{links} links, the network that stands has {len(standing.links)}: at least a fifth; "
            "it is kept, --anyway replaces it"
        )


def read_network(folder: Path) -> Network:
    """The network of a folder; raises NetworkError when there is none."""
    try:
        words = (folder / FILE).read_text(encoding="utf-8")
    except OSError as error:
        raise NetworkError(f"{folder / FILE} cannot be read: {error.strerror}") from None
    return Network.loads(words)


def standing_in(folder: Path) -> Network | None:
    """The network that stands in a folder, None where there is none that can be read."""
    try:
        return read_network(folder)
    except NetworkError:
        return None


def write_network(network: Network, folder: Path) -> None:
    """Write `network.json` in one step: a reader sees the old file or the new one."""
    folder.mkdir(parents=True, exist_ok=True)
    write_whole(folder / FILE, network.dumps())


def write_lost(imported: Imported, folder: Path) -> None:
    """Write what a re-import lost and added to `lost.json`."""
    body = {"lost": imported.lost, "added": imported.added}
    write_whole(folder / "lost.json", json.dumps(body, ensure_ascii=False, indent=1))


def write_trips(trips: TimetableTrips, folder: Path) -> None:
    """Write which trip of a GTFS feed drives which route of the network to `trips.json`."""
    body = {
        "trips": trips.pattern_of,
        "sequences": trips.sequences,
        "numbers": trips.numbers,
    }
    write_whole(folder / "trips.json", json.dumps(body, separators=(",", ":")))


def write_whole(path: Path, words: str) -> None:
    """Write a file through a temporary neighbour and a rename."""
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
            stream.write(words)
            stream.flush()
            os.fsync(stream.fileno())
        Path(name).chmod(0o644)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def _bytes(path: Path) -> bytes:
    try:
        if path.stat().st_size > MAX_CSV_BYTES:
            raise NetworkError(f"{path.name} is larger than {MAX_CSV_BYTES >> 20} MiB")
        return path.read_bytes()
    except OSError as error:
        raise NetworkError(f"{path.name} cannot be read: {error.strerror}") from None
