"""How sure a verdict is: four levels, each tied to evidence. Pure, one table."""

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from maps.picture.picture import StoreState
from streams.contract.enums import Certainty, Closure
from streams.domain.links.fold import ENOUGH_BUSES


class Ground(StrEnum):
    """What gave a certainty."""

    REBUILDING = "rebuilding"
    STORE = "store"
    CLOCK = "clock"
    NOTICE = "notice"  # a permit or an official event
    CONTRADICTED = "contradicted"  # buses drive over what is said to be closed
    PEOPLE = "people"  # a crew or an office reported it
    BUS = "bus"
    ROUND = "round"  # buses go round it, whatever was declared
    CENTRE = "centre"  # a traffic centre's speed
    ENDED = "ended"  # a work ended by its date
    UNSEEN = "unseen"


@dataclass(frozen=True, slots=True, kw_only=True)
class Grounds:
    """What a verdict rests on.

    `passages`: buses seen on it since it holds, none while the bus feed is stale. `has_notice`: a
    permit or an official event says it; `is_notice_live`: its feed answers; `is_listed`: the feed
    still names it. `is_reported`: a crew or an office reported that it began, or (of no closure)
    that it ended. `has_ended`: a work there ended by its date. `rounds`: how surely buses that go
    round show that it is closed; None: they do not.
    """

    closure: Closure
    store: StoreState = StoreState.OK
    is_clock_late: bool = False
    is_bus_live: bool = True
    is_notice_live: bool = True
    is_listed: bool = True
    passages: int = 0
    has_speed: bool = False
    is_reported: bool = False
    has_ended: bool = False
    rounds: Certainty | None = None


class Certain(NamedTuple):
    """How sure it is, and the ground that made it so."""

    certainty: Certainty
    ground: Ground


def certainty(grounds: Grounds) -> Certain:
    """The first rule that applies; what rests on a source that fell silent is lost."""
    if grounds.store is StoreState.REBUILDING:
        return Certain(Certainty.LOST, Ground.REBUILDING)
    if grounds.store is StoreState.LOST:
        return Certain(Certainty.LOST, Ground.STORE)
    if grounds.is_clock_late:
        return Certain(Certainty.LOST, Ground.CLOCK)
    if grounds.closure is Closure.NONE:
        return _rounded(grounds) or _of_open(grounds)
    if not grounds.is_notice_live:
        return Certain(Certainty.LOST, Ground.NOTICE)
    return _of_closure(grounds)


def _of_closure(grounds: Grounds) -> Certain:
    """A bus sees that a road can be driven or not; of a lane, a pavement or a stop it sees nothing.
    So buses confirm or contradict a full closure alone.
    """
    is_full, is_rounded = grounds.closure is Closure.FULL, grounds.rounds is Certainty.CONFIRMED
    is_rounded = is_rounded and grounds.is_bus_live
    is_passed = grounds.is_bus_live and grounds.passages >= ENOUGH_BUSES
    if is_full and is_passed and not is_rounded:
        return Certain(Certainty.REPORTED, Ground.CONTRADICTED)
    if grounds.is_reported:
        return Certain(Certainty.CONFIRMED, Ground.PEOPLE)
    if is_full and is_rounded:
        return Certain(Certainty.CONFIRMED, Ground.ROUND)
    return Certain(Certainty.REPORTED if grounds.is_listed else Certainty.INFERRED, Ground.NOTICE)


def _rounded(grounds: Grounds) -> Certain | None:
    """Of a place that no record closes: what buses that go round it show."""
    if grounds.rounds is None or not grounds.is_bus_live:
        return None
    return Certain(grounds.rounds, Ground.ROUND)


def _of_open(grounds: Grounds) -> Certain:
    passages = grounds.passages if grounds.is_bus_live else 0
    if passages >= ENOUGH_BUSES:
        return Certain(Certainty.CONFIRMED, Ground.BUS)
    if grounds.has_speed:
        return Certain(Certainty.REPORTED, Ground.CENTRE)
    if grounds.is_reported:
        return Certain(Certainty.REPORTED, Ground.PEOPLE)
    if passages:
        return Certain(Certainty.INFERRED, Ground.BUS)
    if grounds.has_ended:
        return Certain(Certainty.INFERRED, Ground.ENDED)
    return Certain(Certainty.LOST, Ground.UNSEEN if grounds.is_bus_live else Ground.BUS)
