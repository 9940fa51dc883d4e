"""Speeds of traffic centres: which links of the network a measured link covers."""

from streams.contract.derived import Origin, SpeedShare
from streams.contract.records import LinkSpeed, Message, SpeedBatch, Tick
from streams.contract.times import DAY_MS
from streams.domain.derive import send
from streams.domain.stage import Effects, StageTable, State
from streams.geo.network import Network

MAX_OLD_MS = DAY_MS
"""A speed or a bus seen this long before its answer came is no longer of now: late."""


class SpeedsStage:
    """link-speeds -> speeds of links, or of the sections over what is no link of the network."""

    takes = (SpeedBatch, Tick)
    tables: tuple[StageTable[None], ...] = ()

    def __init__(self, network: Network, *, partitions: int) -> None:
        self._network = network
        self._partitions = partitions

    def step(self, _state: State, message: Message, origin: Origin) -> Effects:
        effects = Effects()
        if isinstance(message, Tick):
            send(effects, origin, self._partitions, tick_ms=message.tick_ms)
        elif isinstance(message, SpeedBatch):
            rows = [r for r in message.rows if r.observed_ms > message.received_ms - MAX_OLD_MS]
            if late := len(message.rows) - len(rows):
                effects.count("speeds late", late)
            shares = [share for row in rows for share in self._shares(row, effects)]
            send(effects, origin, self._partitions, speeds=shares)
        return effects

    def _shares(self, row: LinkSpeed, effects: Effects) -> list[SpeedShare]:
        """What a measured speed says of links: of its own, or where the network has none such, of
        the sections over it. A section's speed is that of buses.
        """
        if self._network.link(row.link_id) is not None:
            return [SpeedShare(row.link_id, row.link_id, row.speed_kmh, row.observed_ms, 1.0)]
        shares = [
            SpeedShare(pair.section_id, row.link_id, row.speed_kmh, row.observed_ms, pair.share)
            for pair in self._network.sections_of.get(row.link_id, ())
        ]
        if not shares:
            effects.count("speeds unknown_link")
        return shares
