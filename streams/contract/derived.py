"""The records on `link-events`, which the stages of the feeds derive for the stage of the roads."""

from dataclasses import dataclass

from streams.contract.enums import Cause, Closure, Phase


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a derived record comes from; the next stage applies each origin once."""

    topic: str
    partition: int
    offset: int


@dataclass(frozen=True, slots=True)
class Passage:
    """One bus drove one whole section: dwell taken out, `length_m` as the network has it.

    `route_id` "": it is not known of which route, as in a log of before there was one.
    """

    link_id: str
    exited_ms: int
    travel_ms: int
    length_m: int
    route_id: str = ""


@dataclass(frozen=True, slots=True)
class SpeedShare:
    """A measured speed that counts for `share` (0..1) of a link; `via` is the measured link."""

    link_id: str
    via: str
    speed_kmh: float
    observed_ms: int
    share: float


@dataclass(frozen=True, slots=True)
class Obstruction:
    """What a work or an incident does to one link now; `is_over` takes it off the link.

    `is_seen`: a crew or an office has reported that it began, and nobody that it ended.
    """

    link_id: str
    subject: str
    kind: Cause
    phase: Phase
    closure: Closure
    is_over: bool = False
    is_seen: bool = False


@dataclass(frozen=True, slots=True)
class LinkEvents:
    """One input message's effects on the links of one partition, in order."""

    origin: Origin
    watermark_ms: int
    passages: tuple[Passage, ...] = ()
    speeds: tuple[SpeedShare, ...] = ()
    obstructions: tuple[Obstruction, ...] = ()


@dataclass(frozen=True, slots=True)
class LinkBatch:
    """Several of them, in the order of their origins: one message for a run of messages."""

    parts: tuple[LinkEvents, ...]
