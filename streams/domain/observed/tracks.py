"""What a bus does about the links of its route: one vehicle followed along its line.

A reported point is *on* the line, *off* it, or beyond a stop that the bus was not reported at. A
drive from point to point on the line takes the bus through links. A bus that was seen off its line
and comes back further on went round what lies between; so did one that stood before a stop and next
shows behind it without having been there, where the feed shows points on the line only.
"""

from collections.abc import Iterable
from dataclasses import replace

from streams.contract.derived import Sighting
from streams.contract.enums import SightingKind
from streams.contract.records import BusPosition
from streams.domain.links.runs import MASKED, UNKNOWN_ROAD_KMH
from streams.domain.observed.courses import BusCourse, Place
from streams.domain.observed.track import BEFORE_STOP_M, EDGE_M, Track, holds, through
from streams.geo.measures import distance_m

ON_M = 30.0  # within it a bus is on its line: the noise of GPS, and the road's width
OFF_M = 60.0  # beyond it a bus has left its line
WRONG_M = 3_000.0  # a point so far away is a mistake
AT_STOP_M = 40.0  # a point so short behind a stop may still be at it
WANDER_M = 30.0  # a standing bus's point wanders by so much
MAX_GAP_MS = 600_000  # a bus unseen for longer is followed anew
MAX_STEP_MS = 200_000  # between two points further apart in time a bus may have driven anyhow
MAX_STEP_M = 300.0
MAX_AWAY_MS = 2_400_000  # one that was off its line for longer had other reasons
MAX_AVOIDED_M = 4_000.0
MAX_PATH = 12
HASTY = 1.3  # times free flow: no bus drives so
TURN_MS = 300_000  # a bus that shows on its way back so soon has turned round
TURN_M = 2_500.0
TURN_AHEAD_M = 500.0  # what made it turn lies within
LEFT_POINTS = 3  # off its line in a row, before a bus is said to have left it
LEFT_AHEAD_M = 1_200.0
LEFT_LINKS = 4
MAX_SKIPPED = 3  # a bus that leaves out more stops ended its service, or turned
MIN_ORDER = 3  # before this stop a bus may still be at its terminus


Step = tuple[Track | None, tuple[Sighting, ...]]


def follow(
    track: Track | None,
    row: BusPosition,
    course: BusCourse,
    place: Place | None,
    *,
    is_snapped: bool = False,
    is_line_known: bool = True,
) -> Step:
    """The track after a position at a place of its course, and what the bus did. A position
    without a point, far off or not later than the last changes nothing; one that cannot go on from
    the track begins a new one. Where the line is not known, or the feed shows points on it only, no
    bus is off it.
    """
    if place is None or place.off_m > WRONG_M or row.lon is None or row.lat is None:
        return track, ()
    place = _at_its_stop(place, row, course)
    is_on = place.off_m <= ON_M and not place.ahead
    if track is None or _is_new(track, row):
        return (_begun(row, place) if is_on else None), ()
    if row.observed_ms <= track.seen_ms:
        return track, ()
    if not is_on:
        seen = replace(
            track,
            seen_ms=row.observed_ms,
            lon=row.lon,
            lat=row.lat,
            still_ms=_still_ms(track, row),
        )
        is_believed = is_line_known and not is_snapped
        return _off(seen, row, place, course) if is_believed else (seen, ())
    if track.away or track.beyond:
        return _rejoined(track, row, place, course)
    return _driven(track, row, place, course, is_snapped=is_snapped)


def _still_ms(track: Track, row: BusPosition) -> int:
    """Since when the feed gives this very point."""
    is_same = (row.lon, row.lat) == (track.lon, track.lat)
    return track.still_ms if is_same else row.observed_ms


def turned(track: Track, row: BusPosition, old: BusCourse, new: BusCourse) -> tuple[Sighting, ...]:
    """What a bus did that shows on another route in the midst of its own: it turned round before
    what lay ahead. Nothing where either is near a terminus, or its plate may be several buses'.
    """
    place = new.place(row)
    is_midway = (
        MIN_ORDER <= track.order < len(old.geometry.links) - 1 and row.stop_order >= MIN_ORDER
    )
    if place is None or not is_midway or MASKED in row.flags or track.fixes < 2:
        return ()
    is_near = distance_m((track.lon, track.lat), (row.lon or 0.0, row.lat or 0.0)) < TURN_M
    if place.off_m > ON_M or not is_near or row.observed_ms - track.on_ms > TURN_MS:
        return ()
    ahead = _ahead(old, track.along_m, TURN_AHEAD_M)[:2]
    return _avoided(SightingKind.TURNED, track, row, ahead)


