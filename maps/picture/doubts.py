"""What of a work's place is doubtful, as a code for the screens. Pure."""

from collections.abc import Mapping
from typing import Any

_OF_PLACE = frozenset(
    {"epsg_assumed", "epsg_shifted_100km", "point_shared", "point_far_from_address"}
)
"""The flags of a permit whose point may lie on another street."""


def doubts(work: Mapping[str, Any]) -> list[str]:
    """`place` where the point may be wrong, or only a lot near the address is known; `direction`
    where the stated one cannot be read.
    """
    is_near = work.get("placed_by") == "address_near"
    is_doubtful = is_near or not _OF_PLACE.isdisjoint(work.get("flags") or ())
    found = ["place"] if is_doubtful else []
    return [*found, "direction"] if work.get("is_direction_unread") else found
