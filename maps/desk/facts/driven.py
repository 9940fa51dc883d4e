"""What buses do on a place that no record explains, and what they do against one. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass

from maps.desk.facts.scene import BUS_FEEDS, AskedPlace, Scene
from maps.search.entry import PlaceKind
from streams.contract.enums import Certainty, DiscrepancyKind, Observed
from streams.domain.observed.rows import Discrepancy, ObservedView

GRAVEST_FIRST = (
    DiscrepancyKind.UNDECLARED,
    DiscrepancyKind.ELSEWHERE,
    DiscrepancyKind.OVERRUN,
    DiscrepancyKind.OVERDECLARED,
    DiscrepancyKind.NO_EFFECT,
    DiscrepancyKind.LATE_START,
    DiscrepancyKind.EARLY_END,
)


@dataclass(frozen=True, slots=True)
class Rounds:
    """The links of a place that buses go round: since when, and how surely they are closed."""

    links: tuple[int, ...] = ()
    since_ms: int = 0
    certainty: Certainty = Certainty.LOST


NO_ROUNDS = Rounds()


def rounds(links: Iterable[int], scene: Scene) -> Rounds:
    """The impassable ones of these links; none while the feed of buses is silent."""
    if not scene.is_any_current(BUS_FEEDS):
        return NO_ROUNDS
    views = ((index, scene.picture.observed.get(index) or ObservedView()) for index in links)
    found = {index: view for index, view in views if view.state is Observed.IMPASSABLE}
    if not found:
        return NO_ROUNDS
    is_sure = any(view.certainty is Certainty.CONFIRMED for view in found.values())
    return Rounds(
        tuple(found),
        min(view.since_ms for view in found.values()),
        Certainty.CONFIRMED if is_sure else Certainty.INFERRED,
    )


def discrepancies_on(place: AskedPlace, scene: Scene) -> tuple[Discrepancy, ...]:
    """What goes on here that is not as declared, the gravest first; of a work what is its own.

    None while the feed of buses is silent.
    """
    if not scene.is_any_current(BUS_FEEDS):
        return ()
    own = {scene.network.links[index].id for index in place.links}
    is_work = place.kind is PlaceKind.WORK
    found = (
        (GRAVEST_FIRST.index(row.kind), name, row)
        for name, row in scene.picture.discrepancies.items()
        if not row.until_ms and (row.work == place.id if is_work else not own.isdisjoint(row.links))
    )
    return tuple(row for _, _, row in sorted(found, key=lambda each: each[:2]))
