"""Which rows of a list are one work: the same spot merged, other spots told apart."""

import hashlib
from dataclasses import replace
from typing import Any

from producers.formats.closures import gravest
from streams.domain.records import Closure, Permit


def identity(permit: Permit) -> str:
    """The id of a permit without a number: the hash of what makes it this dig and no other."""
    parts = (permit.title, permit.place, permit.starts_ms, permit.lon, permit.lat)
    return f"permit-{_hash(parts)[:16]}"


def gathered(permits: list[Permit]) -> list[Permit]:
    """Each permit once, in the order of ids, whatever the order of rows.

    Rows of one number and one spot are merged; of several spots the first keeps the number and the
    others get `#` and the hash of their spot.
    """
    spots: dict[str, dict[tuple[Any, ...], Permit]] = {}
    for permit in sorted(permits, key=_order):
        there = spots.setdefault(permit.permit_id, {})
        key = _spot_key(permit)
        there[key] = _merged(there[key], permit) if key in there else permit
    result: list[Permit] = []
    for permit_id, there in spots.items():
        for at, (key, permit) in enumerate(there.items()):
            several = ("several_spots",) if len(there) > 1 else ()
            name = permit_id if at == 0 else f"{permit_id}#{_hash(key)[:6]}"
            result.append(replace(permit, permit_id=name, flags=(*permit.flags, *several)))
    return sorted(result, key=lambda permit: permit.permit_id)


def _spot_key(permit: Permit) -> tuple[Any, ...]:
    return (permit.lon, permit.lat, permit.place, permit.link_ids)


def _order(permit: Permit) -> str:
    return repr(permit)  # begins with the id


def _merged(one: Permit, other: Permit) -> Permit:
    """Two rows of one dig: the whole period, every closure, and done or withdrawn only where both
    say so; exact repeats just count once.
    """
    if one == other:
        return replace(one, flags=tuple(dict.fromkeys((*one.flags, "dup"))))
    kinds = {one.closure, other.closure, *one.also_closed, *other.also_closed}
    found = gravest(kinds)
    return replace(
        one,
        starts_ms=min(one.starts_ms, other.starts_ms),
        ends_ms=max(one.ends_ms, other.ends_ms),
        closure=found[0] if found else Closure.UNKNOWN,
        also_closed=tuple(c for c in found[1:] if c is not Closure.NONE),
        direction=one.direction if one.direction == other.direction else "",
        is_withdrawn=one.is_withdrawn and other.is_withdrawn,
        done_ms=one.done_ms if one.done_ms == other.done_ms else None,
        flags=tuple(dict.fromkeys((*one.flags, *other.flags, "merged"))),
    )


def _hash(parts: Any) -> str:
    return hashlib.sha256(repr(parts).encode()).hexdigest()
