"""Carry effects to the partitions of the links they concern; `LINK_EVENTS` is keyed by link."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from streams.contract.derived import (
    Declaration,
    LinkEvents,
    Obstruction,
    Origin,
    Passage,
    Sighting,
    SpeedShare,
)
from streams.contract.topics import partition_of
from streams.domain.stage import Effects
from streams.geo.homes import Homes


@dataclass(slots=True)
class _Share:
    """What one partition gets of a message."""

    passages: list[Passage] = field(default_factory=list)
    speeds: list[SpeedShare] = field(default_factory=list)
    obstructions: list[Obstruction] = field(default_factory=list)
    sightings: list[Sighting] = field(default_factory=list)
    declarations: list[Declaration] = field(default_factory=list)

    @property
    def is_any(self) -> bool:
        parts = (self.passages, self.speeds, self.obstructions, self.sightings, self.declarations)
        return any(parts)


def send(
    effects: Effects,
    origin: Origin,
    partitions: int,
    *,
    passages: Sequence[Passage] = (),
    speeds: Sequence[SpeedShare] = (),
    obstructions: Sequence[Obstruction] = (),
    sightings: Sequence[Sighting] = (),
    declarations: Sequence[Declaration] = (),
    homes: Homes | None = None,
    tick_ms: int = 0,
) -> None:
    """Carry records to the partitions of their links: at most one message a partition, in order.

    Sightings and declarations go to the `homes` of their links. With a `tick_ms` every partition
    gets a message, for time passes everywhere.
    """
    if not (tick_ms or passages or speeds or obstructions or sightings or declarations):
        return
    shares = [_Share() for _ in range(partitions)]
    for passage in passages:
        shares[partition_of(passage.link_id, partitions)].passages.append(passage)
    for speed in speeds:
        shares[partition_of(speed.link_id, partitions)].speeds.append(speed)
    for obstruction in obstructions:
        shares[partition_of(obstruction.link_id, partitions)].obstructions.append(obstruction)
    if homes is not None:
        _share_out(shares, homes, sightings, declarations)
    for partition, share in enumerate(shares):
        if tick_ms or share.is_any:
            effects.derived[partition] = LinkEvents(
                origin,
                tick_ms,
                tuple(share.passages),
                tuple(share.speeds),
                tuple(share.obstructions),
                tuple(share.sightings),
                tuple(share.declarations),
            )


def _share_out(
    shares: Sequence[_Share],
    homes: Homes,
    sightings: Sequence[Sighting],
    declarations: Sequence[Declaration],
) -> None:
    for sighting in sightings:
        for partition in homes.around(sighting.links):
            shares[partition].sightings.append(sighting)
    for declaration in declarations:
        for partition in homes.around(declaration.links):
            shares[partition].declarations.append(declaration)
