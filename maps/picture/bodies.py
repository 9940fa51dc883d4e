"""The bodies of the API made from a picture: snapshot, delta event, one link. Pure."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Annotated, Any

import msgspec
from msgspec import UNSET, Meta, UnsetType
from msgspec.structs import asdict

from maps.picture import alerts, detours, shapes, situations
from maps.picture.alerts import AckRow, AlertRow
from maps.picture.deliveries import UndeliveredRow
from maps.picture.detours import DetourRow
from maps.picture.discrepancies import DiscrepancyRow, discrepancy_row
from maps.picture.fields import Kmh, Metres, Ms, Row, filled, gaps
from maps.picture.looks import NO_RANGE, Observations, SpeedRange, Views, link_changes, looks
from maps.picture.observed import observed_look
from maps.picture.picture import Picture, PictureChanges, StoreState
from maps.picture.shapes import (
    BusRow,
    FeedRow,
    HandClosureRow,
    IncidentRow,
    ReportRow,
    WorkRow,
)
from maps.picture.situations import SituationRow
from maps.picture.tiling import Tile
from streams.contract.enums import Certainty, Closure, Level, Observed
from streams.domain.links.fold import LinkView
from streams.domain.observed.rows import ObservedView
from streams.geo.network import Network
from streams.state.kinds import KINDS
from streams.state.store_health import Trouble

CORE_FEEDS = ((".positions", "tago.positions"), ("permits", "permits"))
"""How the name ends of what the map stands on, and under which name it is missed."""
ROWS: Mapping[str, Callable[[str, Any, Network], Any]] = {
    "buses": shapes.bus_row,
    "works": shapes.work_row,
    "incidents": shapes.incident_row,
    "hand_closures": shapes.hand_closure_row,
    "reports": shapes.report_row,
    "discrepancies": discrepancy_row,
    "detours": detours.detour_row,
    "alerts": alerts.alert_row,
    "acknowledgements": alerts.ack_row,
    "situations": situations.situation_row,
}
"""How the rows of a kind are made, by its name in a picture."""
ClosureSure = Annotated[str, Meta(extra_json_schema={"enum": [*Certainty, ""]})]


class CityBody(Row):
    """What is on the map beside its links, buses and alerts."""

    works: list[WorkRow]
    incidents: list[IncidentRow]
    hand_closures: list[HandClosureRow]
    reports: list[ReportRow]
    detours: list[DetourRow]
    feeds: list[FeedRow]


LETTERS = {
    **{kind.name: kind.letter for kind in KINDS},
    **{f"{kind.name}_gone": f"{kind.letter}x" for kind in KINDS},
    "situations": "s",
    "situations_gone": "sx",
    "speeds": "l",
    "usual": "h",
    "certainties": "q",
    "closures": "c",
    "closure_certainties": "e",
    "ranges": "r",
    "observed": "v",
    "promises": "m",
    "clock_ms": "k",
}


class LinkRows(Row, rename=LETTERS):
    """What is to be said of links, by link index."""

    speeds: Annotated[
        tuple[int, ...],
        Meta(description="gap, whole km/h or -1, gap ...; a gap: the index less that before it"),
    ] = ()
    usual: Annotated[tuple[int, ...], Meta(description="the same of the usual speed")] = ()
    certainties: Annotated[
        tuple[int | str, ...], Meta(description="gap, letter (c r i l s), gap ...")
    ] = ()
    ranges: Annotated[
        tuple[int | SpeedRange, ...],
        Meta(description="gap, [km/h from, to, buses, reports of centres], gap ..."),
    ] = ()
    closures: Annotated[tuple[tuple[int, Closure], ...], Meta(description="[index, closure]")] = ()
    closure_certainties: Annotated[
        tuple[tuple[int, ClosureSure], ...],
        Meta(description='[index, certainty or ""]'),
    ] = ()
    observed: Annotated[
        tuple[int | str, ...], Meta(description="gap, letter (p c i u), gap ...")
    ] = ()
    promises: Annotated[
        tuple[int, ...], Meta(description="gap, minutes until a closure is seen, 0: none, gap ...")
    ] = ()


class TileRows(LinkRows, rename=LETTERS, kw_only=True):
    """Links of one tile: in a delta those that changed, else every one."""

    tile: Annotated[str, Meta(description="zoom/x/y")]


Named = Annotated[
    tuple[tuple[int, str], ...],
    Meta(description="[index, name] of links that rows name, where links come in tiles"),
]
Tiles = Annotated[
    tuple[TileRows, ...], Meta(description="the links, where a view or tiles were asked for")
]


class TilesNow(Row, kw_only=True):
    """How the links of some tiles are, every one of them."""

    net: Annotated[str, Meta(description="version of the network")]
    id: Annotated[str, Meta(description="the delta it stands at")]
    t: Annotated[int, Meta(description="now, Unix ms")]
    tiles: Tiles = ()


class Snapshot(CityBody, kw_only=True):
    """The whole picture: arrays by link index, as the network has them; links of a view in tiles,
    and the arrays empty.
    """

    net: Annotated[str, Meta(description="version of the network")]
    id: Annotated[str, Meta(description="the delta it stands at")]
    t: Annotated[int, Meta(description="now, Unix ms")]
    clock_ms: Annotated[int, Meta(description="up to when all is folded, Unix ms")] | None
    simulated: bool
    store: StoreState
    speeds: Annotated[list[int], Meta(description="whole km/h rounded down, -1: none")]
    usual: Annotated[list[int], Meta(description="usual whole km/h now, -1: not known")]
    certainty: Annotated[str, Meta(description="a letter a link: c r i l s")]
    ranges: Annotated[
        list[tuple[int, SpeedRange]],
        Meta(description="[index, [km/h from, to, buses, reports of centres]], where any is known"),
    ]
    closures: Annotated[list[tuple[int, Closure]], Meta(description="[index, closure]")]
    closure_certainty: list[tuple[int, Certainty]]
    observed: Annotated[str, Meta(description="a letter a link: p c i u")]
    promises: Annotated[
        tuple[int, ...],
        Meta(description="gap, minutes until a full closure would be seen, gap ..."),
    ]
    buses: list[BusRow]
    discrepancies: list[DiscrepancyRow]
    alerts: Annotated[list[AlertRow], Meta(description="open ones, the newest first")]
    acks: list[AckRow]
    situations: list[SituationRow]
    undelivered: list[UndeliveredRow]
    trouble: Trouble
    named: Named = ()
    tiles: Tiles = ()


class Delta(LinkRows, rename=LETTERS, kw_only=True):
    """What changed: rows that are there under a letter, the names of those gone under it and x.

    `store`, `undelivered` and `trouble` come together, at first and where one of them changed.
    """

    net: Annotated[str, Meta(description="version of the network")]
    prev: Annotated[str, Meta(description="the delta that this one follows")]
    t: Annotated[int, Meta(description="now, Unix ms")]
    at: Annotated[int, Meta(description="when the change was folded, Unix ms; 0: unknown")]
    buses: tuple[BusRow, ...] = ()
    buses_gone: tuple[str, ...] = ()
    works: tuple[WorkRow, ...] = ()
    works_gone: tuple[str, ...] = ()
    incidents: tuple[IncidentRow, ...] = ()
    incidents_gone: tuple[str, ...] = ()
    hand_closures: tuple[HandClosureRow, ...] = ()
    hand_closures_gone: tuple[str, ...] = ()
    reports: tuple[ReportRow, ...] = ()
    reports_gone: tuple[str, ...] = ()
    discrepancies: tuple[DiscrepancyRow, ...] = ()
    discrepancies_gone: tuple[str, ...] = ()
    detours: tuple[DetourRow, ...] = ()
    detours_gone: tuple[str, ...] = ()
    alerts: tuple[AlertRow, ...] = ()
    alerts_gone: tuple[str, ...] = ()
    acknowledgements: tuple[AckRow, ...] = ()
    acknowledgements_gone: tuple[str, ...] = ()
    situations: tuple[SituationRow, ...] = ()
    situations_gone: tuple[str, ...] = ()
    feeds: tuple[FeedRow, ...] = ()
    clock_ms: Annotated[int, Meta(description="up to when all is folded, Unix ms")] | None = None
    store: StoreState | UnsetType = UNSET
    undelivered: Sequence[UndeliveredRow] | UnsetType = UNSET
    trouble: Trouble | UnsetType = UNSET
    named: Named = ()
    tiles: Tiles = ()


class LinkBody(Row):
    """One link with its state, its works and its incidents."""

    id: str
    index: int
    name: str
    road_name: str
    kind: str
    road_class: str
    length_m: Metres
    length_source: Annotated[
        str, Meta(description="standard, geometry, path, loop, learned or straight")
    ]
    free_flow_kmh: Kmh
    speed_kmh: Kmh | None
    speed_low_kmh: Kmh | None
    speed_high_kmh: Kmh | None
    level: Level
    samples: Annotated[int, Meta(description="buses in the last minutes")]
    observed_ms: Ms | None
    certainty: Certainty
    sources: dict[str, int]
    usual_kmh: Annotated[Kmh, Meta(description="of this quarter hour on such a day")] | None
    times_slower: Annotated[float, Meta(description="usual over present speed")] | None
    closure: Closure
    subjects: tuple[str, ...]
    closure_certainty: Certainty | None
    buses_through: Annotated[int, Meta(description="buses that drove through its full closure")]
    observed: Annotated[Observed, Meta(description="what buses say, whatever was declared")]
    observed_since_ms: Ms | None
    observed_certainty: Certainty
    promise_s: Annotated[int | None, Meta(description="a full closure would be seen within")]
    works: list[WorkRow]
    incidents: list[IncidentRow]
    hand_closures: list[HandClosureRow]
    tile: Annotated[str, Meta(description="zoom/x/y of the tile it is of")] = ""


def snapshot(
    picture: Picture,
    network: Network,
    *,
    now_ms: int,
    is_simulated: bool,
    store: StoreState = StoreState.OK,
    undelivered: Sequence[UndeliveredRow] = (),
    trouble: Trouble = Trouble.NONE,
    has_links: bool = True,
    works: Sequence[msgspec.Raw] | None = None,
) -> Snapshot:
    """The body of /api/v1/snapshot; without its links where those come in tiles. `works`: their
    rows in JSON, where they are made already.
    """
    count = len(network.links) if has_links else 0
    discrepancies = rows_of("discrepancies", picture, network)
    seen = [looks(picture.links.get(place)) for place in range(count)]
    driven = [observed_look(picture.observed.get(place)) for place in range(count)]
    return Snapshot(
        net=network.version,
        id=picture.delta_id,
        t=now_ms,
        clock_ms=picture.clock_ms,
        simulated=is_simulated,
        store=store,
        speeds=[look[0] for look in seen],
        usual=[look[5] for look in seen],
        certainty="".join(look[1] for look in seen),
        ranges=[(place, look[4]) for place, look in enumerate(seen) if look[4] != NO_RANGE],
        closures=[
            (place, look[2]) for place, look in enumerate(seen) if look[2] is not Closure.NONE
        ],
        closure_certainty=[
            (place, Certainty(look[3])) for place, look in enumerate(seen) if look[3]
        ],
        observed="".join(letter for letter, _ in driven),
        promises=gaps((place, minutes) for place, (_, minutes) in enumerate(driven) if minutes),
        buses=rows_of("buses", picture, network),
        discrepancies=discrepancies,
        alerts=alerts.alert_rows(picture.alerts, network),
        acks=alerts.ack_rows(picture, is_all=store is StoreState.REBUILDING),
        situations=rows_of("situations", picture, network),
        undelivered=list(undelivered),
        trouble=trouble,
        named=() if has_links else named(discrepancies, network),
        **asdict(city_body(picture, network, now_ms, works)),
    )


def city_body(
    picture: Picture, network: Network, now_ms: int, works: Sequence[msgspec.Raw] | None = None
) -> CityBody:
    """What is on the map beside its links, buses and alerts; `works` as of `snapshot`."""
    kinds = [name for name in CityBody.__struct_fields__ if name in ROWS]
    rows: dict[str, Any] = {} if works is None else {"works": works}
    rows |= {name: rows_of(name, picture, network) for name in kinds if name not in rows}
    return CityBody(**rows, feeds=feed_rows(picture, now_ms))


def rows_of(name: str, picture: Picture, network: Network) -> list[Any]:
    """The rows of a kind in the order of their ids."""
    return [ROWS[name](own, row, network) for own, row in sorted(getattr(picture, name).items())]


def named(rows: Iterable[DiscrepancyRow], network: Network) -> tuple[tuple[int, str], ...]:
    """The names of the roads that rows are listed under: a page may not have met them."""
    places = dict.fromkeys(row.links[0] for row in rows if row.links)
    return tuple((place, network.links[place].name) for place in places)


def tile_rows(
    tile: Tile, links: Views, observed: Observations, before: Picture | None = None
) -> TileRows | None:
    """What is to be said of links that are all of one tile; None where nothing is."""
    fields = link_changes(links, observed, before)
    return TileRows(tile=str(tile), **fields) if any(fields.values()) else None


def delta_event(
    news: PictureChanges,
    before: Picture | None,
    network: Network,
    *,
    prev: str,
    now_ms: int,
    has_links: bool = True,
) -> Delta:
    """The data of an `event: d`.

    Against `before` only what differs on a screen is named; without it (a reader who catches up)
    every fact is. `has_links`: whether the links are in it; else they come in tiles.
    """
    rows = link_changes(news.links, news.observed, before) if has_links else {}
    for name, row_of in ROWS.items():
        changed = getattr(news, name)
        there = ((own, row) for own, row in changed.items() if row is not None)
        rows[name] = tuple(row_of(own, row, network) for own, row in there)
        rows[f"{name}_gone"] = tuple(own for own, row in changed.items() if row is None)
    rows["buses_gone"] = tuple(map(shapes.bus_name, rows["buses_gone"]))
    if not has_links:
        rows["named"] = named(rows["discrepancies"], network)
    feeds = (state for _, state in sorted(news.feeds.items()) if state is not None)
    return Delta(
        net=network.version,
        prev=prev,
        t=now_ms,
        at=news.at_ms,
        feeds=tuple(shapes.feed_row(state, now_ms) for state in feeds),
        clock_ms=min((at for at in news.clocks.values() if at is not None), default=None),
        **rows,
    )


def feed_rows(picture: Picture, now_ms: int) -> list[FeedRow]:
    """Every feed in the order of its name; a core feed that never reported is one too, for its
    absence must not look like calm. Of a picture without any feed nothing is known yet.
    """
    rows = [shapes.feed_row(state, now_ms) for _, state in sorted(picture.feeds.items())]
    missed = (name for kind, name in CORE_FEEDS if not any(f.endswith(kind) for f in picture.feeds))
    return [*rows, *(shapes.never_row(name) for name in missed)] if rows else []


def link_body(place: int, picture: Picture, network: Network) -> LinkBody:
    """One link; one that nobody reports has no speed and no level."""
    view = picture.links.get(place) or LinkView()
    works, incidents, by_hand = (
        [
            ROWS[kind](name, rows[name], network)
            for subject in view.subjects
            if subject.startswith(prefix) and (name := subject.removeprefix(prefix)) in rows
        ]
        for kind, prefix, rows in (
            ("works", "work:", picture.works),
            ("incidents", "incident:", picture.incidents),
            ("hand_closures", "closure:", picture.hand_closures),
        )
    )
    link, seen = network.links[place], picture.observed.get(place) or ObservedView()
    return filled(
        LinkBody,
        link,
        view,
        index=place,
        works=works,
        incidents=incidents,
        hand_closures=by_hand,
        observed=seen.state,
        observed_since_ms=seen.since_ms or None,
        observed_certainty=seen.certainty,
        promise_s=seen.promise_s,
    )


def encode(body: object) -> bytes:
    """The JSON bytes of a body."""
    return msgspec.json.encode(body)
