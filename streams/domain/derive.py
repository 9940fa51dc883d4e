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
)
from streams.contract.topics import partition_of
from streams.domain.stage import Effects
from streams.geo.homes import Homes


@dataclass(slots=True)
class _PartitionShare:
    """What one partition gets of a message."""

    passages: list[Passage] = field(default_factory=list)
    obstructions: list[Obstruction] = field(default_factory=list)
    sightings: list[Sighting] = field(default_factory=list)
    declarations: list[Declaration] = field(default_factory=list)

    @property
    def is_any(self) -> bool:
        parts = (self.passages, self.obstructions, self.sightings, self.declarations)
        return any(parts)


def send(
    effects: Effects,
    origin: Origin,
    partitions: int,
    *,
    passages: Sequence[Passage] = (),
    obstructions: Sequence[Obstruction] = (),
    sightings: Sequence[Sighting] = (),
    declarations: Sequence[Declaration] = (),
    homes: Homes | None = None,
    tick_ms: int = 0,
) -> None:
    """Carry records to the partitions of their links: at most one part a partition, in order.

    Sightings and declarations go to the `homes` of their links. With a `tick_ms` every partition
    gets a part, for time passes everywhere.
    """
    if not (passages or obstructions or sightings or declarations):
        _send_tick(effects, origin, partitions, tick_ms)
        return
    shares = [_PartitionShare() for _ in range(partitions)]
    for passage in passages:
        shares[partition_of(passage.link_id, partitions)].passages.append(passage)
    for obstruction in obstructions:
        shares[partition_of(obstruction.link_id, partitions)].obstructions.append(obstruction)
    if homes is not None:
        _share_out(shares, homes, sightings, declarations)
    for partition, share in enumerate(shares):
        if tick_ms or share.is_any:
            part = LinkEvents(
                origin,
                tick_ms,
                passages=tuple(share.passages),
                obstructions=tuple(share.obstructions),
                sightings=tuple(share.sightings),
                declarations=tuple(share.declarations),
            )
            effects.derive(partition, part)


def _send_tick(effects: Effects, origin: Origin, partitions: int, tick_ms: int) -> None:
    """The same part for all, which most messages come to; nothing where there is no tick."""
    part = LinkEvents(origin, tick_ms)
    for partition in range(partitions if tick_ms else 0):
        effects.derive(partition, part)


def _share_out(
    shares: Sequence[_PartitionShare],
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
