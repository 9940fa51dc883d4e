"""The facts about a place: its links now, what blocks them, and what has been seen of it."""

from collections.abc import Iterable
from dataclasses import dataclass

from maps.desk.facts.blockings import GRAVITY, Blocking, blockings_on, coming_soon, has_ended_lately
from maps.desk.facts.scene import BUS_FEEDS, CALLS_WITHIN_MS, SPEED_FEEDS, AskedPlace, Json, Scene
from maps.picture.text import shown


@dataclass(frozen=True, slots=True)
class LinkNow:
    """One link as the fold shows it; `closure` is the gravest of its view and of its rows."""

    place: int
    id: str
    name: str
    closure: str
    level: str
    speed_kmh: float | None
    samples: int
    observed_ms: int
    speed_parts: int
    certainty: str
    buses_through: int  # of the last minutes, surely after a full closure
    is_drawn: bool


@dataclass(frozen=True, slots=True)
class Seen:
    """Buses that passed: the most on any one link, so a bus on two links is counted once."""

    count: int = 0
    observed_ms: int = 0
    link: int | None = None
    links: int = 0  # on how many pieces of the place any passed


@dataclass(frozen=True, slots=True)
class CardFacts:
    """All that the verdict, its certainty and the words are made from."""

    place: AskedPlace
    links: tuple[LinkNow, ...]
    blockings: tuple[Blocking, ...]
    closure: str
    closed: tuple[int, ...]  # the links with the gravest closure
    causes: tuple[Blocking, ...]  # what closes them, the gravest first
    others: tuple[Blocking, ...]  # what else is in force on the place
    seen: Seen
    ended: tuple[Blocking, ...] = ()
    coming: tuple[Blocking, ...] = ()
    calls: int = 0
    is_reported: bool = False
    speed_at: LinkNow | None = None

    @property
    def pieces(self) -> tuple[LinkNow, ...]:
        """What is counted of the place: each piece of its road once, as it is drawn."""
        return pieces_of(self.links)


def pieces_of(links: Iterable[LinkNow]) -> tuple[LinkNow, ...]:
    """The links that are drawn; all of them where none is."""
    every = tuple(links)
    return tuple(link for link in every if link.is_drawn) or every


def gather(place: AskedPlace, scene: Scene) -> CardFacts:
    """The facts of a place in a scene; a place without links has none."""
    found = blockings_on(place, scene)
    in_force = [b for b in found if b.is_in_force]
    links = tuple(_link_now(index, scene, in_force) for index in place.links)
    closure = min((link.closure for link in links), key=GRAVITY.index, default="none")
    closed = tuple(link.place for link in links if link.closure == closure != "none")
    causes = tuple(
        sorted(
            (b for b in in_force if _touches(b, closed) or closure == "none"),
            key=lambda b: (GRAVITY.index(b.closure), b.began_ms, b.id),
        )
    )
    return CardFacts(
        place=place,
        links=links,
        blockings=tuple(found),
        closure=closure,
        closed=closed,
        causes=causes,
        others=tuple(b for b in in_force if b not in causes),
        seen=_running(place, scene)
        if place.kind == "route" and not closed
        else _seen(links, closed, _began_ms(causes, closure), scene),
        ended=tuple(b for b in found if has_ended_lately(b, scene.now_ms)),
        coming=coming_soon(found, scene.now_ms),
        calls=_calls(place, scene),
        is_reported=_is_reported(place, scene),
        speed_at=_speed_at(links),
    )


def _touches(blocking: Blocking, closed: Iterable[int]) -> bool:
    return not set(blocking.links).isdisjoint(closed)


def _began_ms(causes: Iterable[Blocking], closure: str) -> int:
    """Since when the closure holds: the first of its causes; 0 where nothing is closed."""
    began = [b.began_ms for b in causes if b.closure == closure != "none"]
    return min(began, default=0)


