"""A street to ask about: four stops, sections both ways, and a scene that tests arrange."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import msgspec

from maps.crew.site import site_of
from maps.desk.asking import card as cards
from maps.desk.asking import lookup
from maps.desk.facts.scene import AskedPlace, Scene, subjects_by_link
from maps.desk.facts.ways import DetourFinder
from maps.picture.picture import Picture, StoreState
from maps.search.entry import PlaceKind, SearchHit
from streams.contract.enums import PollOutcome
from streams.contract.records import FeedReport
from streams.contract.times import KST
from streams.domain.links.fold import LinkView
from streams.domain.observed.detours import BusDetour
from streams.domain.observed.rows import Discrepancy, ObservedView
from streams.domain.stages.calls import CallRow
from streams.domain.stages.closures import ClosureRow
from streams.domain.stages.feeds import FeedState
from streams.domain.stages.incidents import RunningIncident
from streams.domain.stages.passages import BusView
from streams.domain.works.rows import Work
from streams.geo.network import Network
from tests.cities.builder import both_ways, city, in_a_row, route
from tests.cities.builder import link as street_of
from tests.cities.rows import BUS, typed

Json = dict[str, Any]
NAMES = ("시청앞", "명동입구", "중앙로입구", "팔호광장")
DAY_MS, HOUR_MS, MIN_MS = 86_400_000, 3_600_000, 60_000
PERMITS, BUSES, SPEEDS, EVENTS = "permits", "tago.positions", "its.speeds", "its.events"
POLL_MS = {PERMITS: 600_000, BUSES: 60_000, SPEEDS: 300_000, EVENTS: 300_000}


def kst(text: str) -> int:
    """Unix ms of a time in Korea, "2026-11-23 14:00"."""
    return round(datetime.fromisoformat(text).replace(tzinfo=KST).timestamp() * 1000)


NOW = kst("2026-11-23 14:00")  # a Monday


def work_of(row: Json) -> Work:
    return msgspec.convert(row, Work)


def street() -> Network:
    stops = in_a_row(NAMES, west=127.73, has_poles=True)
    links = both_ways(stops, road_name="중앙로", length_m=350)
    links.append(
        street_of("N0>N1", (127.732, 37.882), (127.74, 37.882), road_name="도청로", is_drawn=False)
    )
    return city(*links, stops=stops, routes=(route("R300", "300", stops),))


NETWORK = street()


@dataclass
class Street:
    """What is known at `now_ms`; every feed answered just now unless a test says otherwise."""

    now_ms: int = NOW
    views: dict[str, Json] = field(default_factory=dict)
    works: dict[str, Json] = field(default_factory=dict)
    incidents: dict[str, Json] = field(default_factory=dict)
    buses: dict[str, Json] = field(default_factory=dict)
    calls: dict[str, Json] = field(default_factory=dict)
    observed: dict[str, Json] = field(default_factory=dict)
    discrepancies: dict[str, Json] = field(default_factory=dict)
    detours: dict[str, Json] = field(default_factory=dict)
    closures: dict[str, Json] = field(default_factory=dict)
    silent_ms: dict[str, int] = field(default_factory=dict)  # feed -> since when it is silent
    clock_ms: int | None = None
    store: str = "ok"
    feeds: tuple[str, ...] = (PERMITS, BUSES, SPEEDS, EVENTS)

    def scene(self) -> Scene:
        picture = Picture(
            links={NETWORK.index[n]: row for n, row in typed(LinkView, self.views).items()},
            works=typed(Work, self.works),
            incidents=typed(RunningIncident, self.incidents),
            buses=typed(BusView, {name: BUS | row for name, row in self.buses.items()}),
            calls=typed(
                CallRow, {n: {"call_id": n, "title": "중앙로"} | r for n, r in self.calls.items()}
            ),
            observed={
                NETWORK.index[n]: row for n, row in typed(ObservedView, self.observed).items()
            },
            discrepancies=typed(Discrepancy, self.discrepancies),
            detours=typed(BusDetour, self.detours),
            hand_closures=typed(ClosureRow, self.closures),
            feeds={name: self._feed(name) for name in self.feeds},
            clocks={"0": self.now_ms - 1000 if self.clock_ms is None else self.clock_ms},
        )
        by_link = subjects_by_link(picture, NETWORK)
        return Scene(NETWORK, picture, by_link, self.now_ms, StoreState(self.store))

    def _feed(self, name: str) -> FeedState:
        at_ms = self.silent_ms.get(name, self.now_ms - 20_000)
        report = FeedReport(name, PollOutcome.DATA, at_ms, POLL_MS[name])
        return FeedState(name, report, last_success_ms=at_ms, last_change_ms=at_ms)

    def driven(self, *links: str, buses: int, ago_min: float = 3, kmh: float = 32) -> "Street":
        """Buses passed these links within ten minutes, the last so long ago."""
        at_ms = self.now_ms - round(ago_min * MIN_MS)
        level = "jam" if kmh < 15 else "slow" if kmh < 25 else "free"
        for link in links:
            certainty = "confirmed" if buses >= 2 else "inferred"
            self.views[link] = {
                "speed_kmh": kmh,
                "level": level,
                "samples": buses,
                "observed_ms": at_ms,
                "certainty": certainty,
                "sources": {"bus": buses},
                "closure": "none",
                "subjects": [],
            }
        return self

    def fenced(self, *links: str, certainty: str = "confirmed", ago_min: int = 9) -> "Street":
        """Buses go round these links."""
        since_ms = self.now_ms - ago_min * MIN_MS
        for link in links:
            row = {"state": "impassable", "since_ms": since_ms, "certainty": certainty}
            self.observed[link] = row
        return self

    def differs(self, kind: str, *links: str, name: str = "D1", **more: Any) -> "Street":
        """What buses do on these links is not what was declared."""
        at_ms = self.now_ms - 5 * MIN_MS
        row: Json = {"kind": kind, "work": "", "links": list(links), "since_ms": at_ms}
        row |= {"told_ms": at_ms, "certainty": "confirmed"}
        self.discrepancies[name] = row | more
        return self

    def measured(self, *links: str, kmh: float = 41, ago_min: float = 2) -> "Street":
        """The traffic centre measured these links."""
        self.driven(*links, buses=0, ago_min=ago_min, kmh=kmh)
        for link in links:
            self.views[link] |= {"certainty": "reported", "sources": {"its": 1}}
        return self

    def dug(self, *links: str, name: str = "2026-굴착-0412", **more: Any) -> "Street":
        """A work on these links: by default one lane, since the day before, until 18:00 today."""
        row: Json = {
            "permit_id": name,
            "title": "하수관 정비",
            "starts_ms": kst("2026-11-22 09:00"),
            "ends_ms": kst("2026-11-23 18:00"),
            "organisation": "춘천시 하수과",
            "phone": "033-250-0000",
            "hours": "",
            "closure": "partial",
            "lanes_closed": 1,
            "phase": "active",
            "links": list(links),
            "feed": PERMITS,
            "seen_ms": self.now_ms - 5 * MIN_MS,
            "placed_by": "link_id",
        }
        row |= more
        self.works[name] = {"is_in_force": row["phase"] in ("active", "overdue"), **row}
        return self

    def struck(self, *links: str, name: str = "I1", **more: Any) -> "Street":
        """An accident on these links that a traffic centre tells of."""
        row: Json = {
            "incident_id": name,
            "kind": "accident",
            "title": "중앙로 추돌사고",
            "starts_ms": self.now_ms - 40 * MIN_MS,
            "ends_ms": None,
            "closure": "full",
            "phase": "active",
            "links": list(links),
            "feed": EVENTS,
            "seen_ms": self.now_ms - MIN_MS,
        }
        self.incidents[name] = row | more
        return self

    def shut(self, *links: str, name: str = "C1", **more: Any) -> "Street":
        """An operator closed these links for an hour."""
        at_ms = self.now_ms - 10 * MIN_MS
        row: Json = {
            "closure_id": name,
            "act_id": name,
            "version": 1,
            "act": "make",
            "by": "김관제",
            "at_ms": at_ms,
            "title": "명동입구→중앙로입구",
            "cause": "disaster",
            "reason": "상수도 파열",
            "closure": "full",
            "starts_ms": at_ms,
            "ends_ms": at_ms + HOUR_MS,
            "link_ids": list(links),
            "phase": "active",
        }
        self.closures[name] = row | more
        return self

    def gone_round(self, *links: str, route_id: str = "R300", **more: Any) -> "Street":
        """Two buses of a route have gone round these links, by the street beside, without S1."""
        row: Json = {
            "route_id": route_id,
            "links": links,
            "way": [[127.735, 37.882], [127.737, 37.882]],
            "stops": ["S1"],
            "cause": "",
            "since_ms": self.now_ms - 20 * MIN_MS,
            "last_ms": self.now_ms - 4 * MIN_MS,
            "buses": 2,
        }
        self.detours[f"{route_id}|{links[0]}"] = row | more
        return self


def place(kind: str = "section", *links: str, name: str = "x", title: str = "") -> AskedPlace:
    """A place of these links; of one link its name is the place's."""
    indexes = tuple(NETWORK.index[link] for link in links)
    own = NETWORK.links[indexes[0]].name if indexes else ""
    return AskedPlace(PlaceKind(kind), name, title or own, links=indexes)


def card(here: AskedPlace, scene: Scene, ways: DetourFinder | None = None) -> Json:
    """The card as its reader gets it."""
    return plain(cards.card(here, scene, ways))


def answer(
    question: str,
    found: Iterable[SearchHit],
    scene: Scene,
    ways: DetourFinder | None,
    *,
    is_named: bool = False,
) -> Json:
    """The answer as its reader gets it."""
    return plain(lookup.answer(question, list(found), scene, ways, is_named=is_named))


def site_json(work_id: str, scene: Scene) -> Json:
    """A work as its crew's page gets it."""
    return plain(site_of(work_id, scene))


def plain(body: object) -> Json:
    """A body as the JSON that leaves the server."""
    made: Json = msgspec.json.decode(msgspec.json.encode(body))
    return made


def spoken(clauses: Iterable[Json], name: str) -> str:
    """The Korean text of a clause."""
    return next((str(clause["ko"]) for clause in clauses if clause["name"] == name), "")
