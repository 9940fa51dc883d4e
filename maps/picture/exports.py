"""Exports of a picture: links and works as GeoJSON, works as CSV. Pure."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import geojson

from maps.picture import shapes
from maps.picture.bodies import EMPTY_VIEW
from maps.picture.filters import Filters
from maps.picture.picture import Picture
from maps.picture.text import kst, kst_end, shown
from streams.domain.closure_words import CLOSURE_WORDS
from streams.geo.measures import Point
from streams.geo.network import Link, Network
from streams.geo.placement import lines_of

Json = dict[str, Any]
GEOJSON = "application/geo+json"
CSV = "text/csv; charset=utf-8"
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")

_COLUMNS = (
    ("허가번호", "id"),
    ("단계", "phase"),
    ("제목", "title"),
    ("목적", "purpose"),
    ("위치", "place"),
    ("시행기관", "organisation"),
    ("전화", "phone"),
    ("시작", "starts_ms"),
    ("끝", "ends_ms"),
    ("작업시간", "hours"),
    ("통제", "closure"),
    ("통제 차로", "lanes_closed"),
    ("경도", "lon"),
    ("위도", "lat"),
    ("위치 근거", "placed_by"),
    ("링크", "links"),
    ("자료", "feed"),
    ("확인 시각", "seen_ms"),
)
PHASES = {
    "planned": "예정",
    "active": "진행 중",
    "paused": "작업 시간 아님",
    "overdue": "기간 지남",
    "finished": "끝남",
    "cancelled": "취소됨",
}
_PLACED_BY = {
    "link_id": "링크 번호",
    "geometry": "선형",
    "point": "좌표",
    "address": "주소",
    "address_near": "가까운 주소",
    "nowhere": "위치 미확인",
}
_WORDS: Mapping[str, Mapping[str, str]] = {
    "phase": PHASES,
    "closure": {code: korean for code, (korean, _) in CLOSURE_WORDS.items()},
    "placed_by": _PLACED_BY,
}
"""The screen's words for the codes of a work: a spreadsheet is read by people."""


def links_geojson(
    picture: Picture, network: Network, filters: Filters, *, is_simulated: bool
) -> Json:
    """Every link that passes the filters as a LineString with its state."""
    features = [
        geojson.Feature(
            id=link.id,
            geometry=geojson.LineString(link.geometry),
            properties={**_link_properties(link, view), **_mark(is_simulated=is_simulated)},
        )
        for place, link in enumerate(network.links)
        for view in (picture.links.get(place) or EMPTY_VIEW,)
        if filters.takes_level(str(view.get("level"))) and filters.takes_points(link.geometry)
    ]
    return _collection(features, picture, network, is_simulated=is_simulated)


def _link_properties(link: Link, view: Mapping[str, Any]) -> Json:
    subjects = view.get("subjects") or ()
    return {
        "id": link.id,
        "name": link.name,
        "road_name": link.road_name,
        "kind": link.kind,
        "road_class": link.road_class,
        "length_m": link.length_m,
        "length_source": link.length_source,
        "is_drawn": link.is_drawn,
        "speed_kmh": view.get("speed_kmh"),
        "level": view.get("level") or "unknown",
        "samples": view.get("samples") or 0,
        "observed_at": utc(view.get("observed_ms")),
        "certainty": view.get("certainty") or "lost",
        "closure": view.get("closure") or "none",
        "closure_certainty": view.get("closure_certainty"),
        "buses_through": view.get("buses_through") or 0,
        "works": _subjects(subjects, "work:"),
        "incidents": _subjects(subjects, "incident:"),
    }


def _mark(*, is_simulated: bool) -> Json:
    """What every feature of a simulated city says: map programs drop what the collection says."""
    return {"simulated": True} if is_simulated else {}


def _subjects(subjects: Iterable[str], kind: str) -> list[str]:
    return [name.removeprefix(kind) for name in subjects if name.startswith(kind)]


