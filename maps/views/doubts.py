"""What of a work's place is doubtful, as a code for the screens. Pure."""

from collections.abc import Mapping
from typing import Any

_OF_PLACE = frozenset({"epsg_assumed", "epsg_shifted_100km", "point_shared"})
"""The flags of a permit whose point may lie on another street."""


def doubts(work: Mapping[str, Any]) -> list[str]:
    """`place` where the point may be wrong, `direction` where the stated one cannot be read."""
    found = [] if _OF_PLACE.isdisjoint(work.get("flags") or ()) else ["place"]
    return [*found, "direction"] if work.get("is_direction_unread") else found