def _is_new(track: Track, row: BusPosition) -> bool:
    is_back = row.stop_order < track.order
    is_gap = row.observed_ms - track.seen_ms > MAX_GAP_MS
    return track.route_id != row.route_id or is_back or is_gap


def _at_its_stop(place: Place, row: BusPosition, course: BusCourse) -> Place:
    """A point just behind the next stop is at that stop: portals report a stop a moment late."""
    stop_m = course.ends_m[row.stop_order]
    if place.ahead and place.off_m <= ON_M and place.along_m - stop_m <= AT_STOP_M:
        return Place(stop_m, place.off_m, 0)
    return place


def _begun(row: BusPosition, place: Place) -> Track:
    at_ms, lon, lat = row.observed_ms, row.lon or 0.0, row.lat or 0.0
    here_m = place.along_m
    return Track(row.route_id, row.stop_order, here_m, at_ms, at_ms, lon, lat, at_ms, here_m)


def _off(seen: Track, row: BusPosition, place: Place, course: BusCourse) -> Step:
    """A bus beside its line, or beyond a stop it was not reported at; between both nothing is
    sure. One that was off its line at several points has left it.
    """
    if place.off_m <= OFF_M:
        return (replace(seen, beyond=seen.beyond + 1) if place.off_m <= ON_M else seen), ()
    path = (*seen.path, (row.lon or 0.0, row.lat or 0.0))[-MAX_PATH:]
    off_m = max(seen.off_m, round(place.off_m))
    after = replace(seen, away=seen.away + 1, off_m=off_m, path=path)
    last = len(course.geometry.links) - 1
    is_midway = 1 < seen.order < last and seen.fixes > 1
    if after.away != LEFT_POINTS or not is_midway or MASKED in row.flags:
        return after, ()
    ahead = _ahead(course, seen.along_m, LEFT_AHEAD_M)
    return after, _avoided(SightingKind.LEFT, after, row, ahead[:LEFT_LINKS])


def _ahead(course: BusCourse, from_m: float, within_m: float) -> list[str]:
    """The links that begin ahead of a place, so near."""
    return [
        unit.link_id
        for unit in course.units
        if unit.is_whole_road and from_m - OFF_M <= unit.start_m < from_m + within_m
    ]


def _rejoined(track: Track, row: BusPosition, place: Place, course: BusCourse) -> Step:
    """Back on the line: what lies between was gone round, if the bus came back further on and
    drove no faster than a bus does.
    """
    moved_m = place.along_m - track.along_m
    is_further = row.stop_order > track.order or moved_m > OFF_M
    elapsed_ms = row.observed_ms - track.on_ms
    is_sane = elapsed_ms <= MAX_AWAY_MS and moved_m <= MAX_AVOIDED_M
    is_sane = is_sane and not _is_faster(track, row, moved_m, course, HASTY)
    after = _begun(row, place)
    if not (track.away and is_further and is_sane):
        return after, ()
    links = avoided_links(course, track.along_m, place.along_m)
    stops = course.stops_between(track.along_m + 5, place.along_m - 5)
    skipped = tuple(course.route.stops[at] for at in stops)
    return after, _avoided(SightingKind.ASTRAY, track, row, links, skipped)


def avoided_links(course: BusCourse, from_m: float, to_m: float) -> list[str]:
    """The links wholly between two places of a route; where there is none the one most between."""
    roads = [unit for unit in course.units if unit.is_whole_road]
    inside = [u for u in roads if u.start_m >= from_m - EDGE_M and u.end_m <= to_m + EDGE_M]
    if not inside:
        parts = [(min(u.end_m, to_m) - max(u.start_m, from_m), u) for u in roads]
        inside = [
            unit for part_m, unit in [max(parts, default=(0.0, None))] if unit and part_m > 20
        ]
    return [unit.link_id for unit in inside]


