"""Exports of a picture: links and works as GeoJSON, works as CSV. Pure."""

import csv
import io
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from functools import partial
from itertools import chain
from typing import Annotated, Generic, TypeVar

import msgspec
from msgspec import UNSET, Meta, UnsetType

from maps.picture import shapes
from maps.picture.fields import Kmh, Metres, Row, filled, with_shown
from maps.picture.filters import Filters
from maps.picture.picture import Picture
from maps.picture.text import kst, kst_end, shown
from streams.contract.enums import Certainty, Closure, Level, Observed
from streams.contract.text import as_cell
from streams.domain.closures import closure_name
from streams.domain.links.fold import LinkView
from streams.domain.observed.rows import ObservedView
from streams.domain.works.rows import Work
from streams.geo.measures import Point
from streams.geo.network import Network
from streams.geo.placement import lines_of
from streams.words.catalogue import FIRST, Phrase, name_of, word

GEOJSON = "application/geo+json"
CSV = "text/csv; charset=utf-8"

_COLUMNS = (
    "id",
    "phase",
    "title",
    "purpose",
    "place",
    "organisation",
    "phone",
    "starts_ms",
    "ends_ms",
    "hours",
    "closure",
    "lanes_closed",
    "lon",
    "lat",
    "placed_by",
    "links",
    "feed",
    "seen_ms",
)
_CODED: Mapping[str, Callable[[str], Phrase]] = {
    "phase": partial(name_of, "phase"),
    "closure": closure_name,
    "placed_by": partial(name_of, "placed_by"),
}
"""Columns of codes: they have the screen's words, for a spreadsheet is read by people."""


Position = tuple[float, float]
Time = Annotated[str, Meta(description="ISO 8601, UTC")]
P = TypeVar("P")


class GeoPoint(msgspec.Struct, tag_field="type", tag="Point"):
    """[lon, lat], WGS84."""

    coordinates: Position


class GeoLine(msgspec.Struct, tag_field="type", tag="LineString"):
    """One line."""

    coordinates: list[Position]


class GeoLines(msgspec.Struct, tag_field="type", tag="MultiLineString"):
    """Several lines."""

    coordinates: list[list[Position]]


class Feature(msgspec.Struct, Generic[P], tag_field="type", tag="Feature"):
    """A thing, where it is (null: nowhere), and how it stands."""

    id: str
    geometry: GeoPoint | GeoLine | GeoLines | None
    properties: P


class FeatureCollection(msgspec.Struct, Generic[P], tag_field="type", tag="FeatureCollection"):
    """An export of the picture."""

    features: list[Feature[P]]
    network: Annotated[str, Meta(description="version of the network")]
    delta_id: Annotated[str, Meta(description="the delta it stands at")]
    clock_at: Time | None
    simulated: bool


class LinkProperties(Row):
    """A link with its state; `simulated` stands only in a simulated city."""

    id: str
    name: str
    road_name: str
    kind: str
    road_class: str
    length_m: Metres
    length_source: Annotated[
        str, Meta(description="standard, geometry, path, loop, learned or straight")
    ]
    is_drawn: bool
    speed_kmh: Kmh | None
    speed_low_kmh: Kmh | None
    speed_high_kmh: Kmh | None
    level: Level
    samples: int
    sources: dict[str, int]
    observed_at: Time | None
    certainty: Certainty
    usual_kmh: Kmh | None
    times_slower: float | None
    closure: Closure
    closure_certainty: Certainty | None
    buses_through: int
    works: list[str]
    incidents: list[str]
    observed: Observed
    observed_since: Time | None
    observed_certainty: Certainty
    promise_s: Annotated[int | None, Meta(description="a full closure would be seen within")]
    simulated: bool | UnsetType = UNSET


@with_shown(Work)
class WorkProperties(shapes.WorkFields, kw_only=True):
    """A work with its times as text; `simulated` stands only in a simulated city."""

    links: Annotated[list[str], Meta(description="link ids")]
    starts_at: Time | None
    ends_at: Time | None
    seen_at: Time | None
    simulated: bool | UnsetType = UNSET


def links_geojson(
    picture: Picture, network: Network, filters: Filters, *, is_simulated: bool
) -> FeatureCollection[LinkProperties]:
    """Every link that passes the filters as a LineString with its state."""
    features = []
    for place, link in enumerate(network.links):
        view = picture.links.get(place) or LinkView()
        seen = picture.observed.get(place) or ObservedView()
        if filters.takes_level(view.level) and filters.takes_points(link.geometry):
            properties = filled(
                LinkProperties,
                link,
                view,
                observed_at=utc(view.observed_ms),
                works=subjects_of(view, "work:"),
                incidents=subjects_of(view, "incident:"),
                observed=seen.state,
                observed_since=utc(seen.since_ms or None),
                observed_certainty=seen.certainty,
                promise_s=seen.promise_s,
                simulated=is_simulated or UNSET,
            )
            features.append(Feature(link.id, GeoLine(rounded(link.geometry)), properties))
    return collection(features, picture, network, is_simulated=is_simulated)


