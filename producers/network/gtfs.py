"""A GTFS static feed (zip) as bus routes: one route of the network for each pattern of stops.

GTFS orders stops by any growing `stop_sequence`, and one route has many patterns; a live feed names
a trip. So each distinct row of stops of a route becomes a route of its own, `route_id:n` with the
busiest pattern first, and `trips.json` says which trip drives which, by which sequences.
"""

import csv
import io
import zipfile
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from producers.network.refused import RefusedLine
from producers.network.route_stops import MAX_ORDER, StopRuns
from producers.network.stop_columns import identifier
from producers.reading.fields import plain_number, spot, text
from streams.contract.errors import NetworkError
from streams.contract.grammars import Bounds
from streams.geo.network import Stop

MAX_TABLE_BYTES = 512 << 20
BUS_TYPES = frozenset({"3", "11", *map(str, range(200, 210)), *map(str, range(700, 717))})
"""`route_type` of buses, trolleybuses and coaches; a tram or a train has no road."""


@dataclass(frozen=True, slots=True)
class TimetableTrips:
    """Which route of the network each trip drives; of each route its number and the
    `stop_sequence` of each of its stops.
    """

    pattern_of: dict[str, str] = field(default_factory=dict)
    sequences: dict[str, tuple[int, ...]] = field(default_factory=dict)
    numbers: dict[str, str] = field(default_factory=dict)


def read_gtfs(path: Path, bounds: Bounds) -> tuple[StopRuns, TimetableTrips]:
    """The runs of every pattern, and the trips; raises NetworkError when a table is missing.

    Stops outside the bounds are refused and keep their place in the run.
    """
    runs = StopRuns()
    try:
        with zipfile.ZipFile(path) as archive:
            _stops(archive, runs, bounds)
            routes = {row["route_id"]: row for row in _rows(archive, "routes.txt", ("route_id",))}
            trips = _trips(archive, routes)
            driven = _driven(archive, trips)
            if "feed_info.txt" in archive.namelist():
                row = next(_rows(archive, "feed_info.txt", ()), {})
                version = row.get("feed_version") or row.get("feed_start_date")
                runs.released = text(version, 20)
    except (zipfile.BadZipFile, OSError) as error:
        raise NetworkError(f"{path.name} cannot be read: {error}") from None
    patterns = TimetableTrips()
    for name, rows in _patterns(trips, driven):
        _keep(runs, patterns, routes, name, rows)
    if not runs.orders:
        raise NetworkError(f"{path.name} has no trip of a bus with stop times")
    return runs, patterns


def _rows(archive: zipfile.ZipFile, name: str, needed: tuple[str, ...]) -> Iterator[dict[str, str]]:
    try:
        info = archive.getinfo(name)
    except KeyError:
        raise NetworkError(f"{archive.filename}: {name} is missing") from None
    if info.file_size > MAX_TABLE_BYTES:
        raise NetworkError(f"{name} has {info.file_size} bytes, at most {MAX_TABLE_BYTES}")
    with archive.open(info) as raw, io.TextIOWrapper(raw, "utf-8-sig", newline="") as words:
        rows = csv.DictReader(words)
        if missing := [column for column in needed if column not in (rows.fieldnames or ())]:
            raise NetworkError(f"{name} lacks the column {', '.join(missing)}")
        yield from rows


def _stops(archive: zipfile.ZipFile, runs: StopRuns, bounds: Bounds) -> None:
    needed = ("stop_id", "stop_lat", "stop_lon")
    for number, row in enumerate(_rows(archive, "stops.txt", needed), start=2):
        stop_id = identifier(row["stop_id"])
        point = spot(row["stop_lon"], row["stop_lat"], bounds)
        if stop_id is None or point.lon is None or point.lat is None:
            detail = (
                f"stop {row['stop_id']!r}: {row['stop_lon']}, {row['stop_lat']} outside {bounds}"
            )
            runs.refused.append(RefusedLine(number, "R006", detail))
            continue
        name, pole = text(row.get("stop_name")), text(row.get("stop_code"))
        runs.stops[stop_id] = Stop(stop_id, name or stop_id, point.lon, point.lat, pole)


def _trips(archive: zipfile.ZipFile, routes: dict[str, dict[str, str]]) -> dict[str, str]:
    """Trip -> route, of buses."""
    return {
        row["trip_id"]: row["route_id"]
        for row in _rows(archive, "trips.txt", ("trip_id", "route_id"))
        if routes.get(row["route_id"], {}).get("route_type", "3") in BUS_TYPES
    }


def _driven(archive: zipfile.ZipFile, trips: dict[str, str]) -> dict[str, list[tuple[int, str]]]:
    """Trip -> its stops in order, each with its sequence."""
    driven: dict[str, list[tuple[int, str]]] = defaultdict(list)
    for row in _rows(archive, "stop_times.txt", ("trip_id", "stop_id", "stop_sequence")):
        sequence, stop_id = plain_number(row["stop_sequence"]), identifier(row["stop_id"])
        if row["trip_id"] in trips and sequence is not None and stop_id is not None:
            driven[row["trip_id"]].append((int(sequence), stop_id))
    return {trip: sorted(stops) for trip, stops in driven.items()}


def _patterns(
    trips: dict[str, str], driven: dict[str, list[tuple[int, str]]]
) -> Iterator[tuple[str, list[tuple[str, list[tuple[int, str]]]]]]:
    """The patterns by name, with the trips that drive them; `route:1` is the one driven most."""
    by_run: dict[str, dict[tuple[str, ...], list[str]]] = defaultdict(lambda: defaultdict(list))
    for trip, stops in driven.items():
        if 1 < len(stops) <= MAX_ORDER:
            by_run[trips[trip]][tuple(stop for _, stop in stops)].append(trip)
    for route_id, patterns in sorted(by_run.items()):
        ranked = sorted(patterns.items(), key=lambda each: (-len(each[1]), each[0]))
        for rank, (_, drivers) in enumerate(ranked, start=1):
            yield f"{route_id}:{rank}", [(trip, driven[trip]) for trip in drivers]


def _keep(
    runs: StopRuns,
    patterns: TimetableTrips,
    routes: dict[str, dict[str, str]],
    name: str,
    drivers: Iterable[tuple[str, list[tuple[int, str]]]],
) -> None:
    """Take one pattern: its run, its number, and its trips by the sequences used most."""
    drivers = list(drivers)
    row = routes[name.rpartition(":")[0]]
    runs.numbers[name] = text(row.get("route_short_name")) or text(row.get("route_long_name"), 60)
    patterns.numbers[name] = runs.numbers[name]
    runs.orders[name] = {at: stop for at, (_, stop) in enumerate(drivers[0][1], start=1)}
    used = Counter(tuple(sequence for sequence, _ in stops) for _, stops in drivers)
    patterns.sequences[name] = used.most_common(1)[0][0]
    for trip, stops in drivers:
        if tuple(sequence for sequence, _ in stops) == patterns.sequences[name]:
            patterns.pattern_of[trip] = name