def _driven(
    track: Track,
    row: BusPosition,
    place: Place,
    course: BusCourse,
    *,
    is_snapped: bool,
) -> Step:
    """A drive along the line, or a stop that was left out on the way."""
    moved_m = place.along_m - track.along_m
    if moved_m < -WANDER_M:
        return _begun(row, place), ()
    is_over_stops = row.stop_order >= track.order + 2
    is_moved = is_over_stops or moved_m > EDGE_M
    is_hasty = is_moved and _is_faster(track, row, moved_m, course, HASTY)
    if is_over_stops and (is_hasty or track.is_at_stop):
        was_frozen = is_hasty and not _is_faster(
            replace(track, on_ms=track.still_ms), row, moved_m, course, HASTY
        )
        if was_frozen or not is_snapped:
            return _begun(row, place), ()
        return _begun(row, place), _skipped(track, row, course, is_sure=True)
    is_gap = row.observed_ms - track.on_ms > MAX_STEP_MS and moved_m > MAX_STEP_M
    if is_gap or (is_hasty and moved_m > EDGE_M):
        return _begun(row, place), ()
    entered, drives = through(track, row, place, course)
    left_out: tuple[Sighting, ...] = ()
    if is_snapped and is_over_stops:
        left_out = _skipped(track, row, course, is_sure=False)
        unsure = {link_id for each in left_out for link_id in each.links}
        drives = [drive for drive in drives if drive[0].link_id not in unsure]
    after = Track(
        track.route_id,
        row.stop_order,
        max(place.along_m, track.along_m),
        row.observed_ms,
        row.observed_ms,
        row.lon or 0.0,
        row.lat or 0.0,
        _still_ms(track, row),
        track.begun_m,
        min(track.fixes + 1, 9),
        entered,
        is_at_stop=course.ends_m[row.stop_order] - place.along_m <= BEFORE_STOP_M,
        off_m=track.off_m,
        path=track.path,
    )
    made = (
        Sighting(
            SightingKind.THROUGH,
            (unit.link_id,),
            row.vehicle,
            row.route_id,
            from_ms,
            max(from_ms + 1, to_ms),
            length_m=max(1, round(unit.end_m - unit.start_m)),
            is_snapped=is_snapped,
            served=len(course.stops_between(unit.start_m + EDGE_M, unit.end_m - EDGE_M)),
        )
        for unit, from_ms, to_ms in drives
    )
    return after, (*left_out, *made)


def _skipped(
    track: Track, row: BusPosition, course: BusCourse, *, is_sure: bool
) -> tuple[Sighting, ...]:
    """The stops left out between two points, and the links they stand on."""
    orders = range(track.order, row.stop_order - 1)  # places in the route's stops
    if len(orders) > MAX_SKIPPED:
        return ()
    links = [
        unit.link_id
        for unit in course.units
        if unit.is_whole_road and any(holds(unit, course.ends_m[at]) for at in orders)
    ]
    skipped = tuple(course.route.stops[at] for at in orders)
    made = _avoided(SightingKind.SKIPPED, track, row, links, skipped)
    return tuple(replace(each, is_sure=is_sure) for each in made)


def _avoided(
    kind: SightingKind,
    track: Track,
    row: BusPosition,
    links: Iterable[str],
    skipped: tuple[str, ...] = (),
) -> tuple[Sighting, ...]:
    names = tuple(dict.fromkeys(links))
    if not names:
        return ()
    return (
        Sighting(
            kind,
            names,
            row.vehicle,
            track.route_id,
            track.on_ms,
            row.observed_ms,
            off_m=track.off_m,
            is_snapped=kind is SightingKind.SKIPPED,
            skipped=skipped,
            path=track.path,
        ),
    )


def _is_faster(
    track: Track, row: BusPosition, moved_m: float, course: BusCourse, times: float
) -> bool:
    """Whether a bus would have to drive so many times as fast as traffic flows freely."""
    free_kmh = course.geometry.free_flow_kmh(track.order, row.stop_order, UNKNOWN_ROAD_KMH)
    return moved_m * 3600 > times * free_kmh * max(1, row.observed_ms - track.on_ms)
