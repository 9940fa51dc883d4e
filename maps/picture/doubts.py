"""What of a work's place is doubtful, as a code for the screens. Pure."""

from typing import Literal

from streams.contract.enums import PlacedBy
from streams.domain.stages.incidents import RunningIncident
from streams.domain.works.rows import Work

_OF_PLACE = frozenset(
    {"epsg_assumed", "epsg_shifted_100km", "point_shared", "point_far_from_address"}
)
"""The flags of a permit whose point may lie on another street."""


Doubt = Literal["place", "direction"]


def doubts(row: Work | RunningIncident) -> tuple[Doubt, ...]:
    """`place` where the point may be wrong, or only a lot near the address is known; `direction`
    where the stated one cannot be read.
    """
    is_near = row.placed_by == PlacedBy.ADDRESS_NEAR
    is_doubtful = is_near or not _OF_PLACE.isdisjoint(row.flags)
    place: tuple[Doubt, ...] = ("place",) if is_doubtful else ()
    return (*place, "direction") if getattr(row, "is_direction_unread", False) else place
