"""Every bus of a partition followed along its route: from positions to sightings."""

from typing import NamedTuple

from streams.contract.derived import Sighting
from streams.contract.records import BusPosition
from streams.contract.times import MINUTE_MS
from streams.domain.links.runs import MASKED, SHARED
from streams.domain.observed.courses import Course
from streams.domain.observed.tracks import ON_M, Track, follow, turned
from streams.domain.stage import Effects, Rows, StageTable, State
from streams.geo.network import Network

SNAPPED_M = 4.0  # nearer to its line than GPS alone brings a bus
SNAPPED_PART = 0.8
ENOUGH = 100  # points to judge a feed by
KEEP_POINTS = 20_000
FORGET_MS = 1_800_000


class LineFit(NamedTuple):
    """How exactly the points of a feed's moving buses lie on the routes' lines: so many within 4 m,
    of so many.
    """

    near: int = 0
    points: int = 0

    @property
    def is_snapped(self) -> bool:
        """Whether it reports points on the line only; taken so until enough is known."""
        return self.points < ENOUGH or self.near > SNAPPED_PART * self.points

    def after(self, off_m: float) -> "LineFit":
        kept = LineFit(self.near // 2, self.points // 2) if self.points >= KEEP_POINTS else self
        return LineFit(kept.near + (off_m <= SNAPPED_M), kept.points + 1)


TRACKS = StageTable("tracks", Track)  # by vehicle; by "vehicle|route" where a plate is masked
LINE_FITS = StageTable("line_fits", LineFit)  # by feed


class Followed:
    """The tracks in the midst of a message; `sightings` are what its buses did."""

    def __init__(self, state: State, effects: Effects) -> None:
        self.tracks = Rows(TRACKS, state, effects)
        self.fits = Rows(LINE_FITS, state, effects)
        self.sightings: list[Sighting] = []

    def forget(self, tick_ms: int) -> None:
        """Drop the tracks of buses unseen for half an hour; looked at once a minute."""
        if tick_ms % MINUTE_MS:
            return
        for name, track in self.tracks.stored.items():
            if tick_ms - track.seen_ms > FORGET_MS:
                self.tracks.put(name, None)


class Follower:
    """Follows buses along the routes of a network."""

    def __init__(self, network: Network) -> None:
        self._courses = {route.id: Course.of(route, network) for route in network.routes}

    def see(self, followed: Followed, feed: str, row: BusPosition) -> None:
        """Take one position; a shared plate, or a route that nobody knows, is nothing to follow."""
        course = self._courses.get(row.route_id)
        if course is None or SHARED in row.flags:
            return
        name = f"{row.vehicle}|{row.route_id}" if MASKED in row.flags else row.vehicle
        track, fit = followed.tracks.get(name), followed.fits.get(feed) or LineFit()
        place = course.place(row)
        is_moving = track is not None and (track.lon, track.lat) != (row.lon, row.lat)
        if is_moving and place is not None and place.off_m <= ON_M:
            followed.fits.put(feed, fit.after(place.off_m))
        if track is not None and track.route_id != row.route_id:
            followed.sightings += turned(track, row, self._courses[track.route_id], course)
        after, sightings = follow(track, row, course, is_snapped=fit.is_snapped)
        followed.sightings += sightings
        if after is not track:
            followed.tracks.put(name, after)
