"""Carry effects to the partitions of the links they concern; `LINK_EVENTS` is keyed by link."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from streams.contract.derived import LinkEvents, Obstruction, Origin, Passage, SpeedShare
from streams.contract.topics import partition_of
from streams.domain.stage import Effects


@dataclass(slots=True)
class _Share:
    """What one partition gets of a message."""

    passages: list[Passage] = field(default_factory=list)
    speeds: list[SpeedShare] = field(default_factory=list)
    obstructions: list[Obstruction] = field(default_factory=list)


def send(
    effects: Effects,
    origin: Origin,
    partitions: int,
    *,
    passages: Sequence[Passage] = (),
    speeds: Sequence[SpeedShare] = (),
    obstructions: Sequence[Obstruction] = (),
    tick_ms: int = 0,
) -> None:
    """Carry records to the partitions of their links: at most one message a partition, in order.

    With a `tick_ms` every partition gets a message, for time passes everywhere.
    """
    shares = [_Share() for _ in range(partitions)]
    for passage in passages:
        shares[partition_of(passage.link_id, partitions)].passages.append(passage)
    for speed in speeds:
        shares[partition_of(speed.link_id, partitions)].speeds.append(speed)
    for obstruction in obstructions:
        shares[partition_of(obstruction.link_id, partitions)].obstructions.append(obstruction)
    for partition, share in enumerate(shares):
        if tick_ms or share.passages or share.speeds or share.obstructions:
            effects.derived[partition] = LinkEvents(
                origin,
                tick_ms,
                tuple(share.passages),
                tuple(share.speeds),
                tuple(share.obstructions),
            )
