"""The rows that the API sends, and how each is made. Pure; link ids become link indexes.

Texts of feeds travel as JSON strings and are drawn as text; nothing here builds HTML.
"""

from collections.abc import Iterable
from typing import Annotated, Literal, Protocol

import msgspec
from msgspec import Meta

from maps.picture.fields import Flags, Lat, LinkIndexes, Lon, Ms, Row, filled, with_shown
from streams.contract.enums import (
    Closure,
    ClosureAct,
    FeedStatus,
    IncidentKind,
    Phase,
    PlacedBy,
    PollOutcome,
)
from streams.contract.records import FeedReport
from streams.domain.links.fold import LinkView
from streams.domain.stages.calls import CallReport
from streams.domain.stages.closures import ClosureRow
from streams.domain.stages.feeds import FeedState, status
from streams.domain.stages.incidents import RunningIncident
from streams.domain.stages.passages import BusView
from streams.domain.works.rows import ReportedTime, Work
from streams.geo.measures import Point
from streams.geo.network import Network

_OF_PLACE = frozenset(
    {"epsg_assumed", "epsg_shifted_100km", "point_shared", "point_far_from_address"}
)
"""The flags of a permit whose point may lie on another street."""


Doubt = Literal["place", "direction"]


def doubts(row: Work | RunningIncident) -> tuple[Doubt, ...]:
    """`place` where the point may be wrong, or only a lot near the address is known; `direction`
    where the stated one cannot be read.
    """
    is_near = row.placed_by == PlacedBy.ADDRESS_NEAR
    is_doubtful = is_near or not _OF_PLACE.isdisjoint(row.flags)
    place: tuple[Doubt, ...] = ("place",) if is_doubtful else ()
    return (*place, "direction") if getattr(row, "is_direction_unread", False) else place


NEVER, HELD = "never", "held"
FeedWord = Annotated[str, Meta(extra_json_schema={"enum": [*FeedStatus, NEVER, HELD]})]
"""How a feed is doing; `never` reported, or `held`: no report can be taken in."""


class WorkFields(Row, kw_only=True):
    """A work: what its permit proposes, and what was reported of it."""

    id: Annotated[str, Meta(description="permit number")]
    title: str
    purpose: str
    place: str
    organisation: str
    phone: str
    hours: Annotated[str, Meta(description="daily, HH:MM-HH:MM in Korea, several with commas")]
    closure: Closure
    lanes_closed: int | None
    starts_ms: Ms | None
    ends_ms: Ms | None
    dig_starts_ms: Ms | None
    dig_ends_ms: Ms | None
    phase: Phase
    placed_by: PlacedBy
    flags: Flags
    feed: str
    seen_ms: Ms
    lon: Lon | None
    lat: Lat | None
    doubts: tuple[Doubt, ...] = ()


@with_shown(Work)
class WorkRow(WorkFields, kw_only=True):
    """A work on the map."""

    links: LinkIndexes


class IncidentRow(Row):
    """An incident of a traffic centre."""

    id: str
    kind: IncidentKind
    title: str
    road_name: str
    direction: str
    closure: Closure
    lanes: str
    starts_ms: Ms
    ends_ms: Ms | None
    placed_by: PlacedBy
    flags: Flags
    feed: str
    seen_ms: Ms
    lon: Lon | None
    lat: Lat | None
    links: LinkIndexes
    ended: Annotated[ReportedTime, Meta(description="the office says that it is over")] | None = (
        None
    )


class ClosureTerms(Row, kw_only=True):
    """A closure by hand as one act left it."""

    version: int
    act: ClosureAct
    by: Annotated[str, Meta(description="the account; a name where nobody logs in")]
    at_ms: Ms
    title: str
    cause: IncidentKind
    closure: Closure
    lanes: Annotated[str, Meta(description="which, in words")]
    direction: str
    reason: str
    starts_ms: Ms
    ends_ms: Annotated[int, Meta(description="Unix ms; none: nobody knows")] | None
    is_over: bool
    links: LinkIndexes


class HandClosureRow(ClosureTerms, kw_only=True):
    """A closure that a person put on the map."""

    id: str
    phase: Phase
    is_ending: Annotated[bool, Meta(description="its end is less than ten minutes away")]
    over_ms: Annotated[int, Meta(description="since when it is over, Unix ms; 0: it is not")]
    lon: Lon | None
    lat: Lat | None
    versions: Annotated[list[ClosureTerms], Meta(description="those before, the oldest first")]


class ReportRow(Row):
    """Calls of citizens in one place in the last half hour, confirmed by nobody."""

    id: str
    title: str
    lon: Lon | None
    lat: Lat | None
    count: int
    first_ms: Ms
    last_ms: Ms
    links: LinkIndexes


class BusRow(msgspec.Struct, array_like=True):
    """A bus; `bearing` is -1 where it is not known."""

    vehicle: str
    route_no: str
    lon: Lon
    lat: Lat
    bearing: Annotated[int, Meta(description="degrees clockwise from north, or -1")]
    observed_ms: Ms
    stop_id: str


