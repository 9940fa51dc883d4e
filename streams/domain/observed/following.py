"""Every bus of a partition followed along its route: from positions to sightings."""

from collections.abc import Sequence
from typing import NamedTuple

from streams.contract.derived import Sighting
from streams.contract.records import BusPosition
from streams.contract.times import MINUTE_MS
from streams.domain.links.line_check import LineCheck, checked, is_suspended
from streams.domain.links.runs import MASKED, SHARED, RunSpot
from streams.domain.observed.courses import GUESSED, BusCourse, Place
from streams.domain.observed.track import Track
from streams.domain.observed.tracks import OFF_M, WRONG_M, follow, turned
from streams.domain.stage import Effects, Rows, StageTable, State
from streams.geo.network import Network

SNAPPED_M = 4.0  # nearer to its line than GPS alone brings a bus
SNAPPED_PART = 0.8
FEWEST_OFF = 3  # points off the line, and at least one in so many: no feed that snaps has them
POINTS_PER_OFF = 2000
ENOUGH = 100  # points to judge a feed by
KEEP_POINTS = 20_000
FORGET_MS = 1_800_000
BETWEEN = (0.25, 0.75)  # of a section: a bus there is seen between its stops


class LineFit(NamedTuple):
    """How exactly the points of a feed's moving buses lie on the routes' lines: so many within 4 m
    and so many off them, of so many.
    """

    near: int = 0
    points: int = 0
    off: int = 0

    @property
    def is_snapped(self) -> bool:
        """Whether it reports points on the line only; taken so until enough is known."""
        is_off = self.off >= FEWEST_OFF and self.off * POINTS_PER_OFF > self.points
        return self.points < ENOUGH or (self.near > SNAPPED_PART * self.points and not is_off)

    def after(self, off_m: float) -> "LineFit":
        kept = LineFit(*(each // 2 for each in self)) if self.points >= KEEP_POINTS else self
        return LineFit(
            kept.near + (off_m <= SNAPPED_M), kept.points + 1, kept.off + (off_m > OFF_M)
        )


TRACKS = StageTable("tracks", Track)  # by vehicle; by "vehicle|route" where a plate is masked
LINE_FITS = StageTable("line_fits", LineFit)  # by feed
LINE_CHECKS = StageTable("line_checks", LineCheck)  # by section


class Followed:
    """The tracks in the midst of a run of messages; `sightings` are what its buses did."""

    def __init__(self, state: State, effects: Effects) -> None:
        self.tracks = Rows(TRACKS, state, effects)
        self.fits = Rows(LINE_FITS, state, effects)
        self.checks = Rows(LINE_CHECKS, state, effects)
        self.sightings: list[Sighting] = []

    def taken(self) -> Sequence[Sighting]:
        """What the buses did since it was asked last."""
        taken, self.sightings = self.sightings, []
        return taken

    def forget(self, tick_ms: int) -> None:
        """Drop the tracks of buses unseen for half an hour; looked at once a minute."""
        if tick_ms % MINUTE_MS:
            return
        for name, track in self.tracks.all().items():
            if tick_ms - track.seen_ms > FORGET_MS:
                self.tracks.put(name, None)


class Follower:
    """Follows buses along the routes of a network."""

    def __init__(self, network: Network) -> None:
        self.courses = {route.id: BusCourse.of(route, network) for route in network.routes}

    def see(
        self, followed: Followed, feed: str, row: BusPosition, spot: RunSpot | None = None
    ) -> None:
        """Take one position; a shared plate, or a route that nobody knows, is nothing to follow.
        `spot` is where its course has the point, if that is known already.
        """
        course = self.courses.get(row.route_id)
        if course is None or SHARED in row.flags:
            return
        name = f"{row.vehicle}|{row.route_id}" if MASKED in row.flags else row.vehicle
        track, fit = followed.tracks.get(name), followed.fits.get(feed) or LineFit()
        place = course.place(row, spot)
        is_moving = track is not None and (track.lon, track.lat) != (row.lon, row.lat)
        is_known = _is_line_known(followed, course, track, row)
        if is_moving and is_known and place is not None and place.off_m <= WRONG_M:
            fit = fit.after(place.off_m)
            followed.fits.put(feed, fit)
        if track is not None and track.route_id != row.route_id:
            followed.sightings += turned(track, row, self.courses[track.route_id], course)
        if track is not None and place is not None and not fit.is_snapped:
            self._check(followed, course, track, row, place)
        after, sightings = follow(
            track,
            row,
            course,
            place,
            is_snapped=fit.is_snapped,
            is_line_known=is_known,
        )
        followed.sightings += sightings
        if after is not track:
            followed.tracks.put(name, after)

    def _check(
        self, followed: Followed, course: BusCourse, track: Track, row: BusPosition, place: Place
    ) -> None:
        """Hold the line of a section against a bus between its stops, once a drive."""
        ends_m, order = course.ends_m, row.stop_order
        if track.order != order or track.away or row.observed_ms <= track.seen_ms:
            return
        section = course.geometry.ahead(order)
        if section is None or section.length_source in GUESSED:
            return
        start_m, end_m = ends_m[order - 1], ends_m[order]

        def is_between(along_m: float) -> bool:
            return BETWEEN[0] <= (along_m - start_m) / max(1.0, end_m - start_m) <= BETWEEN[1]

        if is_between(place.along_m) and not is_between(track.along_m):
            known = followed.checks.get(section.id) or LineCheck()
            after = checked(known, round(place.off_m), row.vehicle, row.observed_ms)
            if after != known:
                followed.checks.put(section.id, after)


def _is_line_known(
    followed: Followed, course: BusCourse, track: Track | None, row: BusPosition
) -> bool:
    """Whether the lines between two points are known, and buses have been on them."""
    from_order = row.stop_order if track is None else min(track.order, row.stop_order)
    for section in course.geometry.links[from_order - 1 : row.stop_order]:
        if section is None:
            continue
        check = followed.checks.get(section.id)
        is_wrong = check is not None and is_suspended(check)
        if is_wrong or section.length_source in GUESSED:
            return False
    return True
