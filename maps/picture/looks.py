"""What a screen shows of each link, and what of it changed: small numbers, by place. Pure."""

import math
from collections.abc import Mapping
from typing import Any

from maps.picture.fields import gaps
from maps.picture.observed import observed_changes
from maps.picture.picture import Picture
from streams.contract.enums import Closure
from streams.domain.links.fold import LinkView
from streams.domain.observed.rows import ObservedView

NO_SPEED = -1
SpeedRange = tuple[int, int, int, int]
"""The 80 % interval of a speed, whole km/h (-1: none), and how many buses and reports bear it."""


def looks(view: LinkView | None) -> tuple[int, str, Closure, str, SpeedRange, int]:
    """What a screen shows of a link: (km/h or -1, certainty letter, closure, its certainty, range,
    usual km/h or -1).

    The speed is rounded down: 14.7 km/h is 정체 below 15, and 15 on the screen would be 서행; the
    range is rounded outwards. The letter is c(onfirmed), r(eported), i(nferred), l(ost), s(tale).
    """
    if view is None:
        return _NOTHING
    speed_kmh = NO_SPEED if view.speed_kmh is None else math.floor(view.speed_kmh)
    usual_kmh = NO_SPEED if view.usual_kmh is None else round(view.usual_kmh)
    low, high = view.speed_low_kmh, view.speed_high_kmh
    ends = (NO_SPEED, NO_SPEED) if low is None or high is None else (int(low), math.ceil(high))
    borne = (view.sources.get("bus", 0), view.sources.get("its", 0))
    sure = view.closure_certainty or ""
    return speed_kmh, view.certainty[0], view.closure, sure, (*ends, *borne), usual_kmh


NO_RANGE: SpeedRange = (NO_SPEED, NO_SPEED, 0, 0)
_NOTHING = NO_SPEED, "l", Closure.NONE, "", NO_RANGE, NO_SPEED


Views = Mapping[int, LinkView | None]
Observations = Mapping[int, ObservedView | None]


def link_changes(
    links: Views, observed: Observations, before: Picture | None = None
) -> dict[str, Any]:
    """The fields of a delta about links, without what looks as `before`."""
    pairs: tuple[list[tuple[int, Any]], ...] = ([], [], [], [], [], [])
    for place, view in sorted(links.items()):
        now, old = looks(view), None if before is None else looks(before.links.get(place))
        if now != old:
            for field, found in enumerate(pairs):
                if old is None or now[field] != old[field]:
                    found.append((place, now[field]))
    letters, promises = observed_changes(observed, before.observed if before else None)
    return {
        "observed": gaps(letters),
        "promises": gaps(promises),
        "speeds": gaps(pairs[0]),
        "certainties": gaps(pairs[1]),
        "closures": tuple(pairs[2]),
        "closure_certainties": tuple(pairs[3]),
        "ranges": gaps(pairs[4]),
        "usual": gaps(pairs[5]),
    }