class FeedRow(Row):
    """What the last reports of a feed came to, and what may be said of it now; times 0: never."""

    feed: str
    status: FeedWord
    last_success_ms: Ms
    last_change_ms: Ms
    received_ms: Ms
    poll_ms: Annotated[int, Meta(description="ms from one poll to the next")]
    code: str
    detail: str
    row_count: int
    usual_rows: int
    refused: int
    repaired: int
    simulated: bool
    is_partial: bool


def work_row(work_id: str, work: Work, network: Network) -> WorkRow:
    """Links the network does not know are left out."""
    links = known_links(work.links, network)
    lon, lat = point_of(work, links, network)
    return filled(
        WorkRow,
        work,
        id=work_id,
        lon=lon,
        lat=lat,
        links=links,
        first_ends_ms=None if work.first_ends_ms == work.ends_ms else work.first_ends_ms,
        doubts=doubts(work),
    )


def incident_row(incident_id: str, incident: RunningIncident, network: Network) -> IncidentRow:
    """Placed like a work."""
    links = known_links(incident.links, network)
    lon, lat = point_of(incident, links, network)
    return filled(IncidentRow, incident, id=incident_id, lon=lon, lat=lat, links=links)


def hand_closure_row(closure_id: str, row: ClosureRow, network: Network) -> HandClosureRow:
    """It stands in the middle of its middle link."""
    links = known_links(row.links, network)
    lon, lat = point_of_links(links[len(links) // 2 :], network)
    versions = [
        filled(ClosureTerms, each, links=known_links(each.link_ids, network))
        for each in row.versions
    ]
    return filled(
        HandClosureRow, row, id=closure_id, lon=lon, lat=lat, links=links, versions=versions
    )


def report_row(report_id: str, report: CallReport, network: Network) -> ReportRow:
    links = known_links(report.link_ids, network)
    lon, lat = point_of(report, links, network)
    return filled(ReportRow, report, id=report_id, lon=lon, lat=lat, links=links)


class PointSource(Protocol):
    """What may have a point of its own."""

    @property
    def lon(self) -> float | None: ...
    @property
    def lat(self) -> float | None: ...


def point_of(
    row: PointSource, links: list[int], network: Network
) -> tuple[float, float] | tuple[None, None]:
    """Its own point, else the middle of its first link, else (None, None)."""
    if row.lon is not None and row.lat is not None:
        return row.lon, row.lat
    return point_of_links(links, network)


def point_of_links(links: list[int], network: Network) -> tuple[float, float] | tuple[None, None]:
    """The middle of the first link, (None, None) without one."""
    return middle_of(network.links[links[0]].geometry) if links else (None, None)


def middle_of(line: tuple[Point, ...]) -> Point:
    """The middle vertex of a line, or the point between its two middle ones."""
    half = len(line) // 2
    if len(line) % 2:
        return round(line[half][0], 6), round(line[half][1], 6)
    (lon1, lat1), (lon2, lat2) = line[half - 1], line[half]
    return round((lon1 + lon2) / 2, 6), round((lat1 + lat2) / 2, 6)


def known_links(link_ids: Iterable[str], network: Network) -> list[int]:
    """The indexes of the links the network knows, in the given order."""
    return [network.index[link_id] for link_id in link_ids if link_id in network.index]


def unknown_links(named: Iterable[Iterable[str]], network: Network) -> int:
    """How many of the links that rows name the network does not know."""
    return sum(link_id not in network.index for link_ids in named for link_id in link_ids)


def bus_name(vehicle: str) -> str:
    """A bus's name on the screens: 40 bits of its pseudonym tell a country's buses apart."""
    return vehicle[:10]


def bus_row(vehicle: str, bus: BusView, _network: Network) -> BusRow:
    bearing = -1 if bus.bearing_deg is None else bus.bearing_deg
    name, at_ms = bus_name(vehicle), bus.observed_ms
    return BusRow(name, bus.route_no, bus.lon, bus.lat, bearing, at_ms, bus.stop_id)


def feed_row(state: FeedState, now_ms: int) -> FeedRow:
    """How a feed is doing at `now_ms`."""
    return filled(
        FeedRow,
        state,
        state.last,
        status=status(state, now_ms),
        usual_rows=state.usual.length,
        simulated=state.last.is_simulated,
    )


def word_of(word: str, trouble: str) -> str:
    """The word of a feed; "held" where it is silent because no report can be taken in."""
    return HELD if trouble and word == FeedStatus.STALE else word


def never_row(feed: str) -> FeedRow:
    """A feed that never reported: all else is 0 or empty."""
    report = FeedReport(feed, PollOutcome.UNKNOWN, received_ms=0, poll_ms=0)
    return msgspec.structs.replace(feed_row(FeedState(feed, report), 0), status=NEVER)


def closure_of(view: LinkView | None) -> Closure:
    """What is taken from the link; none of a link that nobody reports."""
    return Closure.NONE if view is None else view.closure