def _link_now(place: int, scene: Scene, in_force: Iterable[Blocking]) -> LinkNow:
    link = scene.network.links[place]
    view = scene.picture.links.get(place) or {}
    closures = [b.closure for b in in_force if place in b.links]
    closures.append(str(view.get("closure") or "none"))
    known = (closure if closure in GRAVITY else "unknown" for closure in closures)
    return LinkNow(
        place=place,
        id=link.id,
        name=str(shown(link.name or link.road_name or link.id)),
        closure=min(known, key=GRAVITY.index),
        level=str(view.get("level") or "unknown"),
        speed_kmh=view.get("speed_kmh"),
        samples=int(view.get("samples") or 0),
        observed_ms=int(view.get("observed_ms") or 0),
        speed_parts=int((view.get("sources") or {}).get("its") or 0),
        certainty=str(view.get("certainty") or "lost"),
        buses_through=int(view.get("buses_through") or 0),
        is_drawn=link.is_drawn,
    )


def _seen(links: Iterable[LinkNow], closed: tuple[int, ...], began_ms: int, scene: Scene) -> Seen:
    """The buses that passed (the closed links, where some are) since `began_ms`.

    The fold keeps how many passed within `fresh_ms` and when the last one did, and how many came
    after a full closure. Of another one younger than that only the last surely came after it.
    """
    if not scene.is_any_current(BUS_FEEDS):
        return Seen()
    wanted = [link for link in links if not closed or link.place in closed]
    counted = [(_passages(link, began_ms, scene), link) for link in wanted]
    passed = [(count, link) for count, link in counted if count]
    if not passed:
        return Seen()
    count, best = max(passed, key=lambda pair: (pair[0], pair[1].observed_ms))
    on = pieces_of(link for _, link in passed)
    return Seen(count, best.observed_ms, best.place, len(on))


def _running(place: AskedPlace, scene: Scene) -> Seen:
    """The buses of a route that are under way now: they speak for its whole line."""
    buses = route_buses(place.id, scene)
    newest_ms = max((int(bus["observed_ms"]) for _, bus in buses), default=0)
    return Seen(len(buses), newest_ms, None, len(place.links)) if buses else Seen()


def route_buses(route_id: str, scene: Scene) -> list[tuple[str, Json]]:
    """A route's buses seen lately, newest first; none while the feed of buses is silent."""
    if not scene.is_any_current(BUS_FEEDS):
        return []
    since_ms = scene.now_ms - scene.fresh_ms
    found = [
        (vehicle, bus)
        for vehicle, bus in scene.picture.buses.items()
        if bus.get("route_id") == route_id and int(bus.get("observed_ms") or 0) > since_ms
    ]
    return sorted(found, key=lambda pair: (-int(pair[1]["observed_ms"]), pair[0]))


def _passages(link: LinkNow, began_ms: int, scene: Scene) -> int:
    is_fresh = link.samples > 0 and link.observed_ms > scene.now_ms - scene.fresh_ms
    if not is_fresh or link.observed_ms <= began_ms:
        return 0
    surely = link.samples if began_ms <= scene.now_ms - scene.fresh_ms else 1
    return max(surely, link.buses_through)


def _speed_at(links: Iterable[LinkNow]) -> LinkNow | None:
    """The slowest link whose speed is known: what a caller will meet."""
    known = [link for link in links if link.speed_kmh is not None and link.level != "unknown"]
    ranks = ("jam", "slow", "free")
    return min(
        (link for link in known if link.level in ranks),
        key=lambda link: (ranks.index(link.level), link.speed_kmh or 0),
        default=None,
    )


def has_speed(facts: CardFacts, scene: Scene) -> bool:
    """Whether a traffic centre measures the place now."""
    return scene.is_any_current(SPEED_FEEDS) and any(link.speed_parts for link in facts.links)


def _calls(place: AskedPlace, scene: Scene) -> int:
    """Calls about the place's links in the last 30 minutes."""
    own = {scene.network.links[index].id for index in place.links}
    since_ms = scene.now_ms - CALLS_WITHIN_MS
    return sum(
        since_ms < int(row.get("received_ms") or 0) <= scene.now_ms
        and not own.isdisjoint(row.get("link_ids") or ())
        for row in scene.rows("calls").values()
    )


def _is_reported(place: AskedPlace, scene: Scene) -> bool:
    own = {scene.network.links[index].id for index in place.links}
    reports: Iterable[Json] = scene.rows("reports").values()
    return any(not own.isdisjoint(row.get("link_ids") or ()) for row in reports)