def works_geojson(
    picture: Picture, network: Network, filters: Filters, *, is_simulated: bool
) -> Json:
    """Every work that passes; one that is placed nowhere has the geometry null."""
    features = [
        geojson.Feature(
            id=row["id"],
            geometry=_geometry(picture.works[row["id"]], row, network),
            properties={**_work_properties(row, network), **_mark(is_simulated=is_simulated)},
        )
        for row in _works(picture, network, filters)
    ]
    return _collection(features, picture, network, is_simulated=is_simulated)


def _work_properties(row: Json, network: Network) -> Json:
    times = {f"{name}_at": utc(row[f"{name}_ms"]) for name in ("starts", "ends", "seen")}
    return {**row, **times, "links": [network.links[place].id for place in row["links"]]}


def _geometry(work: Mapping[str, Any], row: Json, network: Network) -> Json | None:
    """Its own lines, else its links' lines, else its point, else nothing."""
    own = [(lon, lat) for lon, lat in work.get("geometry") or ()]
    lines = [line for line in lines_of(own, work.get("geometry_parts") or ()) if len(line) > 1]
    if len(lines) == 1:
        return geojson.LineString(lines[0])  # type: ignore[no-any-return]
    if lines:
        return geojson.MultiLineString(lines)  # type: ignore[no-any-return]
    if row["links"]:
        lines = [network.links[place].geometry for place in row["links"]]
        return geojson.MultiLineString(lines)  # type: ignore[no-any-return]
    if row["lon"] is None:
        return None
    return geojson.Point((row["lon"], row["lat"]))  # type: ignore[no-any-return]


def _works(picture: Picture, network: Network, filters: Filters) -> list[Json]:
    """Rows of the works that pass, by their id."""
    rows = (shapes.work_row(name, work, network) for name, work in sorted(picture.works.items()))
    return [
        row
        for row in rows
        if filters.takes_phase(str(row["phase"])) and filters.takes_points(_points(row, network))
    ]


def _points(row: Json, network: Network) -> list[Point]:
    points = [point for place in row["links"] for point in network.links[place].geometry]
    return points if row["lon"] is None else [*points, (row["lon"], row["lat"])]


def _collection(
    features: Sequence[Json], picture: Picture, network: Network, *, is_simulated: bool
) -> Json:
    return geojson.FeatureCollection(  # type: ignore[no-any-return]
        features,
        network=network.version,
        delta_id=picture.delta_id,
        clock_at=utc(picture.clock_ms),
        simulated=is_simulated,
    )


def works_csv(picture: Picture, network: Network, filters: Filters, *, is_simulated: bool) -> bytes:
    """The works for a spreadsheet: UTF-8 with a BOM, times in Korea, no cell is a formula.

    Every row of a simulated city says so.
    """
    text = io.StringIO()
    table = csv.writer(text)
    mark = ["모의(simulated)"] if is_simulated else []
    table.writerow([title for title, _ in _COLUMNS] + ["모의 여부"] * is_simulated)
    for row in _works(picture, network, filters):
        table.writerow([cell(_csv_value(name, row, network)) for _, name in _COLUMNS] + mark)
    return b"\xef\xbb\xbf" + text.getvalue().encode()


def _csv_value(name: str, row: Json, network: Network) -> Any:
    value = row[name]
    if value is None:
        return None  # an empty cell: a spreadsheet sorts and filters it as no time
    if name == "links":
        return " ".join(network.links[place].id for place in value)
    if name in _WORDS:
        return _WORDS[name].get(str(value), value)
    if name == "ends_ms":
        return kst_end(value)
    return kst(value) if name.endswith("_ms") else value


def cell(value: Any) -> Any:
    """A value as a cell; text that a spreadsheet would run gets a ' in front. None is empty."""
    if value is None:
        return ""
    text = shown(value)
    if isinstance(text, str) and text.lstrip(" ").startswith(_FORMULA_STARTS):
        return f"'{text}"
    return text


def utc(at_ms: int | None) -> str | None:
    """`2026-11-23T00:00:00.000Z`, None where there is no time or no calendar reaches it."""
    if at_ms is None:
        return None
    try:
        moment = datetime.fromtimestamp(at_ms / 1000, UTC)
    except (ValueError, OverflowError, OSError):
        return None
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
