"""The facts about a place: its links now, what blocks them, and what has been seen of it."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from maps.desk.facts.blockings import Blocking, blockings_on, coming_soon, has_ended_lately
from maps.desk.facts.driven import NO_ROUNDS, Rounds, discrepancies_on, rounds
from maps.desk.facts.scene import BUS_FEEDS, SPEED_FEEDS, AskedPlace, Scene
from maps.picture.text import shown
from maps.search.entry import PlaceKind
from streams.contract.enums import Closure, Level
from streams.domain.closures import GRAVITY
from streams.domain.links.fold import ENOUGH_BUSES, LinkView
from streams.domain.observed.rows import Discrepancy
from streams.domain.stages.calls import REPORT_MS
from streams.domain.stages.passages import BusView
from streams.geo.network import Link

WORST_FIRST = (Level.JAM, Level.SLOW, Level.FREE)


@dataclass(frozen=True, slots=True)
class LinkNow:
    """One link as the fold shows it; `closure` is the gravest of its view and of its rows."""

    index: int
    link: Link
    view: LinkView
    closure: Closure

    @property
    def id(self) -> str:
        return self.link.id

    @property
    def name(self) -> str:
        return str(shown(self.link.name or self.link.road_name or self.link.id))

    @property
    def observed_ms(self) -> int:
        return self.view.observed_ms or 0

    @property
    def is_measured(self) -> bool:
        """Whether a traffic centre measures it."""
        return bool(self.view.sources.get("its"))


@dataclass(frozen=True, slots=True)
class Seen:
    """Buses that passed: the most on any one link, so a bus on two links is counted once."""

    count: int = 0
    observed_ms: int = 0
    link: int | None = None
    links: int = 0  # on how many pieces of the place any passed


@dataclass(frozen=True, slots=True)
class CardFacts:
    """All that the verdict, its certainty and the sentences are made from."""

    place: AskedPlace
    links: tuple[LinkNow, ...]
    pieces: tuple[LinkNow, ...]  # what is counted of the place: each piece of its road once
    blockings: tuple[Blocking, ...]
    closure: Closure
    closed: tuple[int, ...]  # the links with the gravest closure
    causes: tuple[Blocking, ...]  # what closes them, the gravest first
    others: tuple[Blocking, ...]  # what else is in force on the place
    seen: Seen
    ended: tuple[Blocking, ...] = ()
    coming: tuple[Blocking, ...] = ()
    calls: int = 0
    is_reported: bool = False
    speed_at: LinkNow | None = None  # the slowest link whose speed is known
    rounds: Rounds = NO_ROUNDS
    differing: tuple[Discrepancy, ...] = ()  # what is not as declared, the gravest first
    is_each_passed: bool = True  # whether buses drove over what each cause closes

    @property
    def shares(self) -> tuple[tuple[Blocking, tuple[int, ...]], ...]:
        """What closes which of the closed links: each has its own cause, the gravest on it."""
        found: dict[str, tuple[Blocking, tuple[int, ...]]] = {}
        for index in self.closed:
            own = (b for b in self.causes if b.closure is self.closure and index in b.links)
            if (cause := next(own, None)) is not None:
                _, links = found.get(cause.id, (cause, ()))
                found[cause.id] = (cause, (*links, index))
        return tuple(found.values())

    def pieces_in(self, links: Collection[int]) -> tuple[LinkNow, ...]:
        """The pieces among these links; the links themselves where none is one."""
        return _among(self.pieces, self.links, links)

    @property
    def own_work(self) -> Blocking | None:
        """The work a card is about, None for any other place."""
        is_work = self.place.kind is PlaceKind.WORK and bool(self.blockings)
        return self.blockings[0] if is_work else None

    @property
    def worst_level(self) -> Level:
        levels = {link.view.level for link in self.links}
        return next((level for level in WORST_FIRST if level in levels), Level.UNKNOWN)

    @property
    def is_route(self) -> bool:
        return self.place.kind is PlaceKind.ROUTE


def _pieces(links: Iterable[LinkNow], scene: Scene) -> tuple[LinkNow, ...]:
    """The links without those that lie over another of them: a section is not counted beside the
    standard links that are the same road. A route or a stop has its sections alone.
    """
    every = tuple(links)
    own, layers = {link.id for link in every}, scene.network.layers_of
    return tuple(
        link for link in every if link.link.is_drawn or own.isdisjoint(layers.get(link.id, ()))
    )


def _among(
    pieces: Iterable[LinkNow], links: Iterable[LinkNow], wanted: Collection[int]
) -> tuple[LinkNow, ...]:
    found = tuple(link for link in pieces if link.index in wanted)
    return found or tuple(link for link in links if link.index in wanted)


def gather(place: AskedPlace, scene: Scene) -> CardFacts:
    """The facts of a place in a scene; a place without links has none."""
    found = blockings_on(place, scene)
    in_force = [b for b in found if b.row.is_in_force]
    links = tuple(_link_now(index, scene, in_force) for index in place.links)
    pieces = _pieces(links, scene)
    closure = min((link.closure for link in links), key=GRAVITY.index, default=Closure.NONE)
    is_open = closure is Closure.NONE
    closed = tuple(link.index for link in links if not is_open and link.closure is closure)
    causes = sorted(
        (b for b in in_force if is_open or not set(b.links).isdisjoint(closed)),
        key=lambda b: b.gravity,
    )
    began_ms = min((b.began_ms for b in causes if not is_open and b.closure is closure), default=0)
    own_ids = {link.id for link in links}
    closing = [] if is_open else [b for b in causes if b.closure is closure]
    since_ms = scene.now_ms - REPORT_MS
    return CardFacts(
        place=place,
        links=links,
        pieces=pieces,
        blockings=tuple(found),
        closure=closure,
        closed=closed,
        causes=tuple(causes),
        others=tuple(b for b in in_force if b not in causes),
        seen=_running(place, scene)
        if place.kind is PlaceKind.ROUTE and not closed
        else _seen(links, closed, began_ms, scene),
        rounds=rounds(place.links, scene),
        differing=discrepancies_on(place, scene),
        is_each_passed=all(_is_passed(b, links, scene) for b in closing),
        ended=tuple(b for b in found if has_ended_lately(b, scene.now_ms)),
        coming=coming_soon(found, scene.now_ms),
        calls=sum(
            since_ms < row.received_ms <= scene.now_ms and not own_ids.isdisjoint(row.link_ids)
            for row in scene.picture.calls.values()
        ),
        is_reported=any(
            not own_ids.isdisjoint(row.link_ids) for row in scene.picture.reports.values()
        ),
        speed_at=min(
            (x for x in links if x.view.speed_kmh is not None and x.view.level in WORST_FIRST),
            key=lambda x: (WORST_FIRST.index(x.view.level), x.view.speed_kmh or 0.0),
            default=None,
        ),
    )


def _link_now(index: int, scene: Scene, in_force: Iterable[Blocking]) -> LinkNow:
    view = scene.picture.links.get(index) or LinkView()
    closures = [view.closure, *(b.closure for b in in_force if index in b.links)]
    return LinkNow(index, scene.network.links[index], view, min(closures, key=GRAVITY.index))


def _seen(links: Collection[LinkNow], closed: tuple[int, ...], began_ms: int, scene: Scene) -> Seen:
    """The buses that passed (the closed links, where some are) since `began_ms`.

    The fold keeps how many passed within `fresh_ms` and when the last one did, and how many came
    after a full closure. Of another one younger than that only the last surely came after it.
    """
    if not scene.is_any_current(BUS_FEEDS):
        return Seen()
    wanted = [link for link in links if not closed or link.index in closed]
    counted = [(_passages(link, began_ms, scene), link) for link in wanted]
    passed = [(count, link) for count, link in counted if count]
    if not passed:
        return Seen()
    count, best = max(passed, key=lambda pair: (pair[0], pair[1].observed_ms))
    on = _among(_pieces(links, scene), links, {link.index for _, link in passed})
    return Seen(count, best.observed_ms, best.index, len(on))


def _is_passed(cause: Blocking, links: Iterable[LinkNow], scene: Scene) -> bool:
    """Whether enough buses drove over a link of a cause since it holds."""
    own = (link for link in links if link.index in cause.links)
    return any(_passages(link, cause.began_ms, scene) >= ENOUGH_BUSES for link in own)


def _running(place: AskedPlace, scene: Scene) -> Seen:
    """The buses of a route that are under way now: they speak for its whole line."""
    buses = route_buses(place.id, scene)
    return Seen(len(buses), buses[0][1].observed_ms, None, len(place.links)) if buses else Seen()


def route_buses(route_id: str, scene: Scene) -> list[tuple[str, BusView]]:
    """A route's buses seen lately, newest first; none while the feed of buses is silent."""
    if not scene.is_any_current(BUS_FEEDS):
        return []
    since_ms = scene.now_ms - scene.fresh_ms
    found = [
        (vehicle, bus)
        for vehicle, bus in scene.picture.buses.items()
        if bus.route_id == route_id and bus.observed_ms > since_ms
    ]
    return sorted(found, key=lambda pair: (-pair[1].observed_ms, pair[0]))


def _passages(link: LinkNow, began_ms: int, scene: Scene) -> int:
    fresh_from_ms = scene.now_ms - scene.fresh_ms
    is_fresh = link.view.samples > 0 and link.observed_ms > fresh_from_ms
    if not is_fresh or link.observed_ms <= began_ms:
        return 0
    surely = link.view.samples if began_ms <= fresh_from_ms else 1
    return max(surely, link.view.buses_through)


def has_speed(facts: CardFacts, scene: Scene) -> bool:
    """Whether a traffic centre measures the place now."""
    return scene.is_any_current(SPEED_FEEDS) and any(link.is_measured for link in facts.links)
