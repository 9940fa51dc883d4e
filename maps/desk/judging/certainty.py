"""How sure a verdict is: four words, each tied to evidence. Pure, one table."""

from dataclasses import dataclass

from streams.domain.links.fold import ENOUGH_BUSES


@dataclass(frozen=True, slots=True, kw_only=True)
class Grounds:
    """What a verdict rests on.

    `passages`: buses seen on it since it holds, none while the bus feed is stale. `has_notice`: a
    permit or an official event says it; `is_notice_live`: its feed answers; `is_listed`: the feed
    still names it. `is_said`: a crew or an office said that it began, or (of no closure) that it
    ended. `has_ended`: a work there ended by its date.
    """

    closure: str
    store: str = "ok"
    is_clock_late: bool = False
    is_bus_live: bool = True
    is_notice_live: bool = True
    is_listed: bool = True
    passages: int = 0
    has_speed: bool = False
    is_said: bool = False
    has_ended: bool = False


@dataclass(frozen=True, slots=True)
class Certainty:
    """The word, and the ground that gave it."""

    word: str
    ground: str


def certainty(grounds: Grounds) -> Certainty:
    """The first rule that applies; what rests on a source that fell silent is lost."""
    if grounds.store != "ok":
        return Certainty("lost", "rebuilding" if grounds.store == "rebuilding" else "store")
    if grounds.is_clock_late:
        return Certainty("lost", "clock")
    if grounds.closure == "none":
        return _of_open(grounds)
    if not grounds.is_notice_live:
        return Certainty("lost", "notice")
    return _of_closure(grounds)


def _of_closure(grounds: Grounds) -> Certainty:
    is_passed = grounds.is_bus_live and grounds.passages >= ENOUGH_BUSES
    if grounds.closure == "full" and is_passed:
        return Certainty("reported", "contradicted")
    if grounds.is_said:
        return Certainty("confirmed", "said")
    if is_passed:
        return Certainty("confirmed", "bus")
    return Certainty("reported", "notice") if grounds.is_listed else Certainty("inferred", "notice")


def _of_open(grounds: Grounds) -> Certainty:
    passages = grounds.passages if grounds.is_bus_live else 0
    if passages >= ENOUGH_BUSES:
        return Certainty("confirmed", "bus")
    if grounds.has_speed:
        return Certainty("reported", "its")
    if grounds.is_said:
        return Certainty("reported", "said")
    if passages:
        return Certainty("inferred", "bus")
    if grounds.has_ended:
        return Certainty("inferred", "ended")
    return Certainty("lost", "unseen" if grounds.is_bus_live else "bus")
