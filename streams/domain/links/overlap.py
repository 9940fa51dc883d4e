"""Whether buses and a traffic centre agree on standard links that both measure. Pure."""

from typing import NamedTuple

from streams.domain.links.estimate import PaceEstimate
from streams.domain.stage import StageTable


class Agreement(NamedTuple):
    """The looks of one day at links that both measured within their freshness: `pairs` of them,
    `its_within` where the centre's speed lay in the buses' 80 % interval, `bus_within` where the
    buses' speed (as that of cars) lay in the centre's.
    """

    pairs: int = 0
    its_within: int = 0
    bus_within: int = 0

    def plus(self, other: "Agreement") -> "Agreement":
        return Agreement(
            self.pairs + other.pairs,
            self.its_within + other.its_within,
            self.bus_within + other.bus_within,
        )

    def with_pair(self, bus: PaceEstimate, its: PaceEstimate) -> "Agreement":
        """With one look more: the buses' pace as that of cars, and the centre's."""
        return self.plus(Agreement(1, int(_is_within(its, bus)), int(_is_within(bus, its))))


def _is_within(one: PaceEstimate, other: PaceEstimate) -> bool:
    """Whether the one's speed lies in the other's interval, as the screens would show both."""
    _, low, high = other.kmh()
    return round(low, 1) <= round(one.kmh()[0], 1) <= round(high, 1)


AGREEMENTS = StageTable("speed_agreements", Agreement)  # by day
