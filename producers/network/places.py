"""Landmarks: from a file of the city, or from the names of its bus stops."""

import re
from collections import defaultdict
from collections.abc import Iterable

from producers.network.refused import RefusedLine
from producers.network.stop_columns import lines_of
from producers.reading.fields import spot
from streams.contract.grammars import Bounds
from streams.geo.network import Landmark, Stop

_KINDS = (
    ("소방서", re.compile(r"소방서|119\s*안전센터|119\s*지역대|fire", re.IGNORECASE)),
    ("병원", re.compile(r"병원|의료원|응급|hospital", re.IGNORECASE)),
    ("터미널", re.compile(r"터미널|terminal", re.IGNORECASE)),
    ("경찰서", re.compile(r"경찰|지구대|파출소|police", re.IGNORECASE)),
    ("역", re.compile(r"(?:^|\S)역$|철도역|station", re.IGNORECASE)),
    ("관청", re.compile(r"(?:시|도|군|구)청$|관공서|관청|행정복지센터|주민센터|보건소")),
    ("학교", re.compile(r"대학교?$|학교$|school", re.IGNORECASE)),
)
"""The kinds that rules and the desk tell apart; any other kind stays as the file has it."""
_LANDMARKS = ("소방서", "병원", "터미널", "경찰서", "역", "관청", "학교")
_BY_IT = re.compile(r"\s*(?:종점|기점|정류장|앞|정문|본관|건너편?|맞은편|\([^()]*\))+$")
_UNTIDY = re.compile(r"사거리|삼거리|교차로|육교|장례식장|출구")


def read_places(
    body: bytes, name: str, bounds: Bounds
) -> tuple[tuple[Landmark, ...], list[RefusedLine]]:
    """The landmarks of a CSV with a name, a kind, a longitude and a latitude, and the rows refused.

    Raises NetworkError when the file cannot be read or lacks a column; a missing kind is read off
    the name.
    """
    found: dict[tuple[str, float, float], Landmark] = {}
    refused: list[RefusedLine] = []
    for line in lines_of(body, name, ("name", "lon", "lat")):
        row = line.values
        point = spot(row["lon"], row["lat"], bounds)
        if not row["name"]:
            refused.append(RefusedLine(line.number, "R012", "place without a name"))
        elif point.lon is None or point.lat is None:
            detail = f"{row['name']}: {row['lon']!r}, {row['lat']!r} (lon, lat) outside {bounds}"
            refused.append(RefusedLine(line.number, "R006", detail))
        else:
            kind = kind_of(row.get("kind", "")) or kind_of(row["name"]) or row.get("kind", "")
            place = Landmark(row["name"], kind or "기타", point.lon, point.lat)
            found.setdefault((place.name, place.lon, place.lat), place)
    return tuple(found.values()), refused


def places_of_stops(stops: Iterable[Stop]) -> tuple[Landmark, ...]:
    """The landmarks that stops are named after, in the middle of the stops of that name."""
    named: dict[tuple[str, str], list[Stop]] = defaultdict(list)
    for stop in stops:
        name = _BY_IT.sub("", stop.name)
        kind = kind_of(name)
        if kind in _LANDMARKS and not _UNTIDY.search(name):
            named[name, kind].append(stop)
    return tuple(
        Landmark(
            name,
            kind,
            round(sum(stop.lon for stop in there) / len(there), 6),
            round(sum(stop.lat for stop in there) / len(there), 6),
        )
        for (name, kind), there in sorted(named.items())
    )


def kind_of(words: str) -> str:
    """The kind a name or a file's word for a kind says, "" for none of the known ones."""
    return next((kind for kind, pattern in _KINDS if pattern.search(words)), "")
