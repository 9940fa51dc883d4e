"""Excavation and road-occupation permits: rows of any list into one record each."""

import hashlib
import json
import re
from dataclasses import replace
from typing import Any

from producers.formats import permit_closures as closures
from producers.formats import permit_dates as dates
from producers.formats.answers import Answer, Exchange, Harvest, UnknownAnswerError
from producers.formats.fields import Bounds, bounds_of, metres, number, text
from producers.formats.permit_columns import meanings
from producers.formats.permit_files import table_of
from producers.formats.permit_points import Plane, point_of
from producers.formats.privacy import masked, office_phone, organisation, refused_row
from streams.domain.records import Closure, Permit
from streams.domain.works.words import says_withdrawn
from streams.errors import RecordRefusedError
from streams.settings import Settings

FEED = "permits"


def parse_permits(exchange: Exchange, settings: Settings) -> Answer:
    """The permits of an answer or file, in the order of their ids.

    One permit on several rows: the same spot is merged, other spots are told apart by the hash of
    theirs behind the number.
    """
    try:
        table = table_of(exchange)
    except UnknownAnswerError as error:
        return error.answer
    bounds = bounds_of(settings)
    plane = Plane(settings.permits_epsg, bounds)
    harvest = Harvest(
        is_partial=table.is_partial,
        listed=len(table.rows) + len(table.broken),
        total=table.total,
        flags=table.flags,
    )
    for row, code, detail in table.broken:
        harvest.refused.append(refused_row(row, code, detail, settings))
    found: list[Permit] = []
    for row in table.rows:
        try:
            found.append(permit_of(row, plane, bounds, table.flags, exchange.at_ms))
        except RecordRefusedError as error:
            harvest.refused.append(refused_row(row, error.code, error.detail, settings))
    together = gathered(found)
    harvest.rows = {permit.permit_id: permit for permit in together}
    harvest.repaired = sum(bool(_repairs(permit)) for permit in together)
    return harvest.answer()


def _repairs(permit: Permit) -> set[str]:
    return set(permit.flags) - {"coord_outside", "several_spots", "person_dropped"}


def permit_of(
    row: dict[str, Any], plane: Plane, bounds: Bounds, flags: tuple[str, ...], received_ms: int
) -> Permit:
    """One row's permit; raises R010 or R011 for its period, R012 when it says nothing of a work."""
    found = _proposed(meanings(row))
    occupied = dates.period(found.get("starts"), found.get("ends"), found.get("period"))
    digging = dates.period(found.get("dig_starts"), found.get("dig_ends"), found.get("dig_period"))
    whole = occupied or digging
    place, title = _place(found), masked(text(found.get("title"), 300))
    if not (title or place):
        raise RecordRefusedError("R012", "row with neither a title nor a place")
    if whole is None:
        raise RecordRefusedError("R011", "row without a period")
    point = point_of(found, plane, bounds)
    restored = _restoration(found)
    observed = dates.observed(found.get("began"), found.get("done"), received_ms)
    taken = closures.taken(found)
    company = text(found.get("organisation"), 100)
    status = text(found.get("status_text"), 40)
    permit = Permit(
        permit_id=text(found.get("permit_id"), 60),
        title=title or place,
        starts_ms=whole.starts_ms,
        ends_ms=whole.ends_ms,
        purpose=masked(text(found.get("purpose"), 100)),
        place=place,
        organisation=organisation(company),
        phone=office_phone(text(found.get("phone"), 40)),
        hours=dates.hours(found.get("hours")),
        closure=taken.closure,
        lanes_closed=taken.lanes,
        lon=point.lon,
        lat=point.lat,
        link_ids=_link_ids(found.get("link_ids")),
        geometry=_line(found.get("geometry"), bounds),
        dig_starts_ms=digging.starts_ms if digging else None,
        dig_ends_ms=digging.ends_ms if digging else None,
        restore_starts_ms=restored.starts_ms,
        restore_ends_ms=restored.ends_ms,
        began_ms=observed.starts_ms,
        done_ms=observed.ends_ms,
        length_m=metres(found.get("length_m")),
        width_m=metres(found.get("width_m")),
        depth_m=metres(found.get("depth_m")),
        area_m2=_area(found.get("area_m2")),
        remaining_width_m=taken.remaining_width_m,
        direction=taken.direction,
        also_closed=taken.also,
        is_withdrawn=says_withdrawn(status),
        status_text=status,
        flags=(*flags, *point.flags, *_person_flag(company)),
    )
    return permit if permit.permit_id else replace(permit, permit_id=_identity(permit))


def _proposed(found: dict[str, Any]) -> dict[str, Any]:
    """The row with 착공일 and 준공일 as its period where it has no other."""
    stated = dict(found)
    if not {"starts", "period"} & set(stated) and "began" in stated:
        stated["starts"] = stated.pop("began")
    if not {"ends", "period"} & set(stated) and "done" in stated:
        stated["ends"] = stated.pop("done")
    return stated


def _restoration(found: dict[str, Any]) -> dates.Span:
    """The restoration; its end alone where the source gives no more."""
    keys = ("restore_starts", "restore_ends", "restore_period")
    starts, ends, both = (found.get(key) for key in keys)
    if starts is None and both is None:
        return dates.Span(None, None if ends is None else dates.moment_ms(ends, is_end=True))
    if ends is None and both is None:
        return dates.Span(dates.moment_ms(starts, is_end=False), None)
    whole = dates.period(starts, ends, both)
    return dates.Span(whole.starts_ms, whole.ends_ms) if whole else dates.Span()


def _person_flag(company: str) -> tuple[str, ...]:
    return ("person_dropped",) if company and not organisation(company) else ()


def _place(found: dict[str, Any]) -> str:
    """The address; of Seoul's rows, which have none, the district and the quarter."""
    if "place" in found:
        return masked(text(found["place"], 200))
    return " ".join(text(found.get(key), 60) for key in ("district", "quarter")).strip()


def _area(value: Any) -> float | None:
    area_m2 = number(value)
    return area_m2 if area_m2 is not None and area_m2 >= 0 else None


def _link_ids(value: Any) -> tuple[str, ...]:
    words = " ".join(map(text, value)) if isinstance(value, list) else text(value, 2000)
    return tuple(dict.fromkeys(re.findall(r"[A-Za-z0-9_>-]{2,40}", words)))


def _line(value: Any, bounds: Bounds) -> tuple[tuple[float, float], ...]:
    """A WKT or GeoJSON line in degrees; () when it is none or leaves the bounds."""
    words = value if isinstance(value, str) else json.dumps(value) if value else ""
    numbers = [float(n) for n in re.findall(r"-?\d+\.\d+", words[:20_000])]
    points = tuple(zip(numbers[::2], numbers[1::2], strict=False))
    is_sound = len(points) > 1 and all(bounds.holds(lon, lat) for lon, lat in points)
    return points if is_sound else ()


def _identity(permit: Permit) -> str:
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
    found = [closure for closure in closures.GRAVITY if closure in kinds]
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