def subjects_of(view: LinkView, kind: str) -> list[str]:
    """The ids of a kind of what is on a link."""
    return [name.removeprefix(kind) for name in view.subjects if name.startswith(kind)]


def works_geojson(
    picture: Picture, network: Network, filters: Filters, *, is_simulated: bool
) -> FeatureCollection[WorkProperties]:
    """Every work that passes; one that is placed nowhere has the geometry null."""
    features = []
    for row in passing_works(picture, network, filters):
        properties = filled(
            WorkProperties,
            row,
            links=[network.links[place].id for place in row.links],
            starts_at=utc(row.starts_ms),
            ends_at=utc(row.ends_ms),
            seen_at=utc(row.seen_ms),
            simulated=is_simulated or UNSET,
        )
        where = geometry_of(picture.works[row.id], row, network)
        features.append(Feature(row.id, where, properties))
    return collection(features, picture, network, is_simulated=is_simulated)


def geometry_of(
    work: Work, row: shapes.WorkRow, network: Network
) -> GeoPoint | GeoLine | GeoLines | None:
    """Its own lines, else its links' lines, else its point, else nothing."""
    lines = [line for line in lines_of(work.geometry, work.geometry_parts) if len(line) > 1]
    if len(lines) == 1:
        return GeoLine(rounded(lines[0]))
    lines = lines or [network.links[place].geometry for place in row.links]
    if lines:
        return GeoLines([rounded(line) for line in lines])
    if row.lon is None or row.lat is None:
        return None
    return GeoPoint(*rounded([(row.lon, row.lat)]))


def rounded(line: Iterable[Point]) -> list[Position]:
    """The points to about 10 cm."""
    return [(round(lon, 6), round(lat, 6)) for lon, lat in line]


def passing_works(picture: Picture, network: Network, filters: Filters) -> list[shapes.WorkRow]:
    """Rows of the works that pass, by their id."""
    rows = (shapes.work_row(name, work, network) for name, work in sorted(picture.works.items()))
    return [
        row
        for row in rows
        if filters.takes_phase(row.phase) and filters.takes_points(points_of(row, network))
    ]


def points_of(row: shapes.WorkRow, network: Network) -> list[Point]:
    points = [point for place in row.links for point in network.links[place].geometry]
    return points if row.lon is None or row.lat is None else [*points, (row.lon, row.lat)]


def collection(
    features: list[Feature[P]], picture: Picture, network: Network, *, is_simulated: bool
) -> FeatureCollection[P]:
    return FeatureCollection(
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
    mark = [word(FIRST, "csv.simulated.yes")] if is_simulated else []
    names = [*_COLUMNS, "simulated"] if is_simulated else _COLUMNS
    rows = (
        [*(csv_value(name, row, network) for name in _COLUMNS), *mark]
        for row in passing_works(picture, network, filters)
    )
    return csv_file([word(FIRST, f"csv.{name}") for name in names], rows)


def csv_file(heads: Iterable[object], rows: Iterable[Iterable[object]]) -> bytes:
    """A table for a spreadsheet: UTF-8 with a BOM, no cell is a formula."""
    text = io.StringIO()
    table = csv.writer(text)
    for line in chain([heads], rows):
        table.writerow([cell(value) for value in line])
    return b"\xef\xbb\xbf" + text.getvalue().encode()


def csv_value(name: str, row: shapes.WorkRow, network: Network) -> object:
    """A field as people read it; None (an empty cell) sorts and filters as no time."""
    value = getattr(row, name)
    if value is None:
        return None
    if name == "links":
        return " ".join(network.links[place].id for place in value)
    if name in _CODED:
        return _CODED[name](str(value)).to(FIRST)
    if name == "ends_ms":
        return kst_end(value)
    return kst(value) if name.endswith("_ms") else value


def cell(value: object) -> object:
    """A value as a cell; text that a spreadsheet would run gets a ' in front. None is empty."""
    if not isinstance(value, str):
        return "" if value is None else value
    return as_cell(shown(value))


def utc(at_ms: int | None) -> str | None:
    """`2026-11-23T00:00:00.000Z`, None where there is no time or no calendar reaches it."""
    if at_ms is None:
        return None
    try:
        moment = datetime.fromtimestamp(at_ms / 1000, UTC)
    except (ValueError, OverflowError, OSError):
        return None
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
